//! The secrets of applications.

use core::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::answer::without_default;
use crate::values::{SecretSha256, Time, Whole};
use crate::{ApplicationName, Method, NoBody, NoQuery, Operation, SecretName, Spec};

/// Lists the secrets of an application, never their values.
#[derive(Debug)]
pub struct ListApplicationSecrets;

/// Creates another secret for an application, or imports one. The earlier secrets end at once, or after an overlap.
#[derive(Debug)]
pub struct RotateApplicationSecret;

/// Revokes a secret at once.
#[derive(Debug)]
pub struct RevokeApplicationSecret;

/// A rotation: a new secret is created or imported, and the earlier ones end.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretRotation {
    /// The time for which the earlier secrets stay valid. If absent, they end at once. Unit: seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlap_seconds: Option<Overlap>,
    /// The time from which on the new secret is not valid. If absent, the secret does not expire.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Time>,
    /// The base64 of the SHA-256 of a secret that was generated elsewhere, from at least 128 bits of randomness. If absent, a secret is generated.
    /// If the application has a secret with this hash, the new one takes its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_sha256: Option<SecretSha256>,
}

/// The time for which earlier secrets stay valid. Unit: seconds.
pub type Overlap = Whole<0, MAX_OVERLAP_SECONDS>;

/// The secrets of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecretsAnswer {
    /// The secrets of the application, without their values.
    pub secrets: Vec<SecretShown>,
}

/// A secret, without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecretShown {
    /// The id of the secret.
    pub id: String,
    /// The state of the secret: `active`, `ending` (valid until `ends_at`) or `ended`.
    pub state: String,
    /// The time at which the secret was created.
    pub created_at: String,
    /// The time at which the secret ends or ended. Null for an active secret.
    pub ends_at: Option<String>,
    /// The reason why the secret ends or ended: `expires`, `rotated-out` or `revoked`.
    pub why: Option<String>,
    /// The client id of the application that ended the secret, or the name of a command.
    pub by: Option<String>,
    /// The time at which the secret was last used. Null if it was not used. A use appears after a short delay.
    pub last_used_at: Option<String>,
}

/// A secret that was created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecretCreated {
    /// The secret with its value.
    pub secret: NewSecret,
}

/// A new secret. The value of a generated one is shown only in this answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewSecret {
    /// The id of the secret.
    #[serde(default)]
    #[schemars(transform = without_default)]
    pub id: String,
    /// The value of the secret. Absent if the request has the hash of a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// The time from which on the secret is not valid. Absent if it does not expire.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// The time at which the last of the earlier secrets ends. Null if none of them is valid.
    #[serde(default)]
    #[schemars(transform = without_default)]
    pub expires_at_of_previous: Option<String>,
}

/// The result of revoking a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecretEnded {
    /// A warning for the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

impl fmt::Debug for NewSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewSecret")
            .field("id", &self.id)
            .field("client_secret", &"[redacted]")
            .finish_non_exhaustive()
    }
}

impl Operation for ListApplicationSecrets {
    const SPEC: Spec = Spec {
        id: "listApplicationSecrets",
        path: "/api/v1/applications/{application_id}/secrets",
        scope: "read:application_secrets",
        summary: "List the secrets of an application, without their values",
        refusals: &[404],
        ..Spec::DEFAULT
    };
    type Names = ApplicationName;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = SecretsAnswer;
}

impl Operation for RotateApplicationSecret {
    const SPEC: Spec = Spec {
        id: "rotateApplicationSecret",
        method: Method::Post,
        path: "/api/v1/applications/{application_id}/secrets",
        scope: "create:application_secrets",
        summary: "Create or import a secret for an application; earlier secrets end at once or after an overlap",
        code: "SECRET_CREATED",
        message: "Secret successfully created",
        status: 201,
        refusals: &[404, 409],
        example: Some(r#"{"overlap_seconds": 86400}"#),
        ..Spec::DEFAULT
    };
    type Names = ApplicationName;
    type Query = NoQuery;
    type Body = SecretRotation;
    type Answer = SecretCreated;
}

impl Operation for RevokeApplicationSecret {
    const SPEC: Spec = Spec {
        id: "revokeApplicationSecret",
        method: Method::Delete,
        path: "/api/v1/applications/{application_id}/secrets/{secret_id}",
        scope: "delete:application_secrets",
        summary: "Revoke a secret of an application at once",
        code: "SECRET_DELETED",
        message: "Secret successfully revoked",
        refusals: &[404, 409],
        ..Spec::DEFAULT
    };
    type Names = SecretName;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = SecretEnded;
}

/// The maximum overlap: thirty days. By then, a client that still uses the earlier secret has been forgotten. Unit: seconds.
const MAX_OVERLAP_SECONDS: u64 = 30 * 24 * 3600;
