//! Introspection and revocation of tokens: what callers see, and what is left after `kill -9`.

use std::process::{Output, Stdio};

use serde_json::{Value, json};

use crate::managed::ManagementCalls as _;
use crate::managed::{Made, Managed, OPERATOR, OPERATOR_SECRET, PROFILES, bearer, call};
use crate::support::{Answer, SECRET, Serving, m2m, registry_file, text};

const AUDIENCE: &str = "https://a.example";
const OTHER: &str = "https://b.example";
const INTROSPECT: &str = "/oauth2/introspect";
const REVOKE: &str = "/oauth2/revoke";

/// A server with two APIs, the first of which has an application that may introspect its tokens.
struct Place {
    managed: Managed,
    /// An application with a token for the first API.
    caller: Made,
    /// An application that may introspect tokens for the first API.
    guard: Made,
    /// An application that may introspect tokens for the second API only.
    other: Made,
}

impl Place {
    fn new(arguments: &[&str]) -> Self {
        let managed = Managed::start(arguments);
        let api = managed.api(AUDIENCE, &["read:a", "write:a"]);
        let second = managed.api(OTHER, &["read:b"]);
        let [caller, guard, other] =
            ["Caller", "Guard", "Other"].map(|name| managed.application(&json!({ "name": name })));
        managed.authorize(&api, &caller.id, &["read:a", "write:a"]);
        for (api, client) in [(&api, &guard), (&second, &other)] {
            let clients = json!({ "introspection_clients": [client.client_id] });
            managed.done("PATCH", &format!("/api/v1/apis/{api}"), &clients);
        }
        Self {
            managed,
            caller,
            guard,
            other,
        }
    }

    fn token(&self) -> String {
        let asking = format!("&audience={AUDIENCE}");
        self.managed.ask(&self.caller, &asking).access_token()
    }

    fn introspect(&self, by: &Made, token: &str) -> Answer {
        ask(&self.managed.server, INTROSPECT, by, token)
    }

    fn revoke(&self, by: &Made, token: &str) -> Answer {
        ask(&self.managed.server, REVOKE, by, token)
    }

    #[track_caller]
    fn assert_active(&self, token: &str, expected: bool) {
        let answer = self.introspect(&self.guard, token);
        assert_eq!(answer.json()["active"], expected, "{answer:?}");
    }
}

fn ask(server: &Serving, path: &str, by: &Made, token: &str) -> Answer {
    let form = format!(
        "token={token}&client_id={}&client_secret={}",
        by.client_id, by.secret
    );
    server.post(path, "", &form)
}

#[track_caller]
fn assert_inactive(answer: &Answer) {
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.body, r#"{"active":false}"#, "and nothing else");
}

#[test]
fn a38_x12_a_token_is_active_for_its_client_and_for_those_that_the_api_names() {
    let place = Place::new(&[]);
    let token = place.token();
    for by in [&place.caller, &place.guard] {
        let answer = place.introspect(by, &token);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let body = answer.json();
        let claims = m2m_testkit::claims(&token);
        assert_eq!(body["active"], true);
        assert_eq!(body["token_type"], "Bearer");
        for name in [
            "iss",
            "sub",
            "client_id",
            "aud",
            "exp",
            "iat",
            "jti",
            "scope",
        ] {
            assert_eq!(body[name], claims[name], "{name}");
        }
    }
    let strangers = place.introspect(&place.other, &token);
    assert_inactive(&strangers);
    // The token of the management API is not for these either.
    assert_inactive(&place.introspect(&place.guard, &place.managed.token));
    for other in [
        "",
        "abc",
        "a.b.c",
        "%00",
        &token[..token.len() - 1],
        &format!("{token}A"),
    ] {
        let answer = place.introspect(&place.guard, if other.is_empty() { "x" } else { other });
        assert_inactive(&answer);
    }
}

#[test]
fn x5_a_changed_token_is_inactive() {
    let place = Place::new(&[]);
    let token = place.token();
    for position in (0..token.len()).step_by(37) {
        let mut bytes = token.clone().into_bytes();
        bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert_inactive(&place.introspect(&place.guard, &changed));
        assert_inactive(&place.introspect(&place.guard, &token[..position.max(1)]));
    }
    place.assert_active(&token, true);
}

