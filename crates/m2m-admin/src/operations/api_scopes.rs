//! Scopes of APIs.

use m2m_api::operations::{
    CreateApiScope, DeleteApiScope, GetApiScope, ListApiScopes, ScopeAnswer, ScopeCreated,
    ScopeShown, ScopesAnswer, UpdateApiScope,
};
use m2m_api::{Done, Reference};
use m2m_authority::registry::{Api, ScopeDefinition};
use m2m_store::Stored;

use super::Result;
use super::apis::definition;
use super::{lookup, protection};
use crate::outcome::Outcome;
use crate::perform::{Call, Perform, Weight};
use crate::{Host, Manager, OperationError};

impl Perform for ListApiScopes {
    const WEIGHT: Weight = Weight::Page;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<ScopesAnswer>> {
        let apis = lookup::apis(manager).await?;
        let api = lookup::api(&apis, &call.names.api_id, manager.host().issuer())?;
        let scopes = api.value.scopes.iter();
        Ok(ScopesAnswer {
            scopes: scopes.map(|scope| shown(api, scope)).collect(),
        }
        .into())
    }
}

impl Perform for CreateApiScope {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<ScopeCreated>> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.api(call, &call.names.api_id)?;
        let scope = definition(&call.body);
        if stored.value.scopes.iter().any(|own| own.key == scope.key) {
            return Err(OperationError::ScopeTaken(scope.key));
        }
        if stored.value.scopes.len() >= MAX_SCOPES {
            return Err(OperationError::TooManyScopes { most: MAX_SCOPES });
        }
        let id = lookup::scope_id(stored.id, &scope.key);
        let mut api = stored.value.clone();
        api.scopes.push(scope);
        protection::of_size(&api)?;
        decision.draft.update(&stored, api, None);
        decision.commit().await?;
        Ok(ScopeCreated {
            scope: Reference { id },
        }
        .into())
    }
}

impl Perform for GetApiScope {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<ScopeAnswer>> {
        let apis = lookup::apis(manager).await?;
        let api = lookup::api(&apis, &call.names.api_id, manager.host().issuer())?;
        let position = lookup::scope(api, &call.names.scope_id)?;
        let scope = api.value.scopes.get(position);
        let scope =
            scope.ok_or_else(|| OperationError::ScopeNotFound((&*call.names.scope_id).into()))?;
        Ok(ScopeAnswer {
            scope: shown(api, scope),
        }
        .into())
    }
}

impl Perform for UpdateApiScope {
    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Outcome<Done>> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.api(call, &call.names.api_id)?;
        let position = lookup::scope(&stored, &call.names.scope_id)?;
        let mut api = stored.value.clone();
        if let (Some(scope), Some(description)) =
            (api.scopes.get_mut(position), call.body.description.value())
        {
            scope.description = description.clone();
        }
        decision.draft.update(&stored, api, None);
        decision.commit().await
    }
}

impl Perform for DeleteApiScope {
    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Outcome<Done>> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.api(call, &call.names.api_id)?;
        let position = lookup::scope(&stored, &call.names.scope_id)?;
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
        description: scope.description.clone().into(),
    }
}

/// The maximum number of scopes of an API, more than any API has. Each token request compares with all scopes of an API at most.
const MAX_SCOPES: usize = 1000;
