//! Applications.

use m2m_api::operations::{
    ApplicationAnswer, ApplicationCreated, ApplicationsAnswer, CreateApplication,
    DeleteApplication, GetApplication, ListApplications, NewAuthorization, NewCredentials,
    UpdateApplication, UpdateApplicationTokens,
};
use m2m_api::{Done, SecretStep};
use m2m_authority::registry::{Application, Authorization, ClientType, SecretHash, StoredSecret};
use m2m_store::{Backend as _, Filter, List, Named, RecordId, Stored};

use super::Result;
use super::application_shape::{ApplyToApplication as _, shown, summary};
use super::{list, lookup, protection};
use crate::credentials::generate_client_id;
use crate::entity_tag::entity_tag;
use crate::manager::Decision;
use crate::outcome::Outcome;
use crate::perform::{Call, Perform, Weight};
use crate::randomness::bytes;
use crate::{GeneratedCredentials, Host, Manager, OperationError, Randomness, secrets};

impl Perform for ListApplications {
    const WEIGHT: Weight = Weight::Page;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<ApplicationsAnswer>> {
        let query = &call.query;
        let after = list::cursor(query.next_token.as_ref());
        let filter = match (&query.organization, &query.search, &query.owner) {
            (None, None, None) => Filter::All,
            (None, Some(text), None) => Filter::Containing(text.as_str()),
            (Some(code), None, None) => Filter::OfOrganization(code.as_str()),
            (None, None, Some(owner)) => Filter::OfOwner(owner),
            (Some(_), Some(_), _) | (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => {
                return Err(OperationError::FiltersConflict);
            }
        };
        let list = List {
            filter,
            sort: list::sort(query.sort),
            after: after.as_ref(),
            most: list::page_size(query.page_size),
        };
        let page = manager.host().registry().applications(list).await?;
        Ok(ApplicationsAnswer {
            applications: page.records.iter().map(summary).collect(),
            next_token: list::next_token(&page),
        }
        .into())
    }
}

impl Perform for CreateApplication {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<ApplicationCreated>> {
        let new = &call.body;
        let mut randomness = manager.randomness();
        let client_id: Box<str> = match &new.client_id {
            Some(client_id) => client_id.into(),
            None => generate_client_id(&mut randomness).into(),
        };
        let mut application = Application::new(new.name.as_str(), &client_id);
        new.apply(&mut application);
        let hash = new.secret_sha256.as_ref().map(|hash| hash.as_str());
        let (made, step) = give_secret(&mut application, hash, &mut randomness, call.operator.now)?;
        let mut decision = manager.decide(&call.operator).await?;
        application.spec.authorize = authorizations(&decision, &new.apis)?;
        spell_default_audience(&decision, &mut application);
        protection::of_power(&decision.scopes, &application)?;
        check(&decision, None, &application).await?;
        let id = decision.draft.create(application, step, &mut randomness);
        decision.commit().await?;
        Ok(ApplicationCreated {
            application: NewCredentials {
                id: id.to_string(),
                client_id: client_id.into(),
                client_secret: made.map(|made| made.expose_secret().to_owned()),
            },
        }
        .into())
    }
}

impl Perform for GetApplication {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<ApplicationAnswer>> {
        let registry = manager.host().registry();
        let apis = lookup::apis(manager).await?;
        let stored = lookup::application(registry, &call.names.application_id).await?;
        let answer = ApplicationAnswer {
            application: shown(&stored, &apis, manager.host().issuer()),
        };
        Ok(Outcome::Tagged(answer, entity_tag(&stored)))
    }
}

impl Perform for UpdateApplication {
    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Outcome<Done>> {
        let change = &call.body;
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision
            .application(call, &call.names.application_id)
            .await?;
        let mut application = stored.value.clone();
        if let Some(name) = change.name.value() {
            application.spec.name = name.into();
        }
        change.apply(&mut application);
        spell_default_audience(&decision, &mut application);
        let mut step = None;
        if let Some(hash) = change.secret_sha256.value() {
            // Also for a hash that the application has already: otherwise the answer would confirm a guess.
            protection::of_power(&decision.scopes, &stored.value)?;
            let hash = parse_hash(hash.as_str())?;
            if !secrets::has_live(&application.secrets, &hash, decision.now()) {
                let mut randomness = manager.randomness();
                let (by, now) = (decision.actor(), decision.now());
                secrets::replace(&mut application.secrets, hash, by, &mut randomness, now);
                step = Some(SecretStep::Replaced);
            }
        }
        check(&decision, Some(&stored), &application).await?;
        protection::of_application(&decision, &stored.value, &application).await?;
        decision.draft.update(&stored, application, step);
        decision.commit().await
    }
}

impl Perform for DeleteApplication {
    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Outcome<Done>> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision
            .application(call, &call.names.application_id)
            .await?;
        protection::of_loss(&decision, &stored.value, None).await?;
        // A deleted application must not introspect tokens.
        for api in decision.apis.clone() {
            let mut value = api.value.clone();
            value
                .introspection_clients
                .retain(|client_id| *client_id != stored.value.client_id);
            decision.draft.update(&api, value, None);
        }
        decision.draft.delete_application(&stored);
        decision.commit().await
    }
}

