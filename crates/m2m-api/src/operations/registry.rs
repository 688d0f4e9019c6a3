//! The whole registry, as a file.

use core::ops::Not;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Field, Method, NoBody, NoNames, Operation, Part, Plan, RegistryDocument, Spec};

/// Makes the registry say what a file says.
#[derive(Debug)]
pub struct ApplyRegistry;

/// Shows the registry as a file.
#[derive(Debug)]
pub struct ExportRegistry;

/// How a file is applied.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyQuery {
    /// Whether it is only said what would be done.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub dry_run: bool,
    /// Whether what is not in the file goes.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub prune: bool,
}

/// How a file is made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportQuery {
    /// Whether it has, for each application, the hash of the secret that was made last and works.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub with_secret_hashes: bool,
}

/// What was done, or would be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApplyAnswer {
    /// What the change does, record by record.
    #[schemars(with = "PlanSchema")]
    pub plan: Plan,
    /// Whether it was done.
    pub applied: bool,
    /// The secrets that were made. This is the only time that they are shown.
    pub credentials: Vec<CredentialsShown>,
}

/// What a change does, record by record.
#[derive(JsonSchema)]
#[schemars(inline)]
struct PlanSchema {
    #[expect(dead_code, reason = "says what a plan looks like")]
    steps: Vec<serde_json::Map<String, serde_json::Value>>,
    #[expect(dead_code, reason = "says what a plan looks like")]
    kept: Vec<String>,
}

/// The secret of an application that was created.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CredentialsShown {
    /// The name of the application.
    pub application: String,
    /// The client id.
    pub client_id: String,
    /// The secret.
    pub client_secret: String,
}

/// The registry as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExportAnswer {
    /// The text of a `world.toml`.
    pub world: String,
}

impl core::fmt::Debug for CredentialsShown {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("CredentialsShown")
            .field("client_id", &self.client_id)
            .field("client_secret", &"[redacted]")
            .finish_non_exhaustive()
    }
}

impl Operation for ApplyRegistry {
    const SPEC: Spec = Spec {
        id: "applyRegistry",
        method: Method::Post,
        path: "/api/v1/apply",
        scope: "apply:registry",
        fields: &[Field::of_everything(Part::Request)],
        summary: "Make the registry say what a file says",
        code: "REGISTRY_APPLIED",
        message: "The registry says what the file says, or would",
        refusals: &[409],
        example: Some(
            r#"{"api": [{"name": "Orders", "audience": "https://orders.example/api", "scopes": ["read:orders"]}]}"#,
        ),
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = ApplyQuery;
    type Body = RegistryDocument;
    type Answer = ApplyAnswer;
}

impl Operation for ExportRegistry {
    const SPEC: Spec = Spec {
        id: "exportRegistry",
        path: "/api/v1/export",
        scope: "read:registry",
        fields: &[Field::of_everything(Part::Switch("with_secret_hashes"))],
        summary: "Show the registry as a file",
        refusals: &[409],
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = ExportQuery;
    type Body = NoBody;
    type Answer = ExportAnswer;
}
