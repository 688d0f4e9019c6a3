//! Signing keys.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SigningAlg;
use crate::values::Key;
use crate::{Field, Method, NoBody, NoNames, NoQuery, Operation, Part, Spec};

/// Lists signing keys.
#[derive(Debug)]
pub struct ListKeys;

/// Takes the next step of a key rotation.
#[derive(Debug)]
pub struct RotateKey;

/// Imports a signing key that was generated elsewhere.
#[derive(Debug)]
pub struct ImportKey;

/// A step of a key rotation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRotation {
    /// The algorithm whose signing key is rotated.
    pub algorithm: SigningAlg,
    /// True for an emergency: others may know the private key. A new key signs at once, and all other keys of the algorithm are removed from the JWK
    /// set permanently. Tokens that they signed, including those for the management API, are refused: by this server at once, by APIs as soon as they
    /// fetch the JWK set again, which may be cached for five minutes. Until then, such APIs also refuse tokens of the new key.
    #[serde(default)]
    pub emergency: bool,
}

/// A private key that was generated elsewhere.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// The private key: PKCS#8 as PEM, or a JSON Web Key as text.
    #[schemars(length(min = 1, max = 65_536))]
    pub private_key: String,
    /// The algorithm of the key. Required if the key can be used with several, as an RSA key can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<SigningAlg>,
    /// The key id. If absent, the key id in the key is used, or else its thumbprint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<Key>,
}

/// The signing keys that are announced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeysAnswer {
    /// The keys.
    pub keys: Vec<KeyShown>,
}

/// The answer about a signing key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeyAnswer {
    /// The key.
    pub key: KeyShown,
    /// The key ids that an emergency rotation removed from the JWK set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
    /// A warning for the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

/// A signing key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeyShown {
    /// The key id.
    pub kid: String,
    /// The algorithm.
    pub algorithm: String,
    /// The state of the key: `spare` if it is not published because no API needs its algorithm; `next` if it is published and does not sign yet; `active` if
    /// it signs; `retiring` if it no longer signs, and stays published until its last token has expired.
    pub state: String,
    /// The place where the key was created: `generated` by a server, or `imported`. The schedule of rotations replaces generated keys only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The time at which the key was created.
    pub created_at: String,
    /// The time at which the key entered this state.
    pub state_since: String,
    /// The earliest time at which a `next` key may sign. By then, every verifier has had the time to fetch it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signs_from: Option<String>,
    /// The earliest time of the next scheduled rotation, at which the `active` key stops signing, and the `next` one begins. Absent if the server has no
    /// schedule, or the active key was imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_rotation_at: Option<String>,
    /// The latest time at which a `retiring` key is removed from the JWK set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retires_at: Option<String>,
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
    const SPEC: Spec = Spec {
        id: "listKeys",
        path: "/api/v1/keys",
        scope: "read:keys",
        summary: "List the signing keys in the JWK set",
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = KeysAnswer;
}

impl Operation for RotateKey {
    const SPEC: Spec = Spec {
        id: "rotateKey",
        method: Method::Post,
        path: "/api/v1/keys/rotate",
        scope: "update:keys",
        summary: "Take the next step of a key rotation: announce a new key, or let the announced key sign; an emergency replaces all keys of the algorithm at once",
        code: "KEY_ROTATED",
        message: "Key successfully rotated",
        refusals: &[409],
        example: Some(r#"{"algorithm": "ES256"}"#),
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = NoQuery;
    type Body = KeyRotation;
    type Answer = KeyAnswer;
}

impl Operation for ImportKey {
    const SPEC: Spec = Spec {
        id: "importKey",
        method: Method::Post,
        path: "/api/v1/keys/import",
        scope: "update:keys",
        fields: &[Field::of_everything(Part::Request)],
        summary: "Import a signing key",
        code: "KEY_IMPORTED",
        message: "Key successfully imported",
        status: 201,
        refusals: &[409],
        example: Some(
            r#"{"private_key": "-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----\n", "algorithm": "ES256"}"#,
        ),
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = NoQuery;
    type Body = Import;
    type Answer = KeyAnswer;
}
