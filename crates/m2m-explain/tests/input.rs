//! The forms in which an error is recognized.

use m2m_errors::Profile;
use m2m_explain::{Explanation, Form, Input, Received};

const BODY: &str = r#"{"error":"invalid_scope","error_description":"No","trace_id":"t"}"#;

fn received(text: &str) -> Received {
    match Input::recognize(text) {
        Input::Received(received) => *received,
        Input::Name(name) => panic!("{name:?} was taken for a name"),
    }
}

#[test]
fn a_word_is_a_name() {
    for text in [
        "invalid_client",
        " 401\n",
        "Bearer",
        "secret-wrong",
        "connection-refused",
        "a b c",
        "",
        "their_own_code",
    ] {
        assert_eq!(Input::recognize(text), Input::Name(text.trim()));
    }
}

#[test]
fn a_code_of_a_provider_is_more_than_a_name() {
    assert_eq!(received("AADSTS7000215").form, Form::Text);
    assert_eq!(received("E0000011").provider, Some("Okta"));
}

#[test]
fn reads_a_body() {
    let received = received(BODY);
    assert_eq!(received.form, Form::Json);
    assert_eq!(received.error.as_deref(), Some("invalid_scope"));
    assert_eq!(received.error_description.as_deref(), Some("No"));
    assert_eq!(received.trace_id.as_deref(), Some("t"));
    assert_eq!(received.status, None);
}

