//! APIs.

use http::Method;
use m2m_authority::registry::{
    Api, Application, ClaimSet, Lifetime, ScopeDefinition, Text, fill_in_issuer,
};
use m2m_jwt::Algorithm;
use m2m_store::{Backend as _, Filter, List, Named, Stored, Write};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Result;
use super::bounded::List as Bounded;
use super::list::{self, Order, PageSize, Reference};
use super::patch::{Given, Patch};
use super::text::{AudienceText, ClientIdText, Name, ScopeKey};
use super::{lookup, protection};
use crate::face::{Json, NoBody, PageToken, entity_tag};
use crate::manager::Decision;
use crate::operation::{Call, Done, NoQuery, Operation, Weight};
use crate::{Field, Host, Manager, OperationError};

/// Lists APIs.
#[derive(Debug)]
pub struct ListApis;

/// Makes an API.
#[derive(Debug)]
pub struct CreateApi;

/// Shows an API, and the applications that are authorized for it.
#[derive(Debug)]
pub struct GetApi;

/// Changes an API.
#[derive(Debug)]
pub struct UpdateApi;

/// Takes an API away. Applications are authorized for it no longer.
#[derive(Debug)]
pub struct DeleteApi;

/// Which APIs are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListApisQuery {
    /// `scopes` shows the scopes of each.
    expand: Option<Expand>,
    /// In which order; by age if absent.
    sort: Option<Order>,
    /// How many at most.
    page_size: Option<PageSize>,
    /// Where an earlier page ended.
    next_token: Option<PageToken>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Expand {
    Scopes,
}

/// A scope that is to be made.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewScope {
    pub(super) key: ScopeKey,
    pub(super) description: Option<Text<2000>>,
}

/// Bodies that say what an API may have, beside what is their own.
macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $member:ident: $type:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$attribute])* $member: $type,)*
            /// Description for operators, which no token carries.
            #[serde(default)]
            description: Patch<Text<1000>>,
            /// The longest life of its tokens. Unit: seconds.
            #[serde(default)]
            token_lifetime: Given<Lifetime>,
            /// What its tokens are signed with.
            #[serde(default)]
            signing_alg: Given<SigningAlg>,
            /// Which claims its tokens carry.
            #[serde(default)]
            claims: Given<Claims>,
            /// The client ids of those that may introspect its tokens.
            #[serde(default)]
            introspection_clients: Given<Bounded<ClientIdText, 100>>,
        }

        impl $name {
            fn apply(&self, api: &mut Api) {
                self.description.apply(&mut api.description, Clone::clone);
                if let Some(lifetime) = self.token_lifetime.value().copied() {
                    api.token_lifetime = lifetime;
                }
                if let Some(algorithm) = self.signing_alg.value().copied() {
                    api.signing_alg = algorithm.into();
                }
                if let Some(claims) = self.claims.value().copied() {
                    api.claims = match claims {
                        Claims::Rfc9068 => ClaimSet::Rfc9068,
                        Claims::Kinde => ClaimSet::Kinde,
                    };
                }
                if let Some(clients) = self.introspection_clients.value() {
                    let mut own: Vec<Box<str>> = Vec::with_capacity(clients.len());
                    for client in clients.iter() {
                        if !own.contains(&client.0) {
                            own.push(client.0.clone());
                        }
                    }
                    api.introspection_clients = own;
                }
            }
        }
    )+};
}

bodies! {
    /// An API that is to be made.
    NewApi {
        /// The name that people see.
        name: Name,
        /// The identifier that requests name and tokens carry. It does not change.
        audience: AudienceText,
        /// Its first scopes.
        #[serde(default)]
        scopes: Bounded<NewScope, 1000>,
    }
    /// A change of an API.
    ApiChange {
        /// The name that people see.
        #[serde(default)]
        name: Given<Name>,
    }
}

/// What tokens are signed with.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum SigningAlg {
    /// ECDSA on P-256 with SHA-256 (RFC 7518, section 3.1).
    #[serde(rename = "ES256")]
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, section 3.1).
    #[serde(rename = "RS256")]
    Rs256,
    /// RSASSA-PSS with SHA-256 (RFC 7518, section 3.1).
    #[serde(rename = "PS256")]
    Ps256,
    /// ECDSA on P-384 with SHA-384 (RFC 7518, section 3.1).
    #[serde(rename = "ES384")]
    Es384,
    /// Ed25519 (RFC 8037, section 3.1).
    #[serde(rename = "EdDSA")]
    EdDsa,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(super) enum Claims {
    Rfc9068,
    Kinde,
}

