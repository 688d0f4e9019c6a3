//! The states of keys that follow from the algorithms of the APIs: keys are announced before they sign, and no longer when they are not needed.

use m2m_authority::registry::{KeyState, Lifetime};
use m2m_jwt::{Algorithm, UnixTime};
use m2m_store::{Actor, AuditEvent, Backend, CommitError, EventQuery, Frame, KeyRecord, Subject};
use serde_json::Value;

use super::schedule::retires_at;
use super::{KEY_ANNOUNCE_SECONDS, enter};
use crate::attempts::Attempts;
use crate::draft::Draft;

/// The steps that are taken, each kind with those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Steps {
    /// Those that APIs require at once, whatever the time.
    Announcing,
    /// Those that let a key sign that has been announced long enough.
    Signing,
    /// Those that remove a key from the JWK set whose last token has expired.
    Ending,
}

/// Brings every key to the state that the APIs require, after a change of an API. Returns true if a key was changed. Keys whose last token has expired are
/// left to [`keep_keys`](super::keep_keys), which does the same about every minute, and knows whether the clock can be trusted.
///
/// # Errors
///
/// [`CommitError`] if the store fails.
pub async fn settle_keys<B: Backend>(
    backend: &B,
    actor: &Actor,
    now: UnixTime,
) -> Result<bool, CommitError> {
    let mut attempts = Attempts::new();
    loop {
        let outcome = settle(backend, actor, now).await;
        if attempts.settled(&outcome) {
            return outcome;
        }
    }
}

async fn settle<B: Backend>(
    backend: &B,
    actor: &Actor,
    now: UnixTime,
) -> Result<bool, CommitError> {
    let frame = backend.frame().await?;
    let mut draft = Draft::new(actor, now);
    let due = due(backend, &frame, Steps::Signing, now).await?;
    let is_settled = due.is_empty();
    for (key, state) in due {
        enter(&mut draft, key, state, now);
    }
    draft.prepared(frame.version).commit(backend).await?;
    Ok(!is_settled)
}

/// Returns the keys that are due for another state, each with that state, as far as these steps go.
pub(super) async fn due<'f, B: Backend>(
    backend: &B,
    frame: &'f Frame,
    steps: Steps,
    now: UnixTime,
) -> Result<Vec<(&'f KeyRecord, KeyState)>, CommitError> {
    let need = needed(frame);
    let uses = Uses::of(backend, &frame.keys, &need, now).await?;
    let mut due = all_due(&frame.keys, &need, &uses, now);
    due.retain(|(key, state)| {
        let step = match (key.state, state) {
            (_, KeyState::Active) => Steps::Signing,
            (KeyState::Retiring, _) => Steps::Ending,
            _ => Steps::Announcing,
        };
        step <= steps
    });
    Ok(due)
}

/// Returns the algorithms that APIs sign with, or will when their key has been announced.
pub(super) fn needed(frame: &Frame) -> Vec<Algorithm> {
    let best = |algorithm: Algorithm| {
        let own = frame.keys.iter().filter(|key| key.algorithm == algorithm);
        let states = own.map(|key| key.state);
        let best = states.max_by_key(|state| state.readiness());
        best.unwrap_or(KeyState::Retired)
    };
    let apis = frame.apis.iter();
    apis.flat_map(|api| [api.signing_alg, api.signs_with(best)])
        .collect()
}

/// The latest uses of algorithms by APIs, as the audit log has them.
struct Uses {
    events: Vec<AuditEvent>,
    /// True if there are more events, which were not read. Then every algorithm counts as used.
    has_more: bool,
}

impl Uses {
    /// Reads the events if a key that signs, or is about to, is not needed.
    async fn of<B: Backend>(
        backend: &B,
        keys: &[KeyRecord],
        need: &[Algorithm],
        now: UnixTime,
    ) -> Result<Self, CommitError> {
        let is_idle = |key: &&KeyRecord| {
            !matches!(key.state, KeyState::Spare | KeyState::Retired)
                && !need.contains(&key.algorithm)
        };
        let since = keys.iter().filter(is_idle).map(|key| since(key, now));
        let Some(since) = since.min() else {
            return Ok(Self {
                events: Vec::new(),
                has_more: false,
            });
        };
        let query = EventQuery {
            subject: Some(Subject::Api),
            since: Some(since),
            most: MAX_EVENTS,
            ..EventQuery::default()
        };
        let page = backend.events(query).await?;
        Ok(Self {
            has_more: page.next.is_some(),
            events: page.entries.into_iter().map(|told| told.entry).collect(),
        })
    }

    /// Returns the longest lifetime of a token that may have been signed with the key for an API. `None` if the algorithm was not that of an API while tokens
    /// of it may be in use. Unit: seconds.
    fn longest(&self, key: &KeyRecord, now: UnixTime) -> Option<u64> {
        if self.has_more {
            return Some(Lifetime::MAX.as_seconds().into());
        }
        let since = since(key, now);
        let events = self.events.iter().filter(|event| event.time >= since);
        let records = events.flat_map(|event| [&event.before, &event.after]);
        records
            .filter_map(|record| lifetime(record.as_deref(), key.algorithm))
            .max()
    }

    /// Returns true if a key that is announced may have signed: at once, for an API that was created with its algorithm.
    fn may_have_signed(&self, key: &KeyRecord) -> bool {
        let is_new = |event: &AuditEvent| {
            event.before.is_none() && lifetime(event.after.as_deref(), key.algorithm).is_some()
        };
        self.has_more || self.events.iter().any(is_new)
    }
}