#[test]
fn a39_g2_g9_a_caller_without_valid_credentials_learns_nothing() {
    for profile in PROFILES {
        let place = Place::new(&["--profile", profile]);
        let token = place.managed.token.clone();
        for path in [INTROSPECT, REVOKE] {
            let mut said = Vec::new();
            for (client_id, secret) in [(&*place.guard.client_id, "wrong"), ("unknown", "wrong")] {
                let form = format!("token={token}&client_id={client_id}&client_secret={secret}");
                let answer = place.managed.server.post(path, "", &form);
                answer.assert_refused(401, "invalid_client");
                assert!(answer.header("www-authenticate").is_some(), "{answer:?}");
                said.push(answer.body.replace(&answer.member("trace_id"), ""));
            }
            said.dedup();
            assert_eq!(said.len(), 1, "{said:?}");
            let missing = place
                .managed
                .server
                .post(path, "", &format!("token={token}"));
            assert!(
                missing.status == 401 || missing.status == 400,
                "{missing:?}"
            );
            let wrong_method = place.managed.server.call("GET", path, "");
            assert_eq!(
                (wrong_method.status, wrong_method.header("allow")),
                (405, Some("POST"))
            );
        }
    }
}

#[test]
fn a5_x19_failed_authentications_are_throttled_and_lock_no_one_out() {
    let place = Place::new(&[]);
    let token = place.token();
    for path in [INTROSPECT, REVOKE] {
        let wrong = format!(
            "token={token}&client_id={}&client_secret=wrong",
            place.guard.client_id
        );
        let statuses: Vec<u16> = (0..40)
            .map(|_| place.managed.server.post(path, "", &wrong).status)
            .collect();
        assert!(statuses.contains(&429), "{statuses:?}");
        assert_eq!(place.introspect(&place.guard, &token).status, 200);
    }
}

#[test]
fn a42_a_token_is_for_the_requested_api_with_the_requested_scopes() {
    let place = Place::new(&[]);
    let asking = format!("&audience={AUDIENCE}&scope=read:a");
    let token = place.managed.ask(&place.caller, &asking).access_token();
    let body = place.introspect(&place.caller, &token).json();
    assert_eq!(body["aud"], AUDIENCE);
    assert_eq!(
        body["scope"], "read:a",
        "not write:a, which is assigned too"
    );
}

#[test]
fn k4_a_rotated_secret_neither_introspects_nor_revokes() {
    let place = Place::new(&[]);
    let token = place.token();
    let secrets = format!("/api/v1/applications/{}/secrets", place.caller.id);
    place.managed.call("POST", &secrets, &json!({}));
    for path in [INTROSPECT, REVOKE] {
        let answer = ask(&place.managed.server, path, &place.caller, &token);
        answer.assert_refused(401, "invalid_client");
        let line = place
            .managed
            .server
            .wait_for_log(&answer.member("trace_id"));
        assert!(line.contains("secret-rotated-out"), "{line}");
    }
    place.assert_active(&token, true);
}

#[test]
fn a38_a40_a_request_about_a_token_presents_one() {
    let place = Place::new(&[]);
    let Made {
        client_id, secret, ..
    } = &place.caller;
    for path in [INTROSPECT, REVOKE] {
        for form in ["", "token=&", "access_token=abc&"] {
            let form = format!("{form}client_id={client_id}&client_secret={secret}");
            let answer = place.managed.server.post(path, "", &form);
            answer.assert_refused(400, "invalid_request");
            let line = place
                .managed
                .server
                .wait_for_log(&answer.member("trace_id"));
            assert!(line.contains("token-parameter-missing"), "{line}");
        }
        let form = format!("token=a&token=b&client_id={client_id}&client_secret={secret}");
        let answer = place.managed.server.post(path, "", &form);
        answer.assert_refused(400, "invalid_request");
    }
}

