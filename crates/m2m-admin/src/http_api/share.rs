//! The share of the memory that the operations of management may take together.
//!
//! An operation reserves what it may need before it reads anything, and holds what the answer takes until it is written. An
//! operation that finds nothing left waits for its turn, and is refused if too many wait already: reading large pages costs the caller
//! time, and the server a bounded share of its memory.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::perform::Weight;

/// The memory that is left for operations of each weight. Unit of the permits: KiB; files and registries are counted.
#[derive(Debug)]
pub(super) struct Share {
    records: Pool,
    pages: Pool,
    /// One at a time.
    registries: Pool,
    files: Pool,
}

#[derive(Debug)]
struct Pool {
    free: Arc<Semaphore>,
    /// The permits that each operation reserves.
    each: u32,
    waiting: AtomicUsize,
}

/// Memory that is reserved for one answer.
#[derive(Debug)]
pub(super) struct Reserved(OwnedSemaphorePermit);

/// An answer that holds what is reserved for it until it is written.
struct Held {
    body: Bytes,
    _permit: OwnedSemaphorePermit,
}

impl Share {
    pub(super) fn new() -> Self {
        Self {
            records: Pool::new(RECORDS, RECORD),
            pages: Pool::new(PAGES, PAGE),
            registries: Pool::new(1, 1),
            files: Pool::new(FILES, 1),
        }
    }

    /// Reserves memory for an operation of this weight, or nothing if too many wait for theirs.
    pub(super) async fn reserve(&self, size: Weight) -> Option<Reserved> {
        let pool = match size {
            Weight::Record => &self.records,
            Weight::Page => &self.pages,
            Weight::Registry => &self.registries,
            Weight::File => &self.files,
        };
        pool.reserve().await.map(Reserved)
    }
}

impl Pool {
    fn new(all: usize, each: u32) -> Self {
        Self {
            free: Arc::new(Semaphore::new(all)),
            each,
            waiting: AtomicUsize::new(0),
        }
    }

    async fn reserve(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(permit) = Arc::clone(&self.free).try_acquire_many_owned(self.each) {
            return Some(permit);
        }
        let _waiting = Waiting::begin(&self.waiting)?;
        let free = Arc::clone(&self.free);
        free.acquire_many_owned(self.each).await.ok()
    }
}

/// One that waits, until it is dropped.
struct Waiting<'p>(&'p AtomicUsize);

impl<'p> Waiting<'p> {
    fn begin(waiting: &'p AtomicUsize) -> Option<Self> {
        let before = waiting.fetch_add(1, Ordering::Relaxed);
        // Dropped, it is subtracted again.
        let own = Self(waiting);
        (before < MOST_WAITING).then_some(own)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Reserved {
    /// Returns the answer, which holds as much of the reserved memory as it is large until its last byte is written. A small one holds
    /// nothing.
    pub(super) fn hold(self, response: Response<Bytes>) -> Response<Bytes> {
        let Self(mut permit) = self;
        let bytes = response.body().len();
        if bytes <= SMALL {
            return response;
        }
        let surplus = permit.num_permits().saturating_sub(bytes.div_ceil(1024));
        drop(permit.split(surplus));
        response.map(|body| {
            Bytes::from_owner(Held {
                body,
                _permit: permit,
            })
        })
    }
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

/// For the answers of operations on single records, together. Unit: KiB.
const RECORDS: usize = 16 * 1024;

/// The memory of one of them: the maximum size of a record. Unit: KiB.
const RECORD: u32 = 256;

/// For pages, together. Unit: KiB.
const PAGES: usize = 16 * 1024;

/// The memory of a page while it is built: its documents, and its text while that grows. Unit: KiB.
const PAGE: u32 = 4 * 1024;

/// The number of files that are read or applied at once. One of them is applied, and the next may arrive meanwhile.
const FILES: usize = 2;

/// Up to this size an answer is not held. Unit: bytes.
const SMALL: usize = 64 * 1024;

/// The number of operations that may wait for memory of one pool. The next one is refused.
const MOST_WAITING: usize = 256;

#[cfg(test)]
mod tests {
    use core::future::Future;
    use core::pin::pin;
    use core::task::{Context, Poll, Waker};

    use super::*;

    /// Reserves a page, unless it would have to wait.
    fn page(share: &Share) -> Option<Reserved> {
        let reserve = pin!(share.reserve(Weight::Page));
        match reserve.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(reserved) => Some(reserved.expect("few wait")),
            Poll::Pending => None,
        }
    }

    fn answer(bytes: usize) -> Response<Bytes> {
        Response::new(Bytes::from(vec![b'x'; bytes]))
    }

    #[test]
    fn x25_answers_are_counted_until_they_are_written() {
        let share = Share::new();
        let reserved: Vec<Reserved> = (0..4).map(|_| page(&share).expect("free")).collect();
        assert!(page(&share).is_none(), "as many as may be built at once");
        // Each takes what it is large: of sixteen MiB, four of one MiB leave room for three more.
        let written: Vec<_> = reserved
            .into_iter()
            .map(|reserved| reserved.hold(answer(1024 * 1024)))
            .collect();
        let more: Vec<Reserved> = (0..3).map(|_| page(&share).expect("free")).collect();
        assert!(page(&share).is_none());
        // An answer that is partly written is held until the rest is, too.
        let rest: Vec<Bytes> = written.iter().map(|one| one.body().slice(1..)).collect();
        drop(written);
        assert!(page(&share).is_none());
        drop(rest);
        assert!(page(&share).is_some());
        // A small answer holds nothing.
        let small: Vec<_> = more
            .into_iter()
            .map(|reserved| reserved.hold(answer(SMALL)))
            .collect();
        let all: Vec<Reserved> = (0..4).map(|_| page(&share).expect("free")).collect();
        drop((small, all));
    }

    #[test]
    fn x25_too_many_that_wait_are_refused() {
        let share = Share::new();
        let _first = futures_of(&share, 1);
        let waiting = futures_of(&share, MOST_WAITING);
        let mut next = pin!(share.reserve(Weight::Registry));
        let mut context = Context::from_waker(Waker::noop());
        assert!(matches!(
            next.as_mut().poll(&mut context),
            Poll::Ready(None)
        ));
        // Others are not concerned.
        assert!(page(&share).is_some());
        drop(waiting);
        let mut next = pin!(share.reserve(Weight::Registry));
        assert!(next.as_mut().poll(&mut context).is_pending());
    }

    type Reserving<'s> = core::pin::Pin<Box<dyn Future<Output = Option<Reserved>> + 's>>;

    /// Asks for a whole registry several times, and returns the requests that wait and those that do not.
    fn futures_of(share: &Share, count: usize) -> (Vec<Reserving<'_>>, Vec<Reserved>) {
        let mut context = Context::from_waker(Waker::noop());
        let mut waiting = Vec::new();
        let mut ready = Vec::new();
        for _ in 0..count {
            let mut reserving: Reserving<'_> = Box::pin(share.reserve(Weight::Registry));
            match reserving.as_mut().poll(&mut context) {
                Poll::Ready(reserved) => ready.extend(reserved),
                Poll::Pending => waiting.push(reserving),
            }
        }
        (waiting, ready)
    }
}
