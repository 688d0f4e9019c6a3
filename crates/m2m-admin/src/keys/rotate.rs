//! The rotation of signing keys.

use m2m_authority::registry::KeyState;
use m2m_errors::Cause;
use m2m_jwt::{Algorithm, KeyNotGenerated, SigningKey, UnixTime};
use m2m_store::{Actor, Backend, CommitError, KeyRecord, SealingKey};

use super::KeyError;
use super::settle::{after_retiring, is_over};
use super::{active, check_sealing, keys_of, put};
use crate::Randomness;
use crate::attempts::Attempts;
use crate::draft::Draft;
use crate::randomness::bytes;

/// The time for which a key is announced before it signs: twice the time for which the JWK set may be cached. Unit: seconds.
pub const KEY_ANNOUNCE_SECONDS: u64 = 600;

/// The maximum number of announced keys of an algorithm.
const MAX_KEYS: usize = 8;

/// A kind of rotation of a signing key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rotation {
    /// In two steps: a key is generated and announced. When every verifier has had the time to fetch it, it signs, and the earlier key stays
    /// announced until its last token has expired.
    Planned,
    /// At once, for a private key that others may know: a new key signs, and all other keys of the algorithm are removed from the JWK set. Tokens
    /// that they signed are refused: by this server at once, by APIs as soon as they fetch the JWK set again.
    Emergency,
}

/// The result of a step of a rotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// The key that is announced, or that signs, from now on.
    pub key: KeyRecord,
    /// The key ids that an emergency rotation removed from the JWK set.
    pub removed: Vec<Box<str>>,
}

/// The reason why the next step of a rotation cannot be taken now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RotationRefused {
    /// The next key has not been announced long enough.
    #[error("the next key has not been announced for long enough to sign tokens")]
    TooEarly {
        /// The time from which the key may sign.
        signs_from: UnixTime,
    },
    /// The maximum number of keys is announced.
    #[error("the JWK set already has {most} keys of the algorithm, which is the maximum")]
    TooMany {
        /// The maximum number of keys.
        most: usize,
    },
    /// The crypto library cannot generate a key of the algorithm.
    #[error("the key cannot be generated: {why}")]
    NotGenerated {
        /// The reason.
        why: KeyNotGenerated,
    },
}

impl RotationRefused {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::TooEarly { .. } => Cause::KeyTooNew,
            Self::TooMany { .. } => Cause::TooManyKeys,
            Self::NotGenerated { .. } => Cause::KeyNotGenerated,
        }
    }
}

