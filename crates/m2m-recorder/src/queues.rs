//! The queues in front of the worker, the most important events first.
//!
//! A stranger can have any number of requests refused, so every queue is bounded and some have priority over others: events before
//! their diagnoses, and the refusals of known clients before those of other callers. A flood of unknown client ids then displaces its own
//! entries, not the line that an operator waits for.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use m2m_authority::TraceId;
use m2m_authority::diagnose::Suspect;
use m2m_authority::flow::IssuedEvent;
use m2m_jwt::UnixTime;

use crate::counters::Counters;
use crate::entry::{Changed, Refused};
use crate::sampling::{Sampling, Summary};

/// The queues between the threads that answer callers and the worker.
#[derive(Debug)]
pub(crate) struct Queues {
    state: Mutex<State>,
    filled: Condvar,
    counters: Arc<dyn Counters>,
}

/// An event on its way to the worker.
#[derive(Debug)]
pub(crate) enum QueuedEvent {
    /// A refused request.
    Refused(Refused),
    /// A token that an operator got on behalf of an application.
    Issued(IssuedEvent),
    /// A change of the registry.
    Changed(Changed),
}

/// The numbers of events and lines that were lost since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dropped {
    /// Refusals of known clients, test tokens for them, and changes of the registry that are not in the log.
    pub of_known_clients: u64,
    /// Refusals of other callers.
    pub of_others: u64,
    /// Diagnoses of refusals that are in the log.
    pub diagnoses: u64,
    /// Refusals that are in the log, but could not be written to the store.
    pub unkept: u64,
    /// Other lines of the log, such as those that count tokens.
    pub lines: u64,
}

impl Dropped {
    /// Returns the sum of all numbers.
    pub const fn total(&self) -> u64 {
        let Self {
            of_known_clients,
            of_others,
            diagnoses,
            unkept,
            lines,
        } = *self;
        of_known_clients + of_others + diagnoses + unkept + lines
    }
}

/// The next task of the worker.
#[derive(Debug)]
pub(crate) enum Next {
    /// Log this event.
    Event(QueuedEvent),
    /// Find the evidence for these events, which have been logged.
    Suspects(Vec<(TraceId, Box<Suspect>)>),
    /// There is nothing to do at the moment.
    Idle,
    /// The queues are closed and empty.
    End,
}

#[derive(Debug, Default)]
struct State {
    known: Lane,
    others: Lane,
    sampling: Sampling,
    dropped: Dropped,
    closed: bool,
}

/// The refusals of some clients, and their test tokens.
#[derive(Debug, Default)]
struct Lane {
    events: VecDeque<QueuedEvent>,
    suspects: VecDeque<(TraceId, Box<Suspect>)>,
}

/// The maximum number of refusals that wait in a lane. At some 300 bytes each, the whole is small; a flood fills it whatever its size.
pub(crate) const MAX_EVENTS: usize = 4096;

/// The maximum number of diagnoses that wait in a lane. Each takes up to some milliseconds, and evidence should be there within a second.
/// A suspect has some 2 KiB, and at most 8.
pub(crate) const MAX_SUSPECTS: usize = 256;

/// The maximum number of diagnoses that are made together. Their records are read at once, which costs little more than reading those of one.
const MAX_SUSPECTS_AT_ONCE: usize = 32;

/// The time for which the worker waits for more after the first event.
const GATHERING_TIME: Duration = Duration::from_millis(20);

impl Queues {
    pub(crate) fn new(counters: Arc<dyn Counters>) -> Self {
        Self {
            state: Mutex::default(),
            filled: Condvar::new(),
            counters,
        }
    }

    /// Queues an event, and the data that the diagnosis of a refusal starts from, as far as there is room. A refusal beyond the budget of
    /// its source is counted. Never waits.
    pub(crate) fn push(&self, happened: QueuedEvent, suspect: Option<Box<Suspect>>) {
        if self.change(|state| state.push(happened, suspect)) {
            self.filled.notify_one();
        }
    }

    /// Takes the counts of refusals that were not queued one by one.
    pub(crate) fn take_summaries(&self, now: UnixTime) -> Vec<Summary> {
        self.lock().sampling.take(now)
    }

    /// Counts refusals again whose summary could not be logged.
    pub(crate) fn put_back(&self, summary: &Summary) {
        self.lock().sampling.put_back(summary);
    }

    /// Counts an event or a line as lost.
    pub(crate) fn drop_one(&self, count: impl FnOnce(&mut Dropped)) {
        self.change(|state| count(&mut state.dropped));
    }

