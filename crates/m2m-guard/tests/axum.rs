//! An API of axum behind the guard, without a network.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::Path;
use axum::routing::{get, post};
use axum::{Extension, Router};
use http::{Request, StatusCode};
use m2m_guard::testing::{TestIssuer, TestToken};
use m2m_guard::{ApiGuard, Call, Caller, Cause, Denied, GuardLayer, Requirement};
use tower_service::Service as _;

const API: &str = "https://orders.example/api";

fn router(issuer: &TestIssuer) -> Router {
    let guard = issuer.guard(API);
    Router::new()
        .route(
            "/orders",
            post(async |caller: Caller| caller.client_id().to_owned()),
        )
        .layer(GuardLayer::new(&guard).scope("write:orders"))
        .route("/orders/{id}", get(order).layer(GuardLayer::new(&guard)))
        .route(
            "/open",
            get(async |caller: Option<Caller>| caller.is_none().to_string()),
        )
        .route("/mistake", get(async |_: Caller| ""))
        .layer(Extension(()))
}

/// The organization of an order is known when it is loaded.
async fn order(caller: Caller, Path(id): Path<String>) -> Result<String, Denied> {
    caller.require_organization("org_acme")?;
    Ok(id)
}

async fn call(router: &Router, method: &str, path: &str, token: Option<&TestToken>) -> StatusCode {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header("authorization", token.bearer());
    }
    let request = request.body(Body::empty()).expect("the parts are valid");
    let answer = router.clone().call(request).await;
    answer.expect("it cannot fail").status()
}

#[tokio::test]
async fn g3_handlers_take_the_caller_and_check_a_loaded_resource() {
    let issuer = TestIssuer::new();
    let router = router(&issuer);
    let clerk = issuer.token(API).scope("write:orders");
    let acme = issuer.token(API).organization("org_acme");
    let other = issuer.token(API).organization("org_other");
    for (method, path, token, expected) in [
        ("POST", "/orders", None, 401),
        ("POST", "/orders", Some(&acme), 403),
        ("POST", "/orders", Some(&clerk), 200),
        ("GET", "/orders/7", None, 401),
        ("GET", "/orders/7", Some(&acme), 200),
        ("GET", "/orders/7", Some(&other), 403),
        ("GET", "/open", None, 200),
        ("GET", "/open", Some(&acme), 200),
        ("GET", "/mistake", Some(&acme), 500),
    ] {
        let status = call(&router, method, path, token).await;
        assert_eq!(status, expected, "{method} {path}");
    }
}

/// A handler that asks a guard itself, behind a layer.
async fn asked(guard: Extension<ApiGuard<TestIssuer>>, call: Request<Body>) -> Result<(), Denied> {
    let (parts, _) = call.into_parts();
    let required = Requirement::scope("admin:orders");
    guard.check(&Call::from(&parts), required).await.map(|_| ())
}

#[tokio::test]
async fn a_denial_of_a_handler_reaches_the_report_of_its_layer() {
    let issuer = TestIssuer::new();
    let guard = issuer.guard(API);
    let reports: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&reports);
    let layer = GuardLayer::new(&guard).on_denied(move |denied, parts| {
        let line = format!("{} {}", parts.uri.path(), denied.cause());
        seen.lock().expect("no report panics").push(line);
    });
    let scoped = async |caller: Caller| caller.require(Requirement::scope("write:orders"));
    let revoked = async |caller: Caller| caller.deny(Cause::TokenRevoked);
    let router = Router::new()
        .route("/orders/{id}", get(order))
        .route("/scoped", get(scoped))
        .route("/revoked", get(revoked))
        .route("/asked", get(asked))
        .route_layer(layer)
        .layer(Extension(guard));
    let other = issuer.token(API).organization("org_other");
    for (path, status, expected) in [
        ("/orders/7", 403, Some("/orders/7 organization-mismatch")),
        ("/scoped", 403, Some("/scoped scope-insufficient")),
        ("/revoked", 401, Some("/revoked token-revoked")),
        // The denial of another guard is logged, and not reported as one of this layer.
        ("/asked", 403, None),
    ] {
        assert_eq!(call(&router, "GET", path, Some(&other)).await, status);
        let found = std::mem::take(&mut *reports.lock().unwrap());
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{path}");
    }
}