/// A page of APIs.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ApisAnswer {
    apis: Vec<ApiSummary>,
    next_token: Option<PageToken>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ApiSummary {
    id: String,
    name: String,
    audience: String,
    is_management_api: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<ScopeSummary>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ScopeSummary {
    id: String,
    key: String,
    description: Text<2000>,
}

/// An API that was made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ApiCreated {
    api: Reference,
}

/// An API.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ApiAnswer {
    api: ApiShown,
    #[serde(skip)]
    tag: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ApiShown {
    id: String,
    name: String,
    description: Option<Text<1000>>,
    audience: String,
    is_management_api: bool,
    scopes: Vec<ScopeSummary>,
    token_lifetime: Lifetime,
    signing_alg: String,
    claims: Claims,
    introspection_clients: Vec<String>,
    /// The first of the applications that are authorized for it.
    applications: Vec<ConnectedApplication>,
    /// Whether there are more applications than are shown.
    has_more_applications: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ConnectedApplication {
    id: String,
    name: String,
    client_id: String,
    r#type: String,
    is_active: bool,
}

impl ConnectedApplication {
    fn of(stored: &Stored<Application>) -> Self {
        Self {
            id: stored.id.to_string(),
            name: stored.value.spec.name.to_string(),
            client_id: stored.value.client_id.to_string(),
            r#type: "Machine to machine (M2M)".to_owned(),
            is_active: stored.value.spec.enabled,
        }
    }
}

impl Operation for ListApis {
    const ID: &'static str = "listApis";
    const PATH: &'static str = "/api/v1/apis";
    const SCOPE: &'static str = "read:apis";
    const SUMMARY: &'static str = "List APIs";
    const WEIGHT: Weight = Weight::Page;
    type Query = ListApisQuery;
    type Body = NoBody;
    type Answer = ApisAnswer;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<ApisAnswer> {
        let query = &call.query;
        let list = List {
            filter: Filter::All,
            sort: list::sort(query.sort),
            after: query.next_token.as_ref().map(|token| &token.0),
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
        })
    }
}

impl Operation for CreateApi {
    const ID: &'static str = "createApi";
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/api/v1/apis";
    const SCOPE: &'static str = "create:apis";
    const FIELDS: &'static [Field] = &[Field::member("scopes", &["create:api_scopes"])];
    const SUMMARY: &'static str = "Make an API";
    const CODE: &'static str = "API_CREATED";
    const MESSAGE: &'static str = "API successfully created";
    const STATUS: u16 = 201;
    const REFUSALS: &'static [u16] = &[404, 409];
    const EXAMPLE: Option<&'static str> =
        Some(r#"{"name": "Orders", "audience": "https://orders.example/api"}"#);
    type Query = NoQuery;
    type Body = Json<NewApi>;
    type Answer = ApiCreated;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<ApiCreated> {
        let new = &call.body.0;
        let mut api = Api::new(new.name.as_str(), new.audience.as_str());
        api.scopes = new.scopes.iter().map(NewScope::definition).collect();
        new.apply(&mut api);
        let mut decision = manager.decide(&call.operator).await?;
        let issuer = manager.host().issuer();
        // A placeholder stands for the issuer, and what it stands for may be another API.
        let served = fill_in_issuer(&api.audience, issuer);
        let is_taken = [&*api.audience, &*served]
            .iter()
            .any(|audience| lookup::api(&decision.apis, audience, issuer).is_ok());
        if is_taken {
            return Err(OperationError::taken("audience", "audience", &api.audience));
        }
        check(&decision, &api).await?;
        let mut randomness = manager.randomness();
        let id = decision.draft.create(api, None, &mut randomness);
        decision.commit().await?;
        Ok(ApiCreated {
            api: Reference { id: id.to_string() },
        })
    }
}

impl Operation for GetApi {
    const ID: &'static str = "getApi";
    const PATH: &'static str = "/api/v1/apis/{api_id}";
    const SCOPE: &'static str = "read:apis";
    const SUMMARY: &'static str = "Show an API, and applications that are authorized for it";
    const REFUSALS: &'static [u16] = &[404];
    const HAS_ENTITY_TAG: bool = true;
    const WEIGHT: Weight = Weight::Page;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = ApiAnswer;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<ApiAnswer> {
        let apis = lookup::apis(manager).await?;
        let issuer = manager.host().issuer();
        let stored = lookup::api(&apis, call.named("api_id"), issuer)?;
        let mut connected = Vec::new();
        let mut has_more = false;
        for audience in core::iter::once(&stored.value.audience).chain(&stored.value.aliases) {
            let filter = Filter::AuthorizedFor(audience);
            let most = usize::from(list::MAX_PAGE);
            let registry = manager.host().registry();
            let (applications, more) =
                list::first(registry, filter, most, ConnectedApplication::of).await?;
            has_more |= more;
            connected.extend(applications);
        }
        let api = &stored.value;
        let clients = api.introspection_clients.iter();
        Ok(ApiAnswer {
            tag: entity_tag(stored),
            api: ApiShown {
                id: stored.id.to_string(),
                name: api.name.to_string(),
                description: api.description.clone(),
                audience: fill_in_issuer(&api.audience, issuer).into_owned(),
                is_management_api: api.is_management(),
                scopes: scopes(stored),
                token_lifetime: api.token_lifetime,
                signing_alg: api.signing_alg.as_str().to_owned(),
                claims: match api.claims {
                    ClaimSet::Rfc9068 => Claims::Rfc9068,
                    ClaimSet::Kinde => Claims::Kinde,
                },
                introspection_clients: clients.map(ToString::to_string).collect(),
                applications: connected,
                has_more_applications: has_more,
            },
        })
    }

