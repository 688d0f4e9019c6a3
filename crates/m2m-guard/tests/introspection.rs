//! The guard that asks the issuer whether a token was revoked, in the time of the test.

#[path = "support/site.rs"]
mod site;

use std::time::Duration;

use m2m_guard::testing::{TestIssuer, TestToken};
use m2m_guard::{
    ApiGuard, Call, Caller, Credentials, Denied, Guard, IssuerKeys, Requirement, Transport,
};
use site::Site;

const API: &str = "https://orders.example/api";

async fn check_for<T: Transport>(
    guard: &ApiGuard<T>,
    bearer: &str,
    required: Requirement<'_>,
) -> Result<Caller, Denied> {
    let authorization = [bearer.as_bytes()];
    guard
        .check(&Call::new(&authorization, None), required)
        .await
}

async fn check(guard: &ApiGuard<TestIssuer>, token: &TestToken) -> Result<Caller, Denied> {
    check_for(guard, &token.bearer(), Requirement::token()).await
}

/// The id of the cause, or "accepted".
fn outcome(outcome: Result<Caller, Denied>) -> &'static str {
    match outcome {
        Ok(_) => "accepted",
        Err(denied) => denied.cause().id(),
    }
}

fn credentials() -> Credentials {
    Credentials::new("orders-api", "throw-away").expect("neither is empty")
}

/// A guard that asks the issuer about each token, at most every 30 seconds.
fn asking(issuer: &TestIssuer) -> ApiGuard<TestIssuer> {
    issuer
        .guard(API)
        .with_introspection(credentials(), Duration::from_secs(30))
}

#[tokio::test]
async fn g2_g17_a_token_that_was_revoked_is_denied_when_the_answer_of_the_issuer_is_old() {
    let issuer = TestIssuer::new();
    let guard = asking(&issuer);
    let token = issuer.token(API).sign();
    let bearer = format!("Bearer {token}");
    let authorization = [bearer.as_bytes()];
    let call = Call::new(&authorization, None);
    let check = async || outcome(guard.check(&call, Requirement::token()).await);
    assert_eq!(check().await, "accepted");
    issuer.revoke(&token);
    issuer.advance_seconds(29);
    assert_eq!(check().await, "accepted");
    issuer.advance_seconds(1);
    assert_eq!(check().await, "token-revoked");
    assert_eq!(check().await, "token-revoked");
    assert_eq!(issuer.introspections(), 2);
    let denied = guard.check(&call, Requirement::token()).await.unwrap_err();
    assert_eq!(denied.status(), 401);
    assert!(
        denied
            .to_string()
            .contains("or this API may not ask about it")
    );
}

#[tokio::test]
async fn an_api_that_keeps_no_answer_asks_in_each_call() {
    let issuer = TestIssuer::new();
    let guard = issuer
        .guard(API)
        .with_introspection(credentials(), Duration::ZERO);
    let token = issuer.token(API).sign();
    let bearer = format!("Bearer {token}");
    let authorization = [bearer.as_bytes()];
    let call = Call::new(&authorization, None);
    let check = async || outcome(guard.check(&call, Requirement::token()).await);
    assert_eq!(check().await, "accepted");
    assert_eq!(check().await, "accepted");
    issuer.revoke(&token);
    assert_eq!(check().await, "token-revoked");
    assert_eq!(issuer.introspections(), 3);
}

