//! An API that `m2m-guard` protects.

use std::error::Error;

use axum::Router;
use axum::routing::{get, post};
use m2m_guard::{ApiGuard, Caller, GuardLayer};

/// Returns the API of an issuer and an audience.
pub async fn router(issuer: &str, audience: &str) -> Result<Router, Box<dyn Error>> {
    let guard = ApiGuard::over_hyper(issuer, audience)?;
    let list = get(list).layer(GuardLayer::new(&guard).scope("read:orders"));
    let create = post(create).layer(GuardLayer::new(&guard).scope("write:orders"));
    Ok(Router::new().route("/orders", list.merge(create)))
}

async fn list(caller: Caller) -> String {
    caller.client_id().to_owned()
}

async fn create(caller: Caller) -> String {
    caller.client_id().to_owned()
}
