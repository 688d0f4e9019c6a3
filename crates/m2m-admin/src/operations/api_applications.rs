//! Which applications may ask for which scopes of an API.

use http::Method;
use m2m_authority::registry::{Api, Application, Authorization};
use m2m_store::Stored;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Result;
use super::bounded::List;
use super::text::Key;
use super::{applications, lookup, protection};
use crate::face::{Json, NoBody};
use crate::manager::Decision;
use crate::operation::{Call, Done, NoQuery, Operation};
use crate::{Host, Manager, OperationError};

/// Authorizes applications for an API, and takes that from others.
#[derive(Debug)]
pub struct UpdateApiApplications;

/// Assigns a scope of an API to an application.
#[derive(Debug)]
pub struct AddApiApplicationScope;

/// Takes a scope of an API from an application.
#[derive(Debug)]
pub struct RemoveApiApplicationScope;

/// Applications that are to be authorized, or no longer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationsChange {
    /// Which.
    applications: List<ConnectionChange, 1000>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ConnectionChange {
    /// The id of the application, or its client id.
    id: Key,
    /// `delete` takes the authorization away; without it the application gets it.
    operation: Option<Taking>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Taking {
    Delete,
}

/// What was changed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ApplicationsChanged {
    /// Those that are authorized now and were not before.
    applications_connected: Vec<String>,
    /// Those that were authorized and are not now.
    applications_disconnected: Vec<String>,
}

impl Operation for UpdateApiApplications {
    const ID: &'static str = "updateApiApplications";
    const METHOD: Method = Method::PATCH;
    const PATH: &'static str = "/api/v1/apis/{api_id}/applications";
    const SCOPE: &'static str = "update:apis";
    const SUMMARY: &'static str = "Authorize applications for an API, and take that from others";
    const CODE: &'static str = "API_APPLICATIONS_UPDATED";
    const MESSAGE: &'static str = "API applications updated";
    const REFUSALS: &'static [u16] = &[404, 409];
    const EXAMPLE: Option<&'static str> = Some(
        r#"{"applications": [{"id": "billing-job"}, {"id": "old-job", "operation": "delete"}]}"#,
    );
    type Query = NoQuery;
    type Body = Json<ApplicationsChange>;
    type Answer = ApplicationsChanged;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<ApplicationsChanged> {
        let mut decision = manager.decide(&call.operator).await?;
        let api = decision.api(call)?;
        let mut changed = ApplicationsChanged {
            applications_connected: Vec::new(),
            applications_disconnected: Vec::new(),
        };
        let mut seen = Vec::new();
        for change in call.body.0.applications.iter() {
            let stored = lookup::application(decision.registry(), change.id.as_str()).await?;
            if seen.contains(&stored.id) {
                let message = format!(
                    "applications: {} is named twice",
                    crate::operation_error::Quoted(change.id.as_str())
                );
                return Err(OperationError::conflict("APPLICATION_REPEATED", message));
            }
            seen.push(stored.id);
            let mut value = stored.value.clone();
            let was = position(&value, &api.value);
            match (change.operation, was) {
                (None, Some(_)) | (Some(Taking::Delete), None) => continue,
                (None, None) => {
                    changed.applications_connected.push(stored.id.to_string());
                    value.spec.authorize.push(Authorization {
                        audience: api.value.audience.clone(),
                        scopes: Vec::new(),
                    });
                }
                (Some(Taking::Delete), Some(position)) => {
                    changed
                        .applications_disconnected
                        .push(stored.id.to_string());
                    value.spec.authorize.remove(position);
                }
            }
            put(&mut decision, &stored, value).await?;
        }
        decision.commit().await?;
        Ok(changed)
    }
}

impl Operation for AddApiApplicationScope {
    const ID: &'static str = "addApiApplicationScope";
    const METHOD: Method = Method::POST;
    const PATH: &'static str =
        "/api/v1/apis/{api_id}/applications/{application_id}/scopes/{scope_id}";
    const SCOPE: &'static str = "create:application_api_scopes";
    const SUMMARY: &'static str = "Assign a scope of an API to an application";
    const CODE: &'static str = "API_APPLICATION_SCOPE_ADDED";
    const MESSAGE: &'static str = "API scope successfully added to the application";
    const REFUSALS: &'static [u16] = &[404, 409];
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = Done;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Done> {
        let mut decision = manager.decide(&call.operator).await?;
        let (stored, api, scope) = found(&decision, manager.host().issuer(), call).await?;
        let mut value = stored.value.clone();
        let Some(position) = position(&value, &api) else {
            return Err(OperationError::conflict(
                "APPLICATION_NOT_AUTHORIZED",
                "the application is not authorized for the API; authorize it first: PATCH /api/v1/apis/{api_id}/applications",
            ));
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

impl Operation for RemoveApiApplicationScope {
    const ID: &'static str = "removeApiApplicationScope";
    const METHOD: Method = Method::DELETE;
    const PATH: &'static str =
        "/api/v1/apis/{api_id}/applications/{application_id}/scopes/{scope_id}";
    const SCOPE: &'static str = "delete:application_api_scopes";
    const SUMMARY: &'static str = "Take a scope of an API from an application";
    const CODE: &'static str = "API_APPLICATION_SCOPE_DELETED";
    const MESSAGE: &'static str = "API scope successfully taken from the application";
    const REFUSALS: &'static [u16] = &[404, 409];
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = Done;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Done> {
        let mut decision = manager.decide(&call.operator).await?;
        let (stored, api, scope) = found(&decision, manager.host().issuer(), call).await?;
        let mut value = stored.value.clone();
        let position = position(&value, &api);
        let authorization = position.and_then(|position| value.spec.authorize.get_mut(position));
        let Some(authorization) = authorization.filter(|own| own.scopes.contains(&scope)) else {
            let message = "the scope is not assigned to the application";
            return Err(OperationError::new(404, "SCOPE_NOT_ASSIGNED", message));
        };
        authorization.scopes.retain(|own| *own != scope);
        put(&mut decision, &stored, value).await?;
        decision.commit().await
    }
}

/// The application, the API and the scope that the path names.
async fn found<H: Host, O: Operation>(
    decision: &Decision<'_, H>,
    issuer: &str,
    call: &Call<O>,
) -> Result<(Stored<Application>, Api, Box<str>)> {
    let api = lookup::api(&decision.apis, call.named("api_id"), issuer)?;
    let position = lookup::scope(api, call.named("scope_id"))?;
    let scope = api
        .value
        .scopes
        .get(position)
        .map(|scope| scope.key.clone());
    let scope = scope.ok_or_else(|| OperationError::unknown("scope", call.named("scope_id")))?;
    let application =
        lookup::application(decision.registry(), call.named("application_id")).await?;
    Ok((application, api.value.clone(), scope))
}

/// Where the application's authorization for the API stands, if it has one.
fn position(application: &Application, api: &Api) -> Option<usize> {
    let mut authorizations = application.spec.authorize.iter();
    authorizations.position(|authorization| api.is_called(&authorization.audience))
}

/// The application with other authorizations, as far as those who manage the server can spare them.
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
