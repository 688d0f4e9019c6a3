//! The signing keys in a store.

mod clock_watch;
mod error;
mod imported;
mod keep;
mod keeper;
mod rotate;
mod schedule;
mod settle;

use m2m_authority::registry::{KeyOrigin, KeyState, time_text};
use m2m_jwt::{Algorithm, Jwk, KeyNotGenerated, Signer as _, SigningKey, UnixTime};
use m2m_store::{
    Action, Actor, Backend, CommitError, KeyRecord, SealingKey, StoreError, Subject, Version, Write,
};
use serde_json::{Map, Value, json};

pub use clock_watch::{Clock, ClockWatch};
pub use error::KeyError;
pub use imported::{ImportedKey, InvalidImport};
pub use keep::{KEY_SCHEDULE_ACTOR, KeyStep, KeysKept, keep_keys};
pub use keeper::{KeyAge, KeyKeeper, KeyReport};
pub use rotate::{KEY_ANNOUNCE_SECONDS, Rotated, Rotation, RotationRefused, rotate_key};
pub use schedule::{KeySchedule, SCHEDULED_ANNOUNCE_SECONDS, ScheduledStep, retires_at};
pub use settle::settle_keys;

use crate::Randomness;
use crate::attempts::Attempts;
use crate::draft::Draft;
use crate::randomness::bytes;

/// The result of [`ensure_keys`].
#[derive(Debug, Default)]
pub struct EnsuredKeys {
    /// The algorithms for which a key was generated.
    pub made: Vec<Algorithm>,
    /// The algorithms without a key, with the reason why none could be generated.
    pub lacking: Vec<(Algorithm, KeyNotGenerated)>,
}

/// Ensures that each of these algorithms has a key, and generates the missing ones as active keys. [`settle_keys`] then leaves active those that an API needs,
/// and keeps the others as spare ones, so that an API can change to any algorithm without waiting for a key to be generated.
///
/// # Errors
///
/// [`KeyError::Commit`] if the store fails, or its keys are sealed with another sealing key.
pub async fn ensure_keys<B: Backend>(
    backend: &B,
    algorithms: &[Algorithm],
    sealing: &SealingKey,
    actor: &Actor,
    randomness: &mut dyn Randomness,
    now: UnixTime,
) -> Result<EnsuredKeys, KeyError> {
    let mut attempts = Attempts::new();
    loop {
        let outcome = async {
            let (version, keys) = keys_of(backend).await?;
            check_sealing(&keys, sealing)?;
            let lacks = |algorithm: &Algorithm| !has_key(&keys, *algorithm);
            let mut ensured = EnsuredKeys::default();
            let mut draft = Draft::new(actor, now);
            for algorithm in algorithms.iter().copied().filter(lacks) {
                match SigningKey::generate(algorithm, None) {
                    Ok((key, document)) => {
                        let nonce = bytes(randomness);
                        let state = KeyState::Active;
                        let origin = KeyOrigin::Generated;
                        let record =
                            KeyRecord::new(&key, &document, state, origin, sealing, nonce, now)
                                .map_err(CommitError::from)?;
                        put(&mut draft, None, record);
                        ensured.made.push(algorithm);
                    }
                    Err(error) => ensured.lacking.push((algorithm, error)),
                }
            }
            draft.prepared(version).commit(backend).await?;
            Ok(ensured)
        }
        .await;
        if attempts.settled(&outcome) {
            return outcome;
        }
    }
}

/// Imports a key that was generated elsewhere. Without `state` the key becomes active if its algorithm does not have another key, and is announced
/// otherwise. A new active key replaces the earlier one, which stays announced. A key that already has the requested state is unchanged.
///
/// # Errors
///
/// - [`KeyError::KeyIdTaken`] if another key, or the same one in another state, has its key id.
/// - [`KeyError::Retired`] if the key was retired before, under this or another key id: others may know it.
/// - [`KeyError::Commit`] if the store fails, or its keys are sealed with another sealing key.
pub async fn import_key<B: Backend>(
    backend: &B,
    imported: &ImportedKey,
    state: Option<KeyState>,
    sealing: &SealingKey,
    actor: &Actor,
    randomness: &mut dyn Randomness,
    now: UnixTime,
) -> Result<KeyRecord, KeyError> {
    let key = imported.key();
    let mut attempts = Attempts::new();
    loop {
        let outcome = async {
            let snapshot = backend.snapshot().await.map_err(CommitError::from)?;
            check_sealing(&snapshot.keys, sealing)?;
            let thumbprint = key.public_jwk().thumbprint();
            let is_same = |own: &&KeyRecord| {
                let jwk = Jwk::parse(own.public_jwk.as_bytes());
                own.state == KeyState::Retired
                    && jwk.is_ok_and(|jwk| jwk.thumbprint() == thumbprint)
            };
            if let Some(retired) = snapshot.keys.iter().find(is_same) {
                return Err(KeyError::Retired {
                    kid: retired.kid.clone(),
                });
            }
            let signing = active(&snapshot.keys, key.algorithm());
            let mut named = snapshot.keys.iter();
            if let Some(named) = named.find(|own| *own.kid == *key.key_id()) {
                let is_as_wanted = state.is_none_or(|state| state == named.state);
                if is_as_wanted && *named.public_jwk == *key.public_jwk().to_json() {
                    return Ok(named.clone());
                }
                return Err(KeyError::KeyIdTaken {
                    kid: named.kid.clone(),
                });
            }
            let state = state.unwrap_or_else(|| {
                if has_key(&snapshot.keys, key.algorithm()) {
                    KeyState::Next
                } else {
                    KeyState::Active
                }
            });
            let nonce = bytes(randomness);
            let (document, origin) = (imported.document(), KeyOrigin::Imported);
            let record = KeyRecord::new(key, document, state, origin, sealing, nonce, now)
                .map_err(CommitError::from)?;
            let mut draft = Draft::new(actor, now);
            if let Some(signing) = signing.filter(|_| state == KeyState::Active) {
                enter(&mut draft, signing, KeyState::Retiring, now);
            }
            put(&mut draft, None, record.clone());
            draft.prepared(snapshot.version).commit(backend).await?;
            Ok(record)
        }
        .await;
        if attempts.settled(&outcome) {
            return outcome;
        }
    }
}

