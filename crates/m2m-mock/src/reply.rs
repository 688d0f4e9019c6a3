//! The reply of the mock, which the outer layer delivers.

use core::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};

use crate::held_answers::Held;

/// The reply to a request.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reply {
    /// The time for which it is held back.
    pub delay: Duration,
    /// The answer, and the way in which it is delivered.
    pub delivery: Delivery,
    /// Counts the answer among those that are held back, if it is.
    pub(crate) held: Option<Held>,
}

/// The way in which an answer is delivered.
#[derive(Debug)]
#[non_exhaustive]
pub enum Delivery {
    /// As it is.
    Whole(Response<Bytes>),
    /// With half of its body, after which the connection is closed. Its length is stated in full.
    Truncated(Response<Bytes>),
    /// Not at all: the connection is closed.
    Closed,
}

impl Reply {
    /// A reply that is delivered at once and as a whole.
    pub(crate) const fn whole(answer: Response<Bytes>) -> Self {
        Self {
            delay: Duration::ZERO,
            delivery: Delivery::Whole(answer),
            held: None,
        }
    }

    /// The answer, unless the connection is closed without one.
    ///
    /// ```
    /// use m2m_mock::{Mock, Script};
    /// # use bytes::Bytes;
    /// # use http::Request;
    /// # use oauth_proto::{Issuer, UnixTime};
    ///
    /// # let issuer = Issuer::parse("http://127.0.0.1:8090")?;
    /// # let now = UnixTime::from_seconds(1_800_000_000);
    /// let mut mock = Mock::new(Script::default(), issuer, now)?;
    /// let request = Request::get("/.well-known/jwks.json").body(Bytes::new())?;
    /// let reply = mock.answer(&request, now);
    /// assert_eq!(reply.response().expect("it is answered").status(), 200);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn response(&self) -> Option<&Response<Bytes>> {
        match &self.delivery {
            Delivery::Whole(answer) | Delivery::Truncated(answer) => Some(answer),
            Delivery::Closed => None,
        }
    }

    pub(crate) fn response_mut(&mut self) -> Option<&mut Response<Bytes>> {
        match &mut self.delivery {
            Delivery::Whole(answer) | Delivery::Truncated(answer) => Some(answer),
            Delivery::Closed => None,
        }
    }

    pub(crate) fn status(&self) -> Option<StatusCode> {
        self.response().map(Response::status)
    }
}
