//! The reuse window of an API, and the quota of an application, as callers see them.

use serde_json::{Value, json};

use crate::managed::ManagementCalls as _;
use crate::managed::{Made, Managed};
use crate::support::Answer;

const AUDIENCE: &str = "https://a.example";

/// A server with an application that is authorized for an API, and the ids of both.
struct Place {
    managed: Managed,
    api: String,
    application: Made,
}

impl Place {
    fn new(reuse: &Value) -> Self {
        let managed = Managed::start(&[]);
        let api = managed.api(AUDIENCE, &["read:a", "write:a"]);
        managed.done(
            "PATCH",
            &format!("/api/v1/apis/{api}"),
            &json!({ "token_reuse_seconds": reuse }),
        );
        let application = managed.application(&json!({ "name": "Caller" }));
        managed.authorize(&api, &application.id, &["read:a", "write:a"]);
        Self {
            managed,
            api,
            application,
        }
    }

    fn ask(&self, more: &str) -> Answer {
        self.managed
            .ask(&self.application, &format!("&audience={AUDIENCE}{more}"))
    }

    fn token(&self, more: &str) -> String {
        self.ask(more).access_token()
    }

    fn change(&self, change: &Value) {
        let path = format!("/api/v1/applications/{}", self.application.id);
        self.managed.done("PATCH", &path, change);
    }
}

#[test]
fn a_token_is_used_again_only_within_the_window_of_its_api() {
    let off = Place::new(&Value::Null);
    assert_ne!(off.token(""), off.token(""), "off by default");

    let place = Place::new(&json!(600));
    let first = place.ask("");
    let again = place.ask("");
    assert_eq!(first.access_token(), again.access_token());
    let left = |answer: &Answer| answer.json()["expires_in"].as_u64().unwrap();
    assert!(left(&again) <= left(&first), "the lifetime that is left");
    assert_eq!(first.json()["scope"], again.json()["scope"]);
    // Another request gets another token, and both are kept.
    let narrow = place.token("&scope=read:a");
    assert_ne!(narrow, first.access_token());
    assert_eq!(place.token("&scope=read:a"), narrow);
    assert_eq!(place.token(""), first.access_token());
    assert_eq!(place.token("&scope=read:a%20write:a"), first.access_token());
    // Every decision is made again.
    let refused = place.ask("&scope=delete:a");
    refused.assert_refused(400, "invalid_scope");
    let wrong = place
        .managed
        .server
        .token(&place.application.client_id, "wrong", "");
    wrong.assert_refused(401, "invalid_client");
    let path = format!("/api/v1/applications/{}/test_token", place.application.id);
    let tested = place
        .managed
        .done("POST", &path, &json!({ "audience": AUDIENCE }));
    assert_ne!(
        tested["access_token"],
        first.access_token(),
        "a test token is its own"
    );
}

#[test]
fn x14_nothing_that_has_changed_is_handed_out_again() {
    let place = Place::new(&json!(600));
    let mut latest = place.token("");
    let mut is_new = |what: &str| {
        let token = place.token("");
        assert_ne!(token, latest, "{what}");
        assert_eq!(place.token(""), token, "{what}");
        latest = token;
    };
    let revoke = |token: &str| {
        let Made {
            client_id, secret, ..
        } = &place.application;
        let form = format!("token={token}&client_id={client_id}&client_secret={secret}");
        assert_eq!(
            place
                .managed
                .server
                .post("/oauth2/revoke", "", &form)
                .status,
            200
        );
    };
    revoke(&place.token(""));
    is_new("revoked");
    let feature = json!({ "feature_flags": { "beta": true } });
    place.change(&feature);
    is_new("another claim");
    place.change(&json!({ "access_token_lifetime": 1800 }));
    is_new("another lifetime");
    let iat = m2m_testkit::claims(&place.token(""))["iat"]
        .as_u64()
        .unwrap();
    let not_before = m2m_authority::registry::time_text(m2m_jwt::UnixTime::from_seconds(iat));
    place.change(&json!({ "not_before": not_before }));
    is_new("issued before not_before");
    let emergency = json!({ "algorithm": "ES256", "emergency": true });
    let token = place
        .managed
        .call("POST", "/api/v1/keys/rotate", &emergency);
    assert_eq!(token.status, 200, "{token:?}");
    is_new("another key");
}

#[test]
fn a_window_of_more_than_half_the_lifetime_is_refused() {
    let place = Place::new(&json!(1800));
    let path = format!("/api/v1/apis/{}", place.api);
    let too_long = json!({ "token_reuse_seconds": 1801 });
    let answer = place.managed.call("PATCH", &path, &too_long);
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(
        answer.body.contains("token_reuse_seconds") && answer.body.contains("1800"),
        "{answer:?}"
    );
}

#[test]
fn a_quota_is_in_the_header_and_a_token_that_is_used_again_takes_none_of_it() {
    let place = Place::new(&json!(600));
    place.change(&json!({ "token_quota": { "tokens": 3, "per": "1h", "mode": "enforce" } }));
    let rest = |answer: &Answer, expected: u64| {
        assert_eq!(
            answer.header("ratelimit-policy"),
            Some("\"tokens\";q=3;w=3600")
        );
        let limit = answer.header("ratelimit").unwrap();
        assert!(
            limit.starts_with(&format!("\"tokens\";r={expected};t=")),
            "{limit}"
        );
    };
    rest(&place.ask(""), 2);
    rest(&place.ask(""), 2);
    rest(&place.ask("&scope=read:a"), 1);
    rest(&place.ask("&scope=write:a"), 0);
    let refused = place.ask("&scope=write:a");
    refused.assert_refused(429, "temporarily_unavailable");
    rest(&refused, 0);
    assert_eq!(
        place
            .managed
            .server
            .token("unknown", "x", "")
            .header("ratelimit"),
        None
    );
}
