//! The guard with the keys of its issuers, in the time of the test.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use m2m_guard::testing::{TestIssuer, TestToken};
use m2m_guard::{
    ApiGuard, Call, Caller, Credentials, Denied, Guard, GuardLayer, Limits, Requirement,
};
use tower_layer::Layer as _;
use tower_service::Service;

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
async fn while_the_issuer_is_away_known_keys_are_used_for_a_bounded_time() {
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
async fn x10_a_thousand_forged_tokens_lead_to_one_fetch() {
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

/// A guard that asks the issuer about each token, at most every 30 seconds.
fn asking(issuer: &TestIssuer) -> ApiGuard<TestIssuer> {
    let credentials = Credentials::new("orders-api", "throw-away").expect("neither is empty");
    issuer
        .guard(API)
        .with_introspection(credentials, Duration::from_secs(30))
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
    let credentials = Credentials::new("orders-api", "throw-away").unwrap();
    let guard = issuer
        .guard(API)
        .with_introspection(credentials, Duration::ZERO);
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
async fn a_token_expires_with_the_clock_of_the_test() {
    let issuer = TestIssuer::new();
    let guard = issuer.guard(API);
    let token = issuer.token(API);
    issuer.advance_seconds(3599);
    assert!(check(&guard, &token).await.is_ok());
    issuer.advance_seconds(1);
    assert_eq!(outcome(check(&guard, &token).await), "token-expired");
}

/// A service that answers with the client and the organization of its caller.
#[derive(Clone, Default)]
struct Orders {
    calls: Arc<AtomicUsize>,
}

impl Service<Request<()>> for Orders {
    type Response = Response<String>;
    type Error = std::convert::Infallible;
    type Future = std::future::Ready<Result<Response<String>, std::convert::Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let caller = request.extensions().get::<Caller>();
        let caller = caller.expect("the layer has put the caller there");
        std::future::ready(Ok(Response::new(caller.client_id().to_owned())))
    }
}

/// Sends a call with a token through a layer, and returns the status, the challenge and the body.
async fn call(
    layer: &GuardLayer<TestIssuer>,
    path: &str,
    token: Option<&TestToken>,
) -> (u16, String, String) {
    let mut request = Request::builder().uri(path);
    if let Some(token) = token {
        request = request.header("authorization", token.bearer());
    }
    let request = request.body(()).expect("the parts are valid");
    let orders = Orders::default();
    let mut service = layer.layer(orders.clone());
    let answer = service.call(request).await.expect("it cannot fail");
    let status = answer.status().as_u16();
    let reached = orders.calls.load(Ordering::Relaxed);
    assert_eq!(
        reached == 1,
        status == 200,
        "only an accepted call gets through"
    );
    let challenge = answer.headers().get("www-authenticate");
    let challenge = challenge.map_or("", |value| value.to_str().expect("it is ASCII"));
    (status, challenge.to_owned(), answer.into_body())
}

#[tokio::test]
async fn k15_a_layer_answers_a_call_without_a_token_and_passes_the_caller_of_another() {
    let issuer = TestIssuer::new();
    let layer = GuardLayer::new(&issuer.guard(API));
    let (status, challenge, body) = call(&layer, "/orders", None).await;
    assert_eq!((status, &*challenge, &*body), (401, "Bearer", ""));
    let token = issuer.token(API).client("billing-job");
    let (status, _, body) = call(&layer, "/orders", Some(&token)).await;
    assert_eq!((status, &*body), (200, "billing-job"));
}

#[tokio::test]
async fn k18_a_layer_requires_scopes_all_or_any() {
    let issuer = TestIssuer::new();
    let guard = issuer.guard(API);
    let reader = issuer.token(API).scope("read:orders");
    let clerk = issuer.token(API).scope("read:orders write:orders");
    let status = async |layer: &GuardLayer<TestIssuer>, token: &TestToken| {
        let (status, challenge, _) = call(layer, "/orders", Some(token)).await;
        (status, challenge)
    };
    let scopes = ["read:orders", "write:orders"];
    let one = GuardLayer::new(&guard).scope("read:orders");
    let all = GuardLayer::new(&guard).all_scopes(&scopes);
    let any = GuardLayer::new(&guard).any_scope(&["admin:orders", "write:orders"]);
    assert_eq!(status(&one, &reader).await.0, 200);
    assert_eq!(status(&all, &clerk).await.0, 200);
    assert_eq!(status(&any, &clerk).await.0, 200);
    let (code, challenge) = status(&all, &reader).await;
    assert_eq!(code, 403);
    assert!(
        challenge.contains(r#"error="insufficient_scope""#)
            && challenge.contains(r#"scope="read:orders write:orders""#),
        "{challenge}"
    );
    let (code, challenge) = status(&any, &reader).await;
    assert_eq!(code, 403);
    assert!(challenge.contains(r#"scope="admin:orders""#), "{challenge}");
}

#[tokio::test]
async fn requirements_of_a_layer_are_added_to_the_earlier_ones() {
    let issuer = TestIssuer::new();
    let base = GuardLayer::new(&issuer.guard(API)).scope("read:orders");
    let route = base
        .scope("write:orders")
        .accepts(|_, parts| parts.uri.path() != "/closed")
        .accepts(|caller, _| caller.client_id() != "stranger");
    let scopes = "read:orders write:orders";
    for (scope, client_id, path, expected) in [
        (scopes, "billing-job", "/open", 200),
        ("write:orders", "billing-job", "/open", 403),
        ("read:orders", "billing-job", "/open", 403),
        (scopes, "billing-job", "/closed", 403),
        (scopes, "stranger", "/open", 403),
    ] {
        let token = issuer.token(API).client(client_id).scope(scope);
        let (status, ..) = call(&route, path, Some(&token)).await;
        assert_eq!(status, expected, "{scope} {client_id} {path}");
    }
}

#[tokio::test]
async fn k32_a_layer_requires_the_organization_of_the_path() {
    let issuer = TestIssuer::new();
    let layer = GuardLayer::new(&issuer.guard(API)).organization(|parts| {
        let mut segments = parts.uri.path().split('/').skip(1);
        let is_route = segments.next() == Some("orgs");
        is_route
            .then(|| segments.next().map(str::to_owned))
            .flatten()
    });
    let acme = issuer.token(API).organization("org_acme");
    let none = issuer.token(API);
    let empty = issuer.token(API).organization("");
    for (path, token, expected) in [
        ("/orgs/org_acme/orders", &acme, 200),
        ("/orgs/org_other/orders", &acme, 403),
        ("/orgs/org_acme/orders", &none, 403),
        ("/orgs", &acme, 403),
        ("/", &acme, 403),
        ("/orgs//orders", &none, 403),
        ("/orgs//orders", &empty, 403),
        ("/", &empty, 403),
    ] {
        let (status, ..) = call(&layer, path, Some(token)).await;
        assert_eq!(status, expected, "{path}");
    }
}

#[tokio::test]
async fn g3_a_layer_accepts_chosen_clients_and_reports_the_others() {
    let issuer = TestIssuer::new();
    let reports: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&reports);
    let layer = GuardLayer::new(&issuer.guard(API))
        .clients(&["billing-job", "clerk-job"])
        .accepts(|caller, parts| caller.client_id() == "billing-job" || parts.method == "GET")
        .on_denied(move |denied, parts| {
            let (cause, client_id) = (denied.cause().id(), denied.client_id());
            let line = format!("{cause} {client_id:?} {}", parts.uri.path());
            seen.lock().expect("no report panics").push(line);
        });
    let billing = issuer.token(API).client("billing-job");
    let stranger = issuer.token(API).client("stranger");
    assert_eq!(call(&layer, "/a", Some(&billing)).await.0, 200);
    assert_eq!(call(&layer, "/b", Some(&stranger)).await.0, 403);
    assert_eq!(
        *reports.lock().unwrap(),
        [r#"caller-not-allowed Some("stranger") /b"#]
    );
}

#[tokio::test]
async fn a_denied_call_can_be_quoted_by_its_trace_id() {
    let issuer = TestIssuer::new();
    let layer = GuardLayer::new(&issuer.guard(API)).trace_id(|parts| {
        let id = parts.headers.get("x-request-id")?;
        id.to_str().ok().map(str::to_owned)
    });
    let mut request = Request::new(());
    let id = "0af7651916cd43dd".parse().unwrap();
    request.headers_mut().insert("x-request-id", id);
    let answer = layer.layer(Orders::default()).call(request).await.unwrap();
    assert_eq!(
        answer.headers()["www-authenticate"],
        "Bearer trace_id=\"0af7651916cd43dd\""
    );
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
