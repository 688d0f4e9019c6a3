//! APIs.

use m2m_api::operations::{
    ApiAnswer, ApiChange, ApiCreated, ApiShown, ApiSummary, ApisAnswer, Claims,
    ConnectedApplication, CreateApi, DeleteApi, Expand, GetApi, ListApis, NewApi, NewScope,
    ScopeSummary, UpdateApi,
};
use m2m_api::{Done, MAX_PAGE, Reference};
use m2m_authority::registry::{Api, Application, ScopeDefinition, fill_in_issuer};
use m2m_store::{Backend as _, Filter, List, Named, Stored, Write};

use super::Result;
use super::{list, lookup, protection};
use crate::entity_tag::entity_tag;
use crate::manager::Decision;
use crate::outcome::Outcome;
use crate::perform::{Call, Perform, Weight};
use crate::{Host, Manager, OperationError};

/// A body that creates or changes an API.
trait ApplyToApi {
    /// Applies the members of the body to the API.
    fn apply(&self, api: &mut Api);
}

/// Implements this for the bodies, which have these members in common.
macro_rules! bodies {
    ($($name:ident),+) => {$(
        impl ApplyToApi for $name {
            fn apply(&self, api: &mut Api) {
                self.description.apply(&mut api.description, Clone::clone);
                if let Some(lifetime) = self.token_lifetime.value().copied() {
                    api.token_lifetime = lifetime;
                }
                if let Some(algorithm) = self.signing_alg.value().copied() {
                    api.signing_alg = algorithm.into();
                }
                if let Some(claims) = self.claims.value().copied() {
                    api.claims = claims.into();
                }
                if let Some(clients) = self.introspection_clients.value() {
                    let mut own: Vec<Box<str>> = Vec::with_capacity(clients.len());
                    for client in clients.iter() {
                        if !own.iter().any(|own| **own == *client.as_str()) {
                            own.push(client.into());
                        }
                    }
                    api.introspection_clients = own;
                }
                self.token_reuse_seconds
                    .apply(&mut api.token_reuse_seconds, |seconds| *seconds);
            }
        }
    )+};
}

bodies!(NewApi, ApiChange);

impl Perform for ListApis {
    const WEIGHT: Weight = Weight::Page;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<ApisAnswer>> {
        let query = &call.query;
        let after = list::cursor(query.next_token.as_ref());
        let list = List {
            filter: Filter::All,
            sort: list::sort(query.sort),
            after: after.as_ref(),
            most: list::page_size(query.page_size),
        };
        let apis = lookup::apis(manager).await?;
        let page = list::page_of(&apis, &list, |api: &Api| &api.name);
        let issuer = manager.host().issuer();
        let summary = |stored: &Stored<Api>| ApiSummary {
            id: stored.id.to_string(),
            name: stored.value.name.to_string(),
            audience: fill_in_issuer(&stored.value.audience, issuer).into_owned(),
            is_management_api: stored.value.is_management(),
            scopes: query.expand.map(|Expand::Scopes| scopes(stored)),
        };
        Ok(ApisAnswer {
            apis: page.records.iter().map(summary).collect(),
            next_token: list::next_token(&page),
        }
        .into())
    }
}

impl Perform for CreateApi {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<ApiCreated>> {
        let new = &call.body;
        let mut api = Api::new(new.name.as_str(), new.audience.as_str());
        api.scopes = new.scopes.iter().map(definition).collect();
        new.apply(&mut api);
        let mut decision = manager.decide(&call.operator).await?;
        let issuer = manager.host().issuer();
        // A placeholder stands for the issuer, and another API may have the resolved audience.
        let served = fill_in_issuer(&api.audience, issuer);
        let is_taken = [&*api.audience, &*served]
            .iter()
            .any(|audience| lookup::api(&decision.apis, audience, issuer).is_ok());
        if is_taken {
            return Err(OperationError::AudienceTaken {
                field: "audience",
                audience: api.audience,
            });
        }
        check(&decision, &api).await?;
        let mut randomness = manager.randomness();
        let id = decision.draft.create(api, None, &mut randomness);
        decision.commit().await?;
        Ok(ApiCreated {
            api: Reference { id: id.to_string() },
        }
        .into())
    }
}

