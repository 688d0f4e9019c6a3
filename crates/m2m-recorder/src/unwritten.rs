//! The data that waits to be written to the store: refusals are written together every second, counts every minute.

use m2m_admin::DiagnosisRecord;
use m2m_authority::{RecordedClientId, TraceId};
use m2m_jwt::UnixTime;
use m2m_store::{Diagnosed, IssuedCount, RefusalRoom, ScopeUse, SecretUse, UsageBatch};

use crate::{Refused, log};

/// The counts and refusals since the last write.
#[derive(Debug, Default)]
pub(crate) struct Unwritten {
    batch: UsageBatch,
    room: RefusalRoom,
    /// The length of the diagnoses. Unit: bytes.
    bytes: usize,
    written_at: Option<UnixTime>,
}

impl Unwritten {
    /// Adds a refusal. Returns false if there is no room for it.
    pub(crate) fn refused(&mut self, refused: &Refused) -> bool {
        let event = &refused.event;
        let client_id = match &event.client_id {
            RecordedClientId::Known(client_id) => Some(Box::from(&**client_id)),
            RecordedClientId::None | RecordedClientId::Withheld { .. } => None,
        };
        let authenticated = refused.caller.is_authenticated();
        if !self.room.take(client_id.is_some(), authenticated) {
            return false;
        }
        let record = refused.operation.as_deref().map(|operation| {
            DiagnosisRecord::of_operation(m2m_admin::RefusedOperation {
                operation: operation.operation.map(ToOwned::to_owned),
                status: operation.status,
                code: operation.code.clone().into(),
                reason: operation.reason.clone().map(Into::into),
            })
        });
        self.batch.refused.push(m2m_store::Refused {
            trace_id: event.trace_id,
            request_id: log::clean(event.request_id.as_ref()).cloned(),
            time: event.time,
            cause: event.cause,
            client_id,
            authenticated,
            address: event.address,
            diagnosis: record.map(|record| record.to_json()),
        });
        true
    }

    /// Adds the diagnosis of a refusal, if there is room for it. It becomes a part of the refusal, or a change to it if that has been written.
    pub(crate) fn diagnosed(&mut self, trace_id: TraceId, diagnosis: Box<str>) {
        if self.bytes + diagnosis.len() > MAX_DIAGNOSED_BYTES {
            return;
        }
        let mut latest = self.batch.refused.iter_mut().rev();
        match latest.find(|refused| refused.trace_id == trace_id) {
            Some(refused) => {
                self.bytes += diagnosis.len();
                refused.diagnosis = Some(diagnosis);
            }
            None if self.batch.diagnosed.len() < MAX_REFUSED => {
                self.bytes += diagnosis.len();
                self.batch.diagnosed.push(Diagnosed {
                    trace_id,
                    diagnosis,
                });
            }
            None => {}
        }
    }

    /// Drops the latest diagnoses if all together are too long.
    fn bound_diagnosed(&mut self) {
        let refused = self.batch.refused.iter();
        let of_refused = refused.filter_map(|refused| refused.diagnosis.as_deref());
        let diagnosed = self.batch.diagnosed.iter();
        let all = of_refused.chain(diagnosed.map(|diagnosed| &*diagnosed.diagnosis));
        self.bytes = all.map(str::len).sum();
        while self.bytes > MAX_DIAGNOSED_BYTES
            && let Some(last) = self.batch.diagnosed.pop()
        {
            self.bytes -= last.diagnosis.len();
        }
        let mut latest = self.batch.refused.iter_mut().rev();
        while self.bytes > MAX_DIAGNOSED_BYTES
            && let Some(refused) = latest.next()
        {
            self.bytes -= refused.diagnosis.take().map_or(0, |last| last.len());
        }
    }

    /// Adds counts.
    pub(crate) fn counted(&mut self, counts: UsageBatch) {
        self.batch.issued.extend(counts.issued);
        self.batch.secrets.extend(counts.secrets);
        self.batch.scopes.extend(counts.scopes);
    }

