//! An issuer at a free port of this machine, which counts requests.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::Outcome;
use crate::tokens::Keys;

/// An issuer.
pub struct Issuer {
    /// Its URL.
    pub url: String,
    /// Its first keys.
    pub keys: Arc<Keys>,
    pub state: Arc<Published>,
}

/// The state of the issuer.
#[derive(Default)]
pub struct Published {
    url: String,
    jwks: Mutex<Vec<Value>>,
    /// The number of fetches of the keys.
    pub fetches: AtomicUsize,
    /// The number of requests for a token.
    pub requests: AtomicUsize,
    /// The number of requests that are answered with 503 from now on.
    pub failures: AtomicUsize,
    /// The time that an answer to a request for a token takes. Unit: milliseconds.
    pub delay: AtomicU64,
    is_down: std::sync::atomic::AtomicBool,
}

impl Published {
    /// Publishes these keys in addition.
    pub fn publish(&self, keys: &Keys) {
        self.jwks.lock().unwrap().extend(keys.jwks());
    }

    /// Answers every request with 503, or no longer.
    pub fn set_down(&self, is_down: bool) {
        self.is_down.store(is_down, Ordering::Relaxed);
    }

    fn is_down(&self) -> bool {
        self.is_down.load(Ordering::Relaxed)
    }
}

impl Issuer {
    pub async fn start() -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let keys = Arc::new(Keys::generate("first"));
        let state = Arc::new(Published {
            url: url.clone(),
            ..Published::default()
        });
        state.publish(&keys);
        let router = Router::new()
            .route("/.well-known/oauth-authorization-server", get(metadata))
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/jwks", get(jwks))
            .route("/token", post(token))
            .with_state(Arc::clone(&state));
        tokio::spawn(async { axum::serve(listener, router).await });
        Ok(Self { url, keys, state })
    }
}

fn document(document: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (headers, document.to_string()).into_response()
}

async fn metadata(State(state): State<Arc<Published>>) -> Response {
    let url = &state.url;
    document(&json!({
        "issuer": url,
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/jwks"),
        "authorization_endpoint": format!("{url}/authorize"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
    }))
}

async fn jwks(State(state): State<Arc<Published>>) -> Response {
    state.fetches.fetch_add(1, Ordering::Relaxed);
    if state.is_down() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let keys = state.jwks.lock().unwrap().clone();
    document(&json!({ "keys": keys }))
}

async fn token(State(state): State<Arc<Published>>, headers: HeaderMap) -> Response {
    state.requests.fetch_add(1, Ordering::Relaxed);
    let delay = state.delay.load(Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(delay)).await;
    let failures = &state.failures;
    let fails = failures.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
        left.checked_sub(1)
    });
    if fails.is_ok() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    // billing-job:right
    if headers
        .get(header::AUTHORIZATION)
        .is_none_or(|sent| sent != "Basic YmlsbGluZy1qb2I6cmlnaHQ=")
    {
        let refusal = document(&json!({ "error": "invalid_client" }));
        return (StatusCode::UNAUTHORIZED, refusal).into_response();
    }
    document(&json!({ "access_token": "a-token", "token_type": "Bearer", "expires_in": 3600 }))
}
