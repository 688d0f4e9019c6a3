//! The whole registry, as a file.

use core::ops::Not;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Field, Method, NoBody, NoNames, Operation, Part, Plan, RegistryDocument, Spec};

/// Makes the registry match a registry file.
#[derive(Debug)]
pub struct ApplyRegistry;

/// Exports the registry as a file.
#[derive(Debug)]
pub struct ExportRegistry;

/// The query parameters for a registry file to apply.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyQuery {
    /// True to return the plan without applying it.
    #[serde(default, skip_serializing_if = "Not::not")]
    #[schemars(extend("default" = false))]
    pub dry_run: bool,
    /// True to delete the records that are not in the file.
    #[serde(default, skip_serializing_if = "Not::not")]
    #[schemars(extend("default" = false))]
    pub prune: bool,
}

/// The query parameters of an export.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportQuery {
    /// True to include, for each application, the hash of its latest secret that is valid.
    #[serde(default, skip_serializing_if = "Not::not")]
    #[schemars(extend("default" = false))]
    pub with_secret_hashes: bool,
}

/// The result of applying a registry file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApplyAnswer {
    /// The changes to the registry, record by record.
    #[schemars(with = "PlanSchema")]
    pub plan: Plan,
    /// True if the plan was applied. False for a dry run.
    pub applied: bool,
    /// The secrets that were generated. They are shown only in this answer.
    pub credentials: Vec<CredentialsShown>,
}

/// The changes to the registry, record by record.
#[derive(JsonSchema)]
#[schemars(inline)]
struct PlanSchema {
    #[expect(dead_code, reason = "the schema needs it")]
    steps: Vec<serde_json::Map<String, serde_json::Value>>,
    #[expect(dead_code, reason = "the schema needs it")]
    kept: Vec<String>,
}

/// A generated secret of an application.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CredentialsShown {
    /// The display name of the application.
    pub application: String,
    /// The client id of the application.
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
        summary: "Apply a registry file",
        code: "REGISTRY_APPLIED",
        message: "The plan was applied, or only returned for a dry run",
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
        summary: "Export the registry as a file",
        refusals: &[409],
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = ExportQuery;
    type Body = NoBody;
    type Answer = ExportAnswer;
}