    /// Returns true if there are refusals to be written now: they should be available for look-ups within a second or two.
    pub(crate) fn is_due(&self, now: UnixTime) -> bool {
        let age = self
            .written_at
            .map_or(u64::MAX, |at| now.as_seconds().abs_diff(at.as_seconds()));
        let is_empty = self.batch.refused.is_empty() && self.batch.diagnosed.is_empty();
        !is_empty && age >= WRITE_EVERY_SECONDS
    }

    /// Takes as much as is to be written at once; returns nothing when nothing is left.
    pub(crate) fn take(&mut self, now: UnixTime) -> Option<UsageBatch> {
        self.written_at = Some(now);
        self.room = RefusalRoom::default();
        self.bytes = 0;
        let batch = UsageBatch {
            issued: last_of(&mut self.batch.issued),
            secrets: last_of(&mut self.batch.secrets),
            scopes: last_of(&mut self.batch.scopes),
            refused: core::mem::take(&mut self.batch.refused),
            diagnosed: core::mem::take(&mut self.batch.diagnosed),
        };
        (!batch.is_empty()).then_some(batch)
    }

    /// Puts back a batch that could not be written: counts always, refusals as far as there is room. Returns the number of refusals dropped.
    pub(crate) fn put_back(&mut self, batch: UsageBatch) -> u64 {
        let UsageBatch {
            issued,
            secrets,
            scopes,
            refused,
            diagnosed,
        } = batch;
        self.batch.issued.extend(issued);
        self.batch.secrets.extend(secrets);
        self.batch.scopes.extend(scopes);
        // Each application, secret and scope has one entry, however many writes have failed.
        self.batch.issued = IssuedCount::summed(core::mem::take(&mut self.batch.issued));
        self.batch.secrets = SecretUse::latest(core::mem::take(&mut self.batch.secrets));
        self.batch.scopes = ScopeUse::latest(core::mem::take(&mut self.batch.scopes));
        put_before(refused, &mut self.batch.refused);
        let all = self.batch.refused.len();
        self.room = RefusalRoom::default();
        let room = &mut self.room;
        let kept = &mut self.batch.refused;
        kept.retain(|it| room.take(it.client_id.is_some(), it.authenticated));
        let surplus = all.saturating_sub(self.batch.refused.len());
        put_before(diagnosed, &mut self.batch.diagnosed);
        self.bound_diagnosed();
        u64::try_from(surplus).unwrap_or(u64::MAX)
    }
}

/// Puts earlier elements before later ones.
fn put_before<T>(earlier: Vec<T>, all: &mut Vec<T>) {
    let later = core::mem::replace(all, earlier);
    all.extend(later);
}

/// Takes elements from the end, as many as are written at once.
fn last_of<T>(all: &mut Vec<T>) -> Vec<T> {
    let rest = all.len().saturating_sub(MAX_AT_ONCE);
    let last = all.split_off(rest);
    if all.is_empty() {
        // Frees the memory, which may be that of a hundred thousand counts.
        *all = Vec::new();
    }
    last
}

/// The maximum number of counts in one transaction, so that changes of the registry do not wait for long behind a hundred thousand.
const MAX_AT_ONCE: usize = 5_000;

/// The interval at which refusals are written. Unit: seconds.
const WRITE_EVERY_SECONDS: u64 = 1;

/// The maximum number of refusals and of diagnoses that wait to be written. A flood beyond it is in the log.
const MAX_REFUSED: usize = RefusalRoom::MAX;

