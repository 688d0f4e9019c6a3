//! What the machinery around the server asks it, on an address of its own: whether it lives, whether to send it requests, and what it
//! has counted. Nothing here is for callers, and nothing is secret, but it tells who is busy and what fails.

use core::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Method, Request, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use m2m_errors::Cause;
use serde_json::{Value, json};

use crate::http::Response;
use crate::listen::Handler;
use crate::metrics::Metrics;
use crate::readiness::{Readiness, Unready};

/// The answers of the ops listener.
#[derive(Debug)]
pub(crate) struct Ops {
    readiness: Arc<Readiness>,
    metrics: Arc<Metrics>,
}

impl Ops {
    pub(crate) const fn new(readiness: Arc<Readiness>, metrics: Arc<Metrics>) -> Self {
        Self { readiness, metrics }
    }

    fn answer(&self, method: &Method, path: &str) -> Response {
        if !matches!(*method, Method::GET | Method::HEAD) {
            let mut response = json_of(StatusCode::METHOD_NOT_ALLOWED, &error("use GET"));
            response
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        match path {
            "/livez" => json_of(StatusCode::OK, &json!({"live": true})),
            "/readyz" => self.readyz(),
            "/metrics" => of(
                StatusCode::OK,
                "application/openmetrics-text; version=1.0.0; charset=utf-8",
                self.metrics.text(),
            ),
            _ => json_of(
                StatusCode::NOT_FOUND,
                &error("there is /livez, /readyz and /metrics"),
            ),
        }
    }

    fn readyz(&self) -> Response {
        let reasons: Vec<&str> = self.readiness.reasons().map(Unready::as_str).collect();
        if reasons.is_empty() {
            json_of(StatusCode::OK, &json!({"ready": true}))
        } else {
            json_of(
                StatusCode::SERVICE_UNAVAILABLE,
                &json!({"ready": false, "reasons": reasons}),
            )
        }
    }
}

impl Handler for Ops {
    async fn respond(&self, request: Request<Incoming>, _address: IpAddr) -> Response {
        self.answer(request.method(), request.uri().path())
    }

    fn refuse(&self, cause: Cause, _parts: &Parts, _address: IpAddr) -> Response {
        let status = cause.entry().wire.of(m2m_errors::Profile::Rfc).status;
        json_of(
            StatusCode::from_u16(status.code()).unwrap_or(StatusCode::BAD_REQUEST),
            &error(cause.entry().operator),
        )
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
    use super::*;

    fn ops() -> (Arc<Readiness>, Ops) {
        let readiness = Arc::new(Readiness::starting());
        let ops = Ops::new(Arc::clone(&readiness), Arc::new(Metrics::new()));
        (readiness, ops)
    }

    #[test]
    fn is_ready_only_when_nothing_speaks_against_it() {
        let (readiness, ops) = ops();
        let status = |path| ops.answer(&Method::GET, path).status().as_u16();
        assert_eq!((status("/livez"), status("/readyz")), (200, 503));
        readiness.clear(Unready::Starting);
        assert_eq!((status("/livez"), status("/readyz")), (200, 200));
        readiness.set(Unready::Draining);
        assert_eq!((status("/livez"), status("/readyz")), (200, 503));
    }

    #[test]
    fn answers_nothing_else() {
        let (_, ops) = ops();
        for path in ["/", "/metrics/", "/oauth2/token", "/readyz?verbose"] {
            assert_eq!(ops.answer(&Method::GET, path).status(), 404, "{path}");
        }
        assert_eq!(ops.answer(&Method::POST, "/metrics").status(), 405);
        assert_eq!(ops.answer(&Method::HEAD, "/metrics").status(), 200);
    }
}
