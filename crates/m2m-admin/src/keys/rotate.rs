//! The rotation of signing keys.

use m2m_authority::registry::{KeyOrigin, KeyState};
use m2m_errors::Cause;
use m2m_jwt::{Algorithm, KeyNotGenerated, SigningKey, UnixTime};
use m2m_store::{Actor, Backend, CommitError, KeyRecord, SealingKey};

use super::KeyError;
use super::schedule::next;
use super::{active, check_sealing, enter, keys_of, put};
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
            let next = next(&keys, algorithm);
            let mut removed = Vec::new();
            // Of an algorithm that is not used, the key that is kept for it is announced, so that an API can change to the algorithm at once later.
            let spare = keys.iter().rfind(|key| {
                key.algorithm == algorithm
                    && key.state == KeyState::Spare
                    && active(&keys, algorithm).is_none()
            });
            let key = match (rotation, next, spare) {
                (Rotation::Planned, None, Some(spare)) => {
                    enter(&mut draft, spare, KeyState::Next, now)
                }
                (Rotation::Planned, Some(next), _) => {
                    let signs_from =
                        |since: UnixTime| since.saturating_add_seconds(KEY_ANNOUNCE_SECONDS);
                    if next.state_since > now {
                        // The clock was ahead. It is not known how long the key has been announced, so it is announced for the whole time again.
                        enter(&mut draft, next, KeyState::Next, now);
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
                (Rotation::Planned, None, None) => {
                    announce(&mut draft, &keys, algorithm, sealing, randomness, now)?
                }
                (Rotation::Emergency, ..) => {
                    let key = generated(algorithm, sealing, randomness, now)?;
                    removed = remove(&mut draft, &keys, algorithm, now);
                    sign_with(&mut draft, &[], None, key, now)
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

/// Generates a key, and announces it.
///
/// # Errors
///
/// [`KeyError::Refused`] if the maximum number of keys is announced, or a key of the algorithm cannot be generated.
pub(super) fn announce(
    draft: &mut Draft,
    keys: &[KeyRecord],
    algorithm: Algorithm,
    sealing: &SealingKey,
    randomness: &mut dyn Randomness,
    now: UnixTime,
) -> Result<KeyRecord, KeyError> {
    let announced = keys.iter().filter(|key| key.algorithm == algorithm);
    if announced.count() >= MAX_KEYS {
        return Err(RotationRefused::TooMany { most: MAX_KEYS }.into());
    }
    let key = generated(algorithm, sealing, randomness, now)?;
    put(draft, None, key.clone());
    Ok(key)
}

/// Returns a new key that is announced.
fn generated(
    algorithm: Algorithm,
    sealing: &SealingKey,
    randomness: &mut dyn Randomness,
    now: UnixTime,
) -> Result<KeyRecord, KeyError> {
    let (key, document) = SigningKey::generate(algorithm, None)
        .map_err(|why| RotationRefused::NotGenerated { why })?;
    let (state, origin) = (KeyState::Next, KeyOrigin::Generated);
    let nonce = bytes(randomness);
    let record = KeyRecord::new(&key, &document, state, origin, sealing, nonce, now);
    Ok(record.map_err(CommitError::from)?)
}

/// Makes this key sign from now on, in the place of the active key.
pub(super) fn sign_with(
    draft: &mut Draft,
    keys: &[KeyRecord],
    before: Option<&KeyRecord>,
    key: KeyRecord,
    now: UnixTime,
) -> KeyRecord {
    if let Some(signing) = active(keys, key.algorithm) {
        enter(draft, signing, KeyState::Retiring, now);
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
    let of_algorithm = |key: &&KeyRecord| key.algorithm == algorithm;
    let keys = keys.iter().filter(of_algorithm);
    keys.filter_map(|key| {
        enter(draft, key, KeyState::Retired, now);
        (key.state != KeyState::Spare).then(|| key.kid.clone())
    })
    .collect()
}
