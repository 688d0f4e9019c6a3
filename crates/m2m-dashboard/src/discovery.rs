//! The metadata of the server, by which clients and API libraries find its endpoints, keys and algorithms.

use oauth_proto::{AuthorizationServerMetadata, Issuer};

use crate::Document;

/// The metadata of the server, under both of its names.
#[derive(Debug)]
pub struct Discovery {
    /// The same for an authorization server (RFC 8414, section 3) and an OpenID provider (OpenID Connect Discovery 1.0, section 4).
    ///
    /// The latter has to have an authorization endpoint, and this server has none. The member has the URL at which one would be, because some
    /// clients refuse either document without it even if they only request tokens for applications. The URL answers with an error that says so.
    pub document: Document,
}

impl Discovery {
    /// Returns the metadata of the server with this issuer. `scopes` are all scopes, and `algorithms` those of the keys in the JWK set.
    #[must_use]
    pub fn new<'a>(
        issuer: &Issuer,
        scopes: impl Iterator<Item = &'a str>,
        algorithms: impl Iterator<Item = &'a str>,
    ) -> Self {
        let base = issuer.as_str().trim_end_matches('/');
        let mut metadata = AuthorizationServerMetadata::new(issuer.clone());
        metadata.authorization_endpoint = Some(format!("{base}/oauth2/authorize"));
        metadata.token_endpoint = Some(format!("{base}/oauth2/token"));
        metadata.jwks_uri = Some(format!("{base}/.well-known/jwks.json"));
        metadata.service_documentation = Some(format!("{base}/errors"));
        metadata.grant_types_supported = vec!["client_credentials".to_owned()];
        metadata.introspection_endpoint = Some(format!("{base}/oauth2/introspect"));
        metadata.revocation_endpoint = Some(format!("{base}/oauth2/revoke"));
        let methods = vec![
            "client_secret_basic".to_owned(),
            "client_secret_post".to_owned(),
        ];
        metadata.introspection_endpoint_auth_methods_supported = methods.clone();
        metadata.revocation_endpoint_auth_methods_supported = methods.clone();
        metadata.token_endpoint_auth_methods_supported = methods;
        let mut scopes: Vec<String> = scopes.map(ToOwned::to_owned).collect();
        scopes.sort();
        scopes.dedup();
        metadata.scopes_supported = scopes;
        // Required of OpenID providers; some clients treat this server as one. API libraries that are configured with the issuer alone
        // accept the algorithms of this list for access tokens, so it names all signing algorithms.
        metadata.subject_types_supported = vec!["public".to_owned()];
        metadata.id_token_signing_alg_values_supported =
            algorithms.map(ToOwned::to_owned).collect();
        Self {
            document: Document::new("application/json", metadata.to_json()),
        }
    }
}
