//! The token endpoint: the only place where steps and waits meet.
//!
//! ```text
//! accept → load the client → authenticate → load the policy → authorize → load the key → issue → record → respond
//! ```
//!
//! The registry is in memory, so that nothing waits but the reading of the body; where it comes from a store, the waits belong
//! between the same steps.

use core::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, header};
use hyper::body::Incoming;
use m2m_authority::flow::{
    Exchange, Header, Issued, Outcome, RawRequest, Reply, accept, authenticate, authorize, issue,
    record, respond,
};
use m2m_authority::registry::SigningKeys;
use m2m_authority::{Authority, JwtId, Refusal, Registry, RequestId, TraceId};
use m2m_errors::Cause;
use m2m_jwt::UnixTime;

use super::body;
use super::reply::{self, Response};
use crate::quota::Quotas;
use crate::recorder::Recorder;
use crate::{clock, random};

/// What makes a reply of a token request.
#[derive(Debug)]
pub(super) struct TokenEndpoint {
    authority: Authority,
    registry: Arc<Registry>,
    keys: SigningKeys,
    quotas: Quotas,
    recorder: Recorder,
}

impl TokenEndpoint {
    pub(super) fn new(
        authority: Authority,
        registry: Arc<Registry>,
        keys: SigningKeys,
        recorder: Recorder,
    ) -> Self {
        Self {
            quotas: Quotas::of(registry.records()),
            authority,
            registry,
            keys,
            recorder,
        }
    }

    /// Who issues, in which dialect.
    pub(super) const fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Answers a token request.
    pub(super) async fn respond(&self, parts: &Parts, body: Incoming, address: IpAddr) -> Response {
        let body = match parts.method {
            Method::POST => body::read(body, self.authority.limits().max_body_bytes).await,
            // The first step refuses it, whatever its body is.
            _ => Ok(Bytes::new()),
        };
        let now = clock::now();
        let decision = body.map_err(Refusal::of).and_then(|body| {
            // A panic is a defect of ours; its caller gets an answer, and the others are served on.
            let decide = AssertUnwindSafe(|| self.decide(raw(parts, &body, address), now));
            catch_unwind(decide).unwrap_or_else(|_| Err(Refusal::of(Cause::InternalError)))
        });
        reply::of(self.conclude(decision, &exchange(parts, address), now))
    }

    /// Refuses a request, of whatever path, before it is looked into.
    pub(super) fn refuse(&self, cause: Cause, parts: &Parts, address: IpAddr) -> Response {
        reply::of(self.conclude(
            Err(Refusal::of(cause)),
            &exchange(parts, address),
            clock::now(),
        ))
    }

    /// Steps 1 to 4, and what is loaded between them.
    fn decide(&self, request: RawRequest<'_>, now: UnixTime) -> Result<Issued, Refusal> {
        let accepted = accept(request, &self.authority)?;
        let client = self.registry.client(accepted.client_id());
        let authenticated = authenticate(accepted, client.map(|client| &**client), now)?;
        let policy = self
            .registry
            .policy(authenticated.client_id())
            .ok_or(Cause::InternalError)?;
        let quota = self.quotas.meter(authenticated.client_id(), now);
        let authorized = authorize(authenticated, policy, quota.usage(), &self.authority)?;
        // Only now, so that a request that gets no token takes none from others; they may have taken the last meanwhile.
        let reservation = quota.take().map_err(|refusal| authorized.refuse(refusal))?;
        let key = self.keys.signing(authorized.algorithm());
        let issued = issue(
            authorized,
            key,
            &self.authority,
            JwtId::from_random(random::bytes()),
            now,
        )?;
        reservation.keep();
        Ok(issued)
    }

    /// Steps 5 and 6.
    fn conclude(
        &self,
        mut decision: Result<Issued, Refusal>,
        exchange: &Exchange,
        now: UnixTime,
    ) -> Reply {
        let suspect = decision.as_mut().err().map(Refusal::take_suspect);
        let outcome = match &decision {
            Ok(issued) => Outcome::Issued(issued),
            Err(refusal) => Outcome::Refused(refusal),
        };
        self.recorder.keep(record(outcome, exchange, now), suspect);
        respond(outcome, exchange, &self.authority)
    }
}

fn raw<'r>(parts: &'r Parts, body: &'r [u8], address: IpAddr) -> RawRequest<'r> {
    RawRequest {
        method: parts.method.as_str(),
        query: parts.uri.query().map(str::as_bytes),
        content_type: field(&parts.headers, &header::CONTENT_TYPE),
        authorization: field(&parts.headers, &header::AUTHORIZATION),
        body,
        address: Some(address),
    }
}

fn field<'r>(headers: &'r HeaderMap, name: &HeaderName) -> Header<'r> {
    headers
        .get_all(name)
        .iter()
        .map(http::HeaderValue::as_bytes)
        .collect()
}

fn exchange(parts: &Parts, address: IpAddr) -> Exchange {
    Exchange {
        trace_id: TraceId::from_random(random::bytes()),
        request_id: request_id(&parts.headers),
        address: Some(address),
    }
}

/// The name that the caller gave to the request, if it gave one, and a sane one.
fn request_id(headers: &HeaderMap) -> Option<RequestId> {
    REQUEST_ID_FIELDS
        .iter()
        .find_map(|name| match field(headers, name) {
            Header::Once(value) => RequestId::parse(value),
            Header::Absent | Header::Repeated => None,
        })
}

/// Where callers name their requests: by custom, and by W3C Trace Context.
const REQUEST_ID_FIELDS: [HeaderName; 2] = [
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("traceparent"),
];
