//! The interface by which callers bring their own HTTP client.

use bytes::Bytes;
use http::{Request, Response};
use tower_service::Service;

use crate::access_token_request::accept_json;
use crate::excerpt::Cleaner;
use crate::limits::MAX_DESCRIPTION_CHARACTERS;
use crate::{TransportError, TransportFailure};

/// An error of any kind, as middleware passes it on.
pub type BoxError = Box<dyn core::error::Error + Send + Sync>;

/// A service that sends a request and returns the whole answer: every such `tower` service that can be cloned.
///
/// It must not follow redirects, which would send credentials to a URL that no one has approved, and has to bound the
/// time and the size of an answer. The feature `hyper` has one that does. An error that is a [`TransportError`],
/// however boxed, keeps its advice.
pub trait Transport:
    Service<Request<Bytes>, Response = Response<Bytes>, Error: Into<BoxError>, Future: Send>
    + Clone
    + Send
    + Sync
    + 'static
{
}

impl<T> Transport for T where
    T: Service<Request<Bytes>, Response = Response<Bytes>, Error: Into<BoxError>, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static
{
}

/// Sends a request that contains no secret, such as one for the keys of an issuer, when the transport is ready for it.
///
/// # Errors
/// [`TransportError`]: the server did not answer.
pub async fn exchange<T: Transport>(
    transport: &T,
    mut request: Request<Bytes>,
) -> Result<Response<Bytes>, TransportError> {
    accept_json(request.headers_mut());
    send(transport, request, &Cleaner::without_secret()).await
}

/// Sends one request, when the transport is ready for it.
pub(crate) async fn send<T: Transport>(
    transport: &T,
    request: Request<Bytes>,
    cleaner: &Cleaner,
) -> Result<Response<Bytes>, TransportError> {
    let target = request.uri().clone();
    let mut transport = transport.clone();
    let exchange = async {
        core::future::poll_fn(|context| transport.poll_ready(context)).await?;
        transport.call(request).await
    };
    exchange.await.map_err(|error| {
        let error: BoxError = error.into();
        match error.downcast::<TransportError>() {
            Ok(error) => error.cleaned(cleaner),
            Err(error) => {
                // The text is cleaned before it is shortened, so that no part of a secret is left at the end.
                let detail = cleaner.text(&with_sources(&*error), MAX_DESCRIPTION_CHARACTERS);
                TransportError::new(TransportFailure::Other, &target, Some(&detail))
            }
        }
    })
}

/// Returns the text of an error and of its sources.
pub(crate) fn with_sources(error: &(dyn core::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        // Many errors repeat the text of their source.
        if !text.ends_with(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        source = error.source();
    }
    text
}
