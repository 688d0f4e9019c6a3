//! What is known of one connection while it lasts: in which phase it is and since when, and what it has been told.
//!
//! A request costs a few relaxed stores here, and no look at a clock: times are those of the last sweep of [`ConnectionTable`](super::connection_table::ConnectionTable).

use core::pin::pin;
use core::task::{Poll, Waker};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One connection, as the table of all sees it.
#[derive(Debug)]
pub(super) struct ConnectionState {
    /// The clock of the table. Unit: milliseconds since the listener began.
    clock: Arc<AtomicU64>,
    /// The phase in the lowest bits, above them when it began.
    phase: AtomicU64,
    /// Requests that are being answered: several at once on HTTP/2.
    in_flight: AtomicU32,
    /// Since when the caller has not read what is to be written; 0 if he has.
    stuck_since: AtomicU64,
    order: AtomicU8,
    /// True once the caller has sent too many frames that are not requests.
    is_flooded: AtomicBool,
    task: Mutex<Option<Waker>>,
    /// Where it is in the table.
    pub(super) index: AtomicUsize,
}

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing has come yet, or no more than what precedes HTTP.
    Opening,
    /// It waits for a request.
    Idle,
    /// A request has begun, and its header is not complete.
    Head,
    /// A request is being answered.
    Busy,
    /// The answer is made, and not yet written.
    Answered,
    /// It is being ended.
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

/// How many bits of the word a phase takes.
const PHASE_BITS: u32 = 3;
const PHASE_MASK: u64 = (1 << PHASE_BITS) - 1;

/// What a connection is told to do; a later one in this list outweighs an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    /// End when the requests under way are answered: the server stops.
    Drain,
    /// End: the time for what it does is over.
    Late,
    /// End: another needs the place.
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
            phase: AtomicU64::new(now << PHASE_BITS),
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

    /// The connection is doing this from now on.
    pub(super) fn enter(&self, phase: Phase) {
        let word = (self.now() << PHASE_BITS) | phase.to_bits();
        self.phase.store(word, Ordering::Relaxed);
    }

    pub(super) fn phase(&self) -> Phase {
        Phase::from_bits(self.phase.load(Ordering::Relaxed))
    }

    /// What it is doing, and for how long. Unit: milliseconds.
    pub(super) fn phase_and_age(&self) -> (Phase, u64) {
        let word = self.phase.load(Ordering::Relaxed);
        let age = self.now().saturating_sub(word >> PHASE_BITS);
        (Phase::from_bits(word), age)
    }

    /// Bytes have come from the caller.
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

    /// Everything that was to be written has been.
    pub(super) fn flushed(&self) {
        let word = self.phase.load(Ordering::Relaxed);
        if Phase::from_bits(word) == Phase::Answered {
            let idle = (self.now() << PHASE_BITS) | Phase::Idle.to_bits();
            // On HTTP/2 another request may begin meanwhile.
            let _ = self
                .phase
                .compare_exchange(word, idle, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    /// A request is being answered, until what is returned is dropped.
    pub(super) fn serve(&self) -> Serving<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        self.enter(Phase::Busy);
        Serving(self)
    }

    pub(super) fn is_serving(&self) -> bool {
        self.in_flight.load(Ordering::Relaxed) > 0
    }

    /// The caller does not read what is to be written.
    pub(super) fn stuck(&self) {
        self.stuck_since.store(self.now().max(1), Ordering::Relaxed);
    }

    /// The caller reads again.
    pub(super) fn unstuck(&self) {
        self.stuck_since.store(0, Ordering::Relaxed);
    }

    /// For how long the caller has not read; nothing if he does. Unit: milliseconds.
    pub(super) fn stuck_for(&self) -> Option<u64> {
        let since = self.stuck_since.load(Ordering::Relaxed);
        (since > 0).then(|| self.now().saturating_sub(since))
    }

    /// The task that asks is woken from now on when the connection is told something. It has to be asked first, and once: the waker of
    /// a task stays what it is.
    pub(super) async fn enrol(&self) {
        core::future::poll_fn(|context| {
            *self.task() = Some(context.waker().clone());
            Poll::Ready(())
        })
        .await;
    }

    /// Tells the connection to do something, unless it has been told something weightier.
    pub(super) fn tell(&self, order: Order) {
        let before = self.order.fetch_max(order.to_bits(), Ordering::Relaxed);
        // The lock orders this with `enrol`: either the task is there to be woken, or it will see the order.
        if before < order.to_bits()
            && let Some(task) = &*self.task()
        {
            task.wake_by_ref();
        }
    }

    /// What the connection was told.
    pub(super) fn told(&self) -> Option<Order> {
        Order::from_bits(self.order.load(Ordering::Relaxed))
    }

    /// The connection has understood, and can be told so again.
    pub(super) fn understood(&self, order: Order) {
        let _ =
            self.order
                .compare_exchange(order.to_bits(), 0, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Waits for `work`, unless the connection is told to end.
    ///
    /// # Errors
    ///
    /// What it was told.
    pub(super) async fn unless_told<T>(&self, work: impl Future<Output = T>) -> Result<T, Order> {
        self.unless(Order::Drain, work).await
    }

    /// Waits for `work`, unless its time is over or the place is needed. That the server stops is no reason: it waits itself, for a
    /// while.
    ///
    /// # Errors
    ///
    /// What the connection was told.
    pub(super) async fn unless_late<T>(&self, work: impl Future<Output = T>) -> Result<T, Order> {
        self.unless(Order::Late, work).await
    }

    async fn unless<T>(&self, least: Order, work: impl Future<Output = T>) -> Result<T, Order> {
        let mut work = pin!(work);
        core::future::poll_fn(|context| {
            // The work first: what is done is done.
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

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct Serving<'s>(&'s ConnectionState);

impl Drop for Serving<'_> {
    fn drop(&mut self) {
        if self.0.in_flight.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.0.enter(Phase::Answered);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> (Arc<AtomicU64>, ConnectionState) {
        let clock = Arc::new(AtomicU64::new(1000));
        (Arc::clone(&clock), ConnectionState::new(clock))
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
    fn the_weightier_order_stands() {
        let (_, state) = state();
        assert_eq!(state.told(), None);
        for (told, stands) in [
            (Order::Late, Order::Late),
            (Order::Drain, Order::Late),
            (Order::Displaced, Order::Displaced),
        ] {
            state.tell(told);
            assert_eq!(state.told(), Some(stands));
        }
        state.understood(Order::Late);
        assert_eq!(state.told(), Some(Order::Displaced));
    }

    #[tokio::test]
    async fn who_waits_is_woken_by_an_order() {
        let (_, state) = state();
        let state = Arc::new(state);
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
