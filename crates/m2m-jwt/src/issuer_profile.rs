//! The access tokens of issuers that do not follow RFC 9068.

use crate::expectations::{ClaimForms, Condition, WithoutAudience, WithoutType};
use crate::signer::ACCESS_TOKEN_TYPE;
use crate::words::words;

words! {
    /// The form of the access tokens of a named issuer that does not follow RFC 9068.
    ///
    /// The owner of an API chooses it; it is never guessed from a token. Issuer, audiences and keys still come from configuration, and signature,
    /// `iss`, `exp` and `aud` are checked as in every other token, except for `aud` of [`Cognito`](Self::Cognito).
    ///
    /// ```
    /// use m2m_jwt::{Algorithm, Expectations, IssuerProfile, WithoutType};
    ///
    /// let profile = IssuerProfile::parse("okta").expect("it is one of the names");
    /// let expectations = Expectations::of_issuer(profile, "https://id.example/oauth2/default", &["api://orders"], &[Algorithm::Rs256]);
    /// assert_eq!(expectations.without_type, WithoutType::Accepted);
    /// assert_eq!(profile.client_claims(), ["cid"]);
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum IssuerProfile else UnknownIssuerProfile {
        /// Auth0, with the Auth0 token profile (`typ` is `JWT`, the client is in `azp`, and there is no `jti`) or with the RFC 9068 profile. Scopes are the
        /// text `scope`; `permissions` is a claim like others. ID tokens are refused, because they have no client claim, or have a `nonce` or a hash.
        ///
        /// Source: <https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles>.
        Auth0 = "auth0",
        /// Amazon Cognito: no `typ`, and `aud` only if the client asked for a resource. The client is in `client_id`, scopes are the text `scope`.
        /// `token_use` must be `access`, so that ID tokens (`id`) are refused.
        ///
        /// A token without `aud` is for every API of the user pool: require a scope of the API's resource server, or restrict the clients.
        ///
        /// Source: <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html>.
        Cognito = "cognito",
        /// Duende IdentityServer: `at+jwt` as in RFC 9068, but `scope` is a list by default, and tokens of clients have no `sub`.
        ///
        /// Source: <https://docs.duendesoftware.com/identityserver/reference/options/> (`EmitScopesAsSpaceDelimitedStringInJwt`).
        Duende = "duende",
        /// Microsoft Entra ID: `typ` is `JWT`. The client is in `azp` (version 2.0) or `appid` (version 1.0). Scopes are the text `scp` of a
        /// user's token, or else the list `roles` of an application's token. The id of a token is in `uti`. ID tokens are refused, because they
        /// have no client claim, or have a `nonce` or a hash; their `aud` can be that of an API that is a client as well.
        ///
        /// The version is that of the API's registration, and the issuers differ: `https://sts.windows.net/TENANT/` for 1.0,
        /// `https://login.microsoftonline.com/TENANT/v2.0` for 2.0.
        ///
        /// Source: <https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference>.
        Entra = "entra",
        /// Keycloak: `typ` of the header is `JWT` by default, and the claim `typ` must be `Bearer`, so that ID tokens (`ID`), refresh tokens
        /// and logout tokens are refused. The client is in `azp`, scopes are the text `scope`; roles are in the claims `realm_access` and `resource_access`.
        /// `aud` needs an audience mapper.
        ///
        /// Source: <https://www.keycloak.org/docs/latest/server_admin/index.html#audience-support>.
        Keycloak = "keycloak",
        /// Kubernetes, tokens of service accounts: no `typ`, no client claim and no scopes. The client is the service account in `sub`, which
        /// must begin with `system:serviceaccount:`, and the claim `kubernetes.io` must be present. Tokens that do not expire are refused.
        ///
        /// Source: <https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens>.
        Kubernetes = "kubernetes",
        /// Okta, custom authorization servers: no `typ`. The client is in `cid`, and scopes are the list `scp`; both must be present, so that ID tokens,
        /// which have neither, are refused. Tokens of the organization's own server have another `typ`, and are for Okta alone.
        ///
        /// Source: <https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/>.
        Okta = "okta",
    }
}

/// The facts about the tokens of an issuer.
struct Facts {
    token_types: &'static [&'static str],
    without_type: WithoutType,
    without_audience: WithoutAudience,
    client: &'static [&'static str],
    scopes: &'static [&'static str],
    id: &'static [&'static str],
    conditions: &'static [Condition],
}

