//! The body of a request: so many bytes, in so much time.

use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use m2m_errors::Cause;

/// Reads a body of at most `max_bytes`.
///
/// Somewhat more is read and thrown away, so that whoever sends too much gets to read the answer: a connection that is closed
/// while bytes are on their way is reset, and the answer is lost.
///
/// # Errors
///
/// [`Cause::BodyTooLarge`], [`Cause::RequestTimeout`], or [`Cause::HttpMalformed`] if the caller breaks off.
pub(super) async fn read(body: Incoming, max_bytes: usize) -> Result<Bytes, Cause> {
    within(MAX_TIME, collect(body, max_bytes))
        .await
        .unwrap_or(Err(Cause::RequestTimeout))
}

/// What a future comes to, if it does in this time.
///
/// Mostly the body has come with the header, and is there when the connection is looked at once more. A timer, which costs more than
/// reading it, is set only if it is not.
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

async fn collect(mut body: Incoming, max_bytes: usize) -> Result<Bytes, Cause> {
    let most = max_bytes.saturating_add(MAX_DISCARDED_BYTES);
    if body.size_hint().lower() > u64::try_from(most).unwrap_or(u64::MAX) {
        return Err(Cause::BodyTooLarge);
    }
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Cause::HttpMalformed)?.into_data() else {
            continue;
        };
        length = length.saturating_add(data.len());
        if length > most {
            return Err(Cause::BodyTooLarge);
        }
        if length > max_bytes {
            continue;
        }
        if first.is_empty() {
            // Mostly the whole body is one frame, which needs no copy.
            first = data;
        } else {
            if all.is_empty() {
                all.extend_from_slice(&first);
            }
            all.extend_from_slice(&data);
        }
    }
    match (length > max_bytes, all.is_empty()) {
        (true, _) => Err(Cause::BodyTooLarge),
        (false, true) => Ok(first),
        (false, false) => Ok(all.freeze()),
    }
}

/// How long a body may take: a form is one packet, and a slow link has seconds for it.
const MAX_TIME: Duration = Duration::from_secs(10);

/// How much beyond the limit is thrown away before the connection is closed. Unit: bytes.
const MAX_DISCARDED_BYTES: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use m2m_listen::Times;

    #[test]
    fn operators_read_how_long_a_request_may_take() {
        assert_eq!(Times::DEFAULT.head, MAX_TIME);
        let time = format!("{} seconds", MAX_TIME.as_secs());
        assert!(Cause::RequestTimeout.entry().operator.contains(&time));
    }
}
