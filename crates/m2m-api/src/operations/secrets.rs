//! Secrets of applications.

use core::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::values::Whole;
use crate::{ApplicationName, Method, NoBody, NoQuery, Operation, SecretName, Spec};

/// Lists the secrets of an application, never their values.
#[derive(Debug)]
pub struct ListApplicationSecrets;

/// Gives an application another secret. The others end at once, or after an overlap.
#[derive(Debug)]
pub struct RotateApplicationSecret;

/// Ends a secret at once.
#[derive(Debug)]
pub struct RevokeApplicationSecret;

/// How the others end.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretRotation {
    /// For how long the secrets that it has work on. Unit: seconds. They end at once if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlap_seconds: Option<Overlap>,
}

/// The time for which earlier secrets stay valid. Unit: seconds.
pub type Overlap = Whole<0, MAX_OVERLAP_SECONDS>;

/// The secrets of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecretsAnswer {
    /// The secrets.
    pub secrets: Vec<SecretShown>,
}

/// A secret, without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecretShown {
    /// The id.
    pub id: String,
    /// `active`, `ending` (it works until `ends_at`) or `ended`.
    pub state: String,
    /// The time of its creation.
    pub created_at: String,
    /// The time at which it ends, if it does.
    pub ends_at: Option<String>,
    /// `expires`, `rotated-out` or `revoked`.
    pub why: Option<String>,
    /// Who ended it.
    pub by: Option<String>,
    /// To the minute.
    pub last_used_at: Option<String>,
}

/// A secret that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecretCreated {
    /// The secret.
    pub secret: NewSecret,
}

/// This is the only time that it is shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewSecret {
    /// The id.
    pub id: String,
    /// The secret.
    pub client_secret: String,
    /// When the last of the others ends; none if there is no other that works.
    pub expires_at_of_previous: Option<String>,
}

/// A secret that was ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecretEnded {
    /// What the operator should know.
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
        summary: "List the secrets of an application, never their values",
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
        summary: "Give an application another secret; the others end at once or after an overlap",
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
        summary: "End a secret of an application at once",
        code: "SECRET_DELETED",
        message: "Secret successfully ended",
        refusals: &[404, 409],
        ..Spec::DEFAULT
    };
    type Names = SecretName;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = SecretEnded;
}

/// Thirty days: whoever has not changed a secret by then forgot. Unit: seconds.
const MAX_OVERLAP_SECONDS: u64 = 30 * 24 * 3600;
