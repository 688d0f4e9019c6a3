//! Forced answers: each error of seed 003, and answers that are broken or late.

use std::collections::BTreeMap;
use std::time::Duration;

use http::StatusCode;
use m2m_mock::Delivery;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{Answered, World, form, request, token_request};

/// The rows that each code and each status answers, from the table of the catalogue of errors.
#[derive(Deserialize)]
struct Rows {
    status: BTreeMap<String, Vec<String>>,
    code: BTreeMap<String, Vec<String>>,
}

const ROWS: &str = include_str!("../../../m2m-errors/tests/rows.toml");

/// Returns the codes, or the statuses, that the generic table (G) lists in this range of rows.
fn of_seed_003(
    table: &BTreeMap<String, Vec<String>>,
    rows: core::ops::RangeInclusive<u8>,
) -> Vec<&str> {
    let is_listed = |row: &String| {
        let number = row.strip_prefix('G').and_then(|number| number.parse().ok());
        number.is_some_and(|number: u8| rows.contains(&number))
    };
    let listed = table.iter().filter(|(_, own)| own.iter().any(is_listed));
    listed.map(|(name, _)| &**name).collect()
}

/// Forces an answer for the next request, and returns it.
#[track_caller]
fn forced(fields: &Value) -> Answered {
    let mut world = World::new();
    let mut fields = fields.clone();
    fields["times"] = 1.into();
    world.force(&fields.to_string());
    let answer = world.token("");
    assert_eq!(
        world.token("").status,
        StatusCode::OK,
        "it was for one request"
    );
    answer
}

#[test]
fn g8_g9_g10_g11_g12_g13_g14_g15_g16_g17_g18_each_code_can_be_forced_with_its_usual_status_and_challenge()
 {
    let rows: Rows = toml::from_str(ROWS).unwrap();
    let codes = of_seed_003(&rows.code, 8..=18);
    assert_eq!(codes.len(), 11, "{codes:?}");
    for code in codes {
        let answer = forced(&json!({ "error": code }));
        assert_eq!(answer.json["error"], code);
        let description = format!("m2m mock was asked to answer {code}");
        assert_eq!(answer.json["error_description"], description);
        let (status, challenge) = match code {
            "invalid_client" => (401, "Basic realm="),
            "invalid_token" => (401, "Bearer realm="),
            "insufficient_scope" => (403, "Bearer realm="),
            "server_error" => (500, ""),
            "temporarily_unavailable" => (503, ""),
            _ => (400, ""),
        };
        assert_eq!(answer.status, status, "{code}");
        let header = answer.header("www-authenticate");
        assert_eq!(header.is_empty(), challenge.is_empty(), "{code}: {header}");
        assert!(header.starts_with(challenge), "{code}: {header}");
        assert!(challenge.is_empty() || header.contains(&format!("error=\"{code}\"")));
    }
}

#[test]
fn each_code_can_be_forced_with_another_status_description_and_time_to_retry() {
    let rows: Rows = toml::from_str(ROWS).unwrap();
    for code in of_seed_003(&rows.code, 8..=18) {
        let answer = forced(&json!({
            "error": code,
            "status": 429,
            "description": "Too often",
            "retry_after": 7,
        }));
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{code}");
        assert_eq!(answer.json["error"], code);
        assert_eq!(answer.json["error_description"], "Too often");
        assert_eq!(answer.header("retry-after"), "7");
    }
}

#[test]
fn g1_g2_g3_g4_g5_g6_g7_each_status_can_be_forced_with_its_usual_error() {
    let rows: Rows = toml::from_str(ROWS).unwrap();
    let statuses = of_seed_003(&rows.status, 1..=7);
    assert_eq!(statuses.len(), 7, "{statuses:?}");
    for status in statuses {
        let status: u16 = status.parse().unwrap();
        let answer = forced(&json!({ "status": status }));
        assert_eq!(answer.status, status);
        let (error, header) = match status {
            401 => ("invalid_client", "www-authenticate"),
            403 => ("access_denied", "cache-control"),
            404 => ("not_found", "cache-control"),
            405 => ("invalid_request", "allow"),
            500 => ("server_error", "cache-control"),
            503 => ("temporarily_unavailable", "cache-control"),
            _ => ("invalid_request", "cache-control"),
        };
        assert_eq!(answer.json["error"], error, "{status}");
        assert!(!answer.header(header).is_empty(), "{status} {header}");
    }
}

