//! Scopes of APIs.

use http::Method;
use m2m_authority::registry::{Api, ScopeDefinition, Text};
use m2m_store::Stored;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Result;
use super::apis::NewScope;
use super::list::Reference;
use super::patch::Given;
use super::{lookup, protection};
use crate::face::{Json, NoBody};
use crate::operation::{Call, Done, NoQuery, Operation, Weight};
use crate::{Host, Manager, OperationError};

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
#[derive(Debug, Serialize, JsonSchema)]
pub struct ScopesAnswer {
    scopes: Vec<ScopeShown>,
}

/// A scope.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ScopeAnswer {
    scope: ScopeShown,
}

/// A scope that was made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ScopeCreated {
    scope: Reference,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ScopeShown {
    id: String,
    key: String,
    description: Text<2000>,
}

/// A change of a scope.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeChange {
    /// What it permits, for people.
    #[serde(default)]
    description: Given<Text<2000>>,
}

impl Operation for ListApiScopes {
    const ID: &'static str = "listApiScopes";
    const PATH: &'static str = "/api/v1/apis/{api_id}/scopes";
    const SCOPE: &'static str = "read:api_scopes";
    const SUMMARY: &'static str = "List the scopes of an API";
    const REFUSALS: &'static [u16] = &[404];
    const WEIGHT: Weight = Weight::Page;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = ScopesAnswer;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<ScopesAnswer> {
        let apis = lookup::apis(manager).await?;
        let api = lookup::api(&apis, call.named("api_id"), manager.host().issuer())?;
        let scopes = api.value.scopes.iter();
        Ok(ScopesAnswer {
            scopes: scopes.map(|scope| shown(api, scope)).collect(),
        })
    }
}

impl Operation for CreateApiScope {
    const ID: &'static str = "createApiScope";
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/api/v1/apis/{api_id}/scopes";
    const SCOPE: &'static str = "create:api_scopes";
    const SUMMARY: &'static str = "Add a scope to an API";
    const CODE: &'static str = "API_SCOPE_CREATED";
    const MESSAGE: &'static str = "API scope successfully created";
    const STATUS: u16 = 201;
    const REFUSALS: &'static [u16] = &[404, 409];
    const EXAMPLE: Option<&'static str> =
        Some(r#"{"key": "read:orders", "description": "Read orders"}"#);
    type Query = NoQuery;
    type Body = Json<NewScope>;
    type Answer = ScopeCreated;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<ScopeCreated> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.api(call)?;
        let scope = call.body.0.definition();
        if stored.value.scopes.iter().any(|own| own.key == scope.key) {
            return Err(OperationError::taken("scope", "key", &scope.key));
        }
        if stored.value.scopes.len() >= MAX_SCOPES {
            let message = format!("an API has {MAX_SCOPES} scopes at most");
            return Err(OperationError::conflict("TOO_MANY_SCOPES", message));
        }
        let id = lookup::scope_id(stored.id, &scope.key);
        let mut api = stored.value.clone();
        api.scopes.push(scope);
        protection::of_size(&api)?;
        decision.draft.update(&stored, api, None);
        decision.commit().await?;
        Ok(ScopeCreated {
            scope: Reference { id },
        })
    }
}

impl Operation for GetApiScope {
    const ID: &'static str = "getApiScope";
    const PATH: &'static str = "/api/v1/apis/{api_id}/scopes/{scope_id}";
    const SCOPE: &'static str = "read:api_scopes";
    const SUMMARY: &'static str = "Show a scope of an API";
    const REFUSALS: &'static [u16] = &[404];
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = ScopeAnswer;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<ScopeAnswer> {
        let apis = lookup::apis(manager).await?;
        let api = lookup::api(&apis, call.named("api_id"), manager.host().issuer())?;
        let position = lookup::scope(api, call.named("scope_id"))?;
        let scope = api.value.scopes.get(position);
        let scope =
            scope.ok_or_else(|| OperationError::unknown("scope", call.named("scope_id")))?;
        Ok(ScopeAnswer {
            scope: shown(api, scope),
        })
    }
}

impl Operation for UpdateApiScope {
    const ID: &'static str = "updateApiScope";
    const METHOD: Method = Method::PATCH;
    const PATH: &'static str = "/api/v1/apis/{api_id}/scopes/{scope_id}";
    const SCOPE: &'static str = "update:api_scopes";
    const SUMMARY: &'static str = "Change what is said of a scope";
    const CODE: &'static str = "API_SCOPE_UPDATED";
    const MESSAGE: &'static str = "API scope successfully updated";
    const REFUSALS: &'static [u16] = &[404, 409];
    const EXAMPLE: Option<&'static str> = Some(r#"{"description": "Read all orders"}"#);
    type Query = NoQuery;
    type Body = Json<ScopeChange>;
    type Answer = Done;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Done> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.api(call)?;
        let position = lookup::scope(&stored, call.named("scope_id"))?;
        let mut api = stored.value.clone();
        if let (Some(scope), Some(description)) = (
            api.scopes.get_mut(position),
            call.body.0.description.value(),
        ) {
            scope.description = description.clone();
        }
        decision.draft.update(&stored, api, None);
        decision.commit().await
    }
}

impl Operation for DeleteApiScope {
    const ID: &'static str = "deleteApiScope";
    const METHOD: Method = Method::DELETE;
    const PATH: &'static str = "/api/v1/apis/{api_id}/scopes/{scope_id}";
    const SCOPE: &'static str = "delete:api_scopes";
    const SUMMARY: &'static str = "Take a scope from an API, and from all applications that had it";
    const CODE: &'static str = "API_SCOPE_DELETED";
    const MESSAGE: &'static str = "API scope successfully deleted";
    const REFUSALS: &'static [u16] = &[404, 409];
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = Done;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Done> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.api(call)?;
        let position = lookup::scope(&stored, call.named("scope_id"))?;
        let mut api = stored.value.clone();
        let scope = api.scopes.remove(position);
        protection::of_scope(&stored.value, &scope.key)?;
        for application in protection::authorized(decision.registry(), &stored.value).await? {
            let mut value = application.value.clone();
            for authorization in &mut value.spec.authorize {
                if api.is_called(&authorization.audience) {
                    authorization.scopes.retain(|own| *own != scope.key);
                }
            }
            decision.draft.update(&application, value, None);
        }
        decision.draft.update(&stored, api, None);
        decision.commit().await
    }
}

fn shown(api: &Stored<Api>, scope: &ScopeDefinition) -> ScopeShown {
    ScopeShown {
        id: lookup::scope_id(api.id, &scope.key),
        key: scope.key.to_string(),
        description: scope.description.clone(),
    }
}

/// More than any API has; each token request compares with all of one API at most.
const MAX_SCOPES: usize = 1000;
