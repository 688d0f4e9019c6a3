//! The export and the import of the whole registry as a file over HTTP.

use m2m_authority::registry::SecretHash;
use serde_json::{Value, json};

use crate::server::ManagementCalls as _;
use crate::server::{Made, Server, registry_file};
use m2m_testkit::SECRET;

#[test]
fn an_export_is_applied_without_a_change_and_serves_the_same_elsewhere() {
    let server = Server::start();
    let applied = server.apply("", &registry_file());
    assert_eq!(applied.status, 200, "{applied:?}");
    let property = json!({
        "name": "Region", "key": "region", "type": "multi_line_text", "context": "app", "is_private": false, "category_id": "c",
    });
    server.done("POST", "/api/v1/properties", &property);
    server.done(
        "PUT",
        "/api/v1/applications/plain-id/properties/region",
        &json!({ "value": "eu\n\"us\"", "in_token": true }),
    );
    let organization = json!({ "name": "Acme ✓", "code": "org_acme", "handle": "acme", "external_id": "4711", "feature_flags": { "beta": "bool" } });
    server.done("POST", "/api/v1/organization", &organization);
    let change = json!({
        "org_code": "org_acme", "token_feature_flags": ["beta"], "not_before": "2020-01-01T00:00:00Z",
        "allowed_addresses": ["127.0.0.0/8"], "feature_flags": { "own": 3 }, "authentication_methods": ["client_secret_post"],
    });
    server.done("PATCH", "/api/v1/applications/plain-id", &change);
    let export = |server: &Server, query: &str| {
        server.get(&format!("/api/v1/export{query}"))["world"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    for query in ["", "?with_secret_hashes=true"] {
        let exported = export(&server, query);
        let again = server.apply("?prune=true", &exported).json();
        assert_eq!(again["plan"]["steps"], json!([]), "{query}: {again}");
        assert_eq!(export(&server, query), exported);
    }
    let exported = export(&server, "?with_secret_hashes=true");
    // A server with another issuer could import it.
    assert!(!exported.contains(server.issuer()), "{exported}");
    let other = Server::start();
    let applied = other.apply("", &exported);
    assert_eq!(applied.status, 200, "{applied:?}");
    assert_eq!(export(&other, "?with_secret_hashes=true"), exported);
    let plain = Made {
        id: String::new(),
        client_id: "plain-id".to_owned(),
        secret: SECRET.to_owned(),
    };
    let claims = |server: &Server| {
        let mut claims = server.claims(&plain, "");
        for name in ["iss", "jti", "iat", "exp"] {
            assert!(claims.as_object_mut().unwrap().remove(name).is_some());
        }
        claims
    };
    assert_eq!(claims(&server), claims(&other));
    assert_eq!(
        claims(&other)["application_properties"]["region"]["v"],
        "eu\n\"us\""
    );
}

#[test]
fn a_dry_run_reports_the_plan_and_changes_nothing() {
    let server = Server::start();
    let body =
        json!({ "application": [{ "name": "New" }, { "name": "Named", "client_id": "named" }] });
    let events = server.get("/api/v1/events");
    let dry = server.done("POST", "/api/v1/apply?dry_run=true", &body);
    assert_eq!(
        (&dry["applied"], &dry["credentials"]),
        (&json!(false), &json!([]))
    );
    assert_eq!(dry["plan"]["steps"].as_array().unwrap().len(), 2, "{dry}");
    // The client id that would be generated differs each time, so that it is not shown.
    let steps = dry["plan"]["steps"].as_array().unwrap().iter();
    let names: Vec<&Value> = steps.map(|step| &step["name"]).collect();
    assert_eq!(names, [&json!("named"), &Value::Null]);
    assert_eq!(server.get("/api/v1/events"), events);
    server.refused(
        (404, "APPLICATION_NOT_FOUND"),
        "GET",
        "/api/v1/applications/named",
        &Value::Null,
    );
    let done = server.done("POST", "/api/v1/apply", &body);
    assert_eq!(done["applied"], true);
    for credentials in done["credentials"].as_array().unwrap() {
        let made = Made {
            id: String::new(),
            client_id: credentials["client_id"].as_str().unwrap().to_owned(),
            secret: credentials["client_secret"].as_str().unwrap().to_owned(),
        };
        // The secret is valid; the application is not authorized for any API yet.
        assert_eq!(server.ask(&made, "").status, 400);
    }
    let again = server.done("POST", "/api/v1/apply", &body);
    assert_eq!(
        (&again["plan"]["steps"], &again["credentials"]),
        (&json!([]), &json!([]))
    );
}

#[test]
fn a_mistake_in_a_file_is_reported_with_its_place_and_nothing_is_applied() {
    let server = Server::start();
    let hash = SecretHash::of(SECRET.as_bytes()).to_base64();
    let wrong = registry_file().replace(
        "write:orders\"]",
        "write:orders\"]\nsigning_alg = \"HS256\"",
    );
    let answer = server.apply("", &wrong);
    assert_eq!(answer.status, 400, "{answer:?}");
    let mistake = &answer.json()["mistake"];
    let (start, end) = (
        mistake["start"].as_u64().unwrap(),
        mistake["end"].as_u64().unwrap(),
    );
    let place = &wrong[usize::try_from(start).unwrap()..usize::try_from(end).unwrap()];
    assert_eq!(place, "\"HS256\"");
    assert!(!answer.body.contains(&hash), "{answer:?}");
    // In JSON, the place of the same mistake is named by its path.
    let body = json!({ "application": [{ "name": "A" }, { "name": "B", "authorize": [{ "audience": "https://absent.example" }] }] });
    let answer = server.call("POST", "/api/v1/apply", &body);
    assert_eq!(answer.status, 409, "{answer:?}");
    assert!(
        answer
            .body
            .contains("application[1].authorize[0].audience: "),
        "{answer:?}"
    );
    for wrong in [
        json!({ "applications": [] }),
        json!({ "application": [{ "nam": "A" }] }),
        json!([]),
        json!({ "application": {} }),
    ] {
        let answer = server.call("POST", "/api/v1/apply", &wrong);
        assert_eq!(answer.status, 400, "{wrong}: {answer:?}");
    }
    assert_eq!(server.apply("", "[[api]\n").status, 400);
    let listed = server.get("/api/v1/applications");
    assert_eq!(listed["applications"].as_array().unwrap().len(), 1);
}
