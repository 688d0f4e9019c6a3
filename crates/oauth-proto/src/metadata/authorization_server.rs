//! The metadata of an authorization server.

use std::borrow::Cow;

use serde::Serialize;

use crate::members::{Lenient, Members, foreign_text};
use crate::{InvalidMetadata, Issuer, MemberProblem, SkippedMember};

/// The metadata of an authorization server.
///
/// A list without elements is not printed, as RFC 8414, section 3.2 demands, except for the one that is required.
/// The documents of OpenID providers are read as well.
///
/// Only `issuer` can make a document unusable: a client needs one or two of the other members, and which ones depends on its task. Unknown
/// members are ignored. `null` is the same as an absent member. A member with another value than it should have, and such an entry of a
/// list, is left out, and listed in [`skipped`](Self::skipped).
///
/// Source: RFC 8414, section 2, <https://www.rfc-editor.org/rfc/rfc8414#section-2>; RFC 8705, sections 3.3 and 5; RFC
/// 9449, section 5.1; OpenID Connect Discovery 1.0, section 3.
///
/// ```
/// use oauth_proto::{AuthorizationServerMetadata, Issuer};
///
/// let issuer = Issuer::parse("https://id.example")?;
/// let mut metadata = AuthorizationServerMetadata::new(issuer.clone());
/// metadata.token_endpoint = Some("https://id.example/oauth2/token".to_owned());
/// let json = metadata.to_json();
/// assert_eq!(AuthorizationServerMetadata::parse(json.as_bytes(), &issuer), Ok(metadata));
/// # Ok::<(), oauth_proto::InvalidIssuer>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AuthorizationServerMetadata {
    /// The issuer identifier of the server.
    pub issuer: Issuer,
    /// The URL at which a user authorizes a client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_endpoint: Option<String>,
    /// The URL of the token endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint: Option<String>,
    /// The URL of the public keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// The URL at which clients register themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_endpoint: Option<String>,
    /// The scopes that may be requested; the list need not be complete.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
    /// Values of `response_type`. Required: printed even if empty, and read as empty if missing.
    pub response_types_supported: Vec<String>,
    /// Values of `response_mode`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_modes_supported: Vec<String>,
    /// Values of `grant_type`. Absent means `authorization_code` and `implicit`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grant_types_supported: Vec<String>,
    /// The methods by which clients authenticate at the token endpoint. Absent means `client_secret_basic`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// The algorithms with which client assertions may be signed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub token_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// A page for developers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_documentation: Option<String>,
    /// Languages of the user interface.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ui_locales_supported: Vec<String>,
    /// The URL of the policy on how clients may use the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub op_policy_uri: Option<String>,
    /// The terms of service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub op_tos_uri: Option<String>,
    /// The URL of the revocation endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint: Option<String>,
    /// The methods by which clients authenticate at the revocation endpoint.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub revocation_endpoint_auth_methods_supported: Vec<String>,
    /// The algorithms with which assertions may be signed there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub revocation_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// The URL of the introspection endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_endpoint: Option<String>,
    /// The methods by which clients authenticate at the introspection endpoint.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub introspection_endpoint_auth_methods_supported: Vec<String>,
    /// The algorithms with which assertions may be signed there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub introspection_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// Methods of PKCE.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub code_challenge_methods_supported: Vec<String>,
    /// True if tokens can be bound to a client certificate (RFC 8705). Absent means false.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// The endpoints that clients with a certificate use instead (RFC 8705).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mtls_endpoint_aliases: Option<MtlsEndpointAliases>,
    /// The algorithms with which DPoP proofs may be signed (RFC 9449).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dpop_signing_alg_values_supported: Vec<String>,
    /// The APIs that tokens are for; the list need not be complete (RFC 9728, section 4).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub protected_resources: Vec<String>,
    /// Kinds of `sub`; required of OpenID providers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subject_types_supported: Vec<String>,
    /// The algorithms with which ID tokens are signed; required of OpenID providers. Some libraries for APIs use the list for access
    /// tokens.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub id_token_signing_alg_values_supported: Vec<String>,
    #[serde(skip)]
    skipped: Vec<SkippedMember>,
}

/// The endpoints that request a client certificate.
///
/// Source: RFC 8705, section 5, <https://www.rfc-editor.org/rfc/rfc8705#section-5>.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct MtlsEndpointAliases {
    /// The URL that replaces `token_endpoint`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint: Option<String>,
    /// The URL that replaces `revocation_endpoint`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint: Option<String>,
    /// The URL that replaces `introspection_endpoint`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_endpoint: Option<String>,
}

