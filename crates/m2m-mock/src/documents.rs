//! The metadata and the JWK set.

use http::{HeaderValue, header};
use m2m_jwt::Algorithm;
use oauth_proto::{AuthorizationServerMetadata, Issuer};

use crate::answer::{Answer, marked};
use crate::endpoint::Endpoint;
use crate::keys::Keys;

/// Returns the metadata, which are the same document for clients of RFC 8414 and of OpenID Connect Discovery.
pub(crate) fn metadata(issuer: &Issuer, algorithm: Algorithm) -> Answer {
    let methods = || ["client_secret_basic", "client_secret_post"].map(str::to_owned);
    let mut metadata = AuthorizationServerMetadata::new(issuer.clone());
    metadata.token_endpoint = Some(Endpoint::Token.url(issuer));
    metadata.jwks_uri = Some(Endpoint::Jwks.url(issuer));
    metadata.introspection_endpoint = Some(Endpoint::Introspection.url(issuer));
    metadata.revocation_endpoint = Some(Endpoint::Revocation.url(issuer));
    metadata.grant_types_supported = vec!["client_credentials".to_owned()];
    metadata.token_endpoint_auth_methods_supported = methods().to_vec();
    metadata.introspection_endpoint_auth_methods_supported = methods().to_vec();
    metadata.revocation_endpoint_auth_methods_supported = methods().to_vec();
    metadata.subject_types_supported = vec!["public".to_owned()];
    metadata.id_token_signing_alg_values_supported = vec![algorithm.as_str().to_owned()];
    public(&metadata.to_json())
}

/// Returns the public keys.
pub(crate) fn jwk_set(keys: &Keys) -> Answer {
    public(&keys.jwk_set().to_json())
}

/// Returns a document that pages of any origin may read, as those of `m2m serve`. It is not cached, so that a rotation is seen at once.
fn public(json: &str) -> Answer {
    let mut answer = marked(serde_json::from_str(json).expect("it was just written as JSON"));
    let any = HeaderValue::from_static("*");
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
    answer
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::answer::{MARK, MARK_MEMBER};

    #[test]
    fn the_documents_are_marked() {
        let issuer = Issuer::parse("http://127.0.0.1:8090").unwrap();
        let keys = Keys::generate(Algorithm::Es256).unwrap();
        for answer in [metadata(&issuer, Algorithm::Es256), jwk_set(&keys)] {
            let document: Value = serde_json::from_slice(answer.body()).unwrap();
            assert_eq!(document[MARK_MEMBER], MARK);
        }
    }
}
