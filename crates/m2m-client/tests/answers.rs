//! The answers of a server, and the results that the client derives from them.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use m2m_client::{AccessToken, Credentials, TokenError, UnexpectedReason, read_token};
use m2m_errors::{Cause, ErrorCode};
use oauth_proto::UnixTime;

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

/// Reads an answer with these header fields.
#[expect(clippy::unwrap_used, reason = "a test takes its own input for granted")]
fn read(status: u16, fields: &[(&str, &str)], body: &str) -> Result<AccessToken, TokenError> {
    let mut response = Response::builder().status(status);
    for (name, value) in fields {
        response = response.header(*name, *value);
    }
    let response = response.body(Bytes::from(body.to_owned())).unwrap();
    let credentials = Credentials::new("billing-job", "hunter2-hunter2").unwrap();
    read_token(&response, &credentials, NOW)
}

const JSON: &[(&str, &str)] = &[("content-type", "application/json;charset=UTF-8")];

#[track_caller]
fn unexpected(read: Result<AccessToken, TokenError>) -> (UnexpectedReason, String, TokenError) {
    match read {
        Err(TokenError::Unexpected(answer)) => {
            let text = answer.to_string();
            (answer.because.clone(), text, TokenError::Unexpected(answer))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_token_has_an_expiration_by_the_clock_of_the_caller_and_a_scope() {
    let body = r#"{"access_token":"a.b.c","token_type":"bEaReR","expires_in":"60","scope":"read write","more":[1]}"#;
    let token = read(200, JSON, body).unwrap();
    assert_eq!(token.expose_secret(), "a.b.c");
    assert_eq!(token.expires_at(), Some(NOW.saturating_add_seconds(60)));
    assert_eq!(token.scope(), Some("read write"));
    let header = token.to_authorization_header();
    assert_eq!(header, "Bearer a.b.c");
    assert!(header.is_sensitive());
    assert!(!format!("{token:?}").contains("a.b.c"));

    let body = r#"{"access_token":"a.b.c","token_type":"Bearer"}"#;
    let token = read(200, &[], body).unwrap();
    assert_eq!((token.expires_at(), token.scope()), (None, None));
}

#[test]
fn a_refusal_contains_the_texts_of_the_server_and_has_fixes() {
    let body = r#"{"error":"invalid_scope","error_description":"The scope \u001b[2J is unknown","error_uri":"https://id.example/errors/invalid_scope","trace_id":"4bf9"}"#;
    let fields = [("retry-after", "7")];
    let error = read(400, &fields, body).unwrap_err();
    assert_eq!(error.cause(), Cause::TokenRequestRefused);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(error.fixes(), ErrorCode::InvalidScope.entry().advice.fixes);
    assert_eq!(
        error.to_string(),
        "the token endpoint refused the request with 400 invalid_scope: The scope  [2J is unknown (trace_id 4bf9)"
    );
    let TokenError::Refused(refused) = error else {
        panic!("{error:?}")
    };
    assert_eq!(refused.code(), Some(ErrorCode::InvalidScope));
    assert_eq!(
        refused.error_uri.as_deref(),
        Some("https://id.example/errors/invalid_scope")
    );
}

#[test]
fn a_refusal_is_recognized_by_any_status_type_and_place() {
    let refused = |status, fields: &[(&str, &str)], body: &str| match read(status, fields, body) {
        Err(TokenError::Refused(refused)) => (refused.error, refused.trace_id),
        other => panic!("{other:?}"),
    };
    let html = [("content-type", "text/html")];
    assert_eq!(
        refused(200, &html, r#"{"error":"their_own"}"#).0,
        "their_own"
    );
    assert_eq!(
        refused(500, &html, r#"{"error":"server_error"}"#).0,
        "server_error"
    );
    let challenge = [(
        "www-authenticate",
        r#"Basic realm="x", error="invalid_client", trace_id="4bf9""#,
    )];
    assert_eq!(
        refused(401, &challenge, ""),
        ("invalid_client".to_owned(), Some("4bf9".to_owned()))
    );
}

#[test]
fn f9_a11_the_code_is_read_from_a_challenge_outside_the_grammar() {
    for value in [
        r#"Bearer scope="" error="invalid_token" error_description="the token has expired""#,
        r#"Bearer realm="x"; error="invalid_token"; error_description="the token has expired""#,
        r#"OAuth "Platform" "invalid_token" "the token has expired""#,
        r#"Bearer uri=https://id.example/?a=b, error=invalid_token, error_description=the token has expired"#,
        r#"Bearer error="invalid_token", error="x", error_description="the token has expired"#,
    ] {
        let error = read(401, &[("www-authenticate", value)], "").unwrap_err();
        let TokenError::Refused(refused) = error else {
            panic!("{value}: {error:?}")
        };
        assert_eq!(refused.error, "invalid_token", "{value}");
        let said = refused.error_description.as_deref();
        assert_eq!(said, Some("the token has expired"), "{value}");
    }
}

#[test]
fn f10_a14_a_token_is_read_from_what_servers_send() {
    let body = r#"{"access_token":"a.b.c","token_type":"BEARER","expires_in":59.9,"scope":["read","write"],"refresh_token":null,"x":1,"x":2}"#;
    let token = read(200, JSON, body).unwrap();
    assert_eq!(token.expires_at(), Some(NOW.saturating_add_seconds(59)));
    assert_eq!(token.scope(), Some("read write"));
    let body = r#"{"access_token":["a.b.c"],"token_type":"Bearer"}"#;
    let (_, text, _) = unexpected(read(200, JSON, body));
    assert!(
        text.contains("`access_token` is a list instead of a string"),
        "{text}"
    );
}

#[test]
fn f11_the_code_of_a_refusal_is_read_from_any_neighbours() {
    for body in [
        r#"{"error":"invalid_client","trace_id":17}"#,
        r#"{"error":"invalid_client","error_description":["x"]}"#,
        r#"{"error":"invalid_client","error_uri":false}"#,
        r#"{"error":{"code":"invalid_client","message":"x"}}"#,
    ] {
        match read(401, JSON, body) {
            Err(TokenError::Refused(refused)) => assert_eq!(refused.error, "invalid_client"),
            other => panic!("{body}: {other:?}"),
        }
    }
}

#[test]
fn e11_the_description_of_the_crate_promises_what_the_readme_does() {
    let promise = "requests, keeps and renews oauth 2.0 access tokens";
    for text in [env!("CARGO_PKG_DESCRIPTION"), include_str!("../README.md")] {
        assert!(text.to_lowercase().contains(promise), "{text}");
    }
}

#[test]
fn an_unregistered_code_is_explained_by_its_status() {
    let fixes = |status| {
        read(status, JSON, r#"{"error":"their_own"}"#)
            .unwrap_err()
            .fixes()
    };
    assert!(fixes(401).iter().any(|fix| fix.contains("client_secret")));
    assert!(fixes(418).iter().any(|fix| fix.contains("documentation")));
}

#[test]
fn the_page_of_a_proxy_is_not_a_token_response() {
    let html = [("content-type", "text/html; charset=utf-8")];
    let page = "<html><head><title>Sign in</title></head></html>";
    let (because, text, error) = unexpected(read(200, &html, page));
    assert_eq!(
        because,
        UnexpectedReason::ContentType {
            content_type: "text/html".to_owned()
        }
    );
    assert_eq!(
        text,
        "the answer is text/html instead of application/json; it contains: Sign in"
    );
    assert!(error.fixes().iter().any(|fix| fix.contains("curl")));
    assert_eq!(error.cause(), Cause::AnswerNotUnderstood);

    let fields = [("content-type", "text/html"), ("retry-after", "30")];
    let page = "<html><title>502 Bad Gateway</title></html>";
    let (because, text, error) = unexpected(read(502, &fields, page));
    assert_eq!(because, UnexpectedReason::Status);
    assert!(text.contains("502 Bad Gateway"), "{text}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
}

#[test]
fn a_redirect_is_reported_with_its_target() {
    let fields = [("location", "https://id.example/login?session=1")];
    let (because, _, error) = unexpected(read(302, &fields, ""));
    assert_eq!(error.cause(), Cause::AnswerRedirected);
    assert_eq!(
        because,
        UnexpectedReason::Redirect {
            location: Some("https://id.example/login".to_owned())
        }
    );
}

#[test]
fn a_token_of_another_type_is_refused() {
    for token_type in ["DPoP", "mac", "N_A", ""] {
        let body = format!(r#"{{"access_token":"a.b.c","token_type":"{token_type}"}}"#);
        let (because, text, error) = unexpected(read(200, JSON, &body));
        assert_eq!(error.cause(), Cause::TokenTypeUnsupported);
        assert_eq!(
            because,
            UnexpectedReason::TokenType {
                token_type: token_type.to_owned()
            }
        );
        assert!(!text.contains("a.b.c"));
    }
}

#[test]
fn an_answer_without_a_valid_token_is_refused_and_not_repeated() {
    for body in [
        "",
        "null",
        "[]",
        "{}",
        r#"{"accessToken":"a.b.c"}"#,
        r#"{"access_token":"a.b.c"}"#,
        r#"{"access_token":"","token_type":"Bearer"}"#,
        r#"{"access_token":"a.b.c\r\nx: y","token_type":"Bearer"}"#,
        r#"{"access_token":"a.b.c é","token_type":"Bearer"}"#,
        r#"{"access_token":"a.b.c","token_type":"Bearer","expires_in":-1}"#,
        r#"{"access_token":"a.b.c","access_token":"d","token_type":"Bearer"}"#,
        "access_token=a.b.c&token_type=bearer",
    ] {
        let (_, text, error) = unexpected(read(200, JSON, body));
        let shown = format!("{text} {error:?}");
        assert!(
            !shown.contains("a.b.c") || body.contains("accessToken"),
            "{shown}"
        );
        assert!(!error.fixes().is_empty());
        let is_unusable = body.contains(r#""access_token":"","#) || body.contains('\\');
        if is_unusable {
            assert_eq!(error.cause(), Cause::TokenUnusable, "{body}");
        }
    }
}

#[test]
fn a_secret_that_a_server_repeats_is_redacted() {
    let echo = r#"{"error":"invalid_client","error_description":"hunter2-hunter2 is wrong","error_uri":"https://id.example/?s=hunter2-hunter2","trace_id":"hunter2-hunter2"}"#;
    let page = "<title>no hunter2-hunter2</title>";
    for (status, fields, body) in [
        (401, &[][..], echo),
        (200, &[], echo),
        (502, &[], page),
        (
            302,
            &[("location", "https://x.example/hunter2-hunter2")],
            "",
        ),
        (200, &[("content-type", "text/hunter2-hunter2")], page),
    ] {
        let error = read(status, fields, body).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("hunter2-hunter2"), "{shown}");
        assert!(shown.contains("[redacted]"), "{shown}");
    }
}
