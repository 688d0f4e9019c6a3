//! The state of one connection: its phase and the beginning of it, and the order that it has been given.
//!
//! A request costs a few relaxed stores here, and does not read a clock: times are those of the last sweep of [`ConnectionTable`](super::connection_table::ConnectionTable).

use core::pin::pin;
use core::task::{Poll, Waker};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The state of one connection, shared with the table of all.
#[derive(Debug)]
pub(super) struct ConnectionState {
    /// The clock of the table. Unit: milliseconds since the listener began.
    clock: Arc<AtomicU64>,
    /// The phase in the lowest bits, [`FRESH`], and its beginning in the others.
    phase: AtomicU64,
    /// The number of requests that are being answered: several at once on HTTP/2.
    in_flight: AtomicU32,
    /// The time since which the caller does not read, behind [`FRESH`]; 0 if it does.
    stuck_since: AtomicU64,
    order: AtomicU8,
    /// True once the caller has sent too many frames that are not requests.
    is_flooded: AtomicBool,
    task: Mutex<Option<Waker>>,
    /// The index in the table.
    pub(super) index: AtomicUsize,
}

/// The phase of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Before the first byte of HTTP.
    Opening,
    /// Between two requests.
    Idle,
    /// The header of a request is incomplete.
    Head,
    /// A request is being answered: on HTTP/1.1 until its body is complete, on HTTP/2 until the handler has returned.
    Busy,
    /// The answer is complete, and not yet written.
    Answered,
    /// The last bytes are on their way.
    Ending,
}

impl Phase {
    const fn to_bits(self) -> u64 {
        match self {
            Self::Opening => 0,
            Self::Idle => 1,
            Self::Head => 2,
            Self::Busy => 3,
            Self::Answered => 4,
            Self::Ending => 5,
        }
    }

    const fn from_bits(bits: u64) -> Self {
        match bits & PHASE_MASK {
            0 => Self::Opening,
            1 => Self::Idle,
            2 => Self::Head,
            3 => Self::Busy,
            4 => Self::Answered,
            _ => Self::Ending,
        }
    }
}

/// The number of bits that a phase takes, with [`FRESH`].
const PHASE_BITS: u32 = 4;
const PHASE_MASK: u64 = FRESH - 1;

/// The bit of a time that is that of the last sweep before it, and may be too early by the interval of sweeps.
const FRESH: u64 = 1 << (PHASE_BITS - 1);

/// An order to a connection. A later one in this list outweighs an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    /// Close when the requests in progress are answered: the server stops.
    Drain,
    /// Close: the time of its phase is over.
    Late,
    /// Close: a new connection needs its place.
    Displaced,
}

impl Order {
    const fn to_bits(self) -> u8 {
        match self {
            Self::Drain => 1,
            Self::Late => 2,
            Self::Displaced => 3,
        }
    }

    const fn from_bits(bits: u8) -> Option<Self> {
        match bits {
            0 => None,
            1 => Some(Self::Drain),
            2 => Some(Self::Late),
            _ => Some(Self::Displaced),
        }
    }
}

impl ConnectionState {
    pub(super) fn new(clock: Arc<AtomicU64>) -> Self {
        let now = clock.load(Ordering::Relaxed);
        Self {
            clock,
            phase: AtomicU64::new(fresh(now, Phase::Opening)),
            in_flight: AtomicU32::new(0),
            stuck_since: AtomicU64::new(0),
            order: AtomicU8::new(0),
            is_flooded: AtomicBool::new(false),
            task: Mutex::new(None),
            index: AtomicUsize::new(0),
        }
    }

    /// The time of the last sweep. Unit: milliseconds.
    pub(super) fn now(&self) -> u64 {
        self.clock.load(Ordering::Relaxed)
    }

    /// Begins a phase.
    pub(super) fn enter(&self, phase: Phase) {
        let word = fresh(self.now(), phase);
        self.phase.store(word, Ordering::Relaxed);
    }

