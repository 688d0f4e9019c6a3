//! The token endpoint: the only place where the steps of the flow meet I/O.
//!
//! ```text
//! accept → load the application → authenticate → authorize → load the key → issue → record → respond
//! ```
//!
//! Applications that asked before are in memory, and nothing waits except for reading the body; any other application is read from the
//! store, between the same steps.
//!
//! In maintenance all steps up to the signature are executed, and callers that may not go on get the maintenance error and nothing else.

mod gate;
pub(super) mod on_behalf;
#[cfg(test)]
mod tests;

use core::net::IpAddr;
use core::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method};
use hyper::body::Incoming;
use m2m_admin::http_api::Refused;
use m2m_authority::flow::{
    Authenticated, Authorized, Exchange, Header, Issued, RawRequest, RefusedEvent, Reply, accept,
    authenticate, authorize, issue, record, refuse_coding, respond, reuse,
};
use m2m_authority::inspection::RevocationSupport;
use m2m_authority::{
    Authority, Check, FingerprintKey, RecordedClientId, Refusal, RequestId, TraceId,
};
use m2m_errors::Cause;
use m2m_host::throttle::{Throttle, Verdict};
use m2m_host::{clock, random};
use m2m_jwt::{Signer, UnixTime};
use m2m_recorder::{Recorder, RefusedOperation};
use m2m_store::{CachedApplication, Lookup};

use super::body;
use super::inspection::{Listed, VerifiedTokens};
use super::reply::{self, Response};
use crate::metrics::Metrics;
use crate::store::RegistryCache;

use gate::{Gate, ManagementAudiences};

/// The parts that a reply to a token request needs.
#[derive(Debug)]
pub(crate) struct TokenEndpoint {
    authority: Authority,
    cache: Arc<RegistryCache>,
    throttle: Throttle,
    /// Drawn for this process.
    fingerprints: FingerprintKey,
    recorder: Recorder,
    metrics: Arc<Metrics>,
    management: ManagementAudiences,
    /// The tokens that requests about tokens presented.
    pub(super) verified: VerifiedTokens,
    /// The revocations that the audit log lists.
    pub(super) listed: Listed,
    /// The ability of the server to revoke tokens.
    pub(super) revocation: RevocationSupport,
}

/// A token, and the application that it was issued to.
struct Granted {
    issued: Issued,
    entry: Arc<CachedApplication>,
}

impl TokenEndpoint {
    pub(super) fn new(
        authority: Authority,
        cache: Arc<RegistryCache>,
        recorder: Recorder,
        metrics: Arc<Metrics>,
        revocation: RevocationSupport,
    ) -> Self {
        Self {
            management: ManagementAudiences::of(authority.issuer()),
            authority,
            cache,
            throttle: Throttle::default(),
            fingerprints: FingerprintKey::from_random(random::bytes()),
            recorder,
            metrics,
            verified: VerifiedTokens::default(),
            listed: Listed::default(),
            revocation,
        }
    }

    /// Returns the issuer and the dialect of the responses.
    pub(super) const fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Returns the registry that is served.
    pub(super) const fn cache(&self) -> &Arc<RegistryCache> {
        &self.cache
    }

    /// Answers a token request.
    pub(super) async fn respond(&self, parts: &Parts, body: Incoming, address: IpAddr) -> Response {
        let body = self.read(parts, body).await;
        let now = clock::now();
        let decision = match body {
            Ok(body) => {
                let request = RawRequest::from_http(parts, &body, Some(address));
                if parts.method == Method::POST && body::is_coded(parts) {
                    Err(self.gate().refuse(refuse_coding(&request)))
                } else {
                    self.decide(request, now).await
                }
            }
            Err(refusal) => Err(refusal),
        };
        let decision = decision.map_err(|refusal| self.throttled(refusal, address, now));
        reply::of(self.conclude(decision, &exchange(parts, address), now))
    }

    /// Reads the body of a request.
    pub(super) async fn read(&self, parts: &Parts, body: Incoming) -> Result<Bytes, Refusal> {
        match parts.method {
            Method::POST => {
                let body = body::read(body, self.authority.limits().max_body_bytes).await;
                body.map_err(super::refusal_of)
            }
            // The first step refuses it, whatever its body contains.
            _ => Ok(Bytes::new()),
        }
    }

    /// Returns the metrics of the server.
    pub(super) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Refuses a request for any path before it is processed.
    pub(super) fn refuse(&self, refusal: Refusal, exchange: &Exchange) -> Response {
        reply::of(self.conclude(Err(refusal), exchange, clock::now()))
    }

