//! Wrong clocks, and tokens that verifiers would not accept.

use m2m_admin::Prune;
use m2m_authority::registry::time_text;
use m2m_errors::Cause;
use m2m_jwt::UnixTime;
use serde_json::{Value, json};

use crate::managed::{MANAGER, ManagedServer};

const BILLING: &str = "/api/v1/applications/billing";

/// Returns a server with an API and an application that is authorized for it.
fn with_billing() -> ManagedServer {
    let mut server = ManagedServer::new();
    server.apply(&file(""), Prune::Keep).unwrap();
    server
}

fn file(fields: &str) -> String {
    format!(
        "[[api]]\nname = \"Orders\"\naudience = \"https://orders.example\"\nscopes = [\"read\"]\n\
         [[application]]\nname = \"billing\"\nclient_id = \"billing\"\n{fields}\n\
         authorize = [{{ audience = \"https://orders.example\", scopes = [\"read\"] }}]\n"
    )
}

fn ahead(server: &ManagedServer, seconds: u64) -> UnixTime {
    server.now().saturating_add_seconds(seconds)
}

#[track_caller]
fn refused(answer: &(u16, Value), status: u16, code: &str) -> String {
    let (actual, body) = answer;
    assert_eq!(*actual, status, "{body}");
    assert_eq!(body.pointer("/errors/0/code").unwrap(), code, "{body}");
    body.pointer("/errors/0/message").unwrap().to_string()
}

#[test]
fn f17_the_api_refuses_a_not_before_in_the_future() {
    let mut server = with_billing();
    for seconds in [0, 5] {
        let body = json!({ "not_before": time_text(ahead(&server, seconds)) });
        let (status, body) = server.call(MANAGER, "PATCH", BILLING, &body);
        assert_eq!(status, 200, "{body}");
    }
    let body = json!({ "not_before": time_text(ahead(&server, 6)) });
    let answer = server.call(MANAGER, "PATCH", BILLING, &body);
    let message = refused(&answer, 400, "FIELD_INVALID");
    for part in ["not_before: ", "in the future", "disable the application"] {
        assert!(message.contains(part), "{message}");
    }
    let new = json!({ "name": "new", "type": "m2m", "not_before": "2100-01-01T00:00:00Z" });
    let answer = server.call(MANAGER, "POST", "/api/v1/applications", &new);
    refused(&answer, 400, "FIELD_INVALID");
}

#[test]
fn f17_apply_refuses_a_not_before_in_the_future() {
    let mut server = with_billing();
    let refused = server
        .apply(&file("not_before = 2100-01-01T00:00:00Z"), Prune::Keep)
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("2100-01-01T00:00:00Z is in the future"),
        "{refused}"
    );
}

#[test]
fn x27_a_clock_that_is_set_back_invalidates_no_record() {
    let mut server = with_billing();
    server.advance(86_400);
    let not_before = time_text(server.now());
    let body = json!({ "not_before": not_before });
    assert_eq!(server.call(MANAGER, "PATCH", BILLING, &body).0, 200);
    server.set_back(86_400);
    let renamed = json!({ "name": "Billing", "not_before": not_before });
    let (status, body) = server.call(MANAGER, "PATCH", BILLING, &renamed);
    assert_eq!(status, 200, "{body}");
    let field = format!("not_before = {not_before}");
    server.apply(&file(&field), Prune::Keep).unwrap();
}

#[test]
fn f17_an_application_whose_tokens_would_be_too_long_is_refused() {
    let mut server = with_billing();
    let flags = |count: usize, length: usize| {
        let flag = |number| (format!("flag{number}"), json!("x".repeat(length)));
        let flags: serde_json::Map<_, _> = (0..count).map(flag).collect();
        json!({ "feature_flags": flags })
    };
    let (status, body) = server.call(MANAGER, "PATCH", BILLING, &flags(3, 2000));
    assert_eq!(status, 200, "{body}");
    let answer = server.call(MANAGER, "PATCH", BILLING, &flags(10, 2000));
    let message = refused(&answer, 409, "TOKEN_TOO_LONG");
    assert!(
        message.contains("feature_flags: ") && message.contains("billing"),
        "{message}"
    );
    let cause = server.refused().unwrap().cause;
    assert_eq!(cause, Cause::ApplicationTokenTooLong);
    // More members than our own reader of tokens accepts, however short they are.
    let answer = server.call(MANAGER, "PATCH", BILLING, &flags(201, 1));
    refused(&answer, 400, "FIELD_INVALID");
    // The manager as well: its token has to fit into the header of its next request.
    let answer = server.call(
        MANAGER,
        "PATCH",
        "/api/v1/applications/manager",
        &flags(10, 2000),
    );
    refused(&answer, 409, "TOKEN_TOO_LONG");
}

#[test]
fn f17_flags_of_an_organization_do_not_make_tokens_too_long() {
    let mut server = ManagedServer::new();
    let keys: Vec<String> = (0..10).map(|number| format!("flag{number}")).collect();
    let flags: Vec<String> = keys.iter().map(|key| format!("{key} = \"\"")).collect();
    let organization = format!(
        "[[organization]]\ncode = \"acme\"\nfeature_flags = {{ {} }}\n",
        flags.join(", ")
    );
    let fields = format!("organization = \"acme\"\ntoken_feature_flags = {keys:?}");
    server
        .apply(&format!("{organization}{}", file(&fields)), Prune::Keep)
        .unwrap();
    let long = "x".repeat(2000);
    let mut answers = keys.iter().map(|key| {
        let path = format!("/api/v1/organizations/acme/feature_flags/{key}?value={long}");
        server.call(MANAGER, "PATCH", &path, &Value::Null)
    });
    let refusal = answers.find(|(status, _)| *status != 200);
    refused(&refusal.unwrap(), 409, "TOKEN_TOO_LONG");
}

