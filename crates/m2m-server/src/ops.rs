//! The answers to probes and metrics collectors, on an address of their own: whether the server is alive, whether to send it requests, and
//! its counters. Nothing here is for callers, and nothing is secret, but it shows which clients are busy and what fails.

use core::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Method, Request, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use m2m_host::clock;
use m2m_listen::{Handler, Refusal};
use m2m_recorder::StoreHealth;
use serde_json::{Map, Value, json};

use crate::http::Response;
use crate::metrics::Metrics;
use crate::readiness::{Readiness, Unready};

/// The answers of the ops listener.
#[derive(Debug)]
pub(crate) struct Ops {
    readiness: Arc<Readiness>,
    health: Arc<StoreHealth>,
    metrics: Arc<Metrics>,
}

impl Ops {
    pub(crate) const fn new(
        readiness: Arc<Readiness>,
        health: Arc<StoreHealth>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            readiness,
            health,
            metrics,
        }
    }

    async fn answer(&self, method: &Method, path: &str) -> Response {
        if !matches!(*method, Method::GET | Method::HEAD) {
            let mut response = json_of(StatusCode::METHOD_NOT_ALLOWED, &error("use GET"));
            response
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        match path {
            "/livez" => json_of(StatusCode::OK, &json!({"live": true})),
            "/readyz" => self.readyz().await,
            "/metrics" => of(
                StatusCode::OK,
                "application/openmetrics-text; version=1.0.0; charset=utf-8",
                self.metrics.text(),
            ),
            _ => json_of(
                StatusCode::NOT_FOUND,
                &error("the paths are /livez, /readyz and /metrics"),
            ),
        }
    }

    /// Reports readiness. A store that cannot write is reported as well, although the server keeps issuing tokens.
    async fn readyz(&self) -> Response {
        let reasons = self.readiness.reasons(clock::uptime()).await;
        let status = if reasons.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        };
        let mut said = Map::new();
        said.insert("ready".to_owned(), reasons.is_empty().into());
        if !reasons.is_empty() {
            let reasons: Vec<&str> = reasons.into_iter().map(Unready::as_str).collect();
            said.insert("reasons".to_owned(), reasons.into());
        }
        if let Some(failing) = self.health.shown() {
            said.insert("store".to_owned(), failing);
        }
        json_of(status, &said.into())
    }
}

impl Handler for Ops {
    type Body = Full<Bytes>;

    async fn respond(&self, request: Request<Incoming>, _address: IpAddr) -> Response {
        self.answer(request.method(), request.uri().path()).await
    }

    fn refuse(&self, refusal: Refusal, _parts: &Parts, _address: IpAddr) -> Response {
        json_of(refusal.status(), &error(refusal.as_str()))
    }
}

fn error(what: &str) -> Value {
    json!({ "error": what })
}

fn json_of(status: StatusCode, value: &Value) -> Response {
    of(status, "application/json", format!("{value}\n"))
}

fn of(status: StatusCode, content_type: &'static str, body: String) -> Response {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let fields = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in fields {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use m2m_store::{Access, Observer as _, StoreError};

    use super::*;

    fn ops() -> (Arc<Readiness>, Arc<StoreHealth>, Ops) {
        let readiness = Arc::new(Readiness::default());
        let metrics = Arc::new(Metrics::new());
        let health = Arc::new(StoreHealth::new(Arc::clone(&metrics)));
        let ops = Ops::new(Arc::clone(&readiness), Arc::clone(&health), metrics);
        (readiness, health, ops)
    }

    #[tokio::test]
    async fn is_ready_only_without_a_reason_against_it() {
        let (readiness, _, ops) = ops();
        let status = async |path| ops.answer(&Method::GET, path).await.status().as_u16();
        assert_eq!(
            (status("/livez").await, status("/readyz").await),
            (200, 200)
        );
        readiness.set(Unready::Draining);
        assert_eq!(
            (status("/livez").await, status("/readyz").await),
            (200, 503)
        );
    }

    #[tokio::test]
    async fn f6_reports_why_the_store_does_not_write_though_it_is_ready() {
        let (_, health, ops) = ops();
        let why = "m2m.db: database or disk is full".into();
        health.failed(Access::Write, &StoreError::Full { why });
        let response = ops.answer(&Method::GET, "/readyz").await;
        assert_eq!(response.status(), 200);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let said: Value = serde_json::from_slice(&body).unwrap();
        let write = said["store"]["write"].as_str().unwrap();
        assert!(
            write.contains("m2m.db") && write.contains("full"),
            "{write}"
        );
    }

    #[tokio::test]
    async fn answers_nothing_else() {
        let (_, _, ops) = ops();
        for path in ["/", "/metrics/", "/oauth2/token", "/readyz?verbose"] {
            let response = ops.answer(&Method::GET, path).await;
            assert_eq!(response.status(), 404, "{path}");
        }
        let status = async |method| ops.answer(&method, "/metrics").await.status();
        assert_eq!(status(Method::POST).await, 405);
        assert_eq!(status(Method::HEAD).await, 200);
    }
}
