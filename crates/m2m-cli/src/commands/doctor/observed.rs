//! A transport that remembers what came back.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use httpdate::parse_http_date;
use m2m_client::Transport;
use m2m_jwt::UnixTime;
use tower_service::Service;

/// A transport, and the requests that were sent over it.
#[derive(Debug, Clone)]
pub(super) struct Observed<T> {
    transport: T,
    clock: fn() -> UnixTime,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

/// A request, and its answer if there is one.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    method: Method,
    url: String,
    pub(super) sent: UnixTime,
    pub(super) answer: Option<Answer>,
}

/// The parts of an answer that are remembered.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    status: StatusCode,
    bytes: usize,
    pub(super) received: UnixTime,
    /// The time by the clock of the server, if the answer does not come out of a cache.
    pub(super) date: Option<Date>,
}

/// The time in an answer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Date {
    At(UnixTime),
    Unreadable,
}

impl Exchange {
    /// Returns the request in words, without its query and its content.
    pub(super) fn request(&self) -> String {
        format!("{} {}", self.method, self.url)
    }

    /// Returns the answer in words.
    pub(super) fn outcome(&self) -> Option<String> {
        let answer = self.answer.as_ref()?;
        Some(format!("{}, {} bytes", answer.status, answer.bytes))
    }
}

impl<T> Observed<T> {
    pub(super) fn new(transport: T, clock: fn() -> UnixTime) -> Self {
        Self {
            transport,
            clock,
            exchanges: Arc::default(),
        }
    }

    /// Returns the requests since the last call of this method.
    pub(super) fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut *lock(&self.exchanges))
    }
}

impl<T: Transport> Service<Request<Bytes>> for Observed<T> {
    type Response = Response<Bytes>;
    type Error = T::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Bytes>, T::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), T::Error>> {
        self.transport.poll_ready(context)
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let clock = self.clock;
        let exchanges = Arc::clone(&self.exchanges);
        let mut exchange = Exchange {
            method: request.method().clone(),
            url: without_credentials(&request.uri().to_string()),
            sent: clock(),
            answer: None,
        };
        let answered = self.transport.call(request);
        Box::pin(async move {
            let result = answered.await;
            if let Ok(response) = &result {
                exchange.answer = Some(Answer {
                    status: response.status(),
                    bytes: response.body().len(),
                    received: clock(),
                    date: date(response.headers()),
                });
            }
            lock(&exchanges).push(exchange);
            result
        })
    }
}

fn lock(exchanges: &Mutex<Vec<Exchange>>) -> MutexGuard<'_, Vec<Exchange>> {
    exchanges.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns a URL without user, password and query.
pub(super) fn without_credentials(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

/// Returns the time of an answer (RFC 9110, section 6.6.1), unless a cache has kept the answer.
fn date(headers: &HeaderMap) -> Option<Date> {
    if headers
        .get(header::AGE)
        .is_some_and(|age| age.as_bytes() != b"0")
    {
        return None;
    }
    let date = headers.get(header::DATE)?;
    let time = date
        .to_str()
        .ok()
        .and_then(|date| parse_http_date(date).ok());
    let since_1970 = time.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    Some(since_1970.map_or(Date::Unreadable, |time| {
        Date::At(UnixTime::from_seconds(time.as_secs()))
    }))
}
