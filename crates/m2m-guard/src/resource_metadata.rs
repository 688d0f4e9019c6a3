//! The metadata of an API, as it serves them.

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use oauth_proto::{InvalidResourceIndicator, Issuer, ProtectedResourceMetadata, ResourceIndicator};

use crate::Guard;

/// The metadata of an API, from which a client learns which issuer to ask for a token: a path, and the document to serve there.
///
/// Source: RFC 9728, <https://www.rfc-editor.org/rfc/rfc9728>.
///
/// ```
/// use m2m_guard::{Guard, Issuer, ResourceMetadata};
///
/// let issuer = Issuer::parse("https://id.example")?;
/// let metadata = ResourceMetadata::new("https://orders.example/api", &[issuer])?.with_scopes(&["read:orders"]);
/// assert_eq!(metadata.path(), "/.well-known/oauth-protected-resource/api");
///
/// // Challenges name the document.
/// let guard = Guard::new("https://id.example", &["https://orders.example/api"]).described_by(&metadata);
/// # let _ = guard;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceMetadata {
    url: String,
    path: String,
    members: ProtectedResourceMetadata,
}

impl ResourceMetadata {
    /// Returns the metadata of an API that accepts tokens of these issuers, in the header `Authorization`.
    ///
    /// # Errors
    /// [`InvalidResource`]: the identifier of the API is not an absolute URL with a host.
    pub fn new(resource: &str, issuers: &[Issuer]) -> Result<Self, InvalidResource> {
        let resource = ResourceIndicator::parse(resource)?;
        let url = ProtectedResourceMetadata::url(resource).ok_or(InvalidResource::NoHost)?;
        let parsed: http::Uri = url.parse().map_err(|_| InvalidResource::NoHost)?;
        let mut members = ProtectedResourceMetadata::new(resource);
        members.authorization_servers = issuers.to_vec();
        members.bearer_methods_supported = vec!["header".to_owned()];
        Ok(Self {
            path: parsed.path().to_owned(),
            url,
            members,
        })
    }

    /// Sets the scopes that calls need.
    #[must_use]
    pub fn with_scopes(mut self, scopes: &[&str]) -> Self {
        self.members.scopes_supported = scopes.iter().map(|&scope| scope.to_owned()).collect();
        self
    }

    /// Sets the name of the API for people.
    #[must_use]
    pub fn with_name(mut self, name: &str) -> Self {
        self.members.resource_name = Some(name.to_owned());
        self
    }

    /// The path at which the API serves the document.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The URL of the document.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the answer to a request for the document. Everyone may read it.
    #[must_use]
    pub fn to_http(&self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(self.members.to_json()));
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "max-age=300"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

impl Guard {
    /// Names the metadata of the API in the challenges (RFC 9728, section 5.1).
    #[must_use]
    pub fn described_by(self, metadata: &ResourceMetadata) -> Self {
        self.with_resource_metadata(metadata.url())
    }
}

/// The identifier of an API has no metadata.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidResource {
    /// The identifier is not an absolute URI without a fragment.
    #[error(transparent)]
    Indicator(#[from] InvalidResourceIndicator),
    /// The identifier has no host at which a document could be served.
    #[error(
        "the identifier of the API has no host: metadata need a URL such as https://orders.example/api"
    )]
    NoHost,
}
