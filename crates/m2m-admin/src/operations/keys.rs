//! Signing keys.

use http::Method;
use m2m_authority::registry::{KeyState, time_text};
use m2m_jwt::Algorithm;
use m2m_store::{Backend as _, KeyRecord};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Result;
use super::apis::SigningAlg;
use super::text::Key;
use crate::face::{Json, NoBody};
use crate::keys::{
    KEY_ANNOUNCE_SECONDS, Rotated, Rotation, RotationRefused, import_key, rotate_key,
};
use crate::operation::{Call, NoQuery, Operation, Weight};
use crate::{Field, Host, ImportedKey, InvalidImport, KeyError, Manager, OperationError, Part};

/// Lists signing keys.
#[derive(Debug)]
pub struct ListKeys;

/// Takes the next step of a rotation.
#[derive(Debug)]
pub struct RotateKey;

/// Adds a signing key that was made elsewhere.
#[derive(Debug)]
pub struct ImportKey;

/// Which key is to be another one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRotation {
    /// For which algorithm.
    algorithm: SigningAlg,
    /// True for a private key that others may know. A new key signs at once, and all other keys of the algorithm leave the JWK set for good. Tokens that they
    /// signed, those for the management API included, are refused: by this server at once, by APIs as soon as they fetch the JWK set again, which may be kept
    /// for five minutes. Until then such APIs also refuse tokens of the new key.
    #[serde(default)]
    emergency: bool,
}

/// A private key that was made elsewhere.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// The key: PKCS#8 as PEM, or a JSON Web Key as text.
    #[schemars(length(min = 1, max = 65_536))]
    private_key: String,
    /// Its algorithm, where the key does not say it.
    algorithm: Option<SigningAlg>,
    /// Its key id; its own, or its thumbprint, if absent.
    kid: Option<Key>,
}

/// The signing keys that are announced.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KeysAnswer {
    keys: Vec<KeyShown>,
}

/// A signing key.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KeyAnswer {
    key: KeyShown,
    /// The key ids that an emergency rotation removed from the JWK set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    removed: Vec<String>,
    /// What the operator should know.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct KeyShown {
    kid: String,
    algorithm: String,
    /// `next`, `active` or `retiring`.
    state: String,
    created_at: String,
    state_since: String,
    /// From when a key that is announced may sign: by then everybody knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    signs_from: Option<String>,
}

impl core::fmt::Debug for Import {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Import")
            .field("private_key", &"[redacted]")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

impl Operation for ListKeys {
    const ID: &'static str = "listKeys";
    const PATH: &'static str = "/api/v1/keys";
    const SCOPE: &'static str = "read:keys";
    const SUMMARY: &'static str = "List the signing keys that are announced";
    const WEIGHT: Weight = Weight::Page;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = KeysAnswer;

    async fn perform<H: Host>(manager: &Manager<H>, _: &Call<Self>) -> Result<KeysAnswer> {
        let keys = manager.host().registry().frame().await?.keys;
        Ok(KeysAnswer {
            keys: keys.iter().map(shown).collect(),
        })
    }
}

impl Operation for RotateKey {
    const ID: &'static str = "rotateKey";
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/api/v1/keys/rotate";
    const SCOPE: &'static str = "update:keys";
    const SUMMARY: &'static str = "Take the next step of a rotation: announce a key, or let the one that everybody knows by now sign; in an emergency replace all keys of the algorithm at once";
    const CODE: &'static str = "KEY_ROTATED";
    const MESSAGE: &'static str = "Key successfully rotated";
    const REFUSALS: &'static [u16] = &[409];
    const EXAMPLE: Option<&'static str> = Some(r#"{"algorithm": "ES256"}"#);
    type Query = NoQuery;
    type Body = Json<KeyRotation>;
    type Answer = KeyAnswer;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<KeyAnswer> {
        let rotation = &call.body.0;
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
                "{} no longer in the JWK set. This server refuses the tokens that such a key has signed, those for the management API included, from now on: get \
                 new ones. APIs do so when they fetch the JWK set again, after at most {} seconds if they keep to its max-age, and refuse tokens of the new key \
                 until then; restart those that keep keys for longer",
                match &*removed {
                    [only] => format!("the key {:?} is", &**only),
                    several => format!("the keys {several:?} are"),
                },
                KEY_ANNOUNCE_SECONDS / 2
            )
        });
        Ok(KeyAnswer {
            key: shown(&key),
            removed: removed.into_iter().map(String::from).collect(),
            warning,
        })
    }
}