/// Returns all keys, the oldest first.
///
/// # Errors
///
/// An error if the store cannot be read.
pub async fn list_keys<B: Backend>(backend: &B) -> Result<Vec<KeyRecord>, StoreError> {
    Ok(backend.snapshot().await?.keys)
}

/// Seals all keys with another sealing key, in one transaction. Returns the number of keys.
///
/// # Errors
///
/// [`KeyError::Commit`] if the store fails, or its keys are not sealed with `old`.
pub async fn reseal<B: Backend>(
    backend: &B,
    old: &SealingKey,
    new: &SealingKey,
    actor: &Actor,
    randomness: &mut dyn Randomness,
    now: UnixTime,
) -> Result<usize, KeyError> {
    let mut attempts = Attempts::new();
    loop {
        let outcome = async {
            let snapshot = backend.snapshot().await.map_err(CommitError::from)?;
            let resealed = m2m_store::reseal(&snapshot.keys, old, new, || bytes(randomness))
                .map_err(CommitError::from)?;
            let count = resealed.len();
            let mut draft = Draft::new(actor, now);
            for (before, after) in snapshot.keys.iter().zip(resealed) {
                put(&mut draft, Some(before), after);
            }
            draft.prepared(snapshot.version).commit(backend).await?;
            Ok(count)
        }
        .await;
        if attempts.settled(&outcome) {
            return outcome;
        }
    }
}

async fn keys_of<B: Backend>(backend: &B) -> Result<(Version, Vec<KeyRecord>), CommitError> {
    let frame = backend.frame().await?;
    Ok((frame.version, frame.keys))
}

/// Returns true if there is a key of the algorithm that signs, or that can.
fn has_key(keys: &[KeyRecord], algorithm: Algorithm) -> bool {
    let mut keys = keys.iter();
    keys.any(|key| key.algorithm == algorithm && key.state != KeyState::Retired)
}

fn active(keys: &[KeyRecord], algorithm: Algorithm) -> Option<&KeyRecord> {
    keys.iter()
        .find(|key| key.algorithm == algorithm && key.state == KeyState::Active)
}

/// Checks that the existing keys are sealed with this sealing key: a store with two sealing keys could be opened with neither. Checking one key is
/// enough, because all are resealed together.
fn check_sealing(keys: &[KeyRecord], sealing: &SealingKey) -> Result<(), CommitError> {
    if let Some(key) = keys.first() {
        sealing.unseal(&key.kid, key.algorithm, &key.sealed)?;
    }
    Ok(())
}

/// Brings a key to a state, in which it is from now on.
fn enter(draft: &mut Draft, key: &KeyRecord, state: KeyState, now: UnixTime) -> KeyRecord {
    let after = KeyRecord {
        state,
        state_since: now,
        ..key.clone()
    };
    put(draft, Some(key), after.clone());
    after
}

/// Writes a key, with an event for the audit log.
fn put(draft: &mut Draft, before: Option<&KeyRecord>, after: KeyRecord) {
    let action = match before {
        None => Action::Created,
        Some(_) => Action::Updated,
    };
    let before = before.map(view);
    let view = view(&after);
    draft.tell(
        action,
        Subject::Key,
        &after.kid,
        before.as_ref(),
        Some(&view),
    );
    draft.write(Write::PutKey(after));
}

/// Returns the audit view of a key, without private parts. The fingerprint of the sealed key changes when it is sealed again.
fn view(key: &KeyRecord) -> Map<String, Value> {
    let fingerprint = m2m_jwt::base64url::encode(m2m_jwt::sha256(key.sealed.as_bytes()));
    let members = [
        ("kid", json!(key.kid)),
        ("algorithm", json!(key.algorithm.as_str())),
        ("state", json!(key.state.as_str())),
        ("origin", json!(key.origin.as_str())),
        ("created_at", json!(time_text(key.created_at))),
        ("state_since", json!(time_text(key.state_since))),
        ("sealed_sha256", json!(fingerprint)),
    ];
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
