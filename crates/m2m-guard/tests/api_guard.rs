//! The guard with the keys of its issuers, in the time of the test.

use std::time::Duration;

use m2m_guard::testing::{TestIssuer, TestToken};
use m2m_guard::{ApiGuard, Call, Caller, Denied, Guard, Limits, Requirement};

const API: &str = "https://orders.example/api";

async fn check(guard: &ApiGuard<TestIssuer>, token: &TestToken) -> Result<Caller, Denied> {
    let bearer = token.bearer();
    let authorization = [bearer.as_bytes()];
    let call = Call::new(&authorization, None);
    guard.check(&call, Requirement::token()).await
}

/// The id of the cause, or "accepted".
fn outcome(outcome: Result<Caller, Denied>) -> &'static str {
    match outcome {
        Ok(_) => "accepted",
        Err(denied) => denied.cause().id(),
    }
}

#[tokio::test]
async fn keys_are_fetched_once_for_the_calls_that_arrive_together() {
    let issuer = TestIssuer::new();
    let guard = issuer.guard(API);
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let (guard, token) = (guard.clone(), issuer.token(API));
            tokio::spawn(async move { check(&guard, &token).await.is_ok() })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(issuer.fetches(), 1);
}

#[tokio::test]
async fn a_call_without_a_token_fetches_no_keys() {
    let issuer = TestIssuer::new();
    let guard = issuer.guard(API);
    let call = Call::new(&[], None);
    let denied = guard.check(&call, Requirement::token()).await;
    assert_eq!(outcome(denied), "token-missing");
    assert_eq!(issuer.fetches(), 0);
}

/// The keys are fresh for ten minutes, and are used for five minutes more.
#[tokio::test]
async fn r20_while_the_issuer_is_away_known_keys_are_used_for_a_bounded_time() {
    let issuer = TestIssuer::new();
    let keys = issuer.keys().with_max_outage(Duration::from_secs(300));
    let clock = issuer.clone();
    let guard = ApiGuard::new(Guard::new("https://issuer.test", &[API]), keys).unwrap();
    let guard = guard.with_clock(move || clock.now());
    let mut outcomes: Vec<(u64, &str)> = Vec::new();
    for second in (0..1300).step_by(10) {
        match second {
            400 => issuer.set_away(true),
            1000 => issuer.set_away(false),
            _ => {}
        }
        let found = outcome(check(&guard, &issuer.token(API)).await);
        if outcomes.last().is_none_or(|(_, last)| *last != found) {
            outcomes.push((second, found));
        }
        issuer.advance_seconds(10);
        // A refresh runs in a task of its own.
        tokio::task::yield_now().await;
    }
    assert_eq!(
        outcomes,
        [
            (0, "accepted"),
            (900, "keys-unavailable"),
            (1000, "accepted")
        ]
    );
}

#[tokio::test]
async fn a_denial_without_keys_says_why_and_when_to_come_back() {
    let issuer = TestIssuer::new();
    let guard = issuer.guard(API);
    issuer.set_away(true);
    let denied = check(&guard, &issuer.token(API)).await.unwrap_err();
    assert_eq!(denied.cause().id(), "keys-unavailable");
    assert!(
        denied
            .to_string()
            .contains("the issuer of the test is away"),
        "{denied}"
    );
    let answer = denied.to_http(None);
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["retry-after"], "10");
    // Other calls in the meantime start no fetch.
    issuer.set_away(false);
    issuer.advance_seconds(4);
    let denied = check(&guard, &issuer.token(API)).await.unwrap_err();
    assert_eq!(denied.retry_after(), Some(Duration::from_secs(6)));
    issuer.advance_seconds(6);
    assert!(check(&guard, &issuer.token(API)).await.is_ok());
}

#[tokio::test]
async fn x10_r20_a_thousand_forged_tokens_lead_to_one_fetch() {
    let issuer = TestIssuer::new();
    let guard = issuer.guard(API);
    assert!(check(&guard, &issuer.token(API)).await.is_ok());
    issuer.advance_seconds(10);
    for _ in 0..1000 {
        // The same issuer by name, with a key of its own.
        let forged = TestIssuer::new().token(API);
        assert_eq!(outcome(check(&guard, &forged).await), "token-key-unknown");
    }
    assert_eq!(issuer.fetches(), 2);
    assert!(check(&guard, &issuer.token(API)).await.is_ok());
}

#[tokio::test]
async fn a_key_that_was_replaced_is_found_after_the_cool_down() {
    let issuer = TestIssuer::new();
    let guard = issuer.guard(API);
    let old = issuer.token(API);
    let old_bearer = old.bearer();
    assert!(check(&guard, &old).await.is_ok());
    issuer.replace_key();
    assert_eq!(
        outcome(check(&guard, &issuer.token(API)).await),
        "token-key-unknown"
    );
    issuer.advance_seconds(10);
    assert!(check(&guard, &issuer.token(API)).await.is_ok());
    // The old key is no longer published, so its tokens end.
    let authorization = [old_bearer.as_bytes()];
    let call = Call::new(&authorization, None);
    let denied = guard.check(&call, Requirement::token()).await;
    assert_eq!(outcome(denied), "token-key-unknown");
}