impl Perform for UpdateApplicationTokens {
    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Outcome<Done>> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision
            .application(call, &call.names.application_id)
            .await?;
        let mut application = stored.value.clone();
        let lifetime = &call.body.access_token_lifetime;
        lifetime.apply(&mut application.spec.token_lifetime, |lifetime| *lifetime);
        protection::of_application(&decision, &stored.value, &application).await?;
        decision.draft.update(&stored, application, None);
        decision.commit().await
    }
}

/// Returns the authorizations of a new application, with the audiences as the registry spells them.
fn authorizations<H: Host>(
    decision: &Decision<'_, H>,
    wanted: &[NewAuthorization],
) -> Result<Vec<Authorization>> {
    let authorizations = wanted.iter().map(|wanted| {
        let api = lookup::api(&decision.apis, wanted.audience.as_str(), decision.issuer())?;
        let mut scopes: Vec<Box<str>> = Vec::with_capacity(wanted.scopes.len());
        for scope in wanted.scopes.iter() {
            if !scopes.iter().any(|own| **own == *scope.as_str()) {
                scopes.push(scope.into());
            }
        }
        Ok(Authorization {
            audience: api.value.audience.clone(),
            scopes,
        })
    });
    authorizations.collect()
}

/// Writes the default audience as the registry spells it. One that no API has is left as it is, for the check of the record.
fn spell_default_audience<H: Host>(decision: &Decision<'_, H>, application: &mut Application) {
    let default = application.spec.default_audience.as_mut();
    if let Some(audience) = default
        && let Ok(api) = lookup::api(&decision.apis, audience, decision.issuer())
        && !api.value.is_called(audience)
    {
        audience.clone_from(&api.value.audience);
    }
}

/// Adds the first secret of a new application: the one with this hash, or a generated one if the application can keep a secret.
fn give_secret(
    application: &mut Application,
    hash: Option<&str>,
    randomness: &mut dyn Randomness,
    now: m2m_jwt::UnixTime,
) -> Result<(Option<GeneratedCredentials>, Option<SecretStep>)> {
    let (hash, made, step) = match (hash, application.spec.client_type) {
        (Some(hash), _) => (parse_hash(hash)?, None, SecretStep::Set),
        (None, ClientType::Public) => return Ok((None, None)),
        (None, ClientType::Confidential) => {
            let made = GeneratedCredentials::new(
                &application.spec.name,
                &application.client_id,
                randomness,
            );
            (made.hash(), Some(made), SecretStep::Generated)
        }
    };
    let id = RecordId::new(now, bytes(randomness)).to_string();
    application.secrets.push(StoredSecret::new(&id, hash, now));
    Ok((made, Some(step)))
}

pub(super) fn parse_hash(text: &str) -> Result<SecretHash> {
    SecretHash::from_base64(text).map_err(|error| OperationError::invalid("secret_sha256", error))
}

/// Checks that the registry would be valid with this application, which is new or replaces `before`.
pub(super) async fn check<H: Host>(
    decision: &Decision<'_, H>,
    before: Option<&Stored<Application>>,
    application: &Application,
) -> Result<()> {
    protection::of_size(application)?;
    decision.check_not_before(before, application)?;
    let registry = decision.registry();
    let client_id = &*application.client_id;
    if before.is_none() {
        if registry
            .application(Named::ClientId(client_id))
            .await?
            .is_some()
        {
            return Err(OperationError::ClientIdTaken(client_id.into()));
        }
        // Paths accept an id or a client id, so that the id of one application must not be the client id of another.
        if let Some(id) = RecordId::parse(client_id)
            && registry.application(Named::Id(id)).await?.is_some()
        {
            return Err(OperationError::ClientIdTaken(client_id.into()));
        }
        if registry.has_system_user(client_id).await? {
            return Err(OperationError::ClientIdOfSystemUser);
        }
    }
    let user_before = before.and_then(|before| before.value.spec.system_user.as_deref());
    if let Some(user) = application.spec.system_user.as_deref()
        && user_before != Some(user)
        && registry.application(Named::ClientId(user)).await?.is_some()
    {
        return Err(OperationError::SystemUserTaken {
            field: "system_user".into(),
            why: "it is the client id of an application, and tokens would not distinguish the two"
                .into(),
        });
    }
    let organization = match &application.spec.organization {
        Some(code) => vec![lookup::organization(registry, code).await?.value],
        None => Vec::new(),
    };
    decision.check(
        decision.api_records(),
        organization,
        vec![application.clone()],
    )
}