    fn entity_tag(answer: &ApiAnswer) -> Option<&str> {
        Some(&answer.tag)
    }
}

impl Operation for UpdateApi {
    const ID: &'static str = "updateApi";
    const METHOD: Method = Method::PATCH;
    const PATH: &'static str = "/api/v1/apis/{api_id}";
    const SCOPE: &'static str = "update:apis";
    const SUMMARY: &'static str = "Change an API";
    const CODE: &'static str = "API_UPDATED";
    const MESSAGE: &'static str = "API successfully updated";
    const REFUSALS: &'static [u16] = &[404, 409, 412];
    const EXAMPLE: Option<&'static str> = Some(r#"{"token_lifetime": 900}"#);
    type Query = NoQuery;
    type Body = Json<ApiChange>;
    type Answer = Done;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Done> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.api(call)?;
        let mut api = stored.value.clone();
        let change = &call.body.0;
        if let Some(name) = change.name.value() {
            api.name = name.0.clone();
        }
        change.apply(&mut api);
        protection::of_management_api(&stored.value, &api, &manager.host().keys())?;
        check(&decision, &api).await?;
        decision.draft.update(&stored, api, None);
        decision.commit().await
    }
}

impl Operation for DeleteApi {
    const ID: &'static str = "deleteApi";
    const METHOD: Method = Method::DELETE;
    const PATH: &'static str = "/api/v1/apis/{api_id}";
    const SCOPE: &'static str = "delete:apis";
    const SUMMARY: &'static str = "Take an API away; applications are authorized for it no longer";
    const CODE: &'static str = "API_DELETED";
    const MESSAGE: &'static str = "API successfully deleted";
    const REFUSALS: &'static [u16] = &[404, 409, 412];
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = Done;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Done> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.api(call)?;
        protection::of_api(&stored.value)?;
        for application in protection::authorized(decision.registry(), &stored.value).await? {
            let mut value = application.value.clone();
            let authorizations = &mut value.spec.authorize;
            authorizations.retain(|own| !stored.value.is_called(&own.audience));
            decision.draft.update(&application, value, None);
        }
        decision.draft.delete(&stored, Write::DeleteApi(stored.id));
        decision.commit().await
    }
}

impl NewScope {
    pub(super) fn definition(&self) -> ScopeDefinition {
        ScopeDefinition {
            key: self.key.0.clone(),
            description: self.description.clone().unwrap_or_default(),
        }
    }
}

impl From<SigningAlg> for Algorithm {
    fn from(algorithm: SigningAlg) -> Self {
        match algorithm {
            SigningAlg::Es256 => Self::Es256,
            SigningAlg::Rs256 => Self::Rs256,
            SigningAlg::Ps256 => Self::Ps256,
            SigningAlg::Es384 => Self::Es384,
            SigningAlg::EdDsa => Self::EdDsa,
        }
    }
}

/// The scopes of an API with their ids.
fn scopes(stored: &Stored<Api>) -> Vec<ScopeSummary> {
    let scopes = stored.value.scopes.iter();
    scopes
        .map(|scope| ScopeSummary {
            id: lookup::scope_id(stored.id, &scope.key),
            key: scope.key.to_string(),
            description: scope.description.clone(),
        })
        .collect()
}

/// Whether the registry would be one with this API, new or in the place of the one with its audience.
async fn check<H: Host>(decision: &Decision<'_, H>, api: &Api) -> Result<()> {
    protection::of_size(api)?;
    for client_id in &api.introspection_clients {
        // By its client id alone: that is what tokens and files say.
        let named = Named::ClientId(client_id);
        if decision.registry().application(named).await?.is_none() {
            return Err(OperationError::unknown("application", client_id));
        }
    }
    let mut apis = decision.api_records();
    apis.retain(|own| own.audience != api.audience);
    apis.push(api.clone());
    decision.check(apis, Vec::new(), Vec::new())
}
