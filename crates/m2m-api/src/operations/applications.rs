//! Applications.

use m2m_authority::registry::Lifetime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::application_shape::{
    ApplicationChange, ApplicationShown, ApplicationSummary, FIELDS_OF_CHANGE, FIELDS_OF_NEW,
    NewApplication,
};
use crate::values::{Key, Patch, Search};
use crate::{
    ApplicationName, Done, Method, NoBody, NoNames, NoQuery, Operation, Order, PageSize, PageToken,
    Spec, Versioning,
};

/// Lists applications.
#[derive(Debug)]
pub struct ListApplications;

/// Makes an application.
#[derive(Debug)]
pub struct CreateApplication;

/// Shows an application.
#[derive(Debug)]
pub struct GetApplication;

/// Changes an application.
#[derive(Debug)]
pub struct UpdateApplication;

/// Takes an application away. What it was called is remembered, so that a refusal can say so.
#[derive(Debug)]
pub struct DeleteApplication;

/// Changes how long the tokens of an application live.
#[derive(Debug)]
pub struct UpdateApplicationTokens;

/// Which applications are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListApplicationsQuery {
    /// Those with this text in their name or client id.
    pub search: Option<Search>,
    /// Those of the organization with this code.
    pub organization: Option<Key>,
    /// In which order; by age if absent.
    pub sort: Option<Order>,
    /// How many at most.
    pub page_size: Option<PageSize>,
    /// Where an earlier page ended.
    pub next_token: Option<PageToken>,
}

/// A change of the tokens of an application.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokensChange {
    /// The longest life of its tokens; the lesser of this and the API's counts. Unit: seconds.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub access_token_lifetime: Patch<Lifetime>,
    /// Taken for the sake of clients of other servers: machines get no refresh tokens.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub refresh_token_lifetime: Patch<Lifetime>,
    /// Taken for the sake of clients of other servers: machines get no ID tokens.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub id_token_lifetime: Patch<Lifetime>,
    /// Taken for the sake of clients of other servers: machines have no sessions.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub authenticated_session_lifetime: Patch<Lifetime>,
    /// Taken for the sake of clients of other servers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_hasura_mapping_enabled: Option<bool>,
}

/// A page of applications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApplicationsAnswer {
    /// The applications.
    pub applications: Vec<ApplicationSummary>,
    /// The beginning of the next page; none at the end.
    pub next_token: Option<PageToken>,
}

/// An application that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApplicationCreated {
    /// The application.
    pub application: NewCredentials,
}

/// What an application authenticates with. This is the only time that the secret is shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewCredentials {
    /// The id.
    pub id: String,
    /// The client id.
    pub client_id: String,
    /// The secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
}

/// An application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApplicationAnswer {
    /// The application.
    pub application: ApplicationShown,
}

impl core::fmt::Debug for NewCredentials {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("NewCredentials")
            .field("client_id", &self.client_id)
            .field("client_secret", &"[redacted]")
            .finish_non_exhaustive()
    }
}

impl Operation for ListApplications {
    const SPEC: Spec = Spec {
        id: "listApplications",
        path: "/api/v1/applications",
        scope: "read:applications",
        summary: "List applications",
        refusals: &[409],
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = ListApplicationsQuery;
    type Body = NoBody;
    type Answer = ApplicationsAnswer;
}

impl Operation for CreateApplication {
    const SPEC: Spec = Spec {
        id: "createApplication",
        method: Method::Post,
        path: "/api/v1/applications",
        scope: "create:applications",
        fields: FIELDS_OF_NEW,
        summary: "Make an application; its secret is shown this once",
        code: "APPLICATION_CREATED",
        message: "Application successfully created",
        status: 201,
        refusals: &[404, 409],
        example: Some(r#"{"name": "Billing job", "type": "m2m"}"#),
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = NoQuery;
    type Body = NewApplication;
    type Answer = ApplicationCreated;
}

impl Operation for GetApplication {
    const SPEC: Spec = Spec {
        id: "getApplication",
        path: "/api/v1/applications/{application_id}",
        scope: "read:applications",
        summary: "Show an application, and what it may ask for",
        refusals: &[404],
        versioning: Versioning::Tagged,
        ..Spec::DEFAULT
    };
    type Names = ApplicationName;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = ApplicationAnswer;
}

impl Operation for UpdateApplication {
    const SPEC: Spec = Spec {
        id: "updateApplication",
        method: Method::Patch,
        path: "/api/v1/applications/{application_id}",
        scope: "update:applications",
        fields: FIELDS_OF_CHANGE,
        summary: "Change an application; what is absent stays, null takes away",
        code: "APPLICATION_UPDATED",
        message: "Application successfully updated",
        versioning: Versioning::Compared,
        refusals: &[404, 409],
        example: Some(r#"{"is_enabled": false}"#),
        ..Spec::DEFAULT
    };
    type Names = ApplicationName;
    type Query = NoQuery;
    type Body = ApplicationChange;
    type Answer = Done;
}

impl Operation for DeleteApplication {
    const SPEC: Spec = Spec {
        id: "deleteApplication",
        method: Method::Delete,
        path: "/api/v1/applications/{application_id}",
        scope: "delete:applications",
        summary: "Take an application away; its tokens stay good until they expire",
        code: "APPLICATION_DELETED",
        message: "Application successfully deleted",
        versioning: Versioning::Compared,
        refusals: &[404, 409],
        ..Spec::DEFAULT
    };
    type Names = ApplicationName;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = Done;
}

impl Operation for UpdateApplicationTokens {
    const SPEC: Spec = Spec {
        id: "updateApplicationTokens",
        method: Method::Patch,
        path: "/api/v1/applications/{application_id}/tokens",
        scope: "update:application_tokens",
        summary: "Change how long the tokens of an application live",
        code: "APPLICATION_TOKENS_UPDATED",
        message: "Application tokens successfully updated",
        refusals: &[404, 409],
        example: Some(r#"{"access_token_lifetime": 600}"#),
        ..Spec::DEFAULT
    };
    type Names = ApplicationName;
    type Query = NoQuery;
    type Body = TokensChange;
    type Answer = Done;
}
