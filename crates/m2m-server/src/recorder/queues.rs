//! What waits for the worker, the most important first.
//!
//! A stranger can have any number of requests refused, so that every queue is bounded and some are more worth than others: what
//! happened before why it happened, and the refusals of known clients before those of whoever else. A flood of unknown client ids
//! then costs itself, not the line that an operator waits for.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use m2m_authority::diagnose::Suspect;
use m2m_authority::flow::Event;
use m2m_authority::{RecordedClientId, TraceId};

/// The queues between those who answer callers and the worker.
#[derive(Debug, Default)]
pub(super) struct Queues {
    state: Mutex<State>,
    filled: Condvar,
}

/// What did not fit into the queues since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Dropped {
    /// Refusals of known clients, and test tokens for them.
    pub(crate) of_known_clients: u64,
    /// Refusals of anybody else.
    pub(crate) of_others: u64,
    /// Diagnoses of refusals that are in the log.
    pub(crate) diagnoses: u64,
    /// Refusals that are in the log, and did not get from there into the store.
    pub(crate) unkept: u64,
}

impl Dropped {
    /// All of it.
    pub(crate) const fn total(&self) -> u64 {
        let Self {
            of_known_clients,
            of_others,
            diagnoses,
            unkept,
        } = *self;
        of_known_clients + of_others + diagnoses + unkept
    }
}

/// What the worker has to do next.
#[derive(Debug)]
pub(super) enum Next {
    /// Make this known.
    Event(Event),
    /// Find the evidence for what has been made known.
    Suspect(TraceId, Box<Suspect>),
    /// Nothing for the time being.
    Idle,
    /// Nothing any more.
    End,
}

#[derive(Debug, Default)]
struct State {
    known: Lane,
    others: Lane,
    dropped: Dropped,
    closed: bool,
}

/// The refusals of some clients, and their test tokens.
#[derive(Debug, Default)]
struct Lane {
    events: VecDeque<Event>,
    suspects: VecDeque<(TraceId, Box<Suspect>)>,
}

/// How many refusals can wait in a lane. At some 300 bytes each, the whole is small; a flood fills it whatever its size.
pub(super) const MOST_EVENTS: usize = 4096;

/// How many diagnoses can wait in a lane. Each takes up to some milliseconds, and evidence is for within a second.
pub(super) const MOST_SUSPECTS: usize = 256;

impl Queues {
    /// Takes a refusal and what its diagnosis starts from, or a test token, as far as there is room. Never waits.
    pub(super) fn push(&self, event: Event, suspect: Option<Box<Suspect>>) {
        self.lock().push(event, suspect);
        self.filled.notify_one();
    }

    /// What comes next; [`Next::Idle`] if there is nothing for as long as `patience`.
    pub(super) fn next(&self, patience: Duration) -> Next {
        let is_idle = |state: &mut State| state.is_empty() && !state.closed;
        let (mut state, _) = self
            .filled
            .wait_timeout_while(self.lock(), patience, is_idle)
            .unwrap_or_else(PoisonError::into_inner);
        state.pop()
    }

