//! APIs.

use core::str::FromStr;

use m2m_authority::registry::{ClaimSet, Lifetime, Text};
use m2m_jwt::Algorithm;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::values::{
    AudienceText, ClientIdText, Given, InvalidValue, List, Name, Patch, ScopeKey, Tolerant,
};
use crate::{
    ApiName, Done, Field, Method, NoBody, NoNames, NoQuery, Operation, Order, PageSize, PageToken,
    Reference, Spec, Versioning,
};

/// Lists APIs.
#[derive(Debug)]
pub struct ListApis;

/// Creates an API.
#[derive(Debug)]
pub struct CreateApi;

/// Shows an API, and the applications that are authorized for it.
#[derive(Debug)]
pub struct GetApi;

/// Changes an API.
#[derive(Debug)]
pub struct UpdateApi;

/// Deletes an API. Applications are no longer authorized for it.
#[derive(Debug)]
pub struct DeleteApi;

/// The query parameters of a list of APIs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListApisQuery {
    /// The additional details to include. `scopes` includes the scopes of each API.
    pub expand: Option<Expand>,
    /// The order of the list. If absent, the oldest API comes first.
    pub sort: Option<Order>,
    /// The maximum number of APIs on a page.
    pub page_size: Option<PageSize>,
    /// The `next_token` of an earlier page. The list continues after that page.
    pub next_token: Option<PageToken>,
}

/// Additional details that an answer can include.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "the name says it")]
pub enum Expand {
    Scopes,
}

/// A scope to create.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewScope {
    /// The scope as it appears in tokens: 1 to 256 visible ASCII characters without quotes and backslashes (RFC 6749, section 3.3).
    pub key: ScopeKey,
    /// The description of what the scope permits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Text<2000>>,
}

/// Defines the bodies that create and change an API: members of their own, and those that both have.
macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $member:ident: $type:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$attribute])* pub $member: $type,)*
            /// The description for operators. Tokens do not carry it.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub description: Patch<Text<1000>>,
            /// The maximum lifetime of tokens for the API. Unit: seconds.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub token_lifetime: Given<Lifetime>,
            /// The algorithm with which tokens for the API are signed.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub signing_alg: Given<SigningAlg>,
            /// The claims that tokens for the API carry.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub claims: Given<Claims>,
            /// The client ids of the applications that may introspect tokens for the API.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub introspection_clients: Given<List<ClientIdText, 100>>,
            /// The reuse window: an application that asks for the same token again within this time gets the same token. At most half of
            /// `token_lifetime`. Without it, each request gets a token of its own. Unit: seconds.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub token_reuse_seconds: Patch<Lifetime>,
        }
    )+};
}

bodies! {
    /// An API to create.
    NewApi {
        /// The display name of the API.
        name: Name,
        /// The identifier of the API in token requests and in tokens. It cannot be changed.
        audience: AudienceText,
        /// The scopes to create with the API.
        #[serde(default, skip_serializing_if = "List::is_empty")]
        scopes: List<NewScope, 1000>,
    }
    /// A change of an API.
    #[derive(Default)]
    ApiChange {
        /// The display name of the API.
        #[serde(default, skip_serializing_if = "Given::is_none")]
        name: Given<Name>,
    }
}

/// The algorithm with which tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[schemars(inline)]
pub enum SigningAlg {
    /// ECDSA on P-256 with SHA-256 (RFC 7518, section 3.1).
    #[serde(rename = "ES256")]
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, section 3.1).
    #[serde(rename = "RS256")]
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384 (RFC 7518, section 3.1).
    #[serde(rename = "RS384")]
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512 (RFC 7518, section 3.1).
    #[serde(rename = "RS512")]
    Rs512,
    /// RSASSA-PSS with SHA-256 (RFC 7518, section 3.1).
    #[serde(rename = "PS256")]
    Ps256,
    /// RSASSA-PSS with SHA-384 (RFC 7518, section 3.1).
    #[serde(rename = "PS384")]
    Ps384,
    /// RSASSA-PSS with SHA-512 (RFC 7518, section 3.1).
    #[serde(rename = "PS512")]
    Ps512,
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
    /// The `next_token` to request the next page with. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<PageToken>,
}

