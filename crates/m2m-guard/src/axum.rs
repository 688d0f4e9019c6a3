//! The caller as an argument of handlers of axum, and a denial as their answer.

use core::convert::Infallible;

use axum_core::body::Body;
use axum_core::extract::{FromRequestParts, OptionalFromRequestParts};
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;

use crate::{Caller, Denied, ResourceMetadata};

/// The caller of a route behind a [`GuardLayer`](crate::GuardLayer). On a route without one, the answer is 500, and no caller gets through.
impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Unguarded;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Unguarded> {
        let caller = parts.extensions.get().cloned();
        caller.ok_or(Unguarded)
    }
}

/// The caller, or `None` on a route without a [`GuardLayer`](crate::GuardLayer).
impl<S: Sync> OptionalFromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get().cloned())
    }
}

/// A handler asks for a [`Caller`], and its route has no [`GuardLayer`](crate::GuardLayer).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unguarded;

impl IntoResponse for Unguarded {
    fn into_response(self) -> Response {
        tracing::error!("a handler takes a Caller, but its route has no GuardLayer");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

/// The status and the challenge, without a body.
///
/// A handler behind a [`GuardLayer`](crate::GuardLayer) denies calls that have passed it, such as for the organization of a loaded resource. The layer reports
/// them when the answer passes it, as those that it denies itself. Another denial, such as that of an [`ApiGuard`](crate::ApiGuard) that the handler asks itself, is
/// logged with `tracing` here.
impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        if !self.is_reported_by_layer() {
            tracing::warn!(
                cause = self.cause().id(),
                client_id = self.client_id(),
                "call denied by its handler: {self}"
            );
        }
        self.to_http(None).map(|()| Body::empty())
    }
}

/// The document of the metadata.
impl IntoResponse for ResourceMetadata {
    fn into_response(self) -> Response {
        self.to_http().map(Body::from)
    }
}