/// The maximum length of the diagnoses that wait to be written: a usual one has some 300 bytes, and none more than
/// [`DiagnosisRecord::MAX_BYTES`] and its rest. Unit: bytes.
const MAX_DIAGNOSED_BYTES: usize = 4 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CallerKind;
    use crate::tests::{KNOWN, OTHER};

    fn refused(trace_id: TraceId) -> Refused {
        let event = crate::tests::refused(trace_id);
        Refused {
            caller: CallerKind::of(&event),
            event,
            operation: None,
        }
    }

    const NOON: UnixTime = UnixTime::from_seconds(1_800_014_400);

    fn counts(tokens: &[u64]) -> UsageBatch {
        UsageBatch {
            issued: (tokens.iter().enumerate())
                .map(|(at, tokens)| IssuedCount {
                    reused: 0,
                    beyond_quota: 0,
                    minute: 7,
                    client_id: format!("client-{}", at % 2).into(),
                    audience: "https://orders.example/api".into(),
                    tokens: *tokens,
                    ignored: None,
                })
                .collect(),
            ..UsageBatch::default()
        }
    }

    #[test]
    fn unwritten_counts_are_written_with_later_ones() {
        let mut unwritten = Unwritten::default();
        unwritten.counted(counts(&[1, 2]));
        unwritten.refused(&refused(KNOWN));
        let batch = unwritten.take(NOON).unwrap();
        unwritten.counted(counts(&[10, 20]));
        unwritten.refused(&refused(KNOWN));
        unwritten.put_back(batch);
        let batch = unwritten.take(NOON).unwrap();
        let tokens: Vec<u64> = batch.issued.iter().map(|count| count.tokens).collect();
        assert_eq!(tokens, [11, 22], "one line for each application");
        assert_eq!(batch.refused.len(), 2);
        assert!(unwritten.take(NOON).is_none());
    }

    #[test]
    fn uses_have_one_entry_each_however_many_writes_have_failed() {
        let mut unwritten = Unwritten::default();
        for seconds in [5, 7, 6] {
            let at = NOON.saturating_add_seconds(seconds);
            let client_id: Box<str> = "billing-job".into();
            unwritten.counted(UsageBatch {
                secrets: vec![SecretUse {
                    client_id: client_id.clone(),
                    secret_id: "s1".into(),
                    at,
                }],
                scopes: vec![ScopeUse {
                    client_id,
                    audience: "https://orders.example/api".into(),
                    scope: Some("read:orders".into()),
                    at,
                }],
                ..UsageBatch::default()
            });
            let batch = unwritten.take(NOON).unwrap();
            unwritten.put_back(batch);
        }
        let batch = unwritten.take(NOON).unwrap();
        let latest = NOON.saturating_add_seconds(7);
        let secrets: Vec<UnixTime> = batch.secrets.iter().map(|used| used.at).collect();
        let scopes: Vec<UnixTime> = batch.scopes.iter().map(|used| used.at).collect();
        assert_eq!((secrets, scopes), (vec![latest], vec![latest]));
    }

    #[test]
    fn x20_a_flood_of_strangers_leaves_room_for_the_refusals_of_clients() {
        let mut unwritten = Unwritten::default();
        let strangers = (0..MAX_REFUSED).filter(|_| unwritten.refused(&refused(OTHER)));
        assert_eq!(strangers.count(), RefusalRoom::MAX_NAMELESS);
        unwritten.refused(&refused(KNOWN));
        let batch = unwritten.take(NOON).unwrap();
        assert_eq!(batch.refused.len(), RefusalRoom::MAX_NAMELESS + 1);
        assert!(
            batch
                .refused
                .iter()
                .any(|refused| refused.trace_id == KNOWN)
        );
    }

    #[test]
    fn x20_a_flood_that_only_names_a_client_leaves_room_for_its_own_refusals() {
        let mut unwritten = Unwritten::default();
        let own = Refused {
            caller: CallerKind::Authenticated,
            ..refused(KNOWN)
        };
        let flood = |unwritten: &mut Unwritten, trace_id| {
            (0..MAX_REFUSED)
                .filter(|_| unwritten.refused(&refused(trace_id)))
                .count()
        };
        assert_eq!(
            flood(&mut unwritten, KNOWN),
            RefusalRoom::MAX_UNAUTHENTICATED
        );
        assert!(unwritten.refused(&own));
        // The same while the store accepts nothing, with floods of both kinds between the attempts.
        for attempt in 2..=100 {
            let batch = unwritten.take(NOON).unwrap();
            flood(&mut unwritten, OTHER);
            flood(&mut unwritten, KNOWN);
            let dropped = unwritten.put_back(batch);
            assert_eq!(dropped, 4_000, "{attempt}");
            assert_eq!(flood(&mut unwritten, OTHER), 0, "{attempt}");
            assert!(unwritten.refused(&own), "{attempt}");
        }
        let batch = unwritten.take(NOON).unwrap();
        let of_own = batch.refused.iter().filter(|kept| kept.authenticated);
        assert_eq!(of_own.count(), 100);
        assert_eq!(batch.refused.len(), RefusalRoom::MAX_UNAUTHENTICATED + 100);
    }

    #[test]
    fn x20_long_diagnoses_are_bounded_by_their_bytes() {
        let diagnosis: Box<str> = "a".repeat(1000).into();
        let mut unwritten = Unwritten::default();
        let bytes = |batch: &UsageBatch| -> usize {
            let refused = batch
                .refused
                .iter()
                .filter_map(|own| own.diagnosis.as_ref());
            let diagnosed = batch.diagnosed.iter().map(|own| &own.diagnosis);
            diagnosed.chain(refused).map(|text| text.len()).sum()
        };
        for _ in 0..2 {
            (0..MAX_REFUSED).for_each(|_| unwritten.diagnosed(KNOWN, diagnosis.clone()));
            let batch = unwritten.take(NOON).unwrap();
            assert!(bytes(&batch) <= MAX_DIAGNOSED_BYTES);
            assert!(batch.diagnosed.len() > MAX_REFUSED / 2);
            unwritten.diagnosed(KNOWN, diagnosis.clone());
            unwritten.put_back(batch);
        }
    }

    #[test]
    fn x20_the_diagnoses_of_waiting_refusals_are_bounded_by_their_bytes() {
        let diagnosis: Box<str> = "a".repeat(MAX_DIAGNOSED_BYTES / 3).into();
        let mut unwritten = Unwritten::default();
        let trace_ids = [1, 2, 3, 4].map(|number| TraceId::from_random([number; 16]));
        let add = |unwritten: &mut Unwritten, trace_ids: &[TraceId]| {
            for trace_id in trace_ids {
                let mut refused = refused(OTHER);
                refused.event.trace_id = *trace_id;
                unwritten.refused(&refused);
                unwritten.diagnosed(*trace_id, diagnosis.clone());
            }
        };
        add(&mut unwritten, &trace_ids);
        let batch = unwritten.take(NOON).unwrap();
        let have = |batch: &UsageBatch| -> Vec<bool> {
            let refused = batch.refused.iter();
            refused.map(|own| own.diagnosis.is_some()).collect()
        };
        assert_eq!(have(&batch), [true, true, true, false]);
        add(&mut unwritten, &trace_ids[..1]);
        unwritten.put_back(batch);
        let batch = unwritten.take(NOON).unwrap();
        assert_eq!(have(&batch), [true, true, true, false, false]);
    }

    #[test]
    fn a_diagnosis_is_a_part_of_a_refusal_that_waits_and_a_change_to_one_that_is_written() {
        let mut unwritten = Unwritten::default();
        unwritten.refused(&refused(KNOWN));
        unwritten.refused(&refused(OTHER));
        unwritten.diagnosed(KNOWN, "{}".into());
        let batch = unwritten.take(NOON).unwrap();
        let diagnoses: Vec<_> = batch
            .refused
            .iter()
            .map(|own| own.diagnosis.as_deref())
            .collect();
        assert_eq!(
            (diagnoses, batch.diagnosed.len()),
            (vec![Some("{}"), None], 0)
        );
        unwritten.diagnosed(OTHER, "{}".into());
        let batch = unwritten.take(NOON).unwrap();
        assert_eq!((batch.refused.len(), batch.diagnosed.len()), (0, 1));
    }

    #[test]
    fn many_counts_are_written_in_turns() {
        let mut unwritten = Unwritten::default();
        unwritten.counted(counts(&[1; MAX_AT_ONCE + 1]));
        let lengths: Vec<usize> = core::iter::from_fn(|| unwritten.take(NOON))
            .map(|batch| batch.issued.len())
            .collect();
        assert_eq!(lengths, [MAX_AT_ONCE, 1]);
    }

    #[test]
    fn refusals_are_due_a_second_after_the_last_write() {
        let mut unwritten = Unwritten::default();
        assert!(!unwritten.is_due(NOON), "there are none");
        unwritten.refused(&refused(KNOWN));
        assert!(unwritten.is_due(NOON));
        let _ = unwritten.take(NOON);
        unwritten.refused(&refused(KNOWN));
        assert!(!unwritten.is_due(NOON));
        assert!(unwritten.is_due(NOON.saturating_add_seconds(1)));
    }
}
