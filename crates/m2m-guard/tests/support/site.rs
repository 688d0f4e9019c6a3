//! A site on the web, without a network.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use tower_service::Service;

/// Documents by their URL. It is a transport: a request for another URL is answered with 404.
#[derive(Clone, Default)]
pub(crate) struct Site {
    documents: BTreeMap<String, Bytes>,
    /// The URLs of all requests.
    requests: Arc<Mutex<Vec<String>>>,
}

impl Site {
    pub(crate) fn with(mut self, url: &str, document: impl Into<Bytes>) -> Self {
        self.documents.insert(url.to_owned(), document.into());
        self
    }

    /// The URLs of all requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no request panics").clone()
    }
}

impl Service<Request<Bytes>> for Site {
    type Response = Response<Bytes>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Bytes>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let url = request.uri().to_string();
        let document = self.documents.get(&url).cloned();
        self.requests.lock().expect("no request panics").push(url);
        let mut response = Response::new(Bytes::new());
        match document {
            Some(document) => *response.body_mut() = document,
            None => *response.status_mut() = StatusCode::NOT_FOUND,
        }
        ready(Ok(response))
    }
}
