//! The control endpoints.

use http::StatusCode;
use serde_json::json;

use crate::support::{ISSUER, World, form, request};

#[test]
fn the_overview_shows_the_state_and_the_paths() {
    let mut world = World::new();
    world.token("");
    world.force(r#"{"status":500,"times":2}"#);
    let overview = world.get("/mock").json;
    assert_eq!(overview["m2m_mock"], "not for production");
    assert_eq!(overview["issuer"], ISSUER);
    assert_eq!(overview["forced_answers"], 1);
    assert_eq!(overview["requests"], 1);
    assert_eq!(overview["keys"]["alg"], "ES256");
    let paths = overview["paths"].as_array().unwrap();
    assert!(paths.contains(&json!("/mock/clock/advance")), "{paths:?}");
}

#[test]
fn forced_answers_are_listed_with_what_is_left_and_deleted() {
    let mut world = World::new();
    world.force(r#"{"error":"invalid_scope","times":2,"client_id":"any"}"#);
    world.token("");
    let listed = world.get("/mock/forced-answers").json;
    let expected = json!([{
        "id": 1,
        "remaining": 1,
        "times": 2,
        "endpoint": "token",
        "client_id": "any",
        "error": "invalid_scope",
    }]);
    assert_eq!(listed["forced_answers"], expected);
    let deleted = world.control("DELETE", "/mock/forced-answers", "");
    assert_eq!(deleted.json["forced_answers"], json!([]));
    assert_eq!(world.token("").status, StatusCode::OK);
}

#[test]
fn beyond_the_maximum_a_forced_answer_is_refused() {
    let mut world = World::new();
    for _ in 0..1000 {
        world.force(r#"{"status":500,"times":1}"#);
    }
    let refused = world.control("POST", "/mock/forced-answers", r#"{"status":500}"#);
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let description = refused.json["error_description"].as_str().unwrap();
    assert!(
        description.contains("DELETE /mock/forced-answers"),
        "{description}"
    );
}

#[test]
fn a_reset_returns_to_the_script_and_keeps_the_keys() {
    let mut world = World::of("[[forced_answer]]\nstatus = 503\ntimes = 1");
    assert_eq!(world.token("").status, StatusCode::SERVICE_UNAVAILABLE);
    let token = world.token("").token().to_owned();
    world.force(r#"{"error":"invalid_scope"}"#);
    world.control("POST", "/mock/clock/advance", r#"{"seconds":7200}"#);
    let overview = world.control("POST", "/mock/reset", "{}").json;
    assert_eq!(
        (&overview["requests"], &overview["forced_answers"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(world.token("").status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(world.token("").status, StatusCode::OK);
    world.verified(&token, ISSUER).unwrap();
}

#[test]
fn a_page_in_a_browser_cannot_control_the_mock() {
    let json = ("content-type", "application/json");
    for (headers, expected) in [
        (
            vec![json, ("host", "rebound.example:8090")],
            StatusCode::FORBIDDEN,
        ),
        (
            vec![json, ("origin", "https://evil.example")],
            StatusCode::FORBIDDEN,
        ),
        (
            vec![json, ("sec-fetch-site", "cross-site")],
            StatusCode::FORBIDDEN,
        ),
        (
            vec![("content-type", "text/plain")],
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            vec![("content-type", "application/x-www-form-urlencoded")],
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (vec![], StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ] {
        let mut world = World::new();
        let body = r#"{"error":"invalid_client"}"#;
        let refused = world.send(&request("POST", "/mock/forced-answers", &headers, body));
        assert_eq!(refused.status, expected, "{headers:?}");
        assert_eq!(refused.header("access-control-allow-origin"), "");
        assert_eq!(world.token("").status, StatusCode::OK, "{headers:?}");
    }
    let mut world = World::new();
    let rebound = [("host", "rebound.example")];
    let refused = world.send(&request("GET", "/mock/requests", &rebound, ""));
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let preflight = [("origin", "https://evil.example")];
    let refused = world.send(&request("OPTIONS", "/mock/reset", &preflight, ""));
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

/// Sends each request that issues, shows or revokes a token, with this header.
fn posts(world: &mut World, header: (&str, &str)) -> [StatusCode; 3] {
    let credentials = "client_id=any&client_secret=any";
    [
        (
            "/oauth2/token",
            format!("grant_type=client_credentials&{credentials}"),
        ),
        ("/oauth2/introspect", format!("token=t&{credentials}")),
        ("/oauth2/revoke", format!("token=t&{credentials}")),
    ]
    .map(|(path, body)| {
        let answer = world.send(&form(path, &[header], &body));
        if answer.status == StatusCode::BAD_REQUEST {
            assert_eq!(answer.json["error"], "invalid_request", "{path} {header:?}");
            assert_eq!(answer.header("access-control-allow-origin"), "");
        }
        answer.status
    })
}

#[test]
fn a_page_in_a_browser_gets_no_token_and_uses_up_no_forced_answer() {
    for header in [
        ("host", "rebound.example:8090"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let mut world = World::new();
        for endpoint in ["token", "introspection", "revocation"] {
            world.force(&format!(
                r#"{{"status":503,"times":1,"endpoint":"{endpoint}"}}"#
            ));
        }
        assert_eq!(
            posts(&mut world, header),
            [StatusCode::BAD_REQUEST; 3],
            "{header:?}"
        );
        assert_eq!(world.get("/mock").json["forced_answers"], 3);
        let own = posts(&mut world, ("host", "localhost:8090"));
        assert_eq!(own, [StatusCode::SERVICE_UNAVAILABLE; 3]);
    }
}

#[test]
fn clients_address_a_mock_that_other_machines_reach_by_any_name_and_pages_still_do_not() {
    let mut world = World::new().addressed_by_any_host();
    assert_eq!(
        posts(&mut world, ("host", "mock:8090")),
        [StatusCode::OK; 3]
    );
    for header in [
        ("origin", "http://mock:8090"),
        ("sec-fetch-site", "cross-site"),
    ] {
        assert_eq!(posts(&mut world, header), [StatusCode::BAD_REQUEST; 3]);
    }
    let control = world.send(&request("GET", "/mock", &[("host", "mock:8090")], ""));
    assert_eq!(control.status, StatusCode::FORBIDDEN);
}

#[test]
fn forced_answers_beyond_the_maximum_of_bytes_are_refused_and_those_before_are_listed_as_text() {
    let mut world = World::new();
    let claims = vec![r#"{"":0}"#; 8_000].join(",");
    let large = format!(r#"{{"token":{{"claims":{{"a":[{claims}]}}}},"times":1}}"#);
    let mut count = 0;
    let refused = loop {
        let added = world.control("POST", "/mock/forced-answers", &large);
        if added.status != StatusCode::CREATED {
            break added;
        }
        count += 1;
        assert!(count < 100, "the memory is bounded");
    };
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let description = refused.json["error_description"].as_str().unwrap();
    assert!(description.contains("4194304 bytes"), "{description}");
    let listed = world.get("/mock/forced-answers");
    assert_eq!(listed.json["m2m_mock"], "not for production");
    let listed = &listed.json["forced_answers"];
    assert_eq!(listed.as_array().unwrap().len(), count);
    let items = listed[0]["token"]["claims"]["a"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]), (8_000, &json!({ "": 0 })));
}

#[test]
fn the_issuer_of_a_script_is_a_name_of_the_mock() {
    let mut world = World::of("issuer = 'http://mock.test:8090'");
    for (host, expected) in [
        ("mock.test:8090", StatusCode::OK),
        ("127.0.0.1:8090", StatusCode::OK),
        ("other.test:8090", StatusCode::FORBIDDEN),
    ] {
        let answer = world.send(&request("GET", "/mock", &[("host", host)], ""));
        assert_eq!(answer.status, expected, "{host}");
    }
}

#[test]
fn mistakes_are_answered_with_their_place_and_a_fix() {
    let mut world = World::new();
    for (method, path, body, status, expected) in [
        ("PATCH", "/mock/clock", "{}", 405, ""),
        (
            "POST",
            "/mock/clock/advance",
            r#"{"minutes":1}"#,
            400,
            "unknown field 'minutes'",
        ),
        (
            "POST",
            "/mock/tokens",
            "{}",
            400,
            "missing field 'client_id'",
        ),
        (
            "POST",
            "/mock/keys/rotate",
            r#"{"old":"drop"}"#,
            400,
            "old: ",
        ),
        ("POST", "/mock/forced-answers", "not JSON", 400, "expected"),
        (
            "POST",
            "/mock/forced-answers",
            r#"{"status":600}"#,
            400,
            "choose one from 200 to 599",
        ),
        (
            "POST",
            "/mock/forced-answers",
            r#"{"error":"invalid_cleint"}"#,
            400,
            "did you mean 'invalid_client'?",
        ),
    ] {
        let refused = world.control(method, path, body);
        assert_eq!(refused.status, status, "{path} {body}");
        let description = refused.json["error_description"].as_str().unwrap();
        assert!(
            description.contains(expected),
            "{path} {body}: {description}"
        );
    }
    let refused = world.control("PATCH", "/mock/clock", "{}");
    assert_eq!(refused.header("allow"), "GET, PUT, DELETE");
    let large = format!("{{\"error\":\"{}\"}}", "a".repeat(65 * 1024));
    let refused = world.control("POST", "/mock/forced-answers", &large);
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
}
