//! Scopes of APIs.

use m2m_authority::registry::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::NewScope;
use crate::values::Given;
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

/// Changes what is said of a scope.
#[derive(Debug)]
pub struct UpdateApiScope;

/// Takes a scope from an API, and from all applications that had it.
#[derive(Debug)]
pub struct DeleteApiScope;

/// The scopes of an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScopesAnswer {
    /// The scopes.
    pub scopes: Vec<ScopeShown>,
}

/// A scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScopeAnswer {
    /// The scope.
    pub scope: ScopeShown,
}

/// A scope that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScopeCreated {
    /// The scope.
    pub scope: Reference,
}

/// A scope of an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScopeShown {
    /// The id.
    pub id: String,
    /// The scope, as tokens carry it.
    pub key: String,
    /// What it permits, for people.
    pub description: Text<2000>,
}

/// A change of a scope.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeChange {
    /// What it permits, for people.
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
        summary: "Change what is said of a scope",
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
        summary: "Take a scope from an API, and from all applications that had it",
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