#[tokio::test]
async fn the_calls_with_one_token_that_arrive_together_send_one_question() {
    let issuer = TestIssuer::new();
    let guard = asking(&issuer);
    let token = issuer.token(API);
    assert!(check(&guard, &token).await.is_ok());
    issuer.advance_seconds(30);
    let bearer = token.bearer();
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let (guard, bearer) = (guard.clone(), bearer.clone());
            tokio::spawn(async move {
                let authorization = [bearer.as_bytes()];
                let call = Call::new(&authorization, None);
                guard.check(&call, Requirement::token()).await.is_ok()
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
    // A token is signed anew by each of these, so the first one is another token.
    assert_eq!(issuer.introspections(), 2);
}

#[tokio::test]
async fn a_token_whose_status_is_unknown_is_denied_until_the_issuer_answers() {
    let issuer = TestIssuer::new();
    let guard = asking(&issuer);
    let token = issuer.token(API);
    assert!(check(&guard, &token).await.is_ok());
    issuer.advance_seconds(30);
    issuer.set_away(true);
    for _ in 0..10 {
        let denied = check(&guard, &token).await.unwrap_err();
        assert_eq!(denied.cause().id(), "introspection-unavailable");
        assert_eq!(denied.to_http(None).status(), 503);
        assert_eq!(denied.retry_after(), Some(Duration::from_secs(1)));
        assert!(
            denied
                .to_string()
                .contains("the issuer of the test is away")
        );
    }
    issuer.set_away(false);
    issuer.advance_seconds(1);
    assert!(check(&guard, &token).await.is_ok());
}

#[tokio::test]
async fn r21_a_token_that_is_active_is_still_checked() {
    let issuer = TestIssuer::new();
    let guard = asking(&issuer);
    let read = Requirement::scope("read:orders");
    let reader = issuer.token(API).scope("read:orders").bearer();
    let of = async |bearer: &str, required| outcome(check_for(&guard, bearer, required).await);
    assert_eq!(of(&reader, read).await, "accepted");
    assert_eq!(issuer.introspections(), 1);

    // What the issuer would call active, it is not even asked about.
    for (token, expected) in [
        (
            issuer.token("https://other.example/api"),
            "audience-mismatch",
        ),
        (issuer.token(API).without("aud"), "token-claim-missing"),
        (
            issuer.token(API).claim_json("exp", "1800000000"),
            "token-expired",
        ),
        (
            issuer.token(API).token_type(Some("JWT")),
            "token-type-wrong",
        ),
        (TestIssuer::new().token(API), "token-key-unknown"),
    ] {
        assert_eq!(of(&token.bearer(), Requirement::token()).await, expected);
    }
    assert_eq!(issuer.introspections(), 1);

    // An active token without the scope, and an active token in the second of its `exp`, while the answer about it is still used.
    let denied = check_for(&guard, &reader, Requirement::scope("write:orders")).await;
    let denied = denied.expect_err("the scope is missing");
    assert_eq!(
        (denied.status(), denied.cause().id()),
        (403, "scope-insufficient")
    );
    issuer.advance_seconds(3599);
    assert_eq!(of(&reader, read).await, "accepted");
    issuer.advance_seconds(1);
    assert_eq!(of(&reader, read).await, "token-expired");
    assert_eq!(issuer.introspections(), 2);
}

/// The members of an answer beside `active` widen nothing, and `active` is a boolean.
#[tokio::test]
async fn r21_an_answer_does_not_replace_the_claims_of_a_token() {
    let issuer = TestIssuer::new();
    let url = issuer.url();
    let wide = r#""scope":"write:orders","aud":"https://orders.example/api","exp":1900000000"#;
    for (answer, expected) in [
        (format!(r#"{{"active":true,{wide}}}"#), "scope-insufficient"),
        (format!(r#"{{"active":false,{wide}}}"#), "token-revoked"),
        (
            format!(r#"{{"active":"true",{wide}}}"#),
            "introspection-unavailable",
        ),
        (
            format!(r#"{{"active":null,{wide}}}"#),
            "introspection-unavailable",
        ),
        (format!("{{{wide}}}"), "introspection-unavailable"),
        (String::new(), "introspection-unavailable"),
    ] {
        let metadata = format!(
            r#"{{"issuer":"{url}","jwks_uri":"{url}/jwks.json","introspection_endpoint":"{url}/introspect"}}"#
        );
        let site = Site::default()
            .with(
                &format!("{url}/.well-known/oauth-authorization-server"),
                metadata,
            )
            .with(&format!("{url}/jwks.json"), issuer.jwk_set())
            .with(&format!("{url}/introspect"), answer.clone());
        let keys = IssuerKeys::new(url.parse().expect("it is an issuer"), site.clone());
        let now = issuer.now();
        let guard = ApiGuard::new(Guard::new(&url, &[API]), keys)
            .expect("the keys are its own")
            .with_clock(move || now)
            .with_introspection(credentials(), Duration::ZERO);
        let bearer = issuer.token(API).scope("read:orders").bearer();
        let denied = check_for(&guard, &bearer, Requirement::scope("write:orders")).await;
        assert_eq!(outcome(denied), expected, "{answer}");
        assert_eq!(
            site.requests().len(),
            4,
            "the issuer is asked: {:?}",
            site.requests()
        );
    }
}