#[test]
fn f17_properties_and_scopes_do_not_make_tokens_too_long() {
    let mut server = with_billing();
    let keys = (0..10).map(|number| format!("property{number}"));
    let refusal = keys
        .map(|key| {
            let new = json!({ "name": key, "key": key, "type": "single_line_text", "context": "app", "is_private": false });
            let (status, body) = server.call(MANAGER, "POST", "/api/v1/properties", &new);
            assert_eq!(status, 201, "{body}");
            let value = json!({ "value": "x".repeat(2000), "in_token": true });
            let path = format!("{BILLING}/properties/{key}");
            server.call(MANAGER, "PUT", &path, &value)
        })
        .find(|(status, _)| *status != 200);
    refused(&refusal.unwrap(), 409, "TOKEN_TOO_LONG");

    let scopes: Vec<String> = (0..100)
        .map(|number| format!("scope-{number:0>90}"))
        .collect();
    let scopes = json!(scopes);
    let long = format!(
        "[[api]]\nname = \"Long\"\naudience = \"https://long.example\"\nscopes = {scopes}\n\
         [[application]]\nname = \"long\"\nclient_id = \"long\"\n\
         authorize = [{{ audience = \"https://long.example\", scopes = {scopes} }}]\n"
    );
    let refused = server.apply(&long, Prune::Keep).unwrap_err().to_string();
    assert!(refused.contains("bytes of claims"), "{refused}");
}

#[test]
fn f12_x27_a_clock_that_was_ahead_at_the_first_start_revokes_nothing() {
    // The records were created a day later than now.
    let mut server = with_billing();
    server.set_back(86_400);
    let (status, body) = server.call(MANAGER, "GET", BILLING, &Value::Null);
    assert_eq!(status, 200, "{body}");
    // A clock that jumps forwards or backwards does not revoke a token before it expires.
    let token = server.token(MANAGER).unwrap();
    for seconds in [60, 3_000] {
        server.advance(seconds);
        assert_eq!(server.call_as(&token, "GET", BILLING).0, 200);
    }
    server.set_back(3_060);
    assert_eq!(server.call_as(&token, "GET", BILLING).0, 200);
}

#[test]
fn f12_a_token_of_a_deleted_application_stays_revoked_when_its_client_id_is_used_again() {
    let mut server = with_billing();
    let helper = |server: &mut ManagedServer| {
        let file = "[[application]]\nname = \"helper\"\nclient_id = \"helper\"\n\
            authorize = [{ audience = \"{issuer}/api\", scopes = [\"read:applications\"] }]\n";
        server.apply(file, Prune::Keep).unwrap();
    };
    helper(&mut server);
    let token = server.token("helper").unwrap();
    assert_eq!(server.call_as(&token, "GET", BILLING).0, 200);
    let path = "/api/v1/applications/helper";
    assert_eq!(server.call(MANAGER, "DELETE", path, &Value::Null).0, 200);
    // By the clock, the new application was created before the token was issued.
    server.set_back(5);
    helper(&mut server);
    let refusal = server.call_as(&token, "GET", BILLING);
    assert_eq!(refusal, (401, Some(Cause::ApplicationDeleted)));
    let token = server.token("helper").unwrap();
    assert_eq!(server.call_as(&token, "GET", BILLING).0, 200);
}

#[test]
fn f12_revoked_secrets_stay_revoked_when_the_clock_is_set_back() {
    let mut server = with_billing();
    server.advance(86_400);
    let path = format!("{BILLING}/secrets");
    // The rotation ends the first secret at once; an operator revokes the second.
    let rotate = json!({});
    assert_eq!(server.call(MANAGER, "POST", &path, &rotate).0, 201);
    let second = server.snapshot().applications;
    let second = second
        .iter()
        .find(|stored| &*stored.value.client_id == "billing");
    let second = second.unwrap().value.secrets.last().unwrap().id.to_string();
    assert_eq!(
        server
            .call(MANAGER, "DELETE", &format!("{path}/{second}"), &Value::Null)
            .0,
        200
    );
    server.set_back(86_400);
    let cause = server.token("billing").unwrap_err().cause();
    assert!(
        matches!(cause, Cause::SecretRevoked | Cause::SecretRotatedOut),
        "{cause}"
    );
    let (_, shown) = server.call(MANAGER, "GET", &path, &Value::Null);
    for secret in shown["secrets"].as_array().unwrap() {
        assert_eq!(secret["state"], "ended", "{shown}");
    }
}

#[test]
fn f12_a_key_rotation_waits_no_longer_than_stated_when_the_clock_goes_back() {
    let mut server = ManagedServer::new();
    server.advance(86_400);
    let rotate = json!({ "algorithm": "ES256" });
    let path = "/api/v1/keys/rotate";
    let (status, body) = server.call(MANAGER, "POST", path, &rotate);
    assert_eq!(status, 200, "{body}");
    server.set_back(86_400);
    // It is no longer known how long the key was announced; it is announced for the whole time again, and no longer.
    let answer = server.call(MANAGER, "POST", path, &rotate);
    let message = refused(&answer, 409, "KEY_TOO_NEW");
    let signs_from = time_text(ahead(&server, 600));
    assert!(message.contains(&signs_from), "{message}");
    server.advance(600);
    let (status, body) = server.call(MANAGER, "POST", path, &rotate);
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["key"]["state"], "active", "{body}");
}
