//! From one signing key to the next.

use m2m_authority::registry::{KeyState, Lifetime};
use m2m_jwt::{Algorithm, KeyNotGenerated, SigningKey, UnixTime};
use m2m_store::{Actor, Backend, CommitError, KeyRecord, SealingKey};

use super::KeyError;
use super::{active, check_sealing, keys_of, put};
use crate::Randomness;
use crate::attempts::Attempts;
use crate::draft::Draft;
use crate::randomness::bytes;

/// For how long a key is announced before it signs: twice as long as the JWK set may be kept. Unit: seconds.
pub const KEY_ANNOUNCE_SECONDS: u64 = 600;

/// How many keys of an algorithm are announced at most.
const MOST_KEYS: usize = 8;

/// A way to get from one signing key to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rotation {
    /// In two steps: a key is made and announced; when everybody knows it, it signs, and the one before it stays announced until its last token has expired.
    Planned,
    /// At once, for a private key that others may know: a new key signs, and no other key of the algorithm is announced or believed any more. Tokens that they
    /// signed are refused: by this server at once, by APIs as soon as they fetch the JWK set again.
    Emergency,
}

/// A step of a rotation that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// The key that is announced, or signs, from now on.
    pub key: KeyRecord,
    /// The key ids that an emergency rotation removed from the JWK set.
    pub removed: Vec<Box<str>>,
}

/// The next step of a rotation cannot be taken now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RotationRefused {
    /// Not everybody knows the next key yet.
    #[error("the next key is not known long enough")]
    TooEarly {
        /// From when it may sign.
        signs_from: UnixTime,
    },
    /// As many keys are announced as can be.
    #[error("{most} keys of the algorithm are announced already")]
    TooMany {
        /// How many.
        most: usize,
    },
    /// The crypto library makes no such key.
    #[error("no key can be made: {why}")]
    NotMade {
        /// Why.
        why: KeyNotGenerated,
    },
}

/// Takes the next step of a rotation.
///
/// # Errors
///
/// - [`KeyError::Refused`] if it is too early, or there are too many keys.
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
            let key = match (rotation, next) {
                (Rotation::Planned, Some(next)) => {
                    let signs_from =
                        |since: UnixTime| since.saturating_add_seconds(KEY_ANNOUNCE_SECONDS);
                    if next.state_since > now {
                        // The clock was ahead. How long the key has been announced is not known, so that it is announced for the whole time again.
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
                (Rotation::Planned, None) | (Rotation::Emergency, _) => {
                    let announced = keys.iter().filter(|key| key.algorithm == algorithm);
                    if rotation == Rotation::Planned && announced.count() >= MOST_KEYS {
                        return Err(RotationRefused::TooMany { most: MOST_KEYS }.into());
                    }
                    let (key, document) = SigningKey::generate(algorithm, None)
                        .map_err(|why| RotationRefused::NotMade { why })?;
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

/// The key signs from now on, in the place of the one that does.
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

/// Retires every key of the algorithm: who has read one from this server may have read them all. The key ids of those that were announced.
fn remove(
    draft: &mut Draft,
    keys: &[KeyRecord],
    algorithm: Algorithm,
    now: UnixTime,
) -> Vec<Box<str>> {
    let of_algorithm = |key: &&KeyRecord| key.algorithm == algorithm && !is_over(key, now);
    let keys = keys.iter().filter(of_algorithm);
    keys.map(|key| {
        put(draft, Some(key), retired(key, now));
        key.kid.clone()
    })
    .collect()
}

/// Retires those whose last token has expired.
fn retire(draft: &mut Draft, keys: &[KeyRecord], now: UnixTime) {
    for key in keys.iter().filter(|key| is_over(key, now)) {
        put(draft, Some(key), retired(key, now));
    }
}

/// Returns true if the last token of a key that no longer signs has expired.
fn is_over(key: &KeyRecord, now: UnixTime) -> bool {
    let longest = u64::from(Lifetime::MAX.as_seconds());
    key.state == KeyState::Retiring && key.state_since.saturating_add_seconds(longest) <= now
}

fn retired(key: &KeyRecord, now: UnixTime) -> KeyRecord {
    KeyRecord {
        state: KeyState::Retired,
        state_since: now,
        ..key.clone()
    }
}