/// Returns the lifetime of tokens that the record of an API in an event states, if the API has the algorithm. Unit: seconds.
fn lifetime(record: Option<&str>, algorithm: Algorithm) -> Option<u64> {
    let record: Value = serde_json::from_str(record?).ok()?;
    let is_own = record.get("signing_alg")?.as_str()? == algorithm.as_str();
    record.get("token_lifetime")?.as_u64().filter(|_| is_own)
}

/// Returns the time from which on a use of the algorithm matters: tokens that were signed before it have expired, and a key that is announced has not been
/// used before.
fn since(key: &KeyRecord, now: UnixTime) -> UnixTime {
    match key.state {
        KeyState::Next => key.state_since,
        KeyState::Spare | KeyState::Active | KeyState::Retiring | KeyState::Retired => {
            now.saturating_sub_seconds(Lifetime::MAX.as_seconds().into())
        }
    }
}

fn all_due<'k>(
    keys: &'k [KeyRecord],
    need: &[Algorithm],
    uses: &Uses,
    now: UnixTime,
) -> Vec<(&'k KeyRecord, KeyState)> {
    let mut due = Vec::new();
    for algorithm in Algorithm::ALL {
        let own: Vec<&KeyRecord> = keys
            .iter()
            .filter(|key| key.algorithm == *algorithm && key.state != KeyState::Retired)
            .collect();
        let signs = own.iter().any(|key| key.state == KeyState::Active);
        if need.contains(algorithm) {
            if !signs {
                due.extend(successor(&own, now));
            }
        } else {
            for key in &own {
                let longest = uses.longest(key, now);
                match key.state {
                    KeyState::Active if longest.is_some() => due.push((*key, KeyState::Retiring)),
                    KeyState::Active => due.push((*key, KeyState::Spare)),
                    KeyState::Next if uses.may_have_signed(key) => {
                        due.push((*key, KeyState::Retiring));
                    }
                    KeyState::Next if longest.is_some() => due.push((*key, KeyState::Spare)),
                    KeyState::Retiring if is_past(key, possible_lifetime(key, longest), now) => {
                        due.push((*key, after_retiring(key, &own)));
                    }
                    KeyState::Spare | KeyState::Next | KeyState::Retiring | KeyState::Retired => {}
                }
            }
            continue;
        }
        for key in own.iter().filter(|key| is_over(key, now)) {
            if !due.iter().any(|(other, _)| other.kid == key.kid) {
                due.push((*key, after_retiring(key, &own)));
            }
        }
    }
    due
}

/// Returns the next step towards an active key, for an algorithm that an API needs: the most widely known key becomes active if it is known for long enough,
/// and is announced otherwise.
fn successor<'k>(keys: &[&'k KeyRecord], now: UnixTime) -> Option<(&'k KeyRecord, KeyState)> {
    let best = keys.iter().max_by_key(|key| key.state.readiness())?;
    let known_from = best
        .state_since
        .saturating_add_seconds(KEY_ANNOUNCE_SECONDS);
    match best.state {
        KeyState::Next => {
            if best.state_since > now {
                // The clock was ahead, so it is not known how long the key has been announced.
                Some((best, KeyState::Next))
            } else {
                (known_from <= now).then_some((*best, KeyState::Active))
            }
        }
        KeyState::Spare => Some((best, KeyState::Next)),
        // It may have been announced only just before.
        KeyState::Retiring => (known_from <= now).then_some((*best, KeyState::Active)),
        KeyState::Active | KeyState::Retired => None,
    }
}

/// Returns the longest lifetime that a token of a retiring key may have, given that of the APIs that the audit log has. Unit: seconds.
fn possible_lifetime(key: &KeyRecord, longest: Option<u64>) -> u64 {
    // A key that was imported as retiring has signed at an earlier server. The audit log may have lost an API, if it is short.
    let is_of_earlier_server = key.created_at == key.state_since;
    let any = u64::from(Lifetime::MAX.as_seconds());
    longest.filter(|_| !is_of_earlier_server).unwrap_or(any)
}

/// Returns true if tokens with this lifetime that were signed before the key stopped signing have expired for every verifier. Unit: seconds.
fn is_past(key: &KeyRecord, lifetime: u64, now: UnixTime) -> bool {
    // Some more time, because other nodes may have signed with it until they noticed, and clocks differ.
    let seconds = lifetime.saturating_add(KEY_ANNOUNCE_SECONDS);
    key.state_since.saturating_add_seconds(seconds) <= now
}

/// Returns true if the key no longer signs and its last token has expired.
fn is_over(key: &KeyRecord, now: UnixTime) -> bool {
    retires_at(key).is_some_and(|retires_at| retires_at <= now)
}

/// Returns the state of a key whose last token has expired: one that was replaced is retired, and the only one of its algorithm is kept for later use.
fn after_retiring(key: &KeyRecord, keys: &[&KeyRecord]) -> KeyState {
    let is_other = |other: &&KeyRecord| {
        other.algorithm == key.algorithm
            && other.kid != key.kid
            && matches!(
                other.state,
                KeyState::Spare | KeyState::Next | KeyState::Active
            )
    };
    if keys.iter().any(is_other) {
        KeyState::Retired
    } else {
        KeyState::Spare
    }
}

/// The maximum number of events that are read. Beyond it, every algorithm counts as used.
const MAX_EVENTS: usize = 500;