/// An API as it appears in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiSummary {
    /// The id of the API.
    pub id: String,
    /// The display name of the API.
    pub name: String,
    /// The identifier of the API in token requests and in tokens.
    pub audience: String,
    /// True if this is the API that manages this server.
    pub is_management_api: bool,
    /// The scopes of the API. Present only if the request asks for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<ScopeSummary>>,
}

/// A scope of an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScopeSummary {
    /// The id of the scope.
    pub id: String,
    /// The scope as it appears in tokens.
    pub key: String,
    /// The description of what the scope permits.
    pub description: Tolerant<Text<2000>>,
}

/// An API that was created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiCreated {
    /// A reference to the API.
    pub api: Reference,
}

/// The answer about an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiAnswer {
    /// The API.
    pub api: ApiShown,
}

/// An API with its scopes and applications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiShown {
    /// The id of the API.
    pub id: String,
    /// The display name of the API.
    pub name: String,
    /// The description for operators.
    pub description: Option<Tolerant<Text<1000>>>,
    /// The identifier of the API in token requests and in tokens.
    pub audience: String,
    /// True if this is the API that manages this server.
    pub is_management_api: bool,
    /// The scopes of the API.
    pub scopes: Vec<ScopeSummary>,
    /// The maximum lifetime of tokens for the API. Unit: seconds.
    pub token_lifetime: Tolerant<Lifetime>,
    /// The algorithm with which tokens for the API are signed.
    pub signing_alg: String,
    /// The claims that tokens for the API carry.
    pub claims: Tolerant<Claims>,
    /// The client ids of the applications that may introspect tokens for the API.
    pub introspection_clients: Vec<String>,
    /// The time within which a repeated request gets the same token. Null if each request gets a token of its own. Unit: seconds.
    #[serde(default)]
    pub token_reuse_seconds: Option<Tolerant<Lifetime>>,
    /// The applications that are authorized for the API, the oldest first. The list can be incomplete: see `has_more_applications`.
    pub applications: Vec<ConnectedApplication>,
    /// True if more applications are authorized than are listed.
    pub has_more_applications: bool,
}

/// An application that is authorized for an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConnectedApplication {
    /// The id of the application.
    pub id: String,
    /// The display name of the application.
    pub name: String,
    /// The client id of the application.
    pub client_id: String,
    /// The type of the application, in words.
    pub r#type: String,
    /// True if the application may authenticate.
    pub is_active: bool,
}

impl NewApi {
    /// Returns an API with this name and audience, and with defaults for everything else.
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
            token_reuse_seconds: Patch::Keep,
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
        summary: "Create an API",
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
        summary: "Delete an API; applications are no longer authorized for it",
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
    /// The algorithms that an API can have.
    pub const ALL: &[Self] = &[
        Self::Es256,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es384,
        Self::EdDsa,
    ];

    /// The name of the algorithm, such as `ES256`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => Algorithm::Es256.as_str(),
            Self::Rs256 => Algorithm::Rs256.as_str(),
            Self::Rs384 => Algorithm::Rs384.as_str(),
            Self::Rs512 => Algorithm::Rs512.as_str(),
            Self::Ps256 => Algorithm::Ps256.as_str(),
            Self::Ps384 => Algorithm::Ps384.as_str(),
            Self::Ps512 => Algorithm::Ps512.as_str(),
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
            SigningAlg::Rs384 => Self::Rs384,
            SigningAlg::Rs512 => Self::Rs512,
            SigningAlg::Ps256 => Self::Ps256,
            SigningAlg::Ps384 => Self::Ps384,
            SigningAlg::Ps512 => Self::Ps512,
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
