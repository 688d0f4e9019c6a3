//! APIs.

use core::str::FromStr;

use m2m_authority::registry::{ClaimSet, Lifetime, Text};
use m2m_jwt::Algorithm;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::values::{AudienceText, ClientIdText, Given, InvalidValue, List, Name, Patch, ScopeKey};
use crate::{
    ApiName, Done, Field, Method, NoBody, NoNames, NoQuery, Operation, Order, PageSize, PageToken,
    Reference, Spec, Versioning,
};

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
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListApisQuery {
    /// `scopes` shows the scopes of each.
    pub expand: Option<Expand>,
    /// In which order; by age if absent.
    pub sort: Option<Order>,
    /// How many at most.
    pub page_size: Option<PageSize>,
    /// Where an earlier page ended.
    pub next_token: Option<PageToken>,
}

/// The details that an answer has in addition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "the name says it")]
pub enum Expand {
    Scopes,
}

/// A scope that is to be made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewScope {
    /// The scope, as tokens carry it: 1 to 256 visible ASCII characters without quotes and backslashes (RFC 6749, section 3.3).
    pub key: ScopeKey,
    /// What it permits, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Text<2000>>,
}

/// Bodies that say what an API may have, beside what is their own.
macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $member:ident: $type:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$attribute])* pub $member: $type,)*
            /// Description for operators, which no token carries.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub description: Patch<Text<1000>>,
            /// The longest life of its tokens. Unit: seconds.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub token_lifetime: Given<Lifetime>,
            /// What its tokens are signed with.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub signing_alg: Given<SigningAlg>,
            /// Which claims its tokens carry.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub claims: Given<Claims>,
            /// The client ids of those that may introspect its tokens.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub introspection_clients: Given<List<ClientIdText, 100>>,
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
        #[serde(default, skip_serializing_if = "List::is_empty")]
        scopes: List<NewScope, 1000>,
    }
    /// A change of an API.
    #[derive(Default)]
    ApiChange {
        /// The name that people see.
        #[serde(default, skip_serializing_if = "Given::is_none")]
        name: Given<Name>,
    }
}

/// What tokens are signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
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

/// The claims that tokens carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
#[expect(missing_docs, reason = "the name says it")]
pub enum Claims {
    Rfc9068,
    Kinde,
}

/// A page of APIs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApisAnswer {
    /// The APIs.
    pub apis: Vec<ApiSummary>,
    /// The beginning of the next page; none at the end.
    pub next_token: Option<PageToken>,
}

/// An API as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiSummary {
    /// The id.
    pub id: String,
    /// The name that people see.
    pub name: String,
    /// The identifier that requests name and tokens carry.
    pub audience: String,
    /// True for the API that manages this server.
    pub is_management_api: bool,
    /// The scopes, if the request asks for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<ScopeSummary>>,
}

/// A scope of an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScopeSummary {
    /// The id.
    pub id: String,
    /// The scope, as tokens carry it.
    pub key: String,
    /// What it permits, for people.
    pub description: Text<2000>,
}

/// An API that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiCreated {
    /// The API.
    pub api: Reference,
}

/// An API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiAnswer {
    /// The API.
    pub api: ApiShown,
}

/// An API with its scopes and applications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiShown {
    /// The id.
    pub id: String,
    /// The name that people see.
    pub name: String,
    /// The description, for people.
    pub description: Option<Text<1000>>,
    /// The identifier that requests name and tokens carry.
    pub audience: String,
    /// True for the API that manages this server.
    pub is_management_api: bool,
    /// The scopes.
    pub scopes: Vec<ScopeSummary>,
    /// The longest life of its tokens. Unit: seconds.
    pub token_lifetime: Lifetime,
    /// The algorithm that its tokens are signed with.
    pub signing_alg: String,
    /// The claims that its tokens carry.
    pub claims: Claims,
    /// The client ids of the applications that may introspect its tokens.
    pub introspection_clients: Vec<String>,
    /// The first of the applications that are authorized for it.
    pub applications: Vec<ConnectedApplication>,
    /// Whether there are more applications than are shown.
    pub has_more_applications: bool,
}

/// An application that is authorized for an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConnectedApplication {
    /// The id.
    pub id: String,
    /// The name that people see.
    pub name: String,
    /// The client id.
    pub client_id: String,
    /// The kind.
    pub r#type: String,
    /// True if it may authenticate.
    pub is_active: bool,
}

