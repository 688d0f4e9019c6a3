//! The applications that are authorized for an API, and the scopes that they may request.

use m2m_api::operations::{
    AddApiApplicationScope, ApplicationsChanged, AuthorizationChange, RemoveApiApplicationScope,
    UpdateApiApplications,
};
use m2m_api::{ApiApplicationScopeName, Done};
use m2m_authority::registry::{Api, Application, Authorization};
use m2m_store::Stored;

use super::Result;
use super::{applications, lookup, protection};
use crate::manager::Decision;
use crate::outcome::Outcome;
use crate::perform::{Call, Perform};
use crate::{Host, Manager, OperationError};

impl Perform for UpdateApiApplications {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<ApplicationsChanged>> {
        let mut decision = manager.decide(&call.operator).await?;
        let api = decision.api(call, &call.names.api_id)?;
        let mut changed = ApplicationsChanged {
            applications_connected: Vec::new(),
            applications_disconnected: Vec::new(),
        };
        let mut seen = Vec::new();
        for change in call.body.applications.iter() {
            let stored = lookup::application(decision.registry(), change.id.as_str()).await?;
            if seen.contains(&stored.id) {
                return Err(OperationError::ApplicationRepeated((&change.id).into()));
            }
            seen.push(stored.id);
            let mut value = stored.value.clone();
            let was = position(&value, &api.value);
            match (change.operation, was) {
                (None, Some(_)) | (Some(AuthorizationChange::Delete), None) => continue,
                (None, None) => {
                    changed.applications_connected.push(stored.id.to_string());
                    value.spec.authorize.push(Authorization {
                        audience: api.value.audience.clone(),
                        scopes: Vec::new(),
                    });
                }
                (Some(AuthorizationChange::Delete), Some(position)) => {
                    changed
                        .applications_disconnected
                        .push(stored.id.to_string());
                    value.spec.authorize.remove(position);
                }
            }
            put(&mut decision, &stored, value).await?;
        }
        decision.commit().await?;
        Ok(changed.into())
    }
}

impl Perform for AddApiApplicationScope {
    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Outcome<Done>> {
        let mut decision = manager.decide(&call.operator).await?;
        let issuer = manager.host().issuer();
        let (stored, api, scope) = found(&decision, issuer, &call.names).await?;
        let mut value = stored.value.clone();
        let Some(position) = position(&value, &api) else {
            return Err(OperationError::ApplicationNotAuthorized);
        };
        if let Some(authorization) = value.spec.authorize.get_mut(position)
            && !authorization.scopes.contains(&scope)
        {
            authorization.scopes.push(scope);
        }
        put(&mut decision, &stored, value).await?;
        decision.commit().await
    }
}

impl Perform for RemoveApiApplicationScope {
    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Outcome<Done>> {
        let mut decision = manager.decide(&call.operator).await?;
        let issuer = manager.host().issuer();
        let (stored, api, scope) = found(&decision, issuer, &call.names).await?;
        let mut value = stored.value.clone();
        let position = position(&value, &api);
        let authorization = position.and_then(|position| value.spec.authorize.get_mut(position));
        let Some(authorization) = authorization.filter(|own| own.scopes.contains(&scope)) else {
            return Err(OperationError::ScopeNotAssigned);
        };
        authorization.scopes.retain(|own| *own != scope);
        put(&mut decision, &stored, value).await?;
        decision.commit().await
    }
}

/// Returns the application, the API and the scope that the path names.
async fn found<H: Host>(
    decision: &Decision<'_, H>,
    issuer: &str,
    names: &ApiApplicationScopeName,
) -> Result<(Stored<Application>, Api, Box<str>)> {
    let api = lookup::api(&decision.apis, &names.api_id, issuer)?;
    let position = lookup::scope(api, &names.scope_id)?;
    let scope = api
        .value
        .scopes
        .get(position)
        .map(|scope| scope.key.clone());
    let scope = scope.ok_or_else(|| OperationError::ScopeNotFound((&*names.scope_id).into()))?;
    let application = lookup::application(decision.registry(), &names.application_id).await?;
    Ok((application, api.value.clone(), scope))
}

/// Returns the position of the application's authorization for the API, if it has one.
fn position(application: &Application, api: &Api) -> Option<usize> {
    let mut authorizations = application.spec.authorize.iter();
    authorizations.position(|authorization| api.is_called(&authorization.audience))
}

/// Updates the authorizations of an application, unless the server would lose its last manager or the caller exceeds its own power.
async fn put<H: Host>(
    decision: &mut Decision<'_, H>,
    stored: &Stored<Application>,
    value: Application,
) -> Result<()> {
    applications::check(decision, Some(stored), &value).await?;
    protection::of_application(decision, &stored.value, &value).await?;
    decision.draft.update(stored, value, None);
    Ok(())
}