#[test]
fn a40_a_client_revokes_its_own_tokens_only() {
    let place = Place::new(&[]);
    let token = place.token();
    let answer = place.revoke(&place.guard, &token);
    answer.assert_refused(400, "unauthorized_client");
    let line = place
        .managed
        .server
        .wait_for_log(&answer.member("trace_id"));
    assert!(line.contains("token-of-other-client"), "{line}");
    place.assert_active(&token, true);
    // The hint may be wrong, and a token that is not known is not an error.
    for hint in ["access_token", "refresh_token", "nonsense"] {
        let token = place.token();
        let hinted = format!("{token}&token_type_hint={hint}");
        let answer = place.revoke(&place.caller, &hinted);
        assert_eq!((answer.status, &*answer.body), (200, ""), "{answer:?}");
        assert_inactive(&place.introspect(&place.caller, &hinted));
    }
    for unknown in ["abc", "a.b.c"] {
        let answer = place.revoke(&place.caller, unknown);
        assert_eq!((answer.status, &*answer.body), (200, ""), "{answer:?}");
    }
    // Again, and by Basic.
    assert_eq!(place.revoke(&place.caller, &token).status, 200);
    assert_eq!(place.revoke(&place.caller, &token).status, 200);
    place.assert_active(&token, false);
    let events = place.managed.get("/api/v1/events?subject=token");
    let events = events["events"].as_array().unwrap();
    assert_eq!(events.len(), 4, "one for each token: {events:?}");
    assert_eq!(events[0]["action"], "revoked");
    assert_eq!(events[0]["actor"], *place.caller.client_id);
}

#[test]
fn x14_a_revoked_token_stays_revoked_after_kill_and_restart() {
    let place = Place::new(&[]);
    let (revoked, kept) = (place.token(), place.token());
    assert_eq!(place.revoke(&place.caller, &revoked).status, 200);
    place.managed.server.signal("KILL");
    let Managed { server, data, .. } = place.managed;
    let issuer = server.issuer();
    server.wait();
    let server = Serving::of_data(&data.path(), &["--issuer", &issuer]);
    let introspected = |token: &str| ask(&server, INTROSPECT, &place.guard, token);
    assert_inactive(&introspected(&revoked));
    assert_eq!(introspected(&kept).json()["active"], true);
}

#[test]
fn g17_tokens_of_a_stopped_application_are_inactive() {
    let place = Place::new(&[]);
    let path = format!("/api/v1/applications/{}", place.caller.id);
    let token = place.token();
    let patch = |change: Value| place.managed.done("PATCH", &path, &change);
    patch(json!({ "is_enabled": false }));
    place.assert_active(&token, false);
    patch(json!({ "is_enabled": true }));
    place.assert_active(&token, true);
    let now = m2m_testkit::claims(&token)["iat"].as_u64().unwrap();
    let not_before = m2m_authority::registry::time_text(m2m_jwt::UnixTime::from_seconds(now));
    patch(json!({ "not_before": not_before }));
    place.assert_active(&token, false);
    let later = place.token();
    place.assert_active(&later, true);
    // A scope that is not assigned any more is not among those of the token.
    let scopes = |answer: &Answer| answer.json()["scope"].clone();
    assert_eq!(
        scopes(&place.introspect(&place.guard, &later)),
        "read:a write:a"
    );
    place.managed.call("DELETE", &path, &Value::Null);
    place.assert_active(&later, false);
}

#[test]
fn g7_g16_in_maintenance_nothing_is_introspected_or_revoked() {
    let place = Place::new(&[]);
    let token = place.token();
    let switch = |on: bool| {
        place
            .managed
            .done("PUT", "/api/v1/maintenance", &json!({ "on": on }))
    };
    switch(true);
    for answer in [
        place.introspect(&place.guard, &token),
        place.revoke(&place.caller, &token),
    ] {
        answer.assert_refused(503, "temporarily_unavailable");
        assert_eq!(answer.header("retry-after"), Some("30"));
    }
    switch(false);
    place.assert_active(&token, true);
}

#[test]
fn a41_a_token_that_cannot_be_revoked_is_called_that() {
    let keys = tempfile::tempdir().unwrap();
    let keys = keys.path().join("keys");
    let server = Serving::of(&registry_file(), &["--keys", keys.to_str().unwrap()]);
    let token = server.token("plain-id", SECRET, "").access_token();
    let form = format!("token={token}&client_id=plain-id&client_secret={SECRET}");
    let answer = server.post(REVOKE, "", &form);
    answer.assert_refused(400, "unsupported_token_type");
    let line = server.wait_for_log(&answer.member("trace_id"));
    assert!(line.contains("token-not-revocable"), "{line}");
    let introspected = server.post(INTROSPECT, "", &form);
    assert_eq!(introspected.json()["active"], true, "{introspected:?}");
}