impl NewApi {
    /// An API of this name and audience, with everything else as it is made where nothing is said.
    #[must_use]
    pub fn new(name: Name, audience: AudienceText) -> Self {
        Self {
            name,
            audience,
            scopes: List::default(),
            description: Patch::Keep,
            token_lifetime: Given(None),
            signing_alg: Given(None),
            claims: Given(None),
            introspection_clients: Given(None),
        }
    }
}

impl Operation for ListApis {
    const SPEC: Spec = Spec {
        id: "listApis",
        path: "/api/v1/apis",
        scope: "read:apis",
        summary: "List APIs",
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = ListApisQuery;
    type Body = NoBody;
    type Answer = ApisAnswer;
}

impl Operation for CreateApi {
    const SPEC: Spec = Spec {
        id: "createApi",
        method: Method::Post,
        path: "/api/v1/apis",
        scope: "create:apis",
        fields: &[Field::member("scopes", &["create:api_scopes"])],
        summary: "Make an API",
        code: "API_CREATED",
        message: "API successfully created",
        status: 201,
        refusals: &[404, 409],
        example: Some(r#"{"name": "Orders", "audience": "https://orders.example/api"}"#),
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = NoQuery;
    type Body = NewApi;
    type Answer = ApiCreated;
}

impl Operation for GetApi {
    const SPEC: Spec = Spec {
        id: "getApi",
        path: "/api/v1/apis/{api_id}",
        scope: "read:apis",
        summary: "Show an API, and applications that are authorized for it",
        refusals: &[404],
        versioning: Versioning::Tagged,
        ..Spec::DEFAULT
    };
    type Names = ApiName;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = ApiAnswer;
}

impl Operation for UpdateApi {
    const SPEC: Spec = Spec {
        id: "updateApi",
        method: Method::Patch,
        path: "/api/v1/apis/{api_id}",
        scope: "update:apis",
        summary: "Change an API",
        code: "API_UPDATED",
        message: "API successfully updated",
        versioning: Versioning::Compared,
        refusals: &[404, 409],
        example: Some(r#"{"token_lifetime": 900}"#),
        ..Spec::DEFAULT
    };
    type Names = ApiName;
    type Query = NoQuery;
    type Body = ApiChange;
    type Answer = Done;
}

impl Operation for DeleteApi {
    const SPEC: Spec = Spec {
        id: "deleteApi",
        method: Method::Delete,
        path: "/api/v1/apis/{api_id}",
        scope: "delete:apis",
        summary: "Take an API away; applications are authorized for it no longer",
        code: "API_DELETED",
        message: "API successfully deleted",
        versioning: Versioning::Compared,
        refusals: &[404, 409],
        ..Spec::DEFAULT
    };
    type Names = ApiName;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = Done;
}

impl SigningAlg {
    /// Every algorithm that an API can have.
    pub const ALL: &[Self] = &[
        Self::Es256,
        Self::Rs256,
        Self::Ps256,
        Self::Es384,
        Self::EdDsa,
    ];

    /// The name of the algorithm, such as `ES256`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => Algorithm::Es256.as_str(),
            Self::Rs256 => Algorithm::Rs256.as_str(),
            Self::Ps256 => Algorithm::Ps256.as_str(),
            Self::Es384 => Algorithm::Es384.as_str(),
            Self::EdDsa => Algorithm::EdDsa.as_str(),
        }
    }
}

impl FromStr for SigningAlg {
    type Err = InvalidValue;

    fn from_str(name: &str) -> Result<Self, InvalidValue> {
        let mut all = Self::ALL.iter().copied();
        all.find(|algorithm| algorithm.as_str() == name)
            .ok_or(InvalidValue {
                expected: "an algorithm that APIs can have",
            })
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

impl From<Claims> for ClaimSet {
    fn from(claims: Claims) -> Self {
        match claims {
            Claims::Rfc9068 => Self::Rfc9068,
            Claims::Kinde => Self::Kinde,
        }
    }
}

impl From<ClaimSet> for Claims {
    fn from(claims: ClaimSet) -> Self {
        match claims {
            ClaimSet::Rfc9068 => Self::Rfc9068,
            ClaimSet::Kinde => Self::Kinde,
        }
    }
}