    /// Changes the state. Events that this drops are counted at once.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let before = state.dropped.total();
        let changed = change(&mut state);
        self.counters
            .events_dropped(state.dropped.total().saturating_sub(before));
        changed
    }

    /// Returns the next task; [`Next::Idle`] if there is none for as long as `patience`.
    pub(crate) fn next(&self, patience: Duration) -> Next {
        let is_idle = |state: &mut State| state.is_empty() && !state.closed;
        let wait = |state, time, is_waiting: fn(&mut State) -> bool| {
            let waited = self.filled.wait_timeout_while(state, time, is_waiting);
            waited.unwrap_or_else(PoisonError::into_inner).0
        };
        let mut state = self.lock();
        if is_idle(&mut state) {
            state = wait(state, patience, is_idle);
            if !state.is_empty() {
                // Waking a thread for each event costs more than the event: those that follow soon are taken together.
                state = wait(state, GATHERING_TIME, |state| !state.closed);
            }
        }
        state.pop()
    }

    /// Accepts no more events. The events that wait are still returned; their diagnoses are not, since they would take too long.
    pub(crate) fn close(&self) {
        self.change(|state| {
            state.closed = true;
            state.drop_suspects();
        });
        self.filled.notify_all();
    }

    /// Drops the events that still wait.
    pub(crate) fn abandon(&self) {
        self.change(State::drop_events);
    }

    /// Returns the numbers of dropped events and lines since the start.
    pub(crate) fn dropped(&self) -> Dropped {
        self.lock().dropped
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No change of the state panics halfway.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns true if the worker waits for something to do.
    fn push(&mut self, happened: QueuedEvent, suspect: Option<Box<Suspect>>) -> bool {
        let (trace_id, is_known) = match &happened {
            QueuedEvent::Issued(_) | QueuedEvent::Changed(_) => (None, true),
            QueuedEvent::Refused(refused) => (Some(refused.event.trace_id), refused.is_of_known()),
        };
        let (lane, dropped) = if is_known {
            (&mut self.known, &mut self.dropped.of_known_clients)
        } else {
            (&mut self.others, &mut self.dropped.of_others)
        };
        if self.closed || lane.events.len() >= MAX_EVENTS {
            *dropped += 1;
            return false;
        }
        if let QueuedEvent::Refused(refused) = &happened
            && !self.sampling.admit(refused.caller, &refused.event)
        {
            return false;
        }
        let is_first = self.is_empty();
        let lane = if is_known {
            &mut self.known
        } else {
            &mut self.others
        };
        lane.events.push_back(happened);
        let (Some(trace_id), Some(suspect)) = (trace_id, suspect) else {
            return is_first;
        };
        if lane.suspects.len() < MAX_SUSPECTS {
            lane.suspects.push_back((trace_id, suspect));
        } else {
            self.dropped.diagnoses += 1;
        }
        is_first
    }

    fn pop(&mut self) -> Next {
        let mut lanes = [&mut self.known, &mut self.others];
        // All events first, so that each is in the log before its diagnosis.
        if let Some(event) = lanes.iter_mut().find_map(|lane| lane.events.pop_front()) {
            return Next::Event(event);
        }
        for lane in lanes {
            if !lane.suspects.is_empty() {
                let taken = lane.suspects.len().min(MAX_SUSPECTS_AT_ONCE);
                return Next::Suspects(lane.suspects.drain(..taken).collect());
            }
        }
        if self.closed { Next::End } else { Next::Idle }
    }

    fn is_empty(&self) -> bool {
        [&self.known, &self.others]
            .iter()
            .all(|lane| lane.events.is_empty() && lane.suspects.is_empty())
    }

    fn drop_suspects(&mut self) {
        for lane in [&mut self.known, &mut self.others] {
            self.dropped.diagnoses += count(lane.suspects.drain(..));
        }
    }

    fn drop_events(&mut self) {
        self.dropped.of_known_clients += count(self.known.events.drain(..));
        self.dropped.of_others += count(self.others.events.drain(..));
        self.dropped.of_others += self.sampling.counted();
        self.sampling = Sampling::default();
    }
}

fn count(items: impl Iterator) -> u64 {
    items.fold(0, |count, _| count + 1)
}

#[cfg(test)]
mod tests {
    use m2m_authority::Refusal;
    use m2m_errors::Cause;

    use super::*;
    use crate::CallerKind;
    use crate::tests::{Counted, KNOWN, OTHER, refused};

    fn event(trace_id: TraceId) -> QueuedEvent {
        let event = refused(trace_id);
        QueuedEvent::Refused(Refused {
            caller: CallerKind::of(&event),
            event,
            operation: None,
        })
    }

