//! The metadata of an authorization server.

use serde::{Deserialize, Serialize};

use crate::{InvalidMetadata, Issuer, json};

/// The metadata of an authorization server.
///
/// A list without elements is not printed, as RFC 8414, section 3.2 demands, except for the one that is required.
/// Unknown members are ignored. The documents of OpenID providers are read as well.
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuthorizationServerMetadata {
    /// The issuer identifier of the server.
    pub issuer: Issuer,
    /// The URL at which a user authorizes a client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_endpoint: Option<String>,
    /// The URL of the token endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint: Option<String>,
    /// The URL of the public keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// The URL at which clients register themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration_endpoint: Option<String>,
    /// The scopes that may be requested; the list need not be complete.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
    /// Values of `response_type`. Required: printed even if empty, and read as empty if missing.
    #[serde(default)]
    pub response_types_supported: Vec<String>,
    /// Values of `response_mode`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub response_modes_supported: Vec<String>,
    /// Values of `grant_type`. Absent means `authorization_code` and `implicit`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grant_types_supported: Vec<String>,
    /// The methods by which clients authenticate at the token endpoint. Absent means `client_secret_basic`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// The algorithms with which client assertions may be signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub token_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// A page for developers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_documentation: Option<String>,
    /// Languages of the user interface.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ui_locales_supported: Vec<String>,
    /// The URL of the policy on how clients may use the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op_policy_uri: Option<String>,
    /// The terms of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op_tos_uri: Option<String>,
    /// The URL of the revocation endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint: Option<String>,
    /// The methods by which clients authenticate at the revocation endpoint.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revocation_endpoint_auth_methods_supported: Vec<String>,
    /// The algorithms with which assertions may be signed there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revocation_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// The URL of the introspection endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introspection_endpoint: Option<String>,
    /// The methods by which clients authenticate at the introspection endpoint.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub introspection_endpoint_auth_methods_supported: Vec<String>,
    /// The algorithms with which assertions may be signed there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub introspection_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// Methods of PKCE.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub code_challenge_methods_supported: Vec<String>,
    /// True if tokens can be bound to a client certificate (RFC 8705). Absent means false.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// The endpoints that clients with a certificate use instead (RFC 8705).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mtls_endpoint_aliases: Option<MtlsEndpointAliases>,
    /// The algorithms with which DPoP proofs may be signed (RFC 9449).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dpop_signing_alg_values_supported: Vec<String>,
    /// The APIs that tokens are for; the list need not be complete (RFC 9728, section 4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub protected_resources: Vec<String>,
    /// Kinds of `sub`; required of OpenID providers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subject_types_supported: Vec<String>,
    /// The algorithms with which ID tokens are signed; required of OpenID providers. Some libraries for APIs use the list for access
    /// tokens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub id_token_signing_alg_values_supported: Vec<String>,
}

/// The endpoints that request a client certificate.
///
/// Source: RFC 8705, section 5, <https://www.rfc-editor.org/rfc/rfc8705#section-5>.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MtlsEndpointAliases {
    /// The URL that replaces `token_endpoint`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint: Option<String>,
    /// The URL that replaces `revocation_endpoint`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint: Option<String>,
    /// The URL that replaces `introspection_endpoint`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
        }
    }

    /// Reads the document of the issuer `expected`, for clients.
    ///
    /// # Errors
    /// - [`InvalidMetadata::Document`] (cause `keys-unavailable`): not JSON, or without a valid `issuer`, or with a member of a wrong type;
    /// - [`InvalidMetadata::OtherIssuer`] (`issuer-mismatch`): the document must not be used (RFC 8414, section 3.3).
    pub fn parse(json: &[u8], expected: &Issuer) -> Result<Self, InvalidMetadata> {
        let metadata: Self = json::parse(json)?;
        if metadata.issuer != *expected {
            return Err(InvalidMetadata::OtherIssuer);
        }
        Ok(metadata)
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

/// "Any terminating `/` MUST be removed" (RFC 8414, section 3.1).
fn without_slash(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}
