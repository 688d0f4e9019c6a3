//! What is to be written to the store: together, every few seconds.

use m2m_authority::diagnose::Diagnosis;
use m2m_authority::flow::RefusedEvent;
use m2m_authority::{RecordedClientId, TraceId};
use m2m_jwt::UnixTime;
use m2m_store::{IssuedCount, Refused, UsageBatch};

use super::log;

/// What was counted and noted since it was last written.
#[derive(Debug, Default)]
pub(super) struct Book {
    batch: UsageBatch,
    /// How many of the refusals are those of nobody in particular.
    of_others: usize,
    written_at: Option<UnixTime>,
    counted_at: Option<UnixTime>,
    /// What could not be kept until it was written.
    dropped: u64,
}

/// What is to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// Nothing.
    Nothing,
    /// Write what is here.
    Write,
    /// Collect the counts, and write them with what is here.
    CountAndWrite,
}

impl Book {
    /// Notes a refusal.
    pub(super) fn refused(&mut self, event: &RefusedEvent) {
        let is_known = matches!(event.client_id, RecordedClientId::Known(_));
        let room = if is_known {
            MOST_REFUSED
        } else {
            MOST_OF_OTHERS
        };
        let taken = if is_known {
            self.batch.refused.len()
        } else {
            self.of_others
        };
        if taken >= room {
            self.dropped += 1;
            return;
        }
        self.of_others += usize::from(!is_known);
        self.batch.refused.push(Refused {
            trace_id: event.trace_id,
            request_id: event.request_id.clone(),
            time: event.time,
            cause: event.cause,
            client_id: match &event.client_id {
                RecordedClientId::Known(client_id) => Some((**client_id).into()),
                RecordedClientId::None | RecordedClientId::Withheld { .. } => None,
            },
            address: event.address,
            diagnosis: None,
        });
    }

    /// Adds what was found out of a refusal that was noted. It mostly was just before.
    pub(super) fn diagnosed(&mut self, trace_id: TraceId, diagnosis: &Diagnosis) {
        let mut refused = self.batch.refused.iter_mut().rev();
        if let Some(refused) = refused.find(|refused| refused.trace_id == trace_id) {
            refused.diagnosis = Some(log::diagnosis(diagnosis).to_string().into());
        }
    }

    /// Adds what was counted.
    pub(super) fn counted(&mut self, counts: UsageBatch, now: UnixTime) {
        self.counted_at = Some(now);
        self.batch.issued.extend(counts.issued);
        self.batch.secrets.extend(counts.secrets);
    }

    /// What is to be done now. Refusals are written within a second or two, so that they can be looked up; counts every few.
    pub(super) fn due(&self, now: UnixTime) -> Due {
        let since = |at: Option<UnixTime>| {
            at.map_or(u64::MAX, |at| now.as_seconds().abs_diff(at.as_seconds()))
        };
        if since(self.counted_at) >= COUNT_EVERY_SECONDS {
            Due::CountAndWrite
        } else if !self.batch.refused.is_empty() && since(self.written_at) >= WRITE_EVERY_SECONDS {
            Due::Write
        } else {
            Due::Nothing
        }
    }

    /// Takes what is to be written.
    pub(super) fn take(&mut self, now: UnixTime) -> UsageBatch {
        self.written_at = Some(now);
        self.of_others = 0;
        core::mem::take(&mut self.batch)
    }

    /// Puts back what could not be written: counts always, refusals as far as there is room.
    pub(super) fn put_back(&mut self, batch: UsageBatch) {
        let UsageBatch {
            issued,
            secrets,
            refused,
        } = batch;
        self.batch.issued.extend(issued);
        self.batch.secrets.extend(secrets);
        // One application is one entry, however often it could not be written.
        self.batch.issued = summed(core::mem::take(&mut self.batch.issued));
        let later = core::mem::replace(&mut self.batch.refused, refused);
        let room = MOST_REFUSED.saturating_sub(self.batch.refused.len());
        self.dropped += u64::try_from(later.len().saturating_sub(room)).unwrap_or(u64::MAX);
        self.batch.refused.extend(later.into_iter().take(room));
    }
}

fn summed(mut counts: Vec<IssuedCount>) -> Vec<IssuedCount> {
    let key = |count: &IssuedCount| {
        (
            count.minute,
            count.client_id.clone(),
            count.audience.clone(),
        )
    };
    counts.sort_by_cached_key(key);
    counts.dedup_by(|later, earlier| {
        let same = key(later) == key(earlier);
        if same {
            earlier.tokens += later.tokens;
        }
        same
    });
    counts
}

/// How often counts are written. At most as much is lost when the machine fails. Unit: seconds.
const COUNT_EVERY_SECONDS: u64 = 10;

/// How often refusals are written. Unit: seconds.
const WRITE_EVERY_SECONDS: u64 = 1;

/// How many refusals wait to be written, at some 300 bytes each. What a flood has beyond them is in the log.
const MOST_REFUSED: usize = 5_000;

/// How many of them may be refusals of whoever is no client: a flood of unknown client ids leaves room for the others.
const MOST_OF_OTHERS: usize = 2_500;
