//! The interface to the program that answers requests.

use core::error::Error;
use core::future::Future;
use core::net::IpAddr;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Body, Incoming};

/// Answers requests.
pub trait Handler: core::fmt::Debug + Send + Sync + 'static {
    /// The body of an answer.
    type Body: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static;

    /// Answers a request that came from this address.
    fn respond(
        &self,
        request: Request<Incoming>,
        address: IpAddr,
    ) -> impl Future<Output = Response<Self::Body>> + Send;

    /// Answers a request, or what could have become one, that the listener refuses. `parts` are empty where no request could be read. For
    /// [`Refusal::FrameFlood`] the answer is not sent.
    ///
    /// [`Refusal::to_response`] is an answer in plain text.
    fn refuse(&self, refusal: Refusal, parts: &Parts, address: IpAddr) -> Response<Self::Body>;
}

/// A reason why the listener itself refuses a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The bytes are not a request of HTTP, or one that can be read in more than one way (RFC 9112, section 11.2).
    Malformed,
    /// The header is too large.
    HeadersTooLarge,
    /// The body has more bytes than any integer that is read.
    BodyTooLarge,
    /// The address of the request is too long.
    UriTooLong,
    /// The request did not arrive in time.
    Timeout,
    /// The caller speaks TLS, and the port does not.
    TlsOnPlainPort,
    /// The caller speaks plain HTTP, and the port speaks TLS.
    PlainOnTlsPort,
    /// The server has as many requests as it may.
    Overloaded,
    /// The caller sent far more frames of HTTP/2 than requests.
    FrameFlood,
}

impl Refusal {
    /// The status of an answer (RFC 9110, section 15.5; RFC 6585, section 5).
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Malformed | Self::TlsOnPlainPort | Self::PlainOnTlsPort => {
                StatusCode::BAD_REQUEST
            }
            Self::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UriTooLong => StatusCode::URI_TOO_LONG,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
            Self::FrameFlood => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    /// The reason in a sentence, without anything that the caller sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "the bytes are not a request of HTTP",
            Self::HeadersTooLarge => "the header of the request is too large",
            Self::BodyTooLarge => "the body of the request is too large",
            Self::UriTooLong => "the address of the request is too long",
            Self::Timeout => "the request did not arrive in time",
            Self::TlsOnPlainPort => "this port speaks plain HTTP, and the request is TLS",
            Self::PlainOnTlsPort => "this port speaks TLS, and the request is plain HTTP",
            Self::Overloaded => "the server is at its capacity",
            Self::FrameFlood => "the connection carries far more frames than requests",
        }
    }

    /// An answer in plain text.
    #[must_use]
    pub fn to_response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(Bytes::from_static(self.as_str().as_bytes())));
        *response.status_mut() = self.status();
        response
    }
}