#[test]
fn f12_of_a_member_that_is_there_twice_the_first_is_explained_and_both_are_shown() {
    for (body, name) in [
        (
            r#"{"error":"invalid_scope","error":"invalid_client"}"#,
            "error",
        ),
        (r#"{"error":"its_own","error":"invalid_client"}"#, "error"),
        (
            r#"{"error":{"code":"invalid_scope"},"error":{"code":"invalid_client"}}"#,
            "error.code",
        ),
        ("error=invalid_scope&error=invalid_client", "error"),
    ] {
        let received = received(body);
        let first = match body.contains("its_own") {
            true => "its_own",
            false => "invalid_scope",
        };
        assert_eq!(received.error.as_deref(), Some(first), "{body}");
        let mistake = received.mistake.as_deref().unwrap_or_default();
        assert!(
            mistake.contains(&format!("{name:?} is in the body several times")),
            "{body}: {mistake}"
        );
        let said = received.said.iter().filter(|said| said.name == name);
        let said: Vec<&str> = said.map(|said| said.value.as_str()).collect();
        assert_eq!(said, [first, "invalid_client"], "{body}");
    }
}

#[test]
fn a_body_without_an_error_has_no_parts() {
    let received = received("{}");
    assert_eq!((received.error, received.status), (None, None));
}

#[test]
fn a_token_is_not_an_error_and_not_repeated() {
    let received = received(r#"{"access_token":"opaque-token-value","token_type":"Bearer"}"#);
    assert!(received.is_token());
    assert!(!format!("{received:?}").contains("opaque-token-value"));
}

#[test]
fn reads_challenges_with_and_without_the_name_of_the_field() {
    let value = "Basic realm=\"x\", Bearer error=\"insufficient_scope\", scope=\"a b\"";
    for text in [
        value.to_owned(),
        format!("WWW-Authenticate: {value}"),
        format!("date: x\r\nwww-authenticate:{value}\r\n"),
        "WWW-Authenticate: Basic realm=x\nWWW-Authenticate: Bearer error=insufficient_scope, scope=\"a b\"".to_owned(),
    ] {
        let received = received(&text);
        assert_eq!(received.error.as_deref(), Some("insufficient_scope"), "{text}");
        assert_eq!(received.scheme.as_deref(), Some("Bearer"), "{text}");
        assert_eq!(received.scope.as_deref(), Some("a b"), "{text}");
    }
    assert_eq!(received("Bearer realm=\"x\"").error, None);
}

#[test]
fn reads_whole_answers_with_either_line_break_and_skips_interim_ones() {
    let head = "HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic realm=\"m2m\"\r\n";
    for text in [
        format!("{head}\r\n{BODY}"),
        format!("{head}\r\n{BODY}").replace("\r\n", "\n"),
        format!("HTTP/1.1 100 Continue\r\n\r\n{head}\r\n{BODY}\n"),
    ] {
        let received = received(&text);
        assert_eq!(received.form, Form::Response);
        assert_eq!(received.status, Some(401), "{text}");
        assert_eq!(received.error.as_deref(), Some("invalid_scope"), "{text}");
        assert_eq!(received.scheme.as_deref(), Some("Basic"), "{text}");
    }
    assert_eq!(received("HTTP/2 503").status, Some(503));
    assert_eq!(received("HTTP/1.1 x\n\n<html>").status, None);
}

#[test]
fn the_last_of_several_responses_counts() {
    let text = format!(
        "HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 302 Found\r\nLocation: /x\r\n\r\nHTTP/2 400\r\n\r\n{BODY}"
    );
    let received = received(&text);
    assert_eq!(received.previous, [200, 302]);
    assert_eq!(received.status, Some(400));
}

#[test]
fn the_request_in_a_verbose_output_is_not_read() {
    let text = format!(
        "*   Trying 127.0.0.1:8080...\n> POST /oauth2/token HTTP/1.1\n> Authorization: Basic c2VjcmV0\n> \n< HTTP/1.1 400 Bad Request\n< content-type: application/json\n< \n{BODY}* Connection #0 to host 127.0.0.1 left intact\n"
    );
    let received = received(&text);
    assert_eq!(received.form, Form::Curl);
    assert_eq!(received.status, Some(400));
    assert_eq!(received.error.as_deref(), Some("invalid_scope"));
    assert!(!format!("{received:?}").contains("c2VjcmV0"));
}

#[test]
fn a_code_in_the_spelling_of_another_system_is_the_registered_one() {
    let received =
        received("<Error><Code>InvalidToken</Code><Message>It expired.</Message></Error>");
    assert_eq!(received.form, Form::Markup);
    let explanation = Explanation::of_received(&received, Profile::Rfc);
    let explanation = explanation.expect("the code is known");
    assert_eq!(explanation.name, "invalid_token");
    assert_eq!(explanation.likely_cause, Some("token-expired"));
}

#[test]
fn the_body_takes_precedence_over_the_challenge() {
    let text = format!("HTTP/1.1 401 X\nWWW-Authenticate: Bearer error=\"other\"\n\n{BODY}");
    assert_eq!(received(&text).error.as_deref(), Some("invalid_scope"));
}

#[test]
fn a_longer_text_is_read_up_to_the_maximum() {
    let text = format!("{BODY}{}", " é".repeat(Input::MAX_BYTES));
    assert_eq!(received(&text).error.as_deref(), Some("invalid_scope"));
}

#[test]
fn f9_a_challenge_of_a_whole_answer_is_read_without_commas() {
    let text = "HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Bearer scope=\"\" error=\"invalid_token\" error_description=\"the token has expired\"\r\n\r\n{\"message\":\"Unauthorized\"}";
    let verbose: String = text.lines().map(|line| format!("< {line}\n")).collect();
    for text in [text.to_owned(), verbose] {
        let received = received(&text);
        assert_eq!(received.error.as_deref(), Some("invalid_token"), "{text}");
        assert!(received.mistake.is_some(), "{text}");
        let explanations = Explanation::of_received(&received, Profile::Rfc);
        let likely = explanations.and_then(|own| own.likely_cause);
        assert_eq!(likely, Some("token-expired"), "{text}");
    }
}

#[test]
fn f11_the_code_of_a_body_is_read_from_any_neighbours() {
    for body in [
        r#"{"error":"invalid_client","trace_id":17}"#,
        r#"{"error":"invalid_client","error_description":["x"]}"#,
        r#"{"error":"invalid_client","error_description":{"en":"x"}}"#,
        r#"{"error":"invalid_client","error_uri":null,"status":null}"#,
        r#"{"error":"invalid_client","x":1e999}"#,
        r#"{"error":"invalid_client","x":"\ud800"}"#,
        r#"{"error":{"code":"invalid_client","message":"x"}}"#,
        r#"{"error":{"error":"invalid_client"}}"#,
        r#"{"error":["invalid_client"]}"#,
        r#"{"errors":[{"error":"invalid_client"}]}"#,
    ] {
        let received = received(body);
        assert_eq!(received.error.as_deref(), Some("invalid_client"), "{body}");
    }
}

#[test]
fn a12_every_registered_code_is_explained() {
    for code in [
        "use_dpop_nonce",
        "invalid_dpop_proof",
        "insufficient_user_authentication",
        "authorization_pending",
        "slow_down",
        "expired_token",
        "invalid_authorization_details",
        "invalid_redirect_uri",
        "invalid_client_metadata",
        "invalid_software_statement",
        "unapproved_software_statement",
        "unsupported_token_type",
        "interaction_required",
        "login_required",
        "consent_required",
        "invalid_request_uri",
        "invalid_request_object",
        "need_info",
        "request_denied",
        "invalid_target",
    ] {
        assert!(Explanation::of(code, Profile::Rfc).is_some(), "{code}");
        let said = received(&format!(
            "DPoP error=\"{code}\", error_description=\"why it is\""
        ));
        assert_eq!(said.error_description.as_deref(), Some("why it is"));
        let explanations = Explanation::of_received(&said, Profile::Rfc);
        assert_eq!(explanations.as_ref().map(|own| &*own.name), Some(code));
    }
    // A code of Microsoft Entra ID, alone and in its challenge.
    for text in [
        "insufficient_claims",
        r#"Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ==""#,
    ] {
        let explanations = Explanation::of_received(&received(text), Profile::Rfc);
        let first = explanations.expect("it is known");
        assert_eq!(first.name, "insufficient_user_authentication", "{text}");
    }
}