impl AuthorizationServerMetadata {
    /// Returns metadata with an issuer only.
    #[must_use]
    pub const fn new(issuer: Issuer) -> Self {
        Self {
            issuer,
            authorization_endpoint: None,
            token_endpoint: None,
            jwks_uri: None,
            registration_endpoint: None,
            scopes_supported: Vec::new(),
            response_types_supported: Vec::new(),
            response_modes_supported: Vec::new(),
            grant_types_supported: Vec::new(),
            token_endpoint_auth_methods_supported: Vec::new(),
            token_endpoint_auth_signing_alg_values_supported: Vec::new(),
            service_documentation: None,
            ui_locales_supported: Vec::new(),
            op_policy_uri: None,
            op_tos_uri: None,
            revocation_endpoint: None,
            revocation_endpoint_auth_methods_supported: Vec::new(),
            revocation_endpoint_auth_signing_alg_values_supported: Vec::new(),
            introspection_endpoint: None,
            introspection_endpoint_auth_methods_supported: Vec::new(),
            introspection_endpoint_auth_signing_alg_values_supported: Vec::new(),
            code_challenge_methods_supported: Vec::new(),
            tls_client_certificate_bound_access_tokens: false,
            mtls_endpoint_aliases: None,
            dpop_signing_alg_values_supported: Vec::new(),
            protected_resources: Vec::new(),
            subject_types_supported: Vec::new(),
            id_token_signing_alg_values_supported: Vec::new(),
            skipped: Vec::new(),
        }
    }

    /// Reads the document of the issuer `expected`, for clients.
    ///
    /// ```
    /// use oauth_proto::{AuthorizationServerMetadata, Issuer};
    ///
    /// let json = br#"{"issuer":"https://id.example","token_endpoint":7,"jwks_uri":"https://id.example/jwks"}"#;
    /// let metadata = AuthorizationServerMetadata::parse(json, &Issuer::parse("https://id.example")?).expect("the issuer is right");
    /// assert_eq!(metadata.jwks_uri.as_deref(), Some("https://id.example/jwks"));
    /// assert_eq!(metadata.token_endpoint, None);
    /// let [skipped] = metadata.skipped() else { panic!("one member is skipped") };
    /// assert_eq!(skipped.to_string(), "`token_endpoint` is a number instead of a string");
    /// # Ok::<(), oauth_proto::InvalidIssuer>(())
    /// ```
    ///
    /// # Errors
    /// - [`InvalidMetadata::Document`] (cause `keys-unavailable`): not a JSON object, or `issuer` is missing, repeated or not a string;
    /// - [`InvalidMetadata::OtherIssuer`] (`issuer-mismatch`): the document must not be used (RFC 8414, section 3.3).
    ///   [`AuthorizationServerMetadata::issuer_in`] returns the other issuer.
    pub fn parse(json: &[u8], expected: &Issuer) -> Result<Self, InvalidMetadata> {
        let text = foreign_text(json);
        let members = Members::parse(&text)?;
        if members.required("issuer")? != expected.as_str() {
            return Err(InvalidMetadata::OtherIssuer);
        }
        let mut members = Lenient::new(members);
        let mut metadata = Self {
            issuer: expected.clone(),
            authorization_endpoint: members.text("authorization_endpoint"),
            token_endpoint: members.text("token_endpoint"),
            jwks_uri: members.text("jwks_uri"),
            registration_endpoint: members.text("registration_endpoint"),
            scopes_supported: members.texts("scopes_supported"),
            response_types_supported: members.texts("response_types_supported"),
            response_modes_supported: members.texts("response_modes_supported"),
            grant_types_supported: members.texts("grant_types_supported"),
            token_endpoint_auth_methods_supported: members
                .texts("token_endpoint_auth_methods_supported"),
            token_endpoint_auth_signing_alg_values_supported: members
                .texts("token_endpoint_auth_signing_alg_values_supported"),
            service_documentation: members.text("service_documentation"),
            ui_locales_supported: members.texts("ui_locales_supported"),
            op_policy_uri: members.text("op_policy_uri"),
            op_tos_uri: members.text("op_tos_uri"),
            revocation_endpoint: members.text("revocation_endpoint"),
            revocation_endpoint_auth_methods_supported: members
                .texts("revocation_endpoint_auth_methods_supported"),
            revocation_endpoint_auth_signing_alg_values_supported: members
                .texts("revocation_endpoint_auth_signing_alg_values_supported"),
            introspection_endpoint: members.text("introspection_endpoint"),
            introspection_endpoint_auth_methods_supported: members
                .texts("introspection_endpoint_auth_methods_supported"),
            introspection_endpoint_auth_signing_alg_values_supported: members
                .texts("introspection_endpoint_auth_signing_alg_values_supported"),
            code_challenge_methods_supported: members.texts("code_challenge_methods_supported"),
            tls_client_certificate_bound_access_tokens: members
                .flag("tls_client_certificate_bound_access_tokens"),
            mtls_endpoint_aliases: members
                .object("mtls_endpoint_aliases", MtlsEndpointAliases::read),
            dpop_signing_alg_values_supported: members.texts("dpop_signing_alg_values_supported"),
            protected_resources: members.texts("protected_resources"),
            subject_types_supported: members.texts("subject_types_supported"),
            id_token_signing_alg_values_supported: members
                .texts("id_token_signing_alg_values_supported"),
            skipped: Vec::new(),
        };
        metadata.skipped = members.into_skipped();
        Ok(metadata)
    }

