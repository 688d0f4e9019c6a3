//! The answers of an m2m server, explained by their exact cause or by the group of causes that share the answer.

use m2m_errors::{Cause, ErrorCode, Profile};
use m2m_explain::{Explanation, Input};
use serde_json::json;

fn explain(text: &str) -> Explanation {
    let Input::Received(received) = Input::recognize(text) else {
        panic!("{text:?} was taken for a name");
    };
    assert_eq!(received.provider, None, "{text}");
    Explanation::of_received(&received, Profile::Rfc)
        .unwrap_or_else(|| panic!("{text:?} is not explained"))
}

#[test]
fn k5_every_answer_in_every_profile_is_explained_by_a_cause_that_has_it() {
    for (cause, profile) in Cause::ALL
        .iter()
        .flat_map(|cause| Profile::ALL.map(|profile| (cause, profile)))
    {
        let wire = cause.entry().wire.of(profile);
        let text = wire.description;
        let template = text
            .with_value
            .map(|text| text.replace("{}", "read:orders"));
        for description in template.into_iter().chain([text.plain.to_owned()]) {
            let Some(code) = wire.error else { continue };
            let body = json!({ "error": code.as_str(), "error_description": description });
            let Input::Received(received) = Input::recognize(&body.to_string()) else {
                panic!("{body} was taken for a name");
            };
            let explanation = Explanation::of_received(&received, profile).unwrap();
            let advice = cause.entry().for_caller.causes.iter();
            let has_advice = advice.clone().any(|own| explanation.causes.contains(own));
            let is_inside = wire.error == Some(ErrorCode::ServerError);
            assert!(
                has_advice || is_inside,
                "{profile:?}, {cause}: {description}"
            );
        }
    }
}

#[test]
fn k5_the_first_cause_of_an_answer_of_m2m_is_its_own() {
    for (code, text, name) in [
        (
            "invalid_request",
            "The parameter scope is repeated. Send it once; only audience and resource may be repeated",
            "parameter-repeated",
        ),
        (
            "invalid_request",
            Cause::GrantTypeMissing.entry().wire.rfc.description.plain,
            "grant-type-missing",
        ),
        (
            "invalid_request",
            Cause::AudienceMalformed.entry().wire.rfc.description.plain,
            "audience-malformed",
        ),
        (
            "invalid_request",
            Cause::CredentialsInUrl.entry().wire.rfc.description.plain,
            "credentials-in-url",
        ),
        (
            "invalid_request",
            Cause::AuthenticationMethodsSeveral
                .entry()
                .wire
                .rfc
                .description
                .plain,
            "authentication-methods-several",
        ),
        (
            "invalid_client",
            Cause::BasicMalformed.entry().wire.rfc.description.plain,
            "basic-malformed",
        ),
    ] {
        let body = json!({ "error": code, "error_description": text }).to_string();
        assert_eq!(explain(&body).name, name, "{body}");
    }
    let scope = "Invalid scope: write:orders. Request only scopes that are assigned to the application for every requested audience";
    let scope =
        explain(&json!({ "error": "invalid_scope", "error_description": scope }).to_string());
    assert_eq!(scope.name, "invalid_scope");
    assert!(scope.causes[0].starts_with("The scope is not assigned to the application"));
    assert_eq!(scope.exact_causes[0].cause, "scope-not-assigned");
    let plain_http = Cause::PlainHttpOnTlsPort.entry().wire.rfc.description.plain;
    let plain_http =
        format!("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n\r\n{plain_http}\n");
    assert_eq!(explain(&plain_http).name, "plain-http-on-tls-port");
}

#[test]
fn k5_a_status_that_is_more_exact_than_the_code_is_explained() {
    let answer = |head: &str| format!("HTTP/1.1 {head}\r\n\r\n{{\"error\":\"invalid_request\"}}");
    assert_eq!(
        explain(&answer("405 X\r\nAllow: POST")).name,
        "method-not-allowed"
    );
    assert_eq!(explain(&answer("413 X")).name, "413 Content Too Large");
    assert_eq!(explain(&answer("400 X")).name, "invalid_request");
}

#[test]
fn f7_a_code_of_the_management_api_is_explained_by_its_cause() {
    let body = r#"{"errors":[{"code":"TOKEN_MALFORMED","message":"x"}],"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}"#;
    assert_eq!(explain(body).name, "token-malformed");
    for (name, cause) in [
        ("APPLICATION_NOT_FOUND", "application-not-found"),
        ("api_not_found", "api-not-found"),
        ("WORLD_INVALID", "registry-file-invalid"),
    ] {
        assert_eq!(Input::recognize(name), Input::Name(name));
        assert_eq!(Explanation::of(name, Profile::Rfc).unwrap().name, cause);
    }
}

#[test]
fn k5_a_code_within_a_message_is_explained() {
    for text in [
        "Error: invalid_client: Client authentication failed",
        "OAuth2Error: invalid_client (Client authentication failed)",
        "oauth2: \"invalid_client\" \"Client authentication failed\"",
    ] {
        assert_eq!(explain(text).name, "invalid_client", "{text}");
    }
    let refused = explain("Invalid client_id or client_secret");
    assert_eq!(refused.name, "invalid_client");
    assert!(refused.causes[0].starts_with("client_id or client_secret is wrong"));
}