#[test]
fn an_answer_is_forced_for_one_client_and_however_it_authenticates() {
    let mut world = World::new();
    world.force(r#"{"error":"invalid_scope","client_id":"job-7"}"#);
    assert_eq!(world.token("").status, StatusCode::OK);
    let basic = oauth_proto::BasicCredentials::write("job-7", "x");
    for (authorization, body) in [
        (Some(&*basic), "grant_type=client_credentials"),
        (
            None,
            "grant_type=client_credentials&client_id=job-7&client_secret=x",
        ),
        (None, "client_id=job-7"),
    ] {
        let headers: Vec<_> = authorization
            .map(|own| ("authorization", own))
            .into_iter()
            .collect();
        let answer = world.send(&form("/oauth2/token", &headers, body));
        assert_eq!(answer.json["error"], "invalid_scope", "{body}");
    }
}

#[test]
fn an_answer_is_forced_at_each_endpoint() {
    for (endpoint, method, path) in [
        ("token", "POST", "/oauth2/token"),
        ("introspection", "POST", "/oauth2/introspect"),
        ("revocation", "POST", "/oauth2/revoke"),
        ("metadata", "GET", "/.well-known/oauth-authorization-server"),
        ("metadata", "GET", "/.well-known/openid-configuration"),
        ("jwks", "GET", "/.well-known/jwks.json"),
    ] {
        let mut world = World::new();
        world.force(&format!(r#"{{"endpoint":"{endpoint}","status":503}}"#));
        let answer = world.send(&request(method, path, &[], ""));
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
    }
}

#[test]
fn broken_answers_are_those_of_proxies_and_failing_servers() {
    for (fields, status, content_type, body) in [
        (
            json!({ "broken": "not-json" }),
            200,
            "application/json",
            "this is not JSON",
        ),
        (json!({ "broken": "empty" }), 200, "application/json", ""),
        (json!({ "broken": "html" }), 502, "text/html", "<html>"),
        (
            json!({ "broken": "html", "status": 504 }),
            504,
            "text/html",
            "<html>",
        ),
        (
            json!({ "broken": "empty", "status": 204 }),
            204,
            "application/json",
            "",
        ),
    ] {
        let answer = forced(&fields);
        assert_eq!(answer.status, status, "{fields}");
        assert_eq!(answer.header("content-type"), content_type, "{fields}");
        assert!(answer.body.starts_with(body.as_bytes()), "{fields}");
        assert!(answer.json.is_null(), "{fields}");
    }
    let answer = forced(&json!({ "broken": "html", "retry_after": 3 }));
    assert_eq!(answer.header("retry-after"), "3");
}

#[test]
fn an_answer_is_truncated_or_the_connection_is_closed() {
    let mut world = World::new();
    world.force(r#"{"broken":"truncated","times":1}"#);
    world.force(r#"{"broken":"closed","times":1}"#);
    let truncated = world.reply(&token_request("")).delivery;
    let Delivery::Truncated(answer) = truncated else {
        panic!("{truncated:?}");
    };
    let whole: Value = serde_json::from_slice(answer.body()).unwrap();
    assert!(
        whole["access_token"].is_string(),
        "half of the usual answer is delivered"
    );
    let closed = world.reply(&token_request(""));
    assert!(matches!(closed.delivery, Delivery::Closed));
    assert!(closed.response().is_none());
}

#[test]
fn an_answer_is_late_whatever_it_is() {
    let mut world = World::new();
    world.force(r#"{"delay_ms":1500,"times":1}"#);
    world.force(r#"{"delay_ms":20,"status":503,"times":1}"#);
    world.force(r#"{"delay_ms":60000,"broken":"closed","times":1}"#);
    let mut next = || {
        let reply = world.reply(&token_request(""));
        (
            reply.delay,
            reply.response().map(|answer| answer.status().as_u16()),
        )
    };
    assert_eq!(next(), (Duration::from_millis(1500), Some(200)));
    assert_eq!(next(), (Duration::from_millis(20), Some(503)));
    assert_eq!(next(), (Duration::from_secs(60), None));
    assert_eq!(next(), (Duration::ZERO, Some(200)));
}

#[test]
fn a_bounded_number_of_answers_is_held_back_at_the_same_time() {
    let mut world = World::new();
    world.force(r#"{"delay_ms":60000}"#);
    let mut held: Vec<_> = (0..256).map(|_| world.reply(&token_request(""))).collect();
    assert!(
        held.iter()
            .all(|reply| reply.delay == Duration::from_secs(60))
    );
    let reply = world.reply(&token_request(""));
    assert_eq!(reply.delay, Duration::ZERO);
    let refused = world.token("");
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    let description = refused.json["error_description"].as_str().unwrap();
    assert!(description.contains("256 answers"), "{description}");
    held.pop();
    let reply = world.reply(&token_request(""));
    assert_eq!(reply.delay, Duration::from_secs(60));
    world.control("DELETE", "/mock/forced-answers", "");
    assert_eq!(world.token("").status, StatusCode::OK);
}

#[test]
fn a_long_description_is_whole_in_the_body_and_clipped_in_the_challenge() {
    let long = "a".repeat(40_000);
    let answer = forced(&json!({ "status": 401, "description": long }));
    assert_eq!(answer.json["error_description"], long);
    let challenge = answer.header("www-authenticate");
    let (_, description) = challenge.split_once("error_description=").unwrap();
    assert_eq!(description, format!("\"{}\"", "a".repeat(1024)));
}

#[test]
fn the_next_token_is_another_one() {
    let mut world = World::of("[token]\nlifetime = 100\nclaims = { a = 1, b = 1 }");
    world.force(r#"{"token":{"lifetime":5,"claims":{"b":2,"c":2},"without":["a"]},"times":1}"#);
    let answer = world.token("&mock_token={\"claims\":{\"c\":3}}");
    assert_eq!(answer.json["expires_in"], 5);
    let claims = world
        .verified(answer.token(), crate::support::ISSUER)
        .unwrap();
    assert_eq!(
        (&claims["a"], &claims["b"], &claims["c"]),
        (&Value::Null, &json!(2), &json!(3))
    );
    assert_eq!(world.token("").json["expires_in"], 100);
}

#[test]
fn the_wrong_method_does_not_use_up_a_forced_answer() {
    let mut world = World::new();
    world.force(r#"{"status":503,"times":1}"#);
    assert_eq!(
        world.get("/oauth2/token").status,
        StatusCode::METHOD_NOT_ALLOWED
    );
    assert_eq!(world.token("").status, StatusCode::SERVICE_UNAVAILABLE);
}