    /// Returns the issuer that a document names, to show it to a person. It need not be a URL: providers with many tenants put a template
    /// such as `https://login.example/{tenantid}/v2.0` into the document that is for all of them.
    #[must_use]
    pub fn issuer_in(json: &[u8]) -> Option<String> {
        let text = foreign_text(json);
        let members = Members::parse(&text).ok()?;
        members.required("issuer").ok().map(Cow::into_owned)
    }

    /// The members, and entries of lists, that [`AuthorizationServerMetadata::parse`] left out, up to 64 of them.
    #[must_use]
    pub fn skipped(&self) -> &[SkippedMember] {
        &self.skipped
    }

    /// Returns the reason why the document has no usable member of this name: [`MemberProblem::Missing`], unless it was left out.
    #[must_use]
    pub fn problem_of(&self, member: &str) -> MemberProblem {
        let mut skipped = self.skipped.iter();
        let skipped = skipped.find(|skipped| skipped.path == member);
        skipped.map_or(MemberProblem::Missing, |skipped| skipped.problem)
    }

    /// The document, for servers.
    ///
    /// # Panics
    /// Never: the members are strings, lists and booleans.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings, lists and booleans are always JSON")
    }

    /// The path of the document: the well-known name is placed before the issuer's own path.
    ///
    /// Source: RFC 8414, section 3.1, <https://www.rfc-editor.org/rfc/rfc8414#section-3.1>.
    ///
    /// ```
    /// use oauth_proto::{AuthorizationServerMetadata, Issuer};
    ///
    /// let path = |issuer| Issuer::parse(issuer).map(|issuer| AuthorizationServerMetadata::path(&issuer));
    /// assert_eq!(path("https://id.example/")?, "/.well-known/oauth-authorization-server");
    /// assert_eq!(path("https://id.example/a")?, "/.well-known/oauth-authorization-server/a");
    /// # Ok::<(), oauth_proto::InvalidIssuer>(())
    /// ```
    #[must_use]
    pub fn path(issuer: &Issuer) -> String {
        format!(
            "/.well-known/oauth-authorization-server{}",
            without_slash(issuer.path())
        )
    }

    /// The URL of the document.
    #[must_use]
    pub fn url(issuer: &Issuer) -> String {
        format!("{}{}", issuer.origin(), Self::path(issuer))
    }

    /// The path of the same document for clients of OpenID providers: the well-known name is placed after the issuer's own path.
    ///
    /// Source: OpenID Connect Discovery 1.0, section 4.
    #[must_use]
    pub fn openid_path(issuer: &Issuer) -> String {
        format!(
            "{}/.well-known/openid-configuration",
            without_slash(issuer.path())
        )
    }
}

impl MtlsEndpointAliases {
    fn read(members: &mut Lenient<'_>) -> Self {
        Self {
            token_endpoint: members.text("token_endpoint"),
            revocation_endpoint: members.text("revocation_endpoint"),
            introspection_endpoint: members.text("introspection_endpoint"),
        }
    }
}

/// "Any terminating `/` MUST be removed" (RFC 8414, section 3.1).
fn without_slash(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}
