//! The switch that stops applications at once.

use m2m_authority::registry::Line;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ApplicationName, Method, NoBody, NoNames, NoQuery, Operation, Spec};

/// Stops an application: it is disabled, and its tokens that were issued up to now are revoked.
#[derive(Debug)]
pub struct StopApplication;

/// Stops all applications of an owner in one change.
#[derive(Debug)]
pub struct StopApplications;

/// The owner whose applications are to be stopped.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnerToStop {
    /// The owner, exactly as the applications have it.
    pub owner: Line<200>,
}

/// The result of stopping applications.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ApplicationsStopped {
    /// The applications that this request has stopped.
    pub stopped: Vec<StoppedApplication>,
    /// The applications that were stopped before. Nothing was changed.
    pub already_stopped: Vec<StoppedApplication>,
    /// The applications that were not stopped, with the reasons.
    pub not_stopped: Vec<ProtectedApplication>,
}

/// An application that is stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StoppedApplication {
    /// The id of the application.
    pub id: String,
    /// The client id of the application.
    pub client_id: String,
    /// The display name of the application.
    pub name: String,
    /// The time at which the application last authenticated for a token. Null if it did not, and if there are too many applications to look it up.
    /// A use appears after a short delay.
    pub last_used_at: Option<String>,
}

/// An application that was not stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProtectedApplication {
    /// The id of the application.
    pub id: String,
    /// The client id of the application.
    pub client_id: String,
    /// The display name of the application.
    pub name: String,
    /// The reason why the application was not stopped.
    pub reason: String,
}

impl Operation for StopApplication {
    const SPEC: Spec = Spec {
        id: "stopApplication",
        method: Method::Post,
        path: "/api/v1/applications/{application_id}/stop",
        scope: "update:applications",
        summary: "Stop an application at once: disable it and revoke its tokens",
        code: "APPLICATIONS_STOPPED",
        message: "Application stopped",
        refusals: &[404, 409],
        ..Spec::DEFAULT
    };
    type Names = ApplicationName;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = ApplicationsStopped;
}

impl Operation for StopApplications {
    const SPEC: Spec = Spec {
        id: "stopApplications",
        method: Method::Post,
        path: "/api/v1/applications/stop",
        scope: "update:applications",
        summary: "Stop all applications of an owner at once: disable them and revoke their tokens",
        code: "APPLICATIONS_STOPPED",
        message: "Applications stopped",
        refusals: &[409],
        example: Some(r#"{"owner": "Team Billing"}"#),
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = NoQuery;
    type Body = OwnerToStop;
    type Answer = ApplicationsStopped;
}
