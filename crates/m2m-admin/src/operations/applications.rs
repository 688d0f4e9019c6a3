//! Applications.

use http::Method;
use m2m_authority::registry::{
    Application, Authorization, ClientType, Lifetime, SecretHash, StoredSecret,
};
use m2m_store::{Backend as _, Filter, List, Named, RecordId, Stored};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Result;
use super::application_shape::{
    ApplicationChange, ApplicationShown, ApplicationSummary, FIELDS_OF_CHANGE, FIELDS_OF_NEW,
    NewApplication, NewAuthorization,
};
use super::list::{self, Order, PageSize};
use super::patch::Patch;
use super::text::{Key, Search};
use super::{lookup, protection};
use crate::credentials::generate_client_id;
use crate::face::{Json, NoBody, PageToken, entity_tag};
use crate::manager::Decision;
use crate::operation::{Call, Done, NoQuery, Operation, Weight};
use crate::plan::SecretStep;
use crate::randomness::bytes;
use crate::{Field, GeneratedCredentials, Host, Manager, OperationError, Randomness, secrets};

/// Lists applications.
#[derive(Debug)]
pub struct ListApplications;

/// Makes an application.
#[derive(Debug)]
pub struct CreateApplication;

/// Shows an application.
#[derive(Debug)]
pub struct GetApplication;

/// Changes an application.
#[derive(Debug)]
pub struct UpdateApplication;

/// Takes an application away. What it was called is remembered, so that a refusal can say so.
#[derive(Debug)]
pub struct DeleteApplication;

/// Changes how long the tokens of an application live.
#[derive(Debug)]
pub struct UpdateApplicationTokens;

/// Which applications are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListApplicationsQuery {
    /// Those with this text in their name or client id.
    search: Option<Search>,
    /// Those of the organization with this code.
    organization: Option<Key>,
    /// In which order; by age if absent.
    sort: Option<Order>,
    /// How many at most.
    page_size: Option<PageSize>,
    /// Where an earlier page ended.
    next_token: Option<PageToken>,
}

/// A change of the tokens of an application.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokensChange {
    /// The longest life of its tokens; the lesser of this and the API's counts. Unit: seconds.
    #[serde(default)]
    access_token_lifetime: Patch<Lifetime>,
    /// Taken for the sake of clients of other servers: machines get no refresh tokens.
    #[serde(default, rename = "refresh_token_lifetime")]
    _refresh_token_lifetime: Patch<Lifetime>,
    /// Taken for the sake of clients of other servers: machines get no ID tokens.
    #[serde(default, rename = "id_token_lifetime")]
    _id_token_lifetime: Patch<Lifetime>,
    /// Taken for the sake of clients of other servers: machines have no sessions.
    #[serde(default, rename = "authenticated_session_lifetime")]
    _authenticated_session_lifetime: Patch<Lifetime>,
    /// Taken for the sake of clients of other servers.
    #[serde(default, rename = "is_hasura_mapping_enabled")]
    _is_hasura_mapping_enabled: Option<bool>,
}

/// A page of applications.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ApplicationsAnswer {
    applications: Vec<ApplicationSummary>,
    next_token: Option<PageToken>,
}

/// An application that was made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ApplicationCreated {
    application: NewCredentials,
}

/// What an application authenticates with. This is the only time that the secret is shown.
#[derive(Serialize, JsonSchema)]
struct NewCredentials {
    id: String,
    client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
}