/// Takes the next step of a rotation.
///
/// # Errors
///
/// - [`KeyError::Refused`] if it is too early, there are too many keys, or a key of the algorithm cannot be generated.
/// - [`KeyError::Commit`] if the store fails, or its keys are sealed with another sealing key.
pub async fn rotate_key<B: Backend>(
    backend: &B,
    algorithm: Algorithm,
    rotation: Rotation,
    sealing: &SealingKey,
    actor: &Actor,
    randomness: &mut dyn Randomness,
    now: UnixTime,
) -> Result<Rotated, KeyError> {
    let mut attempts = Attempts::new();
    loop {
        let outcome = async {
            let (version, keys) = keys_of(backend).await?;
            check_sealing(&keys, sealing)?;
            let mut draft = Draft::new(actor, now);
            retire(&mut draft, &keys, now);
            let next = keys
                .iter()
                .find(|key| key.algorithm == algorithm && key.state == KeyState::Next);
            let mut removed = Vec::new();
            // Of an algorithm that is not used, the key that is kept for it is announced, so that an API can change to the algorithm at once later.
            let spare = keys.iter().rfind(|key| {
                key.algorithm == algorithm
                    && key.state == KeyState::Spare
                    && active(&keys, algorithm).is_none()
            });
            let key = match (rotation, next, spare) {
                (Rotation::Planned, None, Some(spare)) => {
                    let next = KeyRecord {
                        state: KeyState::Next,
                        state_since: now,
                        ..spare.clone()
                    };
                    put(&mut draft, Some(spare), next.clone());
                    next
                }
                (Rotation::Planned, Some(next), _) => {
                    let signs_from =
                        |since: UnixTime| since.saturating_add_seconds(KEY_ANNOUNCE_SECONDS);
                    if next.state_since > now {
                        // The clock was ahead. It is not known how long the key has been announced, so it is announced for the whole time again.
                        let again = KeyRecord {
                            state_since: now,
                            ..next.clone()
                        };
                        put(&mut draft, Some(next), again);
                        draft.prepared(version).commit(backend).await?;
                        let signs_from = signs_from(now);
                        return Err(RotationRefused::TooEarly { signs_from }.into());
                    }
                    let signs_from = signs_from(next.state_since);
                    if now < signs_from {
                        return Err(RotationRefused::TooEarly { signs_from }.into());
                    }
                    sign_with(&mut draft, &keys, Some(next), next.clone(), now)
                }
                (Rotation::Planned, None, None) | (Rotation::Emergency, ..) => {
                    let announced = keys.iter().filter(|key| key.algorithm == algorithm);
                    if rotation == Rotation::Planned && announced.count() >= MAX_KEYS {
                        return Err(RotationRefused::TooMany { most: MAX_KEYS }.into());
                    }
                    let (key, document) = SigningKey::generate(algorithm, None)
                        .map_err(|why| RotationRefused::NotGenerated { why })?;
                    let nonce = bytes(randomness);
                    let state = KeyState::Next;
                    let record = KeyRecord::new(&key, &document, state, sealing, nonce, now)
                        .map_err(CommitError::from)?;
                    match rotation {
                        Rotation::Planned => {
                            put(&mut draft, None, record.clone());
                            record
                        }
                        Rotation::Emergency => {
                            removed = remove(&mut draft, &keys, algorithm, now);
                            sign_with(&mut draft, &[], None, record, now)
                        }
                    }
                }
            };
            draft.prepared(version).commit(backend).await?;
            Ok(Rotated { key, removed })
        }
        .await;
        if attempts.settled(&outcome) {
            return outcome;
        }
    }
}

/// Makes this key sign from now on, in the place of the active key.
fn sign_with(
    draft: &mut Draft,
    keys: &[KeyRecord],
    before: Option<&KeyRecord>,
    key: KeyRecord,
    now: UnixTime,
) -> KeyRecord {
    if let Some(signing) = active(keys, key.algorithm) {
        let retiring = KeyRecord {
            state: KeyState::Retiring,
            state_since: now,
            ..signing.clone()
        };
        put(draft, Some(signing), retiring);
    }
    let signing = KeyRecord {
        state: KeyState::Active,
        state_since: now,
        ..key
    };
    put(draft, before, signing.clone());
    signing
}

/// Retires every key of the algorithm: an attacker who has read one from this server may have read all. Returns the key ids of those that were
/// announced.
fn remove(
    draft: &mut Draft,
    keys: &[KeyRecord],
    algorithm: Algorithm,
    now: UnixTime,
) -> Vec<Box<str>> {
    let of_algorithm = |key: &&KeyRecord| key.algorithm == algorithm && !is_over(key, now);
    let keys = keys.iter().filter(of_algorithm);
    keys.filter_map(|key| {
        put(draft, Some(key), retired(key, now));
        (key.state != KeyState::Spare).then(|| key.kid.clone())
    })
    .collect()
}

/// Retires the keys whose last token has expired.
fn retire(draft: &mut Draft, keys: &[KeyRecord], now: UnixTime) {
    let all: Vec<&KeyRecord> = keys.iter().collect();
    for key in keys.iter().filter(|key| is_over(key, now)) {
        let after = KeyRecord {
            state: after_retiring(key, &all),
            state_since: now,
            ..key.clone()
        };
        put(draft, Some(key), after);
    }
}

fn retired(key: &KeyRecord, now: UnixTime) -> KeyRecord {
    KeyRecord {
        state: KeyState::Retired,
        state_since: now,
        ..key.clone()
    }
}
