//! The steps that a server takes by itself, about every minute.

use m2m_authority::registry::KeyState;
use m2m_jwt::{Algorithm, UnixTime};
use m2m_store::{Actor, Backend, CommitError, KeyRecord, SealingKey};

use super::clock_watch::Clock;
use super::rotate::{RotationRefused, announce, sign_with};
use super::schedule::{KeySchedule, ScheduledStep};
use super::settle::{Steps, due, needed};
use super::{KeyError, check_sealing, enter};
use crate::Randomness;
use crate::attempts::Attempts;
use crate::draft::Draft;

/// The name in the audit log of steps that a server takes by itself.
pub const KEY_SCHEDULE_ACTOR: &str = "m2m serve (key schedule)";

/// The result of [`keep_keys`].
#[derive(Debug, Default, PartialEq, Eq)]
pub struct KeysKept {
    /// The steps that were taken.
    pub steps: Vec<KeyStep>,
    /// The algorithms for which the next step could not be taken, each with the reason.
    pub refused: Vec<(Algorithm, RotationRefused)>,
}

/// A key that has entered a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyStep {
    /// The key id.
    pub kid: Box<str>,
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The state that the key is in now.
    pub state: KeyState,
}

/// Takes the steps that are due: those that the APIs require, those of the schedule, and the end of keys whose last token has expired. It changes nothing
/// that is not due. A step for which time must have passed is taken only while the clock is [steady](Clock::Steady).
///
/// - A key of an algorithm that an API needs is announced; when it has been for [`KEY_ANNOUNCE_SECONDS`](super::KEY_ANNOUNCE_SECONDS), it is active. Until
///   then an API that changed to the algorithm goes on with its earlier one. A new API does not have one: the key signs for it at once
///   ([`serving`](m2m_authority::registry::SigningKeys::serving)).
/// - A key whose algorithm is not used any more no longer signs. It stays announced until its last token has expired, and is kept for later use.
/// - A key that has signed for the period of the schedule is replaced.
/// - A key that was replaced by another one of its algorithm is retired when its last token has expired.
///
/// # Errors
///
/// [`KeyError::Commit`] if the store fails, or its keys are sealed with another sealing key.
pub async fn keep_keys<B: Backend>(
    backend: &B,
    clock: Clock,
    schedule: KeySchedule,
    sealing: &SealingKey,
    randomness: &mut dyn Randomness,
    now: UnixTime,
) -> Result<KeysKept, KeyError> {
    let mut attempts = Attempts::new();
    loop {
        let outcome = keep(backend, clock, schedule, sealing, &mut *randomness, now).await;
        if attempts.settled(&outcome) {
            return outcome;
        }
    }
}

async fn keep<B: Backend>(
    backend: &B,
    clock: Clock,
    schedule: KeySchedule,
    sealing: &SealingKey,
    randomness: &mut dyn Randomness,
    now: UnixTime,
) -> Result<KeysKept, KeyError> {
    let frame = backend.frame().await.map_err(CommitError::from)?;
    check_sealing(&frame.keys, sealing)?;
    let mut draft = Draft::new(&Actor::command(KEY_SCHEDULE_ACTOR), now);
    let mut kept = KeysKept::default();
    let (steps, schedule) = match clock {
        Clock::Steady => (Steps::Ending, schedule),
        Clock::Unsettled => (Steps::Announcing, KeySchedule::OFF),
    };
    for (key, state) in due(backend, &frame, steps, now).await? {
        kept.steps
            .push(KeyStep::of(&enter(&mut draft, key, state, now)));
    }
    let need = needed(&frame);
    let keys = &frame.keys;
    for algorithm in Algorithm::ALL.iter().filter(|own| need.contains(own)) {
        match schedule.due(keys, *algorithm, now) {
            None => {}
            Some(ScheduledStep::CountAgain(key)) => {
                let again = enter(&mut draft, key, key.state, now);
                kept.steps.push(KeyStep::of(&again));
            }
            Some(ScheduledStep::Sign(next)) => {
                let signing = sign_with(&mut draft, keys, Some(next), next.clone(), now);
                kept.steps.push(KeyStep::of(&signing));
            }
            Some(ScheduledStep::Announce) => {
                match announce(&mut draft, keys, *algorithm, sealing, randomness, now) {
                    Ok(next) => kept.steps.push(KeyStep::of(&next)),
                    Err(KeyError::Refused(refused)) => kept.refused.push((*algorithm, refused)),
                    Err(error) => return Err(error),
                }
            }
        }
    }
    draft.prepared(frame.version).commit(backend).await?;
    Ok(kept)
}

impl KeyStep {
    fn of(key: &KeyRecord) -> Self {
        Self {
            kid: key.kid.clone(),
            algorithm: key.algorithm,
            state: key.state,
        }
    }
}