impl Operation for ImportKey {
    const ID: &'static str = "importKey";
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/api/v1/keys/import";
    const SCOPE: &'static str = "update:keys";
    const FIELDS: &'static [Field] = &[Field::of_everything(Part::Request)];
    const SUMMARY: &'static str = "Add a signing key that was made elsewhere";
    const CODE: &'static str = "KEY_IMPORTED";
    const MESSAGE: &'static str = "Key successfully imported";
    const STATUS: u16 = 201;
    const REFUSALS: &'static [u16] = &[409];
    const EXAMPLE: Option<&'static str> = Some(
        r#"{"private_key": "-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----\n", "algorithm": "ES256"}"#,
    );
    type Query = NoQuery;
    type Body = Json<Import>;
    type Answer = KeyAnswer;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<KeyAnswer> {
        let import = &call.body.0;
        let algorithm = import.algorithm.map(Algorithm::from);
        let kid = import.kid.as_ref().map(Key::as_str);
        // What it says instead of a key is not told: it may be most of one.
        let imported =
            ImportedKey::read(import.private_key.as_bytes(), algorithm, kid).map_err(|error| {
                let field = match error {
                    InvalidImport::AlgorithmNeeded | InvalidImport::OtherAlgorithm { .. } => {
                        "algorithm"
                    }
                    InvalidImport::KeyId => "kid",
                    InvalidImport::Key(_) => "private_key",
                };
                OperationError::conflict("KEY_UNUSABLE", format!("{field}: {error}"))
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
            key: shown(&record),
            removed: Vec::new(),
            warning: None,
        })
    }
}

fn sealing<H: Host>(manager: &Manager<H>) -> Result<&m2m_store::SealingKey> {
    manager
        .host()
        .sealing()
        .ok_or_else(OperationError::read_only)
}

fn shown(key: &KeyRecord) -> KeyShown {
    let signs_from = match key.state {
        KeyState::Next => Some(key.state_since.saturating_add_seconds(KEY_ANNOUNCE_SECONDS)),
        KeyState::Active | KeyState::Retiring | KeyState::Retired => None,
    };
    KeyShown {
        kid: key.kid.to_string(),
        algorithm: key.algorithm.as_str().to_owned(),
        state: key.state.as_str().to_owned(),
        created_at: time_text(key.created_at),
        state_since: time_text(key.state_since),
        signs_from: signs_from.map(time_text),
    }
}

impl From<KeyError> for OperationError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::KeyIdTaken { kid } => Self::taken("key id", "kid", &kid),
            KeyError::Retired { .. } => Self::conflict(
                "KEY_RETIRED",
                format!("private_key: {error}; import or make another one"),
            ),
            KeyError::Refused(RotationRefused::TooEarly { signs_from }) => Self::conflict(
                "KEY_TOO_NEW",
                format!(
                    "the next key may sign from {} on: by then everybody knows it; an emergency skips the wait",
                    time_text(signs_from)
                ),
            ),
            KeyError::Refused(RotationRefused::TooMany { most }) => Self::conflict(
                "TOO_MANY_KEYS",
                format!(
                    "{most} keys of the algorithm are announced already; tokens of the oldest may not have expired yet"
                ),
            ),
            KeyError::Refused(RotationRefused::NotMade { .. }) => Self::conflict(
                "KEY_NOT_MADE",
                "this build makes no key of the algorithm; make one elsewhere, and import it",
            ),
            KeyError::Commit(error) => error.into(),
        }
    }
}