#[tokio::test]
async fn each_of_several_issuers_has_its_own_keys_and_audience() {
    let (first, second) = (TestIssuer::new(), TestIssuer::at("https://other.test"));
    let guard = first
        .guard(API)
        .with_issuer(Guard::new("https://other.test", &["orders"]), second.keys())
        .unwrap();
    assert!(check(&guard, &first.token(API)).await.is_ok());
    assert!(check(&guard, &second.token("orders")).await.is_ok());
    assert_eq!(
        outcome(check(&guard, &second.token(API)).await),
        "audience-mismatch"
    );
    // A token of one issuer that names the other.
    let crossed = first.token("orders").claim("iss", "https://other.test");
    assert_eq!(outcome(check(&guard, &crossed).await), "token-key-unknown");
    let unknown = first.token(API).claim("iss", "https://unknown.test");
    assert_eq!(outcome(check(&guard, &unknown).await), "issuer-mismatch");
}

#[tokio::test]
async fn keys_of_another_issuer_are_not_accepted() {
    let (first, second) = (TestIssuer::new(), TestIssuer::at("https://other.test"));
    let guard = Guard::new("https://issuer.test", &[API]);
    let error = ApiGuard::new(guard.clone(), second.keys()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the guard trusts https://issuer.test, but the keys are those of https://other.test"
    );
    assert!(first.guard(API).with_issuer(guard, second.keys()).is_err());
}

#[tokio::test]
async fn the_token_of_an_issuer_with_a_path_is_verified_with_its_keys() {
    for url in ["https://issuer.test/tenant", "https://issuer.test/"] {
        let issuer = TestIssuer::at(url);
        let outcome = check(&issuer.guard(API), &issuer.token(API)).await;
        assert!(outcome.is_ok(), "{url}: {outcome:?}");
    }
}

#[tokio::test]
async fn the_limits_are_those_of_the_issuer_of_the_token() {
    let (first, second) = (TestIssuer::new(), TestIssuer::at("https://other.test"));
    let limits = Limits {
        max_token_bytes: 48 * 1024,
        ..Limits::DEFAULT
    };
    let wide = Guard::new("https://other.test", &[API]).with_limits(limits);
    let guard = first.guard(API).with_issuer(wide, second.keys()).unwrap();
    let roles = "a role ".repeat(3000);
    let large = second.token(API).claim("roles", &roles);
    assert!(check(&guard, &large).await.is_ok());
    let large = first.token(API).claim("roles", &roles);
    assert_eq!(outcome(check(&guard, &large).await), "token-too-long");
}

#[tokio::test]
async fn a_token_that_cannot_be_read_needs_no_keys() {
    let issuer = TestIssuer::new();
    let guard = issuer.guard(API);
    let call = Call::new(&[b"Bearer x"], None);
    let denied = guard.check(&call, Requirement::token()).await;
    assert_eq!(outcome(denied), "token-malformed");
    assert_eq!(issuer.fetches(), 0);
}

#[tokio::test]
async fn keys_that_are_no_longer_fresh_are_fetched_before_they_are_used() {
    let issuer = TestIssuer::new();
    let guard = issuer.guard(API);
    let old = issuer.token(API).bearer();
    let authorization = [old.as_bytes()];
    let call = Call::new(&authorization, None);
    assert!(guard.check(&call, Requirement::token()).await.is_ok());
    // The key is withdrawn while no call arrives.
    issuer.replace_key();
    issuer.advance_seconds(600);
    let denied = guard.check(&call, Requirement::token()).await;
    assert_eq!(outcome(denied), "token-key-unknown");
}

#[tokio::test]
async fn a_token_expires_with_the_clock_of_the_test() {
    let issuer = TestIssuer::new();
    let guard = issuer.guard(API);
    let token = issuer.token(API);
    issuer.advance_seconds(3599);
    assert!(check(&guard, &token).await.is_ok());
    issuer.advance_seconds(1);
    assert_eq!(outcome(check(&guard, &token).await), "token-expired");
}

#[tokio::test]
async fn a_program_learns_at_its_start_whether_the_keys_can_be_fetched() {
    let issuer = TestIssuer::new();
    let guard = issuer.guard_with(Guard::new("https://issuer.test", &[API]).with_realm("orders"));
    issuer.set_away(true);
    let unavailable = guard.ready().await.unwrap_err();
    assert!(
        unavailable
            .to_string()
            .contains("the issuer of the test is away"),
        "{unavailable}"
    );
    issuer.set_away(false);
    issuer.advance_seconds(10);
    assert_eq!(guard.ready().await, Ok(()));
    assert_eq!(issuer.fetches(), 1);
    // The first call needs no fetch.
    assert!(check(&guard, &issuer.token(API)).await.is_ok());
    assert_eq!(issuer.fetches(), 1);
}