/// An application.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ApplicationAnswer {
    application: ApplicationShown,
    #[serde(skip)]
    tag: String,
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
    const ID: &'static str = "listApplications";
    const PATH: &'static str = "/api/v1/applications";
    const SCOPE: &'static str = "read:applications";
    const SUMMARY: &'static str = "List applications";
    const REFUSALS: &'static [u16] = &[409];
    const WEIGHT: Weight = Weight::Page;
    type Query = ListApplicationsQuery;
    type Body = NoBody;
    type Answer = ApplicationsAnswer;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<ApplicationsAnswer> {
        let query = &call.query;
        let filter = match (&query.organization, &query.search) {
            (None, None) => Filter::All,
            (None, Some(text)) => Filter::Containing(text.as_str()),
            (Some(code), None) => Filter::OfOrganization(code.as_str()),
            (Some(_), Some(_)) => {
                let why = "search: does not go together with organization; leave one of them out";
                return Err(OperationError::conflict("FILTERS_CONFLICT", why));
            }
        };
        let list = List {
            filter,
            sort: list::sort(query.sort),
            after: query.next_token.as_ref().map(|token| &token.0),
            most: list::page_size(query.page_size),
        };
        let page = manager.host().registry().applications(list).await?;
        Ok(ApplicationsAnswer {
            applications: page.records.iter().map(ApplicationSummary::of).collect(),
            next_token: list::next_token(&page),
        })
    }
}

impl Operation for CreateApplication {
    const ID: &'static str = "createApplication";
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/api/v1/applications";
    const SCOPE: &'static str = "create:applications";
    const FIELDS: &'static [Field] = FIELDS_OF_NEW;
    const SUMMARY: &'static str = "Make an application; its secret is shown this once";
    const CODE: &'static str = "APPLICATION_CREATED";
    const MESSAGE: &'static str = "Application successfully created";
    const STATUS: u16 = 201;
    const REFUSALS: &'static [u16] = &[404, 409];
    const EXAMPLE: Option<&'static str> = Some(r#"{"name": "Billing job", "type": "m2m"}"#);
    type Query = NoQuery;
    type Body = Json<NewApplication>;
    type Answer = ApplicationCreated;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<ApplicationCreated> {
        let new = &call.body.0;
        let mut randomness = manager.randomness();
        let client_id = match &new.client_id {
            Some(client_id) => client_id.0.clone(),
            None => generate_client_id(&mut randomness).into(),
        };
        let mut application = Application::new(new.name.as_str(), &client_id);
        new.apply(&mut application);
        let hash = new.secret_sha256.as_ref().map(|hash| hash.as_str());
        let (made, step) = give_secret(&mut application, hash, &mut randomness, call.operator.now)?;
        let mut decision = manager.decide(&call.operator).await?;
        application.spec.authorize = authorizations(&decision, &new.apis)?;
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
        })
    }
}

impl Operation for GetApplication {
    const ID: &'static str = "getApplication";
    const PATH: &'static str = "/api/v1/applications/{application_id}";
    const SCOPE: &'static str = "read:applications";
    const SUMMARY: &'static str = "Show an application, and what it may ask for";
    const REFUSALS: &'static [u16] = &[404];
    const HAS_ENTITY_TAG: bool = true;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = ApplicationAnswer;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<ApplicationAnswer> {
        let registry = manager.host().registry();
        let apis = lookup::apis(manager).await?;
        let stored = lookup::application(registry, call.named("application_id")).await?;
        Ok(ApplicationAnswer {
            tag: entity_tag(&stored),
            application: ApplicationShown::of(&stored, &apis, manager.host().issuer()),
        })
    }

    fn entity_tag(answer: &ApplicationAnswer) -> Option<&str> {
        Some(&answer.tag)
    }
}

