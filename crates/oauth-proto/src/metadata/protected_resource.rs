//! The metadata of an API.

use serde::Serialize;

use crate::members::{Lenient, Members, foreign_text};
use crate::{InvalidMetadata, Issuer, ResourceIndicator, SkippedMember, uri};

/// The metadata of an API, and of the tokens that it accepts.
///
/// A list without elements is not printed (RFC 9728, section 3.2).
///
/// Only `resource` can make a document unusable. Unknown members are ignored. `null` is the same as an absent member. A member with another
/// value than it should have, and such an entry of a list, is left out, and listed in [`skipped`](Self::skipped).
///
/// Source: RFC 9728, section 2, <https://www.rfc-editor.org/rfc/rfc9728#section-2>.
///
/// ```
/// use oauth_proto::{ProtectedResourceMetadata, ResourceIndicator};
///
/// let resource = ResourceIndicator::parse("https://api.example/orders")?;
/// let metadata = ProtectedResourceMetadata::new(resource);
/// let json = metadata.to_json();
/// assert_eq!(ProtectedResourceMetadata::parse(json.as_bytes(), resource), Ok(metadata));
/// # Ok::<(), oauth_proto::InvalidResourceIndicator>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ProtectedResourceMetadata {
    /// The identifier of the API, which is a URL.
    pub resource: String,
    /// The issuers whose tokens it accepts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_servers: Vec<Issuer>,
    /// The URL of the API's own public keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// The scopes that calls need; the list need not be complete.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
    /// The places in which a token may be sent: `header`, `body`, `query`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bearer_methods_supported: Vec<String>,
    /// The algorithms with which the API signs its answers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resource_signing_alg_values_supported: Vec<String>,
    /// The API's name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_name: Option<String>,
    /// A page for developers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_documentation: Option<String>,
    /// The URL of the policy on how clients may use the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_policy_uri: Option<String>,
    /// The terms of service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_tos_uri: Option<String>,
    /// True if it accepts tokens that are bound to a client certificate. Absent means false.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// Types of `authorization_details` that it knows (RFC 9396).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details_types_supported: Vec<String>,
    /// The algorithms with which DPoP proofs may be signed (RFC 9449).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dpop_signing_alg_values_supported: Vec<String>,
    /// True if it accepts only tokens bound by DPoP. Absent means false.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub dpop_bound_access_tokens_required: bool,
    #[serde(skip)]
    skipped: Vec<SkippedMember>,
}

impl ProtectedResourceMetadata {
    /// Returns metadata with an API only.
    #[must_use]
    pub fn new(resource: ResourceIndicator<'_>) -> Self {
        Self {
            resource: resource.as_str().to_owned(),
            authorization_servers: Vec::new(),
            jwks_uri: None,
            scopes_supported: Vec::new(),
            bearer_methods_supported: Vec::new(),
            resource_signing_alg_values_supported: Vec::new(),
            resource_name: None,
            resource_documentation: None,
            resource_policy_uri: None,
            resource_tos_uri: None,
            tls_client_certificate_bound_access_tokens: false,
            authorization_details_types_supported: Vec::new(),
            dpop_signing_alg_values_supported: Vec::new(),
            dpop_bound_access_tokens_required: false,
            skipped: Vec::new(),
        }
    }

    /// Reads the document of the API `expected`, for clients.
    ///
    /// # Errors
    /// - [`InvalidMetadata::Document`] (cause `keys-unavailable`): not a JSON object, or `resource` is missing, repeated or not a string;
    /// - [`InvalidMetadata::OtherResource`] (`audience-mismatch`): the document must not be used (RFC 9728, section 3.3).
    pub fn parse(json: &[u8], expected: ResourceIndicator<'_>) -> Result<Self, InvalidMetadata> {
        let text = foreign_text(json);
        let members = Members::parse(&text)?;
        if members.required("resource")? != expected.as_str() {
            return Err(InvalidMetadata::OtherResource);
        }
        let mut members = Lenient::new(members);
        let mut metadata = Self {
            resource: expected.as_str().to_owned(),
            authorization_servers: members.issuers("authorization_servers"),
            jwks_uri: members.text("jwks_uri"),
            scopes_supported: members.texts("scopes_supported"),
            bearer_methods_supported: members.texts("bearer_methods_supported"),
            resource_signing_alg_values_supported: members
                .texts("resource_signing_alg_values_supported"),
            resource_name: members.text("resource_name"),
            resource_documentation: members.text("resource_documentation"),
            resource_policy_uri: members.text("resource_policy_uri"),
            resource_tos_uri: members.text("resource_tos_uri"),
            tls_client_certificate_bound_access_tokens: members
                .flag("tls_client_certificate_bound_access_tokens"),
            authorization_details_types_supported: members
                .texts("authorization_details_types_supported"),
            dpop_signing_alg_values_supported: members.texts("dpop_signing_alg_values_supported"),
            dpop_bound_access_tokens_required: members.flag("dpop_bound_access_tokens_required"),
            skipped: Vec::new(),
        };
        metadata.skipped = members.into_skipped();
        Ok(metadata)
    }

    /// The members, and entries of lists, that [`ProtectedResourceMetadata::parse`] left out, up to 64 of them.
    #[must_use]
    pub fn skipped(&self) -> &[SkippedMember] {
        &self.skipped
    }

    /// The document, for APIs.
    ///
    /// # Panics
    /// Never: the members are strings, lists and booleans.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings, lists and booleans are always JSON")
    }

    /// The URL of the document: the well-known name is placed between the host and the path, or the query, of the resource. `None` for a
    /// resource without a host, such as a URN.
    ///
    /// Source: RFC 9728, section 3.1, <https://www.rfc-editor.org/rfc/rfc9728#section-3.1>.
    #[must_use]
    pub fn url(resource: ResourceIndicator<'_>) -> Option<String> {
        let uri = uri::parse(resource.as_str()).ok()?;
        let authority = uri
            .authority()
            .filter(|authority| !authority.as_str().is_empty())?;
        let path = Some(uri.path().as_str()).filter(|path| *path != "/");
        let mut url = format!(
            "{}://{authority}/.well-known/oauth-protected-resource{}",
            uri.scheme(),
            path.unwrap_or_default()
        );
        if let Some(query) = uri.query() {
            url.push('?');
            url.push_str(query.as_str());
        }
        Some(url)
    }
}
