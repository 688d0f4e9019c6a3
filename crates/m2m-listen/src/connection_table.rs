//! The table of all connections: their number, their time limits, and the choice of one to close at the maximum.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::Times;
use super::connection_state::{ConnectionState, Order, Phase};

/// All connections of a listener.
#[derive(Debug)]
pub(super) struct ConnectionTable {
    taken: Mutex<Taken>,
    /// Notified when a connection ends.
    freed: Notify,
    clock: Arc<AtomicU64>,
    times: Times,
    most: usize,
}

#[derive(Debug, Default)]
struct Taken {
    table: Vec<Arc<ConnectionState>>,
    /// The beginning of the next sample.
    cursor: usize,
}

impl ConnectionTable {
    pub(super) fn new(most: usize, times: Times) -> Arc<Self> {
        Arc::new(Self {
            taken: Mutex::default(),
            freed: Notify::new(),
            clock: Arc::new(AtomicU64::new(0)),
            times,
            most,
        })
    }

    /// A place for a new connection, if there is one, or if another connection can be closed for it.
    pub(super) async fn take(self: &Arc<Self>) -> Option<Slot> {
        if self.len() >= self.most {
            // Connections are accepted one after the other: to wait without a candidate would only delay the next.
            if !self.displace() {
                return None;
            }
            let until = Instant::now() + DISPLACING_TIME;
            while self.len() >= self.most {
                let freed = self.freed.notified();
                if self.len() >= self.most && tokio::time::timeout_at(until, freed).await.is_err() {
                    return None;
                }
            }
        }
        let state = Arc::new(ConnectionState::new(Arc::clone(&self.clock)));
        let mut taken = self.taken();
        state.index.store(taken.table.len(), Ordering::Relaxed);
        taken.table.push(Arc::clone(&state));
        Some(Slot {
            table: Arc::clone(self),
            state,
        })
    }

    /// The number of connections.
    pub(super) fn len(&self) -> usize {
        self.taken().table.len()
    }

    /// Orders the connection of a sample that has waited longest for its caller to close.
    ///
    /// A sample is enough: a caller that fills the server with connections owns most of any sample.
    pub(super) fn displace(&self) -> bool {
        let mut taken = self.taken();
        let count = taken.table.len();
        let start = taken.cursor.min(count);
        taken.cursor = (start + SAMPLE).checked_rem(count).unwrap_or(0);
        let (before, after) = taken.table.split_at(start);
        let sample = after.iter().chain(before).take(SAMPLE);
        let longest = sample
            .filter_map(|state| Some((waits_for(state)?, state)))
            .max_by_key(|(age, _)| *age);
        if let Some((_, state)) = longest {
            state.tell(Order::Displaced);
        }
        longest.is_some()
    }

    /// Gives all connections an order.
    pub(super) fn tell_all(&self, order: Order) {
        for state in &self.taken().table {
            state.tell(order);
        }
    }

    /// Waits until there is no connection.
    pub(super) async fn emptied(&self) {
        loop {
            let freed = self.freed.notified();
            if self.len() == 0 {
                return;
            }
            freed.await;
        }
    }

