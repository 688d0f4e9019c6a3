//! An API of axum behind the guard, without a network.

use axum::body::Body;
use axum::extract::Path;
use axum::routing::{get, post};
use axum::{Extension, Router};
use http::{Request, StatusCode};
use m2m_guard::testing::{TestIssuer, TestToken};
use m2m_guard::{Caller, Denied, GuardLayer};
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
