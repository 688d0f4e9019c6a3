//! Scopes of APIs.

use m2m_authority::registry::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::NewScope;
use crate::values::{Given, Tolerant};
use crate::{ApiName, ApiScopeName, Done, Method, NoBody, NoQuery, Operation, Reference, Spec};

/// Lists the scopes of an API.
#[derive(Debug)]
pub struct ListApiScopes;

/// Adds a scope to an API.
#[derive(Debug)]
pub struct CreateApiScope;

/// Shows a scope.
#[derive(Debug)]
pub struct GetApiScope;

/// Changes the description of a scope.
#[derive(Debug)]
pub struct UpdateApiScope;

/// Deletes a scope of an API, and removes it from all applications that have it.
#[derive(Debug)]
pub struct DeleteApiScope;

/// The scopes of an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScopesAnswer {
    /// The scopes of the API.
    pub scopes: Vec<ScopeShown>,
}

/// A scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScopeAnswer {
    /// The scope.
    pub scope: ScopeShown,
}

/// A scope that was created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScopeCreated {
    /// A reference to the scope.
    pub scope: Reference,
}

/// A scope of an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScopeShown {
    /// The id of the scope.
    pub id: String,
    /// The scope as it appears in tokens.
    pub key: String,
    /// The description of what the scope permits.
    pub description: Tolerant<Text<2000>>,
}

/// A change of a scope.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeChange {
    /// The description of what the scope permits.
    #[serde(default, skip_serializing_if = "Given::is_none")]
    pub description: Given<Text<2000>>,
}

impl Operation for ListApiScopes {
    const SPEC: Spec = Spec {
        id: "listApiScopes",
        path: "/api/v1/apis/{api_id}/scopes",
        scope: "read:api_scopes",
        summary: "List the scopes of an API",
        refusals: &[404],
        ..Spec::DEFAULT
    };
    type Names = ApiName;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = ScopesAnswer;
}

impl Operation for CreateApiScope {
    const SPEC: Spec = Spec {
        id: "createApiScope",
        method: Method::Post,
        path: "/api/v1/apis/{api_id}/scopes",
        scope: "create:api_scopes",
        summary: "Add a scope to an API",
        code: "API_SCOPE_CREATED",
        message: "API scope successfully created",
        status: 201,
        refusals: &[404, 409],
        example: Some(r#"{"key": "read:orders", "description": "Read orders"}"#),
        ..Spec::DEFAULT
    };
    type Names = ApiName;
    type Query = NoQuery;
    type Body = NewScope;
    type Answer = ScopeCreated;
}

impl Operation for GetApiScope {
    const SPEC: Spec = Spec {
        id: "getApiScope",
        path: "/api/v1/apis/{api_id}/scopes/{scope_id}",
        scope: "read:api_scopes",
        summary: "Show a scope of an API",
        refusals: &[404],
        ..Spec::DEFAULT
    };
    type Names = ApiScopeName;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = ScopeAnswer;
}

impl Operation for UpdateApiScope {
    const SPEC: Spec = Spec {
        id: "updateApiScope",
        method: Method::Patch,
        path: "/api/v1/apis/{api_id}/scopes/{scope_id}",
        scope: "update:api_scopes",
        summary: "Change the description of a scope",
        code: "API_SCOPE_UPDATED",
        message: "API scope successfully updated",
        refusals: &[404, 409],
        example: Some(r#"{"description": "Read all orders"}"#),
        ..Spec::DEFAULT
    };
    type Names = ApiScopeName;
    type Query = NoQuery;
    type Body = ScopeChange;
    type Answer = Done;
}

impl Operation for DeleteApiScope {
    const SPEC: Spec = Spec {
        id: "deleteApiScope",
        method: Method::Delete,
        path: "/api/v1/apis/{api_id}/scopes/{scope_id}",
        scope: "delete:api_scopes",
        summary: "Delete a scope of an API; it is removed from all applications",
        code: "API_SCOPE_DELETED",
        message: "API scope successfully deleted",
        refusals: &[404, 409],
        ..Spec::DEFAULT
    };
    type Names = ApiScopeName;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = Done;
}
