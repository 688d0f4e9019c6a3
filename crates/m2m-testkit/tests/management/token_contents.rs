//! The contents of tokens: claims of an application and its organization, lifetimes, algorithms, quotas.

use serde_json::{Value, json};

use crate::server::ManagementCalls as _;
use crate::server::{Made, Server, claims};

const AUDIENCE: &str = "https://a.example";

/// Returns a server with an application of an organization, and an API with tokens of this claim set.
fn server(claims: &str) -> (Server, Made, String) {
    filled(Server::start(), claims)
}

/// Creates the same records on this server.
fn filled(server: Server, claims: &str) -> (Server, Made, String) {
    let api = server.api(AUDIENCE, &["read:a"]);
    server.done(
        "PATCH",
        &format!("/api/v1/apis/{api}"),
        &json!({ "claims": claims }),
    );
    let organization = json!({
        "name": "Acme", "code": "org_acme", "feature_flags": { "beta": "bool", "seats": "int", "theme": "str" },
    });
    server.done("POST", "/api/v1/organization", &organization);
    let application = server.application(&json!({ "org_code": "org_acme" }));
    server.authorize(&api, &application.id, &["read:a"]);
    (server, application, api)
}

#[test]
fn both_claim_sets_carry_only_the_values_enabled_for_the_token() {
    for claim_set in ["rfc9068", "kinde"] {
        let (server, application, _) = server(claim_set);
        let claims = || server.claims(&application, "");
        let path = format!("/api/v1/applications/{}", application.id);
        let first = claims();
        assert_eq!(first.get("scp").is_some(), claim_set == "kinde");
        assert_eq!(first["org_code"], "org_acme");
        assert_eq!(
            (
                first.get("feature_flags"),
                first.get("application_properties")
            ),
            (None, None)
        );

        // Flags of the organization.
        server.done(
            "PATCH",
            &path,
            &json!({ "token_feature_flags": ["beta", "seats"] }),
        );
        let flags = |beta: bool, seats: i64| json!({ "beta": { "t": "b", "v": beta }, "seats": { "t": "i", "v": seats } });
        assert_eq!(claims()["feature_flags"], flags(false, 0));
        let set = |key: &str, value: &str| {
            format!("/api/v1/organizations/org_acme/feature_flags/{key}?value={value}")
        };
        server.done("PATCH", &set("beta", "true"), &Value::Null);
        server.done("PATCH", &set("seats", "12"), &Value::Null);
        assert_eq!(claims()["feature_flags"], flags(true, 12));
        let message = server.refused(
            (409, "FEATURE_FLAG_TYPE"),
            "PATCH",
            &set("seats", "many"),
            &Value::Null,
        );
        assert!(message.contains("a whole number"), "{message}");
        let listed = server.get("/api/v1/organizations/org_acme/feature_flags");
        assert_eq!(
            listed["feature_flags"]["seats"],
            json!({ "type": "int", "value": "12" })
        );
        assert_eq!(
            listed["feature_flags"]["theme"],
            json!({ "type": "str", "value": "" })
        );
        // A flag of the application takes precedence over one of its organization.
        server.done(
            "PATCH",
            &path,
            &json!({ "feature_flags": { "seats": 1, "own": "yes" } }),
        );
        let expected = json!({
            "own": { "t": "s", "v": "yes" }, "seats": { "t": "i", "v": 1 }, "beta": { "t": "b", "v": true },
        });
        assert_eq!(claims()["feature_flags"], expected);
        server.refused(
            (404, "REFERENCE_NOT_FOUND"),
            "PATCH",
            &path,
            &json!({ "token_feature_flags": ["nothing"] }),
        );
        server.done(
            "PATCH",
            &path,
            &json!({ "feature_flags": {}, "token_feature_flags": [] }),
        );
        assert_eq!(claims().get("feature_flags"), None);
    }
}

