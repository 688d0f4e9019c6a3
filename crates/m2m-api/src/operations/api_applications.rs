//! The applications that are authorized for an API, and the scopes that they may request.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::values::{Key, List};
use crate::{
    ApiApplicationScopeName, ApiName, Done, Field, Method, Needs, NoBody, NoQuery, Operation, Part,
    Spec,
};

/// Authorizes applications for an API, and revokes the authorization of others.
#[derive(Debug)]
pub struct UpdateApiApplications;

/// Assigns a scope of an API to an application.
#[derive(Debug)]
pub struct AddApiApplicationScope;

/// Removes a scope of an API from an application.
#[derive(Debug)]
pub struct RemoveApiApplicationScope;

/// The applications to authorize for an API, and those to remove from it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationsChange {
    /// The applications. Each can be named only once.
    pub applications: List<ConnectionChange, 1000>,
}

/// An application to authorize for an API, or to remove from it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectionChange {
    /// The id or the client id of the application.
    pub id: Key,
    /// The action. If `delete`, the authorization is revoked; if absent, the application is authorized.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<AuthorizationChange>,
}

/// The revocation of an authorization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
#[expect(missing_docs, reason = "the name says it")]
pub enum AuthorizationChange {
    Delete,
}

/// The result of a change of the applications of an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApplicationsChanged {
    /// The ids of the applications that were authorized by this request. Applications that were authorized before are not included.
    pub applications_connected: Vec<String>,
    /// The ids of the applications whose authorization was revoked by this request.
    pub applications_disconnected: Vec<String>,
}

impl Operation for UpdateApiApplications {
    const SPEC: Spec = Spec {
        id: "updateApiApplications",
        method: Method::Patch,
        path: "/api/v1/apis/{api_id}/applications",
        scope: "update:apis",
        fields: &[
            Field {
                part: Part::ItemWithout {
                    list: "applications",
                    member: "operation",
                },
                needs: Needs::Scopes(&["create:application_api_scopes"]),
            },
            Field {
                part: Part::ItemWith {
                    list: "applications",
                    member: "operation",
                },
                needs: Needs::Scopes(&["delete:application_api_scopes"]),
            },
        ],
        summary: "Authorize applications for an API, or revoke their authorization",
        code: "API_APPLICATIONS_UPDATED",
        message: "API applications updated",
        refusals: &[404, 409],
        example: Some(
            r#"{"applications": [{"id": "billing-job"}, {"id": "old-job", "operation": "delete"}]}"#,
        ),
        ..Spec::DEFAULT
    };
    type Names = ApiName;
    type Query = NoQuery;
    type Body = ApplicationsChange;
    type Answer = ApplicationsChanged;
}

impl Operation for AddApiApplicationScope {
    const SPEC: Spec = Spec {
        id: "addApiApplicationScope",
        method: Method::Post,
        path: "/api/v1/apis/{api_id}/applications/{application_id}/scopes/{scope_id}",
        scope: "create:application_api_scopes",
        summary: "Assign a scope of an API to an application",
        code: "API_APPLICATION_SCOPE_ADDED",
        message: "API scope successfully added to the application",
        refusals: &[404, 409],
        ..Spec::DEFAULT
    };
    type Names = ApiApplicationScopeName;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = Done;
}

impl Operation for RemoveApiApplicationScope {
    const SPEC: Spec = Spec {
        id: "removeApiApplicationScope",
        method: Method::Delete,
        path: "/api/v1/apis/{api_id}/applications/{application_id}/scopes/{scope_id}",
        scope: "delete:application_api_scopes",
        summary: "Remove a scope of an API from an application",
        code: "API_APPLICATION_SCOPE_DELETED",
        message: "API scope successfully removed from the application",
        refusals: &[404, 409],
        ..Spec::DEFAULT
    };
    type Names = ApiApplicationScopeName;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = Done;
}