    fn queues() -> Queues {
        Queues::new(Arc::<Counted>::default())
    }

    /// Returns a refusal from another block of addresses each second, so that all are within their budgets.
    fn later(trace_id: TraceId, second: u64) -> QueuedEvent {
        let mut happened = event(trace_id);
        if let QueuedEvent::Refused(refused) = &mut happened {
            refused.event.time = refused.event.time.saturating_add_seconds(second);
        }
        happened
    }

    fn suspect() -> Option<Box<Suspect>> {
        Some(Refusal::of(Cause::SecretWrong).take_suspect())
    }

    /// Returns all that the queues contain, as letters: `K` and `O` an event of a known client and of another, `k` and `o` a diagnosis.
    fn drain(queues: &Queues) -> String {
        let letter = |trace_id| if trace_id == KNOWN { "K" } else { "O" };
        core::iter::from_fn(|| match queues.next(Duration::ZERO) {
            Next::Event(QueuedEvent::Refused(refused)) => {
                Some(letter(refused.event.trace_id).to_owned())
            }
            Next::Event(QueuedEvent::Issued(_)) => Some("T".to_owned()),
            Next::Event(QueuedEvent::Changed(_)) => Some("C".to_owned()),
            Next::Suspects(suspects) => {
                assert!(suspects.len() <= MAX_SUSPECTS_AT_ONCE);
                let letters = suspects.iter().map(|(trace_id, _)| letter(*trace_id));
                Some(letters.collect::<String>().to_ascii_lowercase())
            }
            Next::Idle | Next::End => None,
        })
        .collect()
    }

    #[test]
    fn events_come_before_diagnoses_and_known_clients_before_others() {
        let queues = queues();
        for trace_id in [OTHER, KNOWN, OTHER, KNOWN] {
            queues.push(event(trace_id), suspect());
        }
        assert_eq!(drain(&queues), "KKOOkkoo");
    }

    #[test]
    fn a_flood_of_unknown_clients_pushes_out_neither_event_nor_diagnosis_of_a_known_one() {
        let queues = queues();
        let sent = u64::try_from(MAX_EVENTS + 10).unwrap();
        (0..sent).for_each(|second| queues.push(later(OTHER, second), suspect()));
        queues.push(event(KNOWN), suspect());
        let dropped = Dropped {
            of_others: 10,
            diagnoses: u64::try_from(MAX_EVENTS - MAX_SUSPECTS).unwrap(),
            ..Dropped::default()
        };
        assert_eq!(queues.dropped(), dropped);
        let given_out = drain(&queues);
        assert!(given_out.starts_with("KO"));
        assert!(given_out.contains("Oko"));
        assert_eq!(given_out.matches('O').count(), MAX_EVENTS);
        assert_eq!(given_out.matches('o').count(), MAX_SUSPECTS);
    }

    #[test]
    fn a_closed_queue_returns_its_events_but_no_diagnosis_and_accepts_no_more() {
        let queues = queues();
        queues.push(event(KNOWN), suspect());
        queues.push(event(OTHER), suspect());
        queues.close();
        queues.push(event(KNOWN), suspect());
        assert_eq!(drain(&queues), "KO");
        assert!(matches!(queues.next(Duration::MAX), Next::End));
        let dropped = Dropped {
            of_known_clients: 1,
            diagnoses: 2,
            ..Dropped::default()
        };
        assert_eq!(queues.dropped(), dropped);
    }

    #[test]
    fn abandoned_events_are_counted() {
        let queues = queues();
        queues.push(event(KNOWN), None);
        queues.push(event(OTHER), None);
        queues.close();
        queues.abandon();
        assert_eq!(drain(&queues), "");
        let dropped = queues.dropped();
        assert_eq!((dropped.of_known_clients, dropped.of_others), (1, 1));
    }

    #[test]
    fn x26_lines_counts_and_losses_add_up_to_the_refusals() {
        let counted = Arc::new(Counted::default());
        let queues = Queues::new(Arc::<Counted>::clone(&counted));
        (0..10_000).for_each(|_| queues.push(event(OTHER), suspect()));
        queues.push(event(KNOWN), None);
        queues.close();
        (0..5).for_each(|_| queues.push(event(OTHER), None));
        let lines = u64::try_from(drain(&queues).matches('O').count()).unwrap();
        assert!(lines <= 50, "{lines}");
        queues.abandon();
        let dropped = queues.dropped();
        assert_eq!(lines + dropped.of_others, 10_005);
        assert!(queues.take_summaries(UnixTime::from_seconds(0)).is_empty());
        assert_eq!(counted.numbers().dropped, dropped.total());
    }
}
