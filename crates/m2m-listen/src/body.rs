//! The body of a request, within a limit of bytes and a limit of time.

use core::error::Error;
use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;
use std::io::{self, ErrorKind};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::body::Body;

use crate::{HttpProblem, Refusal};

/// Reads a body of at most `max_bytes`, within `time`.
///
/// Up to 1 MiB beyond the limit is read and discarded, so that a caller that sends too much gets to read the answer: a connection that is
/// closed while bytes are on their way is reset, and the answer is lost.
///
/// The listener itself has no limits for a body, since only the handler knows what it needs.
///
/// # Errors
///
/// [`Refusal::BodyTooLarge`], [`Refusal::Timeout`], or [`Refusal::Malformed`] if the caller breaks off or sends a malformed chunk.
pub async fn read_body(
    body: impl Body<Data = Bytes, Error: Error + 'static>,
    max_bytes: usize,
    time: Duration,
) -> Result<Bytes, Refusal> {
    within(time, collect(body, max_bytes))
        .await
        .unwrap_or(Err(Refusal::Timeout))
}

/// The output of a future, if it is ready within this time.
///
/// In most requests the body arrives with the header, and is available when the connection is polled once more. A timer, which costs more
/// than reading the body, is set only if it is not.
async fn within<T>(time: Duration, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut has_looked = false;
    let at_once = poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending if has_looked => Poll::Ready(None),
        Poll::Pending => {
            has_looked = true;
            context.waker().wake_by_ref();
            Poll::Pending
        }
    });
    match at_once.await {
        Some(value) => Some(value),
        None => tokio::time::timeout(time, future).await.ok(),
    }
}

async fn collect(
    body: impl Body<Data = Bytes, Error: Error + 'static>,
    max_bytes: usize,
) -> Result<Bytes, Refusal> {
    let mut body = pin!(body);
    let most = max_bytes.saturating_add(MAX_DISCARDED_BYTES);
    if body.size_hint().lower() > u64::try_from(most).unwrap_or(u64::MAX) {
        return Err(Refusal::BodyTooLarge);
    }
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|error| broken(&error))?.into_data() else {
            continue;
        };
        length = length.saturating_add(data.len());
        if length > most {
            return Err(Refusal::BodyTooLarge);
        }
        if length > max_bytes {
            continue;
        }
        if first.is_empty() {
            // In most requests the whole body is one frame, which needs no copy.
            first = data;
        } else {
            if all.is_empty() {
                all.extend_from_slice(&first);
            }
            all.extend_from_slice(&data);
        }
    }
    match (length > max_bytes, all.is_empty()) {
        (true, _) => Err(Refusal::BodyTooLarge),
        (false, true) => Ok(first),
        (false, false) => Ok(all.freeze()),
    }
}

/// The refusal of a body that could not be read: hyper reports invalid chunks as invalid data or input.
fn broken(error: &(dyn Error + 'static)) -> Refusal {
    let kinds = core::iter::successors(Some(error), |error| (*error).source())
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .map(io::Error::kind);
    let is_invalid = |kind| matches!(kind, ErrorKind::InvalidData | ErrorKind::InvalidInput);
    let mut invalid = kinds.filter(|kind| is_invalid(*kind));
    Refusal::Malformed(match invalid.next() {
        Some(_) => HttpProblem::Chunk,
        None => HttpProblem::BodyIncomplete,
    })
}

/// The number of bytes beyond the limit that are discarded before the connection is closed. Unit: bytes.
const MAX_DISCARDED_BYTES: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use core::convert::Infallible;
    use core::pin::Pin;
    use core::task::Context;
    use std::collections::VecDeque;

    use hyper::body::Frame;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A body in pieces, which may never end.
    struct Pieces {
        pieces: VecDeque<&'static str>,
        ends: bool,
    }

    impl Body for Pieces {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            match self.pieces.pop_front() {
                Some(piece) => Poll::Ready(Some(Ok(Frame::data(piece.into())))),
                None if self.ends => Poll::Ready(None),
                None => Poll::Pending,
            }
        }
    }

    fn pieces(pieces: &[&'static str], ends: bool) -> Pieces {
        let pieces = pieces.iter().copied().collect();
        Pieces { pieces, ends }
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit() {
        for (parts, expected) in [
            (&[][..], Ok("")),
            (&["0123456789"], Ok("0123456789")),
            (&["01234", "56", "789"], Ok("0123456789")),
            (&["01234", "567890"], Err(Refusal::BodyTooLarge)),
        ] {
            let read = read_body(pieces(parts, true), 10, SECOND).await;
            assert_eq!(read, expected.map(Bytes::from), "{parts:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_end_times_out() {
        let began = tokio::time::Instant::now();
        let read = read_body(pieces(&["0123"], false), 10, SECOND).await;
        assert_eq!(read, Err(Refusal::Timeout));
        assert_eq!(began.elapsed().as_secs(), 1);
    }
}