    pub(super) fn phase(&self) -> Phase {
        Phase::from_bits(self.phase.load(Ordering::Relaxed))
    }

    /// The phase and its age. Unit: milliseconds.
    pub(super) fn phase_and_age(&self) -> (Phase, u64) {
        let word = self.phase.load(Ordering::Relaxed);
        let age = self.now().saturating_sub(word >> PHASE_BITS);
        (Phase::from_bits(word), age)
    }

    /// Notes that bytes have come from the caller.
    pub(super) fn received(&self) {
        match self.phase() {
            Phase::Opening | Phase::Idle => self.enter(Phase::Head),
            Phase::Head | Phase::Busy | Phase::Answered | Phase::Ending => {}
        }
    }

    /// Notes that the caller has sent too many frames that are not requests.
    pub(super) fn flood(&self) {
        self.is_flooded.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_flooded(&self) -> bool {
        self.is_flooded.load(Ordering::Relaxed)
    }

    /// Notes that everything has been written.
    pub(super) fn flushed(&self) {
        // On HTTP/2 another request may begin in the meantime.
        let idle = fresh(self.now(), Phase::Idle);
        let is_answered = |word| (Phase::from_bits(word) == Phase::Answered).then_some(idle);
        let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
        let _ = self.phase.fetch_update(set, fetch, is_answered);
    }

    /// Counts the times that began since the last sweep from this sweep on: no time limit is over too early, and all are over late by two
    /// intervals of sweeps at most.
    pub(super) fn settle(&self) {
        let now = self.now() << PHASE_BITS;
        for (time, kept) in [(&self.phase, PHASE_MASK), (&self.stuck_since, 0)] {
            let word = time.load(Ordering::Relaxed);
            if word & FRESH != 0 {
                let settled = now | (word & kept);
                // It fails if another time has begun.
                let _ = time.compare_exchange(word, settled, Ordering::Relaxed, Ordering::Relaxed);
            }
        }
    }

    /// Notes that a request is being answered, until the returned guard is dropped.
    pub(super) fn serve(self: &Arc<Self>) -> Serving {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        self.enter(Phase::Busy);
        Serving(Arc::clone(self))
    }

    pub(super) fn is_serving(&self) -> bool {
        self.in_flight.load(Ordering::Relaxed) > 0
    }

    /// Notes that the caller does not read.
    pub(super) fn stuck(&self) {
        let since = (self.now() << PHASE_BITS) | FRESH;
        self.stuck_since.store(since, Ordering::Relaxed);
    }

    /// Notes that the caller reads again.
    pub(super) fn unstuck(&self) {
        self.stuck_since.store(0, Ordering::Relaxed);
    }

    /// The time for which the caller has not read; `None` if it does. Unit: milliseconds.
    pub(super) fn stuck_for(&self) -> Option<u64> {
        let since = self.stuck_since.load(Ordering::Relaxed);
        (since > 0).then(|| self.now().saturating_sub(since >> PHASE_BITS))
    }

    /// Registers the calling task to be woken by orders. A task calls this once, before anything else: its waker does not change.
    pub(super) async fn enrol(&self) {
        core::future::poll_fn(|context| {
            *self.task() = Some(context.waker().clone());
            Poll::Ready(())
        })
        .await;
    }

    /// Gives the connection an order, unless it has a weightier one.
    pub(super) fn tell(&self, order: Order) {
        let before = self.order.fetch_max(order.to_bits(), Ordering::Relaxed);
        // The lock orders this with `enrol`: either the task is there to be woken, or it will see the order.
        if before < order.to_bits()
            && let Some(task) = &*self.task()
        {
            task.wake_by_ref();
        }
    }

    /// The order of the connection.
    pub(super) fn told(&self) -> Option<Order> {
        Order::from_bits(self.order.load(Ordering::Relaxed))
    }

    /// Clears an order, so that it can be given again.
    pub(super) fn understood(&self, order: Order) {
        let _ =
            self.order
                .compare_exchange(order.to_bits(), 0, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Waits for `work`, unless the connection is given an order.
    ///
    /// # Errors
    ///
    /// The order.
    pub(super) async fn unless_told<T>(&self, work: impl Future<Output = T>) -> Result<T, Order> {
        self.unless(Order::Drain, work).await
    }

    /// Waits for `work`, unless its time is over or the place is needed. A server that stops waits for it as well.
    ///
    /// # Errors
    ///
    /// The order of the connection.
    pub(super) async fn unless_late<T>(&self, work: impl Future<Output = T>) -> Result<T, Order> {
        self.unless(Order::Late, work).await
    }

    async fn unless<T>(&self, least: Order, work: impl Future<Output = T>) -> Result<T, Order> {
        let mut work = pin!(work);
        core::future::poll_fn(|context| {
            // The work first: it may be done.
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(Ok(done));
            }
            match self.told() {
                Some(order) if order >= least => Poll::Ready(Err(order)),
                Some(_) | None => Poll::Pending,
            }
        })
        .await
    }

    fn task(&self) -> MutexGuard<'_, Option<Waker>> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A phase that begins after the sweep at this time.
const fn fresh(now: u64, phase: Phase) -> u64 {
    (now << PHASE_BITS) | FRESH | phase.to_bits()
}

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct Serving(Arc<ConnectionState>);

impl Drop for Serving {
    fn drop(&mut self) {
        if self.0.in_flight.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.0.enter(Phase::Answered);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> (Arc<AtomicU64>, Arc<ConnectionState>) {
        let clock = Arc::new(AtomicU64::new(1000));
        (Arc::clone(&clock), Arc::new(ConnectionState::new(clock)))
    }

    #[test]
    fn a_request_goes_through_its_phases() {
        let (clock, state) = state();
        assert_eq!(state.phase_and_age(), (Phase::Opening, 0));
        clock.store(3000, Ordering::Relaxed);
        assert_eq!(state.phase_and_age(), (Phase::Opening, 2000));
        state.received();
        assert_eq!(state.phase_and_age(), (Phase::Head, 0));
        clock.store(4000, Ordering::Relaxed);
        state.received();
        assert_eq!(
            state.phase_and_age(),
            (Phase::Head, 1000),
            "since the first byte"
        );
        let serving = state.serve();
        state.flushed();
        assert_eq!(state.phase(), Phase::Busy);
        drop(serving);
        assert_eq!(state.phase(), Phase::Answered);
        state.flushed();
        assert_eq!(state.phase(), Phase::Idle);
    }

    #[test]
    fn is_busy_until_the_last_of_several_requests_is_answered() {
        let (_, state) = state();
        let (first, second) = (state.serve(), state.serve());
        drop(first);
        assert_eq!((state.phase(), state.is_serving()), (Phase::Busy, true));
        drop(second);
        assert_eq!(
            (state.phase(), state.is_serving()),
            (Phase::Answered, false)
        );
    }

    #[test]
    fn the_order_with_more_weight_is_kept() {
        let (_, state) = state();
        assert_eq!(state.told(), None);
        for (told, kept) in [
            (Order::Late, Order::Late),
            (Order::Drain, Order::Late),
            (Order::Displaced, Order::Displaced),
        ] {
            state.tell(told);
            assert_eq!(state.told(), Some(kept));
        }
        state.understood(Order::Late);
        assert_eq!(state.told(), Some(Order::Displaced));
    }

    #[tokio::test]
    async fn a_task_that_waits_is_woken_by_an_order() {
        let (_, state) = state();
        let waiting = tokio::spawn({
            let state = Arc::clone(&state);
            async move {
                state.enrol().await;
                state.unless_told(core::future::pending::<()>()).await
            }
        });
        tokio::task::yield_now().await;
        state.tell(Order::Drain);
        assert_eq!(waiting.await.unwrap(), Err(Order::Drain));
    }
}
