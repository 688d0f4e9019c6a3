//! Applications.

use m2m_authority::registry::{Lifetime, Line};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::application_shape::{
    ApplicationChange, ApplicationShown, ApplicationSummary, FIELDS_OF_CHANGE, FIELDS_OF_NEW,
    NewApplication,
};
use crate::answer::without_default;
use crate::values::{Key, Patch, Search};
use crate::{
    ApplicationName, Done, Method, NoBody, NoNames, NoQuery, Operation, Order, PageSize, PageToken,
    Spec, Versioning,
};

/// Lists applications.
#[derive(Debug)]
pub struct ListApplications;

/// Creates an application.
#[derive(Debug)]
pub struct CreateApplication;

/// Shows an application.
#[derive(Debug)]
pub struct GetApplication;

/// Changes an application.
#[derive(Debug)]
pub struct UpdateApplication;

/// Deletes an application. Tokens already issued stay valid until they expire. The deletion of its client id is remembered, so that refusals can
/// mention it.
#[derive(Debug)]
pub struct DeleteApplication;

/// Changes the lifetime of tokens of an application.
#[derive(Debug)]
pub struct UpdateApplicationTokens;

/// The query parameters of a list of applications.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListApplicationsQuery {
    /// A text to search for. Only applications whose name or client id contains it are listed.
    pub search: Option<Search>,
    /// The code of an organization. Only its applications are listed.
    pub organization: Option<Key>,
    /// The owner. Only applications of this owner are listed.
    pub owner: Option<Line<200>>,
    /// The order of the list. If absent, the oldest application comes first.
    pub sort: Option<Order>,
    /// The maximum number of applications on a page.
    pub page_size: Option<PageSize>,
    /// The `next_token` of an earlier page. The list continues after that page.
    pub next_token: Option<PageToken>,
}

/// A change of the token settings of an application.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokensChange {
    /// The maximum lifetime of tokens of the application. If the API has a shorter one, that one applies. Unit: seconds.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub access_token_lifetime: Patch<Lifetime>,
    /// A member that is accepted for compatibility with clients of other servers, and ignored: machines do not get refresh tokens.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub refresh_token_lifetime: Patch<Lifetime>,
    /// A member that is accepted for compatibility with clients of other servers, and ignored: machines do not get ID tokens.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub id_token_lifetime: Patch<Lifetime>,
    /// A member that is accepted for compatibility with clients of other servers, and ignored: machines do not have sessions.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub authenticated_session_lifetime: Patch<Lifetime>,
    /// A member that is accepted for compatibility with clients of other servers, and ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_hasura_mapping_enabled: Option<bool>,
}

/// A page of applications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApplicationsAnswer {
    /// The applications.
    pub applications: Vec<ApplicationSummary>,
    /// The `next_token` to request the next page with. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<PageToken>,
}

/// An application that was created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApplicationCreated {
    /// The application with its credentials.
    pub application: NewCredentials,
}

/// The credentials of a new application. The secret is shown only in this answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewCredentials {
    /// The id of the application.
    #[serde(default)]
    #[schemars(transform = without_default)]
    pub id: String,
    /// The client id of the application.
    pub client_id: String,
    /// The generated secret. Absent if the request has the hash of a secret, and if the application is public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
}

/// The answer about an application.
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
        summary: "Create an application; its secret is returned only once",
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
        summary: "Show an application and its authorizations",
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
        summary: "Change an application; absent members stay unchanged, null clears a member",
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
        summary: "Delete an application; its tokens stay valid until they expire",
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
        summary: "Change the lifetime of the tokens of an application",
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
