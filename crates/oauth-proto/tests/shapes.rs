//! Metadata in the shapes of public providers, with our own hosts, are read without a loss that matters.

use oauth_proto::{
    AuthorizationServerMetadata, Issuer, ProtectedResourceMetadata, ResourceIndicator,
};
use serde_json::Value;

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str)
}

#[test]
fn f5_metadata_of_public_providers_are_read_without_a_loss() {
    let shapes: Vec<Value> = serde_json::from_str(include_str!("metadata_shapes.json")).unwrap();
    assert!(shapes.len() >= 15);
    for shape in &shapes {
        let id = text(shape, "id").unwrap();
        assert!(
            text(shape, "source").unwrap().starts_with("https://"),
            "{id}"
        );
        let document = shape.get("document").unwrap();
        let issuer = Issuer::parse(text(document, "issuer").unwrap()).unwrap();
        let json = document.to_string();
        let metadata = AuthorizationServerMetadata::parse(json.as_bytes(), &issuer).unwrap();
        assert_eq!(
            metadata.token_endpoint.as_deref(),
            text(document, "token_endpoint"),
            "{id}"
        );
        assert_eq!(
            metadata.jwks_uri.as_deref(),
            text(document, "jwks_uri"),
            "{id}"
        );
        assert!(metadata.jwks_uri.is_some(), "{id}");
        let skipped = metadata
            .skipped()
            .iter()
            .map(|skipped| skipped.path.as_str());
        let skipped: Vec<&str> = skipped.collect();
        let expected = shape.get("skipped").unwrap().as_array().unwrap();
        assert_eq!(
            skipped,
            expected
                .iter()
                .map(|path| path.as_str().unwrap())
                .collect::<Vec<_>>(),
            "{id}"
        );
        // Each member of a meaning here is kept as it was sent.
        let printed: Value = serde_json::from_str(&metadata.to_json()).unwrap();
        for (name, value) in printed.as_object().unwrap() {
            let sent = document.get(name).unwrap();
            if let Some(members) = value.as_object() {
                for (inner, value) in members {
                    assert_eq!(sent.get(inner), Some(value), "{id}: {name}.{inner}");
                }
            } else {
                assert_eq!(sent, value, "{id}: {name}");
            }
        }
    }
}

#[test]
fn f5_the_metadata_of_an_api_in_the_shape_of_a_gateway_are_read() {
    // The shape of Traefik Hub 3.21.
    let json = br#"{"resource":"https://a.example/mcp","authorization_servers":["https://id.example"],"jwks_uri":"",
        "scopes_supported":null,"bearer_methods_supported":["header"],"resource_signing_alg_values_supported":null,
        "resource_name":"","resource_documentation":"","resource_policy_uri":"","resource_tos_uri":"",
        "tls_client_certificate_bound_access_tokens":false,"authorization_details_types_supported":null,
        "dpop_signing_alg_values_supported":null,"dpop_bound_access_tokens_required":false}"#;
    let resource = ResourceIndicator::parse("https://a.example/mcp").unwrap();
    let metadata = ProtectedResourceMetadata::parse(json, resource).unwrap();
    assert_eq!(
        metadata.authorization_servers,
        [Issuer::parse("https://id.example").unwrap()]
    );
    assert_eq!(metadata.bearer_methods_supported, ["header"]);
    assert!(metadata.scopes_supported.is_empty() && metadata.skipped().is_empty());
}