#[test]
fn a_private_property_is_in_no_token() {
    for claim_set in ["rfc9068", "kinde"] {
        let (server, application, _) = server(claim_set);
        let carried = || {
            server
                .claims(&application, "")
                .get("application_properties")
                .cloned()
        };
        let path = format!("/api/v1/applications/{}", application.id);
        let make = |key: &str, context: &str, is_private: bool| {
            let body = json!({
                "name": key, "key": key, "type": "single_line_text", "context": context, "is_private": is_private, "category_id": "c",
            });
            server.done("POST", "/api/v1/properties", &body)["property"]["id"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let region = make("region", "app", false);
        make("internal", "app", true);
        make("of-organizations", "org", false);
        let put = |key: &str| format!("{path}/properties/{key}");
        server.done("PUT", &put("region"), &json!({ "value": "eu" }));
        assert_eq!(carried(), None);
        server.done(
            "PUT",
            &put("region"),
            &json!({ "value": "us", "in_token": true }),
        );
        server.done(
            "PUT",
            &put("internal"),
            &json!({ "value": "it's a secret" }),
        );
        let expected = Some(json!({ "region": { "v": "us" } }));
        assert_eq!(carried(), expected);
        server.refused(
            (409, "PROPERTY_PRIVATE"),
            "PUT",
            &put("internal"),
            &json!({ "value": "x", "in_token": true }),
        );
        server.refused(
            (409, "PROPERTY_OF_OTHERS"),
            "PUT",
            &put("of-organizations"),
            &json!({ "value": "x" }),
        );
        let answer = server.call(
            "PATCH",
            &path,
            &json!({ "token_properties": ["region", "internal"] }),
        );
        assert!(matches!(answer.status, 400 | 409), "{answer:?}");
        assert_eq!(carried(), expected);
        // Operators see both.
        let listed = server.get(&format!("{path}/properties"));
        assert_eq!(
            listed["properties"].as_array().unwrap().len(),
            2,
            "{listed}"
        );
        // A property that becomes private is no longer in tokens, and is not added again by itself.
        server.done(
            "PUT",
            &format!("/api/v1/properties/{region}"),
            &json!({ "name": "Region", "is_private": true }),
        );
        assert_eq!(carried(), None);
        server.done(
            "PUT",
            &format!("/api/v1/properties/{region}"),
            &json!({ "name": "Region", "is_private": false }),
        );
        assert_eq!(carried(), None);
        server.done(
            "PUT",
            &put("region"),
            &json!({ "value": true, "in_token": true }),
        );
        assert_eq!(carried(), Some(json!({ "region": { "v": true } })));
        server.done(
            "DELETE",
            &format!("/api/v1/properties/{region}"),
            &Value::Null,
        );
        assert_eq!(carried(), None);
    }
}

#[test]
fn a_token_has_the_shorter_lifetime_of_api_and_application() {
    let (server, application, api) = server("rfc9068");
    let expires_in = || {
        let answer = server.ask(&application, "");
        let claims = claims(&answer.access_token());
        let lives = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
        assert_eq!(answer.json()["expires_in"], lives);
        lives
    };
    let tokens = format!("/api/v1/applications/{}/tokens", application.id);
    let path = format!("/api/v1/applications/{}", application.id);
    let api = format!("/api/v1/apis/{api}");
    assert_eq!(expires_in(), 3600);
    server.done(
        "PATCH",
        &tokens,
        &json!({ "access_token_lifetime": 60, "refresh_token_lifetime": 7200 }),
    );
    assert_eq!(expires_in(), 60);
    server.done("PATCH", &api, &json!({ "token_lifetime": 30 }));
    assert_eq!(expires_in(), 30);
    server.done("PATCH", &path, &json!({ "access_token_lifetime": 7200 }));
    assert_eq!(expires_in(), 30);
    server.done("PATCH", &api, &json!({ "token_lifetime": 86_400 }));
    assert_eq!(expires_in(), 7200);
    server.done("PATCH", &tokens, &json!({ "access_token_lifetime": null }));
    assert_eq!(expires_in(), 86_400);
    assert_eq!(
        server.get(&path)["application"]["access_token_lifetime"],
        Value::Null
    );
}

#[test]
fn x11_a_new_signing_algorithm_applies_when_its_key_has_been_announced() {
    let (server, application, api) = filled(Server::with_all_keys(), "rfc9068");
    let header = || {
        let token = server.ask(&application, "").access_token();
        let header = m2m_jwt::base64url::decode(token.split('.').next().unwrap()).unwrap();
        serde_json::from_slice::<Value>(&header).unwrap()
    };
    let mut earlier = "ES256";
    for algorithm in ["ES256", "RS256", "PS256", "ES384", "EdDSA"] {
        server.done(
            "PATCH",
            &format!("/api/v1/apis/{api}"),
            &json!({ "signing_alg": algorithm }),
        );
        assert_eq!(header()["alg"], earlier);
        server.advance(600);
        server.settle();
        let header = header();
        assert_eq!(header["alg"], algorithm);
        earlier = algorithm;
        let jwks = server.send("GET", "/.well-known/jwks.json", "", "").json();
        let keys = jwks["keys"].as_array().unwrap();
        assert!(
            keys.iter().any(|key| key["kid"] == header["kid"]),
            "{header}"
        );
    }
}

#[test]
fn a_quota_applies_from_the_next_token_on() {
    let (server, application, _) = server("rfc9068");
    let path = format!("/api/v1/applications/{}", application.id);
    server.ask(&application, "").access_token();
    let quota = json!({ "tokens": 2, "per": "1h", "mode": "enforce" });
    server.done("PATCH", &path, &json!({ "token_quota": quota }));
    let statuses: Vec<u16> = (0..4)
        .map(|_| server.ask(&application, "").status)
        .collect();
    assert!(statuses.ends_with(&[429, 429]), "{statuses:?}");
    server.done("PATCH", &path, &json!({ "token_quota": null }));
    server.ask(&application, "").access_token();
}
