//! Refusals and counters for the tests.

use std::sync::Mutex;

use m2m_authority::flow::RefusedEvent;
use m2m_authority::{RecordedClientId, TraceId};
use m2m_errors::Cause;
use m2m_jwt::UnixTime;
use m2m_store::FailureKind;

use crate::Counters;

/// The name of a refusal of a known client.
pub(crate) const KNOWN: TraceId = TraceId::from_random([1; 16]);
/// The name of a refusal of any other caller.
pub(crate) const OTHER: TraceId = TraceId::from_random([2; 16]);

pub(crate) fn refused(trace_id: TraceId) -> RefusedEvent {
    RefusedEvent {
        time: UnixTime::from_seconds(1_800_000_000),
        trace_id,
        request_id: None,
        address: None,
        client_id: if trace_id == KNOWN {
            RecordedClientId::Known("billing-job".into())
        } else {
            RecordedClientId::None
        },
        cause: Cause::SecretWrong,
        operator: None,
    }
}

/// Counters that tests read.
#[derive(Debug, Default)]
pub(crate) struct Counted(Mutex<Numbers>);

/// The numbers so far.
#[derive(Debug, Default, Clone)]
pub(crate) struct Numbers {
    issued: u64,
    refused: u64,
    pub(crate) dropped: u64,
    pub(crate) summarized: u64,
    pub(crate) unwritten_lines: usize,
    pub(crate) store_failures: Vec<FailureKind>,
}

impl Counted {
    pub(crate) fn numbers(&self) -> Numbers {
        self.0.lock().unwrap().clone()
    }

    fn add(&self, add: impl FnOnce(&mut Numbers)) {
        add(&mut self.0.lock().unwrap());
    }
}

impl Counters for Counted {
    fn issued(&self) {
        self.add(|numbers| numbers.issued += 1);
    }

    fn token_reused(&self) {}

    fn applications_asking_often(&self, _: usize) {}

    fn test_token_issued(&self) {}

    fn refused(&self, _: Cause) {
        self.add(|numbers| numbers.refused += 1);
    }

    fn management_refused(&self, _: &str) {}

    fn events_dropped(&self, more: u64) {
        self.add(|numbers| numbers.dropped += more);
    }

    fn refusals_summarized(&self, more: u64) {
        self.add(|numbers| numbers.summarized += more);
    }

    fn log_writes_failed(&self, lines: usize) {
        self.add(|numbers| numbers.unwritten_lines += lines);
    }

    fn store_failed(&self, kind: FailureKind) {
        self.add(|numbers| numbers.store_failures.push(kind));
    }

    fn issued_and_refused(&self) -> (u64, u64) {
        let numbers = self.numbers();
        (numbers.issued, numbers.refused)
    }
}