#[test]
fn a_revoked_token_of_the_management_api_is_refused_by_it() {
    let place = Place::new(&[]);
    let by = Made {
        id: String::new(),
        client_id: OPERATOR.to_owned(),
        secret: OPERATOR_SECRET.to_owned(),
    };
    let token = place.managed.token.clone();
    assert_eq!(place.revoke(&by, &token).status, 200);
    let address = place.managed.server.address;
    let answer = call(
        address,
        "GET",
        "/api/v1/applications",
        &bearer(&token),
        &Value::Null,
    );
    assert_eq!(answer.status, 401, "{answer:?}");
}

#[test]
fn both_endpoints_are_in_the_metadata_and_have_the_slashes_of_the_token_endpoint() {
    let place = Place::new(&[]);
    let server = &place.managed.server;
    let metadata = server
        .call("GET", "/.well-known/oauth-authorization-server", "")
        .json();
    for (name, path) in [("introspection", INTROSPECT), ("revocation", REVOKE)] {
        let url = format!("{}{path}", server.issuer());
        assert_eq!(metadata[format!("{name}_endpoint")], url);
        let methods = &metadata[format!("{name}_endpoint_auth_methods_supported")];
        assert_eq!(
            *methods,
            json!(["client_secret_basic", "client_secret_post"])
        );
    }
    let token = place.token();
    let answer = ask(server, "/oauth2//introspect/", &place.guard, &token);
    assert_eq!(answer.json()["active"], true, "{answer:?}");
}

fn command(place: &Place, by: (&str, &str), arguments: &[&str]) -> Output {
    m2m(arguments)
        .env("M2M_ISSUER", place.managed.server.issuer())
        .env("M2M_CLIENT_ID", by.0)
        .env("M2M_CLIENT_SECRET", by.1)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn commands_ask_about_tokens_and_revoke_them() {
    let place = Place::new(&[]);
    let operator = (OPERATOR, OPERATOR_SECRET);
    let guard = (&*place.guard.client_id, &*place.guard.secret);
    let asked = |token: &str, method: &str| {
        command(
            &place,
            guard,
            &["introspect", token, "--auth-method", method],
        )
    };
    let (token, other, third) = (place.token(), place.token(), place.token());
    for method in ["basic", "post"] {
        let active = asked(&token, method);
        assert_eq!(active.status.code(), Some(0), "{active:?}");
        let shown = text(&active.stdout);
        assert!(
            shown.starts_with("active\n") && shown.contains("read:a write:a"),
            "{shown}"
        );
    }
    let revoked = command(&place, operator, &["revoke", &token]);
    assert_eq!(revoked.status.code(), Some(0), "{revoked:?}");
    assert!(
        text(&revoked.stdout).contains(&place.caller.client_id),
        "{revoked:?}"
    );
    let inactive = asked(&token, "basic");
    assert_eq!(inactive.status.code(), Some(1), "{inactive:?}");
    assert_eq!(text(&inactive.stdout), "not active\n");
    let jti = m2m_testkit::claims(&other)["jti"]
        .as_str()
        .unwrap()
        .to_owned();
    let revoked = command(&place, operator, &["revoke", "--jti", &jti]);
    assert_eq!(revoked.status.code(), Some(0), "{revoked:?}");
    place.assert_active(&other, false);
    place.assert_active(&third, true);
    let all = ["revoke", "--application", &place.caller.client_id];
    let revoked = command(&place, operator, &all);
    assert_eq!(revoked.status.code(), Some(0), "{revoked:?}");
    place.assert_active(&third, false);
    // A text that is not a valid token is not reported as revoked.
    let wrong = command(&place, operator, &["revoke", "a.b.c"]);
    assert_eq!(wrong.status.code(), Some(1), "{wrong:?}");
    assert!(
        text(&wrong.stderr).contains("not a valid access token"),
        "{wrong:?}"
    );
    let by_other = command(&place, guard, &["introspect", "a.b.c", "--output", "json"]);
    assert_eq!(
        text(&by_other.stdout)
            .split_whitespace()
            .collect::<String>(),
        r#"{"active":false}"#
    );
    let stranger = command(&place, (guard.0, "wrong"), &["introspect", &third]);
    assert_eq!(stranger.status.code(), Some(1), "{stranger:?}");
    assert!(
        text(&stranger.stderr).contains("invalid_client"),
        "{stranger:?}"
    );
}