    /// Returns the trace id, the caller's request id and the address of a request for any path.
    pub(super) fn exchange(&self, parts: &Parts, address: IpAddr) -> Exchange {
        exchange(parts, address)
    }

    /// Records that a request of the management API was refused.
    pub(super) fn note(&self, refused: Refused, exchange: &Exchange, now: UnixTime) {
        let client_id = refused.client_id.map(|client_id| client_id.into());
        let event = RefusedEvent {
            time: now,
            trace_id: exchange.trace_id,
            request_id: exchange.request_id.clone(),
            address: exchange.address,
            client_id: client_id.map_or(RecordedClientId::None, RecordedClientId::Known),
            cause: refused.cause,
            operator: None,
        };
        let operation = RefusedOperation {
            operation: refused.operation,
            status: refused.status,
            code: refused.code,
            reason: refused.reason,
        };
        self.recorder.keep_management(event, operation);
    }

    /// Executes steps 1 to 4, and loads the application between them.
    async fn decide(&self, request: RawRequest<'_>, now: UnixTime) -> Result<Granted, Refusal> {
        let gate = self.gate();
        let decision = async {
            let accepted = unless_it_panics(|| accept(request, &self.authority))?;
            let entry = self.load(accepted.client_id(), now).await?;
            unless_it_panics(|| {
                let client = entry.as_deref().map(CachedApplication::client);
                let authenticated = authenticate(accepted, client, now)?;
                self.grant(authenticated, entry.ok_or(Cause::InternalError)?, gate, now)
            })
        };
        decision
            .await
            .map_err(|refusal| self.refused(gate, refusal))
    }

    /// Returns a refusal of the steps as it is answered, diagnosed and recorded.
    pub(super) fn refused(&self, gate: Gate<'_>, refusal: Refusal) -> Refusal {
        gate.refuse(refusal.fingerprinted(&self.fingerprints))
    }

