//! Signing keys.

use m2m_api::operations::{ImportKey, KeyAnswer, KeyShown, KeysAnswer, ListKeys, RotateKey};
use m2m_api::values::Key;
use m2m_authority::registry::{KeyState, time_text};
use m2m_jwt::{Algorithm, UnixTime};
use m2m_store::{Backend as _, KeyRecord};

use super::Result;
use crate::keys::{
    KEY_ANNOUNCE_SECONDS, Rotated, Rotation, RotationRefused, import_key, retires_at, rotate_key,
};
use crate::outcome::Outcome;
use crate::perform::{Call, Perform, Weight};
use crate::{Host, ImportedKey, InvalidImport, KeyError, Manager, OperationError};

impl Perform for ListKeys {
    const WEIGHT: Weight = Weight::Page;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<KeysAnswer>> {
        let keys = manager.host().registry().frame().await?.keys;
        let (serving, now) = (manager.host().keys(), call.operator.now);
        let shown = |key: &KeyRecord| KeyShown {
            // A key that is announced may sign already, for an API that never had another algorithm.
            state: serving
                .state(&key.kid)
                .filter(|state| *state == KeyState::Active)
                .unwrap_or(key.state)
                .as_str()
                .to_owned(),
            ..shown(manager, &keys, key, now)
        };
        Ok(KeysAnswer {
            keys: keys.iter().map(shown).collect(),
        }
        .into())
    }
}

impl Perform for RotateKey {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<KeyAnswer>> {
        let rotation = &call.body;
        let _turn = manager.turn(&call.operator).await?;
        let sealing = sealing(manager)?;
        let mut randomness = manager.randomness();
        let kind = match rotation.emergency {
            true => Rotation::Emergency,
            false => Rotation::Planned,
        };
        let Rotated { key, removed } = rotate_key(
            manager.host().registry(),
            rotation.algorithm.into(),
            kind,
            sealing,
            &call.operator.actor(),
            &mut randomness,
            call.operator.now,
        )
        .await?;
        let warning = rotation.emergency.then(|| {
            format!(
                "{} no longer in the JWK set. This server now refuses tokens that were signed with a removed key, including tokens for the management API: get \
                 new ones. APIs do so once they fetch the JWK set again, after at most {} seconds if they respect its max-age; until then, they refuse tokens \
                 that are signed with the new key. Restart APIs that cache keys for longer",
                match &*removed {
                    [only] => format!("the key {:?} is", &**only),
                    several => format!("the keys {several:?} are"),
                },
                KEY_ANNOUNCE_SECONDS / 2
            )
        });
        Ok(KeyAnswer {
            key: of_change(manager, &key, call.operator.now).await,
            removed: removed.into_iter().map(String::from).collect(),
            warning,
        }
        .into())
    }
}

impl Perform for ImportKey {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<KeyAnswer>> {
        let import = &call.body;
        let algorithm = import.algorithm.map(Algorithm::from);
        let kid = import.kid.as_ref().map(Key::as_str);
        // The content of an invalid key is not repeated: it may be most of a private key.
        let imported =
            ImportedKey::read(import.private_key.as_bytes(), algorithm, kid).map_err(|error| {
                let field = match error {
                    InvalidImport::AlgorithmNeeded | InvalidImport::OtherAlgorithm { .. } => {
                        "algorithm"
                    }
                    InvalidImport::KeyId => "kid",
                    InvalidImport::Key(_) => "private_key",
                };
                OperationError::KeyUnusable { field, why: error }
            })?;
        let _turn = manager.turn(&call.operator).await?;
        let sealing = sealing(manager)?;
        let mut randomness = manager.randomness();
        let record = import_key(
            manager.host().registry(),
            &imported,
            None,
            sealing,
            &call.operator.actor(),
            &mut randomness,
            call.operator.now,
        )
        .await?;
        Ok(KeyAnswer {
            key: of_change(manager, &record, call.operator.now).await,
            removed: Vec::new(),
            warning: None,
        }
        .into())
    }
}

fn sealing<H: Host>(manager: &Manager<H>) -> Result<&m2m_store::SealingKey> {
    manager
        .host()
        .sealing()
        .ok_or(OperationError::RegistryReadOnly)
}

/// Returns a key that was changed. If the other keys cannot be read now, its next rotation is left out, since the change was made.
async fn of_change<H: Host>(manager: &Manager<H>, key: &KeyRecord, now: UnixTime) -> KeyShown {
    let frame = manager.host().registry().frame().await;
    shown(manager, &frame.unwrap_or_default().keys, key, now)
}

fn shown<H: Host>(
    manager: &Manager<H>,
    keys: &[KeyRecord],
    key: &KeyRecord,
    now: UnixTime,
) -> KeyShown {
    let signs_from = match key.state {
        KeyState::Next => Some(key.state_since.saturating_add_seconds(KEY_ANNOUNCE_SECONDS)),
        KeyState::Spare | KeyState::Active | KeyState::Retiring | KeyState::Retired => None,
    };
    let schedule = manager.host().key_schedule();
    KeyShown {
        kid: key.kid.to_string(),
        algorithm: key.algorithm.as_str().to_owned(),
        state: key.state.as_str().to_owned(),
        created_at: time_text(key.created_at),
        state_since: time_text(key.state_since),
        origin: Some(key.origin.as_str().to_owned()),
        signs_from: signs_from.map(time_text),
        next_rotation_at: schedule.rotation_of(keys, key, now).map(time_text),
        retires_at: retires_at(key).map(time_text),
    }
}

impl From<KeyError> for OperationError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::KeyIdTaken { kid } => Self::KeyIdTaken(kid),
            KeyError::Retired { .. } => Self::KeyRetired {
                why: error.to_string().into(),
            },
            KeyError::Refused(RotationRefused::TooEarly { signs_from }) => {
                Self::KeyTooNew { signs_from }
            }
            KeyError::Refused(RotationRefused::TooMany { most }) => Self::TooManyKeys { most },
            KeyError::Refused(RotationRefused::NotGenerated { .. }) => Self::KeyNotGenerated,
            KeyError::Commit(error) => error.into(),
        }
    }
}
