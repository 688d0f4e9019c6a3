//! An API that nothing protects, with which the others are compared.

use axum::Router;
use axum::routing::{get, post};

/// Returns the API.
pub fn router() -> Router {
    Router::new().route("/orders", get(list).merge(post(create)))
}

async fn list() -> String {
    "billing-job".to_owned()
}

async fn create() -> String {
    "billing-job".to_owned()
}