impl IssuerProfile {
    /// The accepted values of `typ` in the header.
    #[must_use]
    pub const fn token_types(self) -> &'static [&'static str] {
        self.facts().token_types
    }

    /// The treatment of a header without `typ`.
    #[must_use]
    pub const fn without_type(self) -> WithoutType {
        self.facts().without_type
    }

    /// The treatment of a token without `aud`.
    #[must_use]
    pub const fn without_audience(self) -> WithoutAudience {
        self.facts().without_audience
    }

    /// The claims that name the client. The first one that is present names it, and is a string.
    #[must_use]
    pub const fn client_claims(self) -> &'static [&'static str] {
        self.facts().client
    }

    /// The claims with the scopes, each a string with spaces between the scopes or a list of strings. The first one that is present
    /// decides, so that the roles of a user do not widen what the user has delegated.
    #[must_use]
    pub const fn scope_claims(self) -> &'static [&'static str] {
        self.facts().scopes
    }

    /// The claims with the id of the token, the first one that is present. Not every token has one.
    #[must_use]
    pub const fn id_claims(self) -> &'static [&'static str] {
        self.facts().id
    }

    /// The conditions that distinguish the access tokens of the issuer from its other tokens.
    #[must_use]
    pub const fn conditions(self) -> &'static [Condition] {
        self.facts().conditions
    }

    /// The forms of claims that are accepted.
    #[must_use]
    pub const fn claim_forms(self) -> ClaimForms {
        ClaimForms::Foreign
    }

    const fn facts(self) -> &'static Facts {
        match self {
            Self::Auth0 => &AUTH0,
            Self::Cognito => &COGNITO,
            Self::Duende => &DUENDE,
            Self::Entra => &ENTRA,
            Self::Keycloak => &KEYCLOAK,
            Self::Kubernetes => &KUBERNETES,
            Self::Okta => &OKTA,
        }
    }
}

/// The type that most issuers write, and the one that they write if they are configured to follow RFC 9068.
const JWT_OR_ACCESS_TOKEN: &[&str] = &["JWT", ACCESS_TOKEN_TYPE];

/// The claims by which an ID token is recognized whatever its issuer is: it is bound to a request or to other tokens.
///
/// Source: OpenID Connect Core 1.0, sections 2 and 3.3.2.11, <https://openid.net/specs/openid-connect-core-1_0.html#IDToken>.
const NO_NONCE: Condition = Condition::Absent { claim: "nonce" };
const NO_TOKEN_HASH: Condition = Condition::Absent { claim: "at_hash" };
const NO_CODE_HASH: Condition = Condition::Absent { claim: "c_hash" };

static AUTH0: Facts = Facts {
    token_types: JWT_OR_ACCESS_TOKEN,
    without_type: WithoutType::Refused,
    without_audience: WithoutAudience::Refused,
    client: &["client_id", "azp"],
    scopes: &["scope"],
    id: &["jti"],
    conditions: &[NO_NONCE, NO_TOKEN_HASH, NO_CODE_HASH],
};

static COGNITO: Facts = Facts {
    token_types: JWT_OR_ACCESS_TOKEN,
    without_type: WithoutType::Accepted,
    without_audience: WithoutAudience::Accepted,
    client: &["client_id"],
    scopes: &["scope"],
    id: &["jti"],
    conditions: &[
        Condition::Equal {
            claim: "token_use",
            value: "access",
        },
        NO_TOKEN_HASH,
        NO_CODE_HASH,
    ],
};

static DUENDE: Facts = Facts {
    token_types: &[ACCESS_TOKEN_TYPE],
    without_type: WithoutType::Refused,
    without_audience: WithoutAudience::Refused,
    client: &["client_id"],
    scopes: &["scope"],
    id: &["jti"],
    conditions: &[NO_TOKEN_HASH, NO_CODE_HASH],
};

static ENTRA: Facts = Facts {
    token_types: JWT_OR_ACCESS_TOKEN,
    without_type: WithoutType::Refused,
    without_audience: WithoutAudience::Refused,
    client: &["azp", "appid"],
    scopes: &["scp", "roles"],
    id: &["uti"],
    conditions: &[NO_NONCE, NO_TOKEN_HASH, NO_CODE_HASH],
};

static KEYCLOAK: Facts = Facts {
    token_types: JWT_OR_ACCESS_TOKEN,
    without_type: WithoutType::Refused,
    without_audience: WithoutAudience::Refused,
    client: &["azp", "client_id"],
    scopes: &["scope"],
    id: &["jti"],
    conditions: &[
        Condition::Equal {
            claim: "typ",
            value: "Bearer",
        },
        NO_TOKEN_HASH,
        NO_CODE_HASH,
    ],
};

static KUBERNETES: Facts = Facts {
    token_types: &["JWT"],
    without_type: WithoutType::Accepted,
    without_audience: WithoutAudience::Refused,
    client: &["sub"],
    scopes: &[],
    id: &["jti"],
    conditions: &[
        Condition::Present {
            claim: "kubernetes.io",
        },
        Condition::Prefix {
            claim: "sub",
            prefix: "system:serviceaccount:",
        },
    ],
};

static OKTA: Facts = Facts {
    token_types: JWT_OR_ACCESS_TOKEN,
    without_type: WithoutType::Accepted,
    without_audience: WithoutAudience::Refused,
    client: &["cid"],
    scopes: &["scp"],
    id: &["jti"],
    conditions: &[
        Condition::Present { claim: "cid" },
        Condition::Present { claim: "scp" },
        NO_NONCE,
        NO_TOKEN_HASH,
        NO_CODE_HASH,
    ],
};
