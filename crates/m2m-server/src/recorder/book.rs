//! What is to be written to the store: refusals together every second, counts every minute.

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
    /// What could not be kept until it was written.
    dropped: u64,
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
    pub(super) fn counted(&mut self, counts: UsageBatch) {
        self.batch.issued.extend(counts.issued);
        self.batch.secrets.extend(counts.secrets);
    }

    /// Whether there are refusals that should be written now: within a second or two, so that they can be looked up.
    pub(super) fn is_due(&self, now: UnixTime) -> bool {
        let age = self
            .written_at
            .map_or(u64::MAX, |at| now.as_seconds().abs_diff(at.as_seconds()));
        !self.batch.refused.is_empty() && age >= WRITE_EVERY_SECONDS
    }

    /// Takes as much as is to be written at once; nothing at the end.
    pub(super) fn take(&mut self, now: UnixTime) -> Option<UsageBatch> {
        self.written_at = Some(now);
        self.of_others = 0;
        let batch = UsageBatch {
            issued: last_of(&mut self.batch.issued),
            secrets: last_of(&mut self.batch.secrets),
            refused: core::mem::take(&mut self.batch.refused),
        };
        (!batch.is_empty()).then_some(batch)
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

/// As many of the last as are written at once.
fn last_of<T>(all: &mut Vec<T>) -> Vec<T> {
    let rest = all.len().saturating_sub(MOST_AT_ONCE);
    let last = all.split_off(rest);
    if all.is_empty() {
        // A hundred thousand counts are not kept room for until there are as many again.
        *all = Vec::new();
    }
    last
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

/// So many counts are written in one transaction, so that changes of the registry do not wait for long behind a hundred thousand.
const MOST_AT_ONCE: usize = 5_000;

/// How often refusals are written. Unit: seconds.
const WRITE_EVERY_SECONDS: u64 = 1;

/// How many refusals wait to be written, at some 300 bytes each. What a flood has beyond them is in the log.
const MOST_REFUSED: usize = 5_000;

/// How many of them may be refusals of whoever is no client: a flood of unknown client ids leaves room for the others.
const MOST_OF_OTHERS: usize = 2_500;

#[cfg(test)]
mod tests {
    use super::super::tests::{KNOWN, OTHER, refused};
    use super::*;

    const NOON: UnixTime = UnixTime::from_seconds(1_800_014_400);

    fn counts(tokens: &[u64]) -> UsageBatch {
        UsageBatch {
            issued: (tokens.iter().enumerate())
                .map(|(at, tokens)| IssuedCount {
                    minute: 7,
                    client_id: format!("client-{}", at % 2).into(),
                    audience: "https://orders.example/api".into(),
                    tokens: *tokens,
                })
                .collect(),
            ..UsageBatch::default()
        }
    }

    #[test]
    fn what_could_not_be_written_is_written_with_what_comes_later() {
        let mut book = Book::default();
        book.counted(counts(&[1, 2]));
        book.refused(&refused(KNOWN));
        let batch = book.take(NOON).unwrap();
        book.counted(counts(&[10, 20]));
        book.refused(&refused(KNOWN));
        book.put_back(batch);
        let batch = book.take(NOON).unwrap();
        let tokens: Vec<u64> = batch.issued.iter().map(|count| count.tokens).collect();
        assert_eq!(tokens, [11, 22], "one line for each application");
        assert_eq!(batch.refused.len(), 2);
        assert!(book.take(NOON).is_none());
    }

    #[test]
    fn x20_a_flood_of_strangers_leaves_room_for_the_refusals_of_clients() {
        let mut book = Book::default();
        (0..MOST_REFUSED).for_each(|_| book.refused(&refused(OTHER)));
        book.refused(&refused(KNOWN));
        let batch = book.take(NOON).unwrap();
        assert_eq!(batch.refused.len(), MOST_OF_OTHERS + 1);
        assert!(
            batch
                .refused
                .iter()
                .any(|refused| refused.trace_id == KNOWN)
        );
    }

    #[test]
    fn many_counts_are_written_in_turns() {
        let mut book = Book::default();
        book.counted(counts(&[1; MOST_AT_ONCE + 1]));
        let lengths: Vec<usize> = core::iter::from_fn(|| book.take(NOON))
            .map(|batch| batch.issued.len())
            .collect();
        assert_eq!(lengths, [MOST_AT_ONCE, 1]);
    }

    #[test]
    fn refusals_are_due_a_second_after_the_last_write() {
        let mut book = Book::default();
        assert!(!book.is_due(NOON), "there are none");
        book.refused(&refused(KNOWN));
        assert!(book.is_due(NOON));
        let _ = book.take(NOON);
        book.refused(&refused(KNOWN));
        assert!(!book.is_due(NOON));
        assert!(book.is_due(NOON.saturating_add_seconds(1)));
    }
}
