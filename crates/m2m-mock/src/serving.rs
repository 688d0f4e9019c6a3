//! The mock over HTTP.

use core::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use m2m_host::clock;
use m2m_listen::{Full, Handler, Incoming, Refusal, read_body};

use crate::delivery::DeliveredBody;
use crate::limits::{BODY_TIME, MAX_BODY_BYTES};
use crate::mock::Mock;
use crate::reply::Delivery;

/// Answers the requests of a listener. A clone is the same mock.
#[derive(Debug, Clone)]
pub(crate) struct Serving(Arc<Mutex<Mock>>);

impl Serving {
    pub(crate) fn new(mock: Mock) -> Self {
        Self(Arc::new(Mutex::new(mock)))
    }

    fn lock(&self) -> MutexGuard<'_, Mock> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refused(&self, refusal: Refusal) -> Response<Bytes> {
        self.lock()
            .refuse(refusal.status(), refusal.as_str(), clock::now())
    }
}

impl Handler for Serving {
    type Body = DeliveredBody;

    async fn respond(&self, request: Request<Incoming>, _: IpAddr) -> Response<DeliveredBody> {
        let (parts, body) = request.into_parts();
        let body = match read_body(body, MAX_BODY_BYTES, BODY_TIME).await {
            Ok(body) => body,
            Err(refusal) => return DeliveredBody::whole(self.refused(refusal)),
        };
        let request = Request::from_parts(parts, body);
        // The lock is free again before the delay.
        let reply = self.lock().answer(&request, clock::now());
        if !reply.delay.is_zero() {
            tokio::time::sleep(reply.delay).await;
        }
        drop(reply.held);
        match reply.delivery {
            Delivery::Whole(answer) => DeliveredBody::whole(answer),
            Delivery::Truncated(answer) => DeliveredBody::truncated(answer),
            Delivery::Closed => DeliveredBody::closed(),
        }
    }

    fn refuse(&self, refusal: Refusal, _: &Parts, _: IpAddr) -> Response<Full<Bytes>> {
        self.refused(refusal).map(Full::new)
    }
}