    /// Takes nothing more. The events that wait are still given out; their diagnoses are not, for they would take too long.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.drop_suspects();
        drop(state);
        self.filled.notify_all();
    }

    /// Gives out nothing more either.
    pub(super) fn abandon(&self) {
        self.lock().drop_events();
    }

    /// What was dropped since the start.
    pub(super) fn dropped(&self) -> Dropped {
        self.lock().dropped
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No change of the state can end in its middle.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn push(&mut self, event: Event, suspect: Option<Box<Suspect>>) {
        let (trace_id, is_known) = match &event {
            Event::Issued(_) => (None, true),
            Event::Refused(event) => {
                let is_known = matches!(event.client_id, RecordedClientId::Known(_));
                (Some(event.trace_id), is_known)
            }
        };
        let (lane, dropped) = if is_known {
            (&mut self.known, &mut self.dropped.of_known_clients)
        } else {
            (&mut self.others, &mut self.dropped.of_others)
        };
        if self.closed || lane.events.len() >= MOST_EVENTS {
            *dropped += 1;
            return;
        }
        lane.events.push_back(event);
        let (Some(trace_id), Some(suspect)) = (trace_id, suspect) else {
            return;
        };
        if lane.suspects.len() < MOST_SUSPECTS {
            lane.suspects.push_back((trace_id, suspect));
        } else {
            self.dropped.diagnoses += 1;
        }
    }

    fn pop(&mut self) -> Next {
        let mut lanes = [&mut self.known, &mut self.others];
        // All events first, so that each stands in the log before its diagnosis.
        if let Some(event) = lanes.iter_mut().find_map(|lane| lane.events.pop_front()) {
            return Next::Event(event);
        }
        if let Some((trace_id, suspect)) =
            lanes.iter_mut().find_map(|lane| lane.suspects.pop_front())
        {
            return Next::Suspect(trace_id, suspect);
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
    }
}

fn count(items: impl Iterator) -> u64 {
    items.fold(0, |count, _| count + 1)
}

#[cfg(test)]
mod tests {
    use m2m_authority::Refusal;
    use m2m_errors::Cause;

    use super::super::tests::{KNOWN, OTHER, refused};
    use super::*;

    fn event(trace_id: TraceId) -> Event {
        Event::Refused(refused(trace_id))
    }

    fn suspect() -> Option<Box<Suspect>> {
        Some(Refusal::of(Cause::SecretWrong).take_suspect())
    }

    /// All that the queues have, as letters: `K` and `O` an event of a known client and of another, `k` and `o` a diagnosis.
    fn drain(queues: &Queues) -> String {
        let letter = |trace_id| if trace_id == KNOWN { 'K' } else { 'O' };
        core::iter::from_fn(|| match queues.next(Duration::ZERO) {
            Next::Event(Event::Refused(event)) => Some(letter(event.trace_id)),
            Next::Event(Event::Issued(_)) => Some('T'),
            Next::Suspect(trace_id, _) => Some(letter(trace_id).to_ascii_lowercase()),
            Next::Idle | Next::End => None,
        })
        .collect()
    }

    #[test]
    fn events_come_before_diagnoses_and_known_clients_before_others() {
        let queues = Queues::default();
        for trace_id in [OTHER, KNOWN, OTHER, KNOWN] {
            queues.push(event(trace_id), suspect());
        }
        assert_eq!(drain(&queues), "KKOOkkoo");
    }

    #[test]
    fn a_flood_of_unknown_clients_pushes_out_neither_event_nor_diagnosis_of_a_known_one() {
        let queues = Queues::default();
        (0..MOST_EVENTS + 10).for_each(|_| queues.push(event(OTHER), suspect()));
        queues.push(event(KNOWN), suspect());
        let dropped = Dropped {
            of_known_clients: 0,
            of_others: 10,
            diagnoses: u64::try_from(MOST_EVENTS - MOST_SUSPECTS).unwrap(),
            unkept: 0,
        };
        assert_eq!(queues.dropped(), dropped);
        let given_out = drain(&queues);
        assert!(given_out.starts_with("KO"));
        assert!(given_out.contains("Oko"));
        assert_eq!(given_out.matches('O').count(), MOST_EVENTS);
        assert_eq!(given_out.matches('o').count(), MOST_SUSPECTS);
    }

    #[test]
    fn a_closed_queue_gives_out_its_events_and_no_diagnosis_and_takes_no_more() {
        let queues = Queues::default();
        queues.push(event(KNOWN), suspect());
        queues.push(event(OTHER), suspect());
        queues.close();
        queues.push(event(KNOWN), suspect());
        assert_eq!(drain(&queues), "KO");
        assert!(matches!(queues.next(Duration::MAX), Next::End));
        let dropped = Dropped {
            of_known_clients: 1,
            of_others: 0,
            diagnoses: 2,
            unkept: 0,
        };
        assert_eq!(queues.dropped(), dropped);
    }

    #[test]
    fn abandoned_events_are_counted() {
        let queues = Queues::default();
        queues.push(event(KNOWN), None);
        queues.push(event(OTHER), None);
        queues.close();
        queues.abandon();
        assert_eq!(drain(&queues), "");
        let dropped = queues.dropped();
        assert_eq!((dropped.of_known_clients, dropped.of_others), (1, 1));
    }
}
