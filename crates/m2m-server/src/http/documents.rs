//! The public documents: metadata and keys. They are created once for each version of the registry.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::Full;
use m2m_authority::registry::SigningKeys;
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

/// A document, ready to be sent.
#[derive(Debug)]
pub(super) struct Document {
    body: Bytes,
    content_type: &'static str,
    entity_tag: HeaderValue,
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
        self.metadata.respond(request)
    }

    pub(super) fn jwk_set(&self, request: &HeaderMap) -> Response {
        self.jwk_set.respond(request)
    }

    pub(super) fn root(&self, request: &HeaderMap) -> Response {
        self.root.respond(request)
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

impl Document {
    pub(super) fn new(content_type: &'static str, body: String) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = m2m_jwt::sha256(body.as_bytes());
        let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode([a, b, c, d, e, f, g, h]));
        let entity_tag = HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""));
        Self {
            body: Bytes::from(body),
            content_type,
            entity_tag,
        }
    }

    pub(super) fn respond(&self, request: &HeaderMap) -> Response {
        let mut response = Response::default();
        if self.is_known(request) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            *response.body_mut() = Full::new(self.body.clone());
            response.headers_mut().insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static(self.content_type),
            );
        }
        let headers = response.headers_mut();
        headers.insert(header::ETAG, self.entity_tag.clone());
        headers.insert(header::CACHE_CONTROL, CACHE_CONTROL);
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("*"),
        );
        response
    }

    /// Returns true if the caller already has this version of the document (RFC 9110, section 13.1.2).
    fn is_known(&self, request: &HeaderMap) -> bool {
        let tags = request
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok());
        tags.flat_map(|list| list.split(','))
            .map(str::trim)
            .any(|tag| {
                tag == "*"
                    || tag.strip_prefix("W/").unwrap_or(tag).as_bytes()
                        == self.entity_tag.as_bytes()
            })
    }
}

/// Five minutes: short enough for a new key to be known soon, long enough that clients do not fetch the document for each token.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("public, max-age=300");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_that_has_the_document_gets_304() {
        let document = Document::new("application/json", "{}".to_owned());
        let ask = |tag: &str| {
            let mut request = HeaderMap::new();
            request.insert(header::IF_NONE_MATCH, HeaderValue::from_str(tag).unwrap());
            document.respond(&request).status().as_u16()
        };
        let own = document.entity_tag.to_str().unwrap();
        assert_eq!(ask(own), 304);
        assert_eq!(ask(&format!("\"other\", W/{own}")), 304);
        assert_eq!(ask("*"), 304);
        assert_eq!(ask("\"other\""), 200);
        assert_ne!(
            own,
            Document::new("application/json", "[]".to_owned()).entity_tag
        );
    }
}
