//! The public documents: metadata and keys. They are created once for each version of the registry.

use http::HeaderMap;
use http_body_util::Full;
use m2m_authority::registry::SigningKeys;
use m2m_dashboard::Document;
use m2m_store::{Common, Version};
use oauth_proto::{AuthorizationServerMetadata, Issuer};
use serde_json::json;

use super::reply::Response;

/// The public documents of a server.
#[derive(Debug)]
pub(super) struct Documents {
    version: Version,
    metadata: Document,
    jwk_set: Document,
    root: Document,
}

impl Documents {
    /// Returns the documents of this issuer.
    pub(super) fn new(issuer: &Issuer, common: &Common) -> Self {
        let keys = &*common.keys;
        let base = issuer.as_str().trim_end_matches('/');
        let root = json!({
            "name": "m2m",
            "version": env!("CARGO_PKG_VERSION"),
            "issuer": issuer.as_str(),
            "token_endpoint": format!("{base}/oauth2/token"),
            "metadata": format!("{base}/.well-known/openid-configuration"),
            "errors": format!("{base}/errors"),
        });
        Self {
            version: common.version,
            metadata: Document::new(
                "application/json",
                metadata(issuer, base, common, keys).to_json(),
            ),
            jwk_set: Document::new("application/jwk-set+json", keys.jwk_set().to_json()),
            root: Document::new("application/json", format!("{root:#}")),
        }
    }

    /// Returns the version of the registry that the documents describe.
    pub(super) const fn version(&self) -> Version {
        self.version
    }

    pub(super) fn metadata(&self, request: &HeaderMap) -> Response {
        self.metadata.respond(request).map(Full::new)
    }

    pub(super) fn jwk_set(&self, request: &HeaderMap) -> Response {
        self.jwk_set.respond(request).map(Full::new)
    }

    pub(super) fn root(&self, request: &HeaderMap) -> Response {
        self.root.respond(request).map(Full::new)
    }
}

/// Returns the metadata of the server (RFC 8414, section 2).
fn metadata(
    issuer: &Issuer,
    base: &str,
    common: &Common,
    keys: &SigningKeys,
) -> AuthorizationServerMetadata {
    let mut metadata = AuthorizationServerMetadata::new(issuer.clone());
    metadata.token_endpoint = Some(format!("{base}/oauth2/token"));
    metadata.jwks_uri = Some(format!("{base}/.well-known/jwks.json"));
    metadata.service_documentation = Some(format!("{base}/errors"));
    metadata.grant_types_supported = vec!["client_credentials".to_owned()];
    metadata.token_endpoint_auth_methods_supported = vec![
        "client_secret_basic".to_owned(),
        "client_secret_post".to_owned(),
    ];
    let scopes = common.apis.iter().flat_map(|api| &api.scopes);
    let mut scopes: Vec<String> = scopes.map(|scope| scope.key.to_string()).collect();
    scopes.sort();
    scopes.dedup();
    metadata.scopes_supported = scopes;
    // Required of OpenID providers; some clients treat this server as one. API libraries that are configured with the issuer alone
    // accept the algorithms of this list for access tokens, so it names all signing algorithms.
    metadata.subject_types_supported = vec!["public".to_owned()];
    metadata.id_token_signing_alg_values_supported = keys
        .algorithms()
        .map(|algorithm| algorithm.as_str().to_owned())
        .collect();
    metadata
}
