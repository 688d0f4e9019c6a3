//! Bodies that end before their stated length. The listener closes the connection then.

use core::pin::Pin;
use core::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use hyper::body::{Body, Frame, SizeHint};

/// The body of a delivered answer.
#[derive(Debug)]
pub(crate) struct DeliveredBody {
    /// The bytes that are left.
    rest: Option<Bytes>,
    /// The end, once the bytes were read.
    ends: End,
}

/// The end of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// It is complete.
    Complete,
    /// The connection is closed once the bytes have been written, for which the body waits once.
    BrokenOffAfterWriting,
    /// The connection is closed. Bytes that have not been written are not sent.
    BrokenOff,
}

/// The connection is to be closed.
#[derive(Debug, thiserror::Error)]
#[error("a forced answer closes the connection")]
pub(crate) struct BrokenOff;

impl DeliveredBody {
    /// An answer as it is.
    pub(crate) fn whole(answer: Response<Bytes>) -> Response<Self> {
        answer.map(|body| Self {
            rest: Some(body),
            ends: End::Complete,
        })
    }

    /// An answer with half of its body, and the length of the whole.
    pub(crate) fn truncated(mut answer: Response<Bytes>) -> Response<Self> {
        let length = HeaderValue::from(answer.body().len());
        answer.headers_mut().insert(header::CONTENT_LENGTH, length);
        answer.map(|mut body| {
            body.truncate(body.len() / 2);
            Self {
                rest: Some(body),
                ends: End::BrokenOffAfterWriting,
            }
        })
    }

    /// No answer: the connection is closed before the head of this one is written.
    pub(crate) fn closed() -> Response<Self> {
        Response::new(Self {
            rest: None,
            ends: End::BrokenOff,
        })
    }
}

impl Body for DeliveredBody {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        if let Some(rest) = self.rest.take().filter(|rest| !rest.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(rest))));
        }
        match self.ends {
            End::Complete => Poll::Ready(None),
            End::BrokenOff => Poll::Ready(Some(Err(BrokenOff))),
            End::BrokenOffAfterWriting => {
                // hyper writes its buffer while a body is not ready.
                self.ends = End::BrokenOff;
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.ends == End::Complete && self.rest.as_ref().is_none_or(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        let length = self.rest.as_ref().map_or(0, Bytes::len);
        match (self.ends, u64::try_from(length)) {
            (End::Complete, Ok(length)) => SizeHint::with_exact(length),
            (_, _) => SizeHint::default(),
        }
    }
}
