//! The layer in front of a service, in the time of the test.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use http::{Request, Response};
use m2m_guard::testing::{TestIssuer, TestToken};
use m2m_guard::{Caller, Denied, GuardLayer, ScopeToken};
use tower_layer::Layer as _;
use tower_service::Service;

const API: &str = "https://orders.example/api";

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
async fn scopes_and_clients_come_from_a_configuration_as_well() {
    let issuer = TestIssuer::new();
    let guard = issuer.guard(API);
    let reader = issuer.token(API).scope("read:orders");
    let layer = {
        let configured = String::from("read:orders write:orders");
        let scopes: Vec<String> = configured.split(' ').map(str::to_owned).collect();
        GuardLayer::new(&guard)
            .scope(String::from("read:orders"))
            .any_scope(&scopes)
            .clients(&[String::from("test-client")])
    };
    assert_eq!(call(&layer, "/orders", Some(&reader)).await.0, 200);
    let checked = ScopeToken::parse("write:orders").unwrap();
    let (status, challenge, _) = call(&layer.scope(checked), "/orders", Some(&reader)).await;
    assert_eq!(status, 403);
    assert!(challenge.contains(r#"scope="write:orders""#), "{challenge}");
}

#[tokio::test]
async fn a_text_that_is_not_a_scope_is_refused_when_the_layer_is_built() {
    let guard = TestIssuer::new().guard(API);
    for text in [
        "",
        " ",
        "read:orders ",
        "read:orders write:orders",
        "a\"b",
        "a\\b",
        "é",
    ] {
        let build: [&dyn Fn() -> GuardLayer<TestIssuer>; 3] = [
            &|| GuardLayer::new(&guard).scope(text),
            &|| GuardLayer::new(&guard).all_scopes(&["read:orders", text]),
            &|| GuardLayer::new(&guard).any_scope(&[text.to_owned()]),
        ];
        for build in build {
            let panic = catch_unwind(AssertUnwindSafe(build)).unwrap_err();
            let message = panic.downcast_ref::<String>().unwrap();
            let expected = format!("{text:?} is not a scope: ");
            assert!(message.starts_with(&expected), "{message}");
        }
    }
}

/// A service that requires the organization `org_acme` itself, in the way of a handler.
#[derive(Clone)]
struct Acme;

impl Service<Request<()>> for Acme {
    type Response = Response<String>;
    type Error = std::convert::Infallible;
    type Future = std::future::Ready<Result<Response<String>, std::convert::Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        let caller = request.extensions().get::<Caller>().expect("it is there");
        let answer = match caller.require_organization("org_acme") {
            Ok(()) => Response::default(),
            Err(denied) => denied.to_http(None).map(|()| "not yours".to_owned()),
        };
        std::future::ready(Ok(answer))
    }
}

#[tokio::test]
async fn a_call_that_the_service_denies_is_reported_once_with_its_parts() {
    let issuer = TestIssuer::new();
    let reports: Arc<Mutex<Vec<String>>> = Arc::default();
    let layer = |name: &'static str| {
        let seen = Arc::clone(&reports);
        GuardLayer::new(&issuer.guard(API)).on_denied(move |denied, parts| {
            let id = &parts.headers["x-request-id"];
            let line = format!("{name}: {denied}; {} {} {id:?}", parts.method, parts.uri);
            seen.lock().expect("no report panics").push(line);
        })
    };
    let request_id = |parts: &http::request::Parts| {
        let id = parts.headers.get("x-request-id")?;
        id.to_str().ok().map(str::to_owned)
    };
    // Two layers around one service: the inner one reports.
    let inner = layer("inner").scope("read:orders").trace_id(request_id);
    let mut service = layer("outer").layer(inner.layer(Acme));
    let acme = issuer.token(API).organization("org_acme");
    for (token, expected, line) in [
        (acme.clone().scope("read:orders"), 200, None),
        (
            issuer.token(API).scope("read:orders"),
            403,
            Some(
                r#"inner: organization-missing: the token has no organization, and "org_acme" is required; GET /orders?page=2 "r-7""#,
            ),
        ),
        (
            acme,
            403,
            Some(
                r#"inner: scope-insufficient: the token lacks ["read:orders"] of the required scopes ["read:orders"]; GET /orders?page=2 "r-7""#,
            ),
        ),
        (
            issuer.token("https://other.example"),
            401,
            Some(
                r#"outer: audience-mismatch: the token is for ["https://other.example"] instead of ["https://orders.example/api"]; GET /orders?page=2 "r-7""#,
            ),
        ),
    ] {
        let request = Request::get("/orders?page=2")
            .header("x-request-id", "r-7")
            .header("authorization", token.bearer());
        let answer = service.call(request.body(()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), expected, "{line:?}");
        let found = std::mem::take(&mut *reports.lock().unwrap());
        assert_eq!(found, line.into_iter().collect::<Vec<_>>());
        assert!(
            answer.extensions().get::<Denied>().is_none(),
            "no other layer reports it"
        );
        if expected == 403 {
            let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
            assert!(challenge.ends_with(r#"trace_id="r-7""#), "{challenge}");
        }
    }
}

#[tokio::test]
async fn an_answer_of_the_service_that_is_not_a_denial_is_passed_on() {
    let issuer = TestIssuer::new();
    let layer = GuardLayer::new(&issuer.guard(API)).on_denied(|denied, _| panic!("{denied}"));
    let token = issuer.token(API).organization("org_acme");
    let request = Request::get("/").header("authorization", token.bearer());
    let answer = layer.layer(Acme).call(request.body(()).unwrap()).await;
    assert_eq!(answer.unwrap().status(), 200);
}