    /// Advances the clock, and orders connections whose time is over to close. Never returns.
    pub(super) async fn sweep(&self) {
        let began = Instant::now();
        let mut ticks = tokio::time::interval(self.times.sweep_interval());
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let now = milliseconds(began.elapsed()).max(1);
            self.clock.store(now, Ordering::Relaxed);
            for state in &self.taken().table {
                state.settle();
                if is_late(state, &self.times) {
                    state.tell(Order::Late);
                }
            }
        }
    }

    fn leave(&self, state: &ConnectionState) {
        let mut taken = self.taken();
        let index = state.index.load(Ordering::Relaxed);
        taken.table.swap_remove(index);
        if let Some(moved) = taken.table.get(index) {
            moved.index.store(index, Ordering::Relaxed);
        }
        drop(taken);
        self.freed.notify_waiters();
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The time for which a connection has waited for its caller, if it may be closed for another one. Unit: milliseconds.
fn waits_for(state: &ConnectionState) -> Option<u64> {
    if state.told().is_some_and(|order| order >= Order::Late) {
        return None;
    }
    let (phase, age) = state.phase_and_age();
    match phase {
        Phase::Opening | Phase::Idle => Some(age),
        // A request that takes a second to arrive or to be answered is a slow one, and so is a caller that takes one to see the answer.
        Phase::Head | Phase::Busy | Phase::Answered | Phase::Ending => {
            (age >= milliseconds(GRACE)).then_some(age)
        }
    }
}

fn is_late(state: &ConnectionState, times: &Times) -> bool {
    if state
        .stuck_for()
        .is_some_and(|stuck| stuck > milliseconds(times.write))
    {
        return true;
    }
    if state.is_serving() {
        // The handler limits the time of the body.
        return false;
    }
    let (phase, age) = state.phase_and_age();
    let limit = match phase {
        Phase::Opening => times.opening,
        Phase::Idle => times.idle,
        Phase::Head => times.head,
        Phase::Busy | Phase::Answered => times.write,
        Phase::Ending => times.linger,
    };
    age > milliseconds(limit)
}

pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The place of a connection in the table, until it is dropped.
#[derive(Debug)]
pub(super) struct Slot {
    table: Arc<ConnectionTable>,
    state: Arc<ConnectionState>,
}

impl Slot {
    pub(super) const fn state(&self) -> &Arc<ConnectionState> {
        &self.state
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.table.leave(&self.state);
    }
}

/// The number of connections among which one is chosen to be closed.
const SAMPLE: usize = 16;

/// The time for which a request protects its connection from being closed for another one.
const GRACE: Duration = Duration::from_secs(1);

/// The time for which a new connection waits for the one that is closed for it, which only has to be woken.
const DISPLACING_TIME: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use super::*;

    async fn places(table: &Arc<ConnectionTable>, count: usize) -> Vec<Slot> {
        let mut places = Vec::new();
        for _ in 0..count {
            places.push(table.take().await.unwrap());
        }
        places
    }

    fn displaced(places: &[Slot]) -> Vec<usize> {
        (0..places.len())
            .filter(|&index| places[index].state().told() == Some(Order::Displaced))
            .collect()
    }

    #[tokio::test]
    async fn the_connection_that_is_idle_longest_is_closed() {
        let table = ConnectionTable::new(10, Times::DEFAULT);
        let places = places(&table, 5).await;
        for (place, at) in places.iter().zip([500, 100, 400, 50, 300]) {
            table.clock.store(at, Ordering::Relaxed);
            place.state().enter(Phase::Idle);
        }
        let _busy = places[3].state().serve();
        table.clock.store(600, Ordering::Relaxed);
        assert!(table.displace());
        assert_eq!(displaced(&places), [1], "the oldest of all is being served");
        assert!(table.displace());
        assert_eq!(displaced(&places), [1, 4]);
    }

    #[tokio::test]
    async fn a_connection_with_a_request_keeps_its_place_for_a_second() {
        let table = ConnectionTable::new(10, Times::DEFAULT);
        let places = places(&table, 1).await;
        let _busy = places[0].state().serve();
        assert!(!table.displace());
        table.clock.store(1000, Ordering::Relaxed);
        assert!(table.displace());
    }

    #[tokio::test]
    async fn a_new_connection_waits_for_the_place_of_the_one_that_is_closed() {
        let table = ConnectionTable::new(2, Times::DEFAULT);
        let mut places = places(&table, 2).await;
        assert!(table.take().await.is_none(), "no task obeys the order");
        let taking = tokio::spawn({
            let table = Arc::clone(&table);
            async move { table.take().await.is_some() }
        });
        tokio::task::yield_now().await;
        places.remove(0);
        assert!(taking.await.unwrap());
        assert_eq!(table.len(), 1);
        drop(places);
        table.emptied().await;
    }

    #[tokio::test]
    async fn each_phase_has_its_time() {
        let table = ConnectionTable::new(10, Times::DEFAULT);
        let places = places(&table, 1).await;
        let state = places[0].state();
        for (phase, limit) in [
            (Phase::Opening, Times::DEFAULT.opening),
            (Phase::Idle, Times::DEFAULT.idle),
            (Phase::Head, Times::DEFAULT.head),
            (Phase::Ending, Times::DEFAULT.linger),
        ] {
            table.clock.store(0, Ordering::Relaxed);
            state.enter(phase);
            table.clock.store(milliseconds(limit), Ordering::Relaxed);
            assert!(!is_late(state, &Times::DEFAULT), "{phase:?}");
            table.clock.fetch_add(1, Ordering::Relaxed);
            assert!(is_late(state, &Times::DEFAULT), "{phase:?}");
            let _serving = state.serve();
            assert!(!is_late(state, &Times::DEFAULT), "{phase:?}");
        }
    }
}
