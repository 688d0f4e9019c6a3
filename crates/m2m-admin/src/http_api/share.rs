//! The memory that the management operations may use together.
//!
//! An operation reserves the memory that it may need before it reads anything, and holds the size of its answer until that is written. If no memory
//! is left, an operation waits for its turn, and is refused if too many operations are waiting already: reading large pages costs the caller time,
//! and the server a bounded amount of memory.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::perform::Weight;

/// The memory that is left for operations of each weight. Unit of the permits: KiB, but files and registries are counted.
#[derive(Debug)]
pub(super) struct Share {
    records: Pool,
    pages: Pool,
    /// The registries, of which one is processed at a time.
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

/// An answer that holds its reserved memory until it is written.
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

    /// Reserves memory for an operation of this weight. Returns `None` if too many operations are waiting.
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

/// An operation that waits. It is counted until this is dropped.
struct Waiting<'p>(&'p AtomicUsize);

impl<'p> Waiting<'p> {
    fn begin(waiting: &'p AtomicUsize) -> Option<Self> {
        let before = waiting.fetch_add(1, Ordering::Relaxed);
        // The drop subtracts it again.
        let own = Self(waiting);
        (before < MAX_WAITING).then_some(own)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Reserved {
    /// Returns the answer, which holds the part of the reserved memory that equals its size until its last byte is written. A small answer holds
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

/// The memory for the answers of operations on single records, together. Unit: KiB.
const RECORDS: usize = 16 * 1024;

/// The memory of one such answer: the maximum size of a record. Unit: KiB.
const RECORD: u32 = 256;

/// The memory for pages, together. Unit: KiB.
const PAGES: usize = 16 * 1024;

/// The memory of a page while it is built: its documents, and its growing text. Unit: KiB.
const PAGE: u32 = 4 * 1024;

/// The number of files that are read or applied at once: while one is applied, the next can arrive.
const FILES: usize = 2;

/// The size up to which an answer does not hold memory. Unit: bytes.
const SMALL: usize = 64 * 1024;

/// The number of operations that may wait for memory of one pool. The next one is refused.
const MAX_WAITING: usize = 256;

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
            Poll::Ready(reserved) => Some(reserved.expect("few operations are waiting")),
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
        assert!(page(&share).is_none(), "the memory for pages is used up");
        // Each answer holds only its size: of sixteen MiB, four answers of one MiB leave room for three more pages.
        let written: Vec<_> = reserved
            .into_iter()
            .map(|reserved| reserved.hold(answer(1024 * 1024)))
            .collect();
        let more: Vec<Reserved> = (0..3).map(|_| page(&share).expect("free")).collect();
        assert!(page(&share).is_none());
        // An answer that is partly written holds its memory until the rest is written.
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
    fn x25_too_many_waiting_operations_are_refused() {
        let share = Share::new();
        let _first = futures_of(&share, 1);
        let waiting = futures_of(&share, MAX_WAITING);
        let mut next = pin!(share.reserve(Weight::Registry));
        let mut context = Context::from_waker(Waker::noop());
        assert!(matches!(
            next.as_mut().poll(&mut context),
            Poll::Ready(None)
        ));
        // The other pools are not affected.
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