    /// Returns the gate that is in effect for this request.
    pub(super) fn gate(&self) -> Gate<'_> {
        Gate::new(self.cache.common_guard().maintenance, &self.management)
    }

    /// Returns the application with this client id, if there is one. An application in memory is returned without waiting.
    pub(super) async fn load(
        &self,
        client_id: &str,
        now: UnixTime,
    ) -> Result<Option<Arc<CachedApplication>>, Refusal> {
        let uptime = clock::uptime();
        let mut found = self.cache.look_up(client_id, uptime);
        if let Lookup::OutOfContact = found {
            // There may have been no request for a while, as after a pause of the process.
            self.cache.contact_if_asked(uptime).await;
            found = self.cache.look_up(client_id, uptime);
        }
        match found {
            Lookup::Hit(entry) => {
                self.metrics.cache_hit();
                Ok(Some(entry))
            }
            Lookup::Absent => {
                self.metrics.cache_hit();
                Ok(None)
            }
            Lookup::Miss => {
                self.metrics.cache_missed();
                let loaded = self.cache.load(client_id, now).await;
                loaded.map_err(|_| Cause::StoreUnavailable.into())
            }
            Lookup::OutOfContact => Err(Cause::StoreUnavailable.into()),
        }
    }

    /// Executes steps 3 and 4.
    fn grant(
        &self,
        authenticated: Authenticated<'_>,
        entry: Arc<CachedApplication>,
        gate: Gate<'_>,
        now: UnixTime,
    ) -> Result<Granted, Refusal> {
        let quota = entry.meter(now);
        let authorized = self.authorize(authenticated, &entry, gate, now)?;
        let common = self.cache.common_guard();
        let key = common.keys.signing(authorized.algorithm());
        #[cfg(all(feature = "fault-injection", debug_assertions))]
        let key = key.map(|key| m2m_host::fault::Faulty::new(key, entry.client().client_id()));
        #[cfg(all(feature = "fault-injection", debug_assertions))]
        let key = key.as_ref();
        let may_reuse = authorized.may_reuse();
        let authorized = match self.reused(authorized, &entry, key, now) {
            Ok(issued) => return Ok(Granted { issued, entry }),
            Err(authorized) => authorized,
        };
        // Only now, so that a request that gets no token uses up no quota of others; they may have used up the rest in the meantime.
        let reservation = quota.take().map_err(|refusal| authorized.refuse(refusal))?;
        let jwt_id = entry.jwt_id(random::pooled());
        let issued = issue(authorized, key, &self.authority, jwt_id, now)?;
        reservation.keep();
        if let Some(key) = key.filter(|_| may_reuse) {
            entry.keep_reusable(issued.reusable(key.key_id()));
        }
        Ok(Granted { issued, entry })
    }

    /// Returns a token that the application has, if exactly that token would be issued now. It counts against no quota.
    #[expect(
        clippy::result_large_err,
        reason = "the request is handed back, and a box for it would cost an allocation"
    )]
    fn reused<'e>(
        &self,
        authorized: Authorized<'e>,
        entry: &CachedApplication,
        key: Option<&impl Signer>,
        now: UnixTime,
    ) -> Result<Issued, Authorized<'e>> {
        if !authorized.may_reuse() {
            return Err(authorized);
        }
        let held = entry.reusable();
        let mut held = held
            .iter()
            .filter(|held| !self.cache.is_token_revoked(held.jwt_id()));
        let fitting = held.try_fold(authorized, |authorized, held| {
            match reuse(authorized, held, key, now) {
                Ok(issued) => ControlFlow::Break(issued),
                Err(authorized) => ControlFlow::Continue(authorized),
            }
        });
        match fitting {
            ControlFlow::Break(issued) => Ok(issued),
            ControlFlow::Continue(authorized) => Err(authorized),
        }
    }

    /// Executes step 3, and checks that the gate lets the authorized request through.
    fn authorize<'e>(
        &self,
        authenticated: Authenticated<'_>,
        entry: &'e CachedApplication,
        gate: Gate<'_>,
        now: UnixTime,
    ) -> Result<Authorized<'e>, Refusal> {
        let usage = entry.meter(now).usage();
        let authorized = authorize(authenticated, entry.policy(), usage, &self.authority)?;
        gate.check(&authorized)?;
        Ok(authorized)
    }

    /// Counts a failed authentication, and answers it with 429 if there were too many. The secret has been checked all the same: no one
    /// can lock out another caller.
    pub(super) fn throttled(&self, refusal: Refusal, address: IpAddr, now: UnixTime) -> Refusal {
        if Check::of(refusal.cause()) != Some(Check::Authentication) {
            return refusal;
        }
        match self
            .throttle
            .failed(refusal.presented_client_id(), address, now)
        {
            Verdict::Answer => refusal,
            Verdict::Throttle {
                retry_after_seconds,
            } => {
                self.metrics.throttled();
                refusal.throttled(retry_after_seconds)
            }
        }
    }

    /// Executes steps 5 and 6.
    fn conclude(
        &self,
        mut decision: Result<Granted, Refusal>,
        exchange: &Exchange,
        now: UnixTime,
    ) -> Reply {
        let suspect = decision.as_mut().err().map(Refusal::take_suspect);
        let issued = decision.as_ref().map(|granted| &granted.issued);
        let entry = decision.as_ref().ok().map(|granted| &*granted.entry);
        self.recorder
            .keep(record(issued, exchange, now), suspect, entry);
        if let (Ok(issued), Some(entry)) = (issued, entry) {
            entry.scopes_used(issued, now);
        }
        respond(issued, exchange, &self.authority)
    }
}

/// Returns the decision of the steps. A panic is a bug of ours; its caller gets an answer, and other callers are still served.
pub(super) fn unless_it_panics<T>(
    steps: impl FnOnce() -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(steps)).unwrap_or_else(|_| Err(Refusal::of(Cause::InternalError)))
}

fn field<'r>(headers: &'r HeaderMap, name: &HeaderName) -> Header<'r> {
    headers
        .get_all(name)
        .iter()
        .map(http::HeaderValue::as_bytes)
        .collect()
}

pub(super) fn exchange(parts: &Parts, address: IpAddr) -> Exchange {
    Exchange {
        trace_id: TraceId::from_random(random::pooled()),
        request_id: request_id(&parts.headers),
        address: Some(address),
    }
}

/// Returns the name that the caller gave to the request, if it gave a valid one.
fn request_id(headers: &HeaderMap) -> Option<RequestId> {
    REQUEST_ID_FIELDS
        .iter()
        .find_map(|name| match field(headers, name) {
            Header::Once(value) => RequestId::parse(value),
            Header::Absent | Header::Repeated => None,
        })
}

/// The header fields in which callers name their requests: by convention, and by W3C Trace Context.
const REQUEST_ID_FIELDS: [HeaderName; 2] = [
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("traceparent"),
];
