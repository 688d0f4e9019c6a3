//! The public documents: metadata and keys. They are created once for each version of the registry.

use http::HeaderMap;
use http_body_util::Full;
use m2m_dashboard::{Discovery, Document};
use m2m_store::{Common, Version};
use oauth_proto::Issuer;
use serde_json::json;

use super::reply::Response;

/// The public documents of a server.
#[derive(Debug)]
pub(super) struct Documents {
    version: Version,
    discovery: Discovery,
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
        let scopes = common.apis.iter().flat_map(|api| &api.scopes);
        Self {
            version: common.version,
            discovery: Discovery::new(
                issuer,
                scopes.map(|scope| &*scope.key),
                keys.algorithms().map(|algorithm| algorithm.as_str()),
            ),
            jwk_set: Document::new("application/jwk-set+json", keys.jwk_set().to_json())
                .or("application/json"),
            root: Document::new("application/json", format!("{root:#}")),
        }
    }

    /// Returns the version of the registry that the documents describe.
    pub(super) const fn version(&self) -> Version {
        self.version
    }

    pub(super) fn metadata(&self, request: &HeaderMap) -> Response {
        self.discovery.document.respond(request).map(Full::new)
    }

    pub(super) fn jwk_set(&self, request: &HeaderMap) -> Response {
        self.jwk_set.respond(request).map(Full::new)
    }

    pub(super) fn root(&self, request: &HeaderMap) -> Response {
        self.root.respond(request).map(Full::new)
    }
}