impl Operation for UpdateApplication {
    const ID: &'static str = "updateApplication";
    const METHOD: Method = Method::PATCH;
    const PATH: &'static str = "/api/v1/applications/{application_id}";
    const SCOPE: &'static str = "update:applications";
    const FIELDS: &'static [Field] = FIELDS_OF_CHANGE;
    const SUMMARY: &'static str = "Change an application; what is absent stays, null takes away";
    const CODE: &'static str = "APPLICATION_UPDATED";
    const MESSAGE: &'static str = "Application successfully updated";
    const REFUSALS: &'static [u16] = &[404, 409, 412];
    const EXAMPLE: Option<&'static str> = Some(r#"{"is_enabled": false}"#);
    type Query = NoQuery;
    type Body = Json<ApplicationChange>;
    type Answer = Done;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Done> {
        let change = &call.body.0;
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.application(call).await?;
        let mut application = stored.value.clone();
        if let Some(name) = change.name.value() {
            application.spec.name = name.0.clone();
        }
        change.apply(&mut application);
        let mut step = None;
        if let Some(hash) = change.secret_sha256.value() {
            // Also for one that the application has already: the answer would confirm a guess.
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

impl Operation for DeleteApplication {
    const ID: &'static str = "deleteApplication";
    const METHOD: Method = Method::DELETE;
    const PATH: &'static str = "/api/v1/applications/{application_id}";
    const SCOPE: &'static str = "delete:applications";
    const SUMMARY: &'static str =
        "Take an application away; its tokens stay good until they expire";
    const CODE: &'static str = "APPLICATION_DELETED";
    const MESSAGE: &'static str = "Application successfully deleted";
    const REFUSALS: &'static [u16] = &[404, 409, 412];
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = Done;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Done> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.application(call).await?;
        protection::of_loss(&decision, &stored.value, None).await?;
        // Who is gone introspects nothing.
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

impl Operation for UpdateApplicationTokens {
    const ID: &'static str = "updateApplicationTokens";
    const METHOD: Method = Method::PATCH;
    const PATH: &'static str = "/api/v1/applications/{application_id}/tokens";
    const SCOPE: &'static str = "update:application_tokens";
    const SUMMARY: &'static str = "Change how long the tokens of an application live";
    const CODE: &'static str = "APPLICATION_TOKENS_UPDATED";
    const MESSAGE: &'static str = "Application tokens successfully updated";
    const REFUSALS: &'static [u16] = &[404, 409];
    const EXAMPLE: Option<&'static str> = Some(r#"{"access_token_lifetime": 600}"#);
    type Query = NoQuery;
    type Body = Json<TokensChange>;
    type Answer = Done;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Done> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.application(call).await?;
        let mut application = stored.value.clone();
        let lifetime = &call.body.0.access_token_lifetime;
        lifetime.apply(&mut application.spec.token_lifetime, |lifetime| *lifetime);
        protection::of_application(&decision, &stored.value, &application).await?;
        decision.draft.update(&stored, application, None);
        decision.commit().await
    }
}

/// The authorizations of a new application, with the audiences that the APIs have in the registry.
fn authorizations<H: Host>(
    decision: &Decision<'_, H>,
    wanted: &[NewAuthorization],
) -> Result<Vec<Authorization>> {
    let authorizations = wanted.iter().map(|wanted| {
        let api = lookup::api(&decision.apis, wanted.audience.as_str(), decision.issuer())?;
        let mut scopes: Vec<Box<str>> = Vec::with_capacity(wanted.scopes.len());
        for scope in wanted.scopes.iter() {
            if !scopes.contains(&scope.0) {
                scopes.push(scope.0.clone());
            }
        }
        Ok(Authorization {
            audience: api.value.audience.clone(),
            scopes,
        })
    });
    authorizations.collect()
}

/// The first secret of a new application: the one with this hash, or one that is made, if it can keep one.
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

fn parse_hash(text: &str) -> Result<SecretHash> {
    SecretHash::from_base64(text).map_err(|error| OperationError::invalid("secret_sha256", error))
}

/// Whether the registry would be one with this application, new or in the place of one.
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
            return Err(OperationError::taken("client id", "client_id", client_id));
        }
        // Paths take either: what names one application by its id must not be the client id of another.
        if let Some(id) = RecordId::parse(client_id)
            && registry.application(Named::Id(id)).await?.is_some()
        {
            return Err(OperationError::taken("client id", "client_id", client_id));
        }
        if registry.has_system_user(client_id).await? {
            return Err(OperationError::conflict(
                "CLIENT_ID_TAKEN",
                "client_id: it is the name of a system user, and tokens of the two could not be told apart",
            ));
        }
    }
    let user_before = before.and_then(|before| before.value.spec.system_user.as_deref());
    if let Some(user) = application.spec.system_user.as_deref()
        && user_before != Some(user)
        && registry.application(Named::ClientId(user)).await?.is_some()
    {
        return Err(OperationError::conflict(
            "SYSTEM_USER_TAKEN",
            "system_user: it is a client id, and tokens of the two could not be told apart",
        ));
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