impl Perform for GetApi {
    const WEIGHT: Weight = Weight::Page;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<ApiAnswer>> {
        let apis = lookup::apis(manager).await?;
        let issuer = manager.host().issuer();
        let stored = lookup::api(&apis, &call.names.api_id, issuer)?;
        let mut applications = Vec::new();
        let mut has_more = false;
        for audience in core::iter::once(&stored.value.audience).chain(&stored.value.aliases) {
            let filter = Filter::AuthorizedFor(audience);
            let most = usize::from(MAX_PAGE);
            let registry = manager.host().registry();
            let (some, more) = list::first(registry, filter, most, connected).await?;
            has_more |= more;
            applications.extend(some);
        }
        let api = &stored.value;
        let clients = api.introspection_clients.iter();
        let answer = ApiAnswer {
            api: ApiShown {
                id: stored.id.to_string(),
                name: api.name.to_string(),
                description: api.description.clone().map(Into::into),
                audience: fill_in_issuer(&api.audience, issuer).into_owned(),
                is_management_api: api.is_management(),
                scopes: scopes(stored),
                token_lifetime: api.token_lifetime.into(),
                signing_alg: api.signing_alg.as_str().to_owned(),
                claims: Claims::from(api.claims).into(),
                introspection_clients: clients.map(ToString::to_string).collect(),
                token_reuse_seconds: api.token_reuse_seconds.map(Into::into),
                applications,
                has_more_applications: has_more,
            },
        };
        Ok(Outcome::Tagged(answer, entity_tag(stored)))
    }
}

impl Perform for UpdateApi {
    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Outcome<Done>> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.api(call, &call.names.api_id)?;
        let mut api = stored.value.clone();
        let change = &call.body;
        if let Some(name) = change.name.value() {
            api.name = name.into();
        }
        change.apply(&mut api);
        protection::of_management_api(&stored.value, &api, &manager.host().keys())?;
        check(&decision, &api).await?;
        decision.draft.update(&stored, api, None);
        decision.commit().await
    }
}

impl Perform for DeleteApi {
    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Outcome<Done>> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.api(call, &call.names.api_id)?;
        protection::of_api(&stored.value)?;
        for application in protection::referring(decision.registry(), &stored.value).await? {
            let mut value = application.value.clone();
            let authorizations = &mut value.spec.authorize;
            authorizations.retain(|own| !stored.value.is_called(&own.audience));
            let default = &mut value.spec.default_audience;
            default.take_if(|own| stored.value.is_called(own));
            decision.draft.update(&application, value, None);
        }
        decision.draft.delete(&stored, Write::DeleteApi(stored.id));
        decision.commit().await
    }
}

/// Returns a scope as the record of an API has it.
pub(super) fn definition(new: &NewScope) -> ScopeDefinition {
    ScopeDefinition {
        key: (&new.key).into(),
        description: new.description.clone().unwrap_or_default(),
    }
}

fn connected(stored: &Stored<Application>) -> ConnectedApplication {
    ConnectedApplication {
        id: stored.id.to_string(),
        name: stored.value.spec.name.to_string(),
        client_id: stored.value.client_id.to_string(),
        r#type: "Machine to machine (M2M)".to_owned(),
        is_active: stored.value.spec.enabled,
    }
}

/// Returns the scopes of an API with their ids.
fn scopes(stored: &Stored<Api>) -> Vec<ScopeSummary> {
    let scopes = stored.value.scopes.iter();
    scopes
        .map(|scope| ScopeSummary {
            id: lookup::scope_id(stored.id, &scope.key),
            key: scope.key.to_string(),
            description: scope.description.clone().into(),
        })
        .collect()
}

/// Checks that the registry would be valid with this API, which is new or replaces the one with its audience.
async fn check<H: Host>(decision: &Decision<'_, H>, api: &Api) -> Result<()> {
    protection::of_size(api)?;
    for client_id in &api.introspection_clients {
        // Only by client id, because tokens and files name the application by it.
        let named = Named::ClientId(client_id);
        if decision.registry().application(named).await?.is_none() {
            return Err(OperationError::ApplicationNotFound(client_id.clone()));
        }
    }
    let mut apis = decision.api_records();
    apis.retain(|own| own.audience != api.audience);
    apis.push(api.clone());
    decision.check(apis, Vec::new(), Vec::new())
}
