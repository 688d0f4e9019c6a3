//! Step 5: the event that the log keeps of a request. It never contains a secret or a token.

use core::net::IpAddr;
use std::sync::Arc;

use m2m_errors::Cause;
use m2m_jwt::UnixTime;

use super::authorize::QuotaLeft;
use super::issue::Issued;
use crate::diagnose::Ignored;
use crate::refusal::{RecordedClientId, Refusal};
use crate::{Check, RequestId, TraceId};

/// The facts about a request that do not depend on its outcome.
///
/// Exhaustive, since callers write it as a literal.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The trace id of the answer.
    pub trace_id: TraceId,
    /// The name that the caller gave to the request, if it is short and clean enough.
    pub request_id: Option<RequestId>,
    /// The address of the caller.
    pub address: Option<IpAddr>,
}

/// The way by which a token was requested.
///
/// Exhaustive: a log has to handle both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requester {
    /// The application requested it itself, with one of its secrets.
    TokenEndpoint {
        /// The position of the secret among those of the application, counted from 0, for the record of its last use.
        secret: u8,
    },
    /// An operator vouched for the application: a test token.
    Vouched {
        /// The client id of the operator.
        operator: Arc<str>,
    },
}

/// An event of the log.
///
/// Exhaustive: a log has to handle both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A token was issued. Such events are counted, not kept row by row.
    Issued(IssuedEvent),
    /// A request was refused. Each such event is kept as a row.
    Refused(RefusedEvent),
}

/// A token that was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IssuedEvent {
    /// The time of the decision.
    pub time: UnixTime,
    /// The client id of the application that the token is for.
    pub client_id: Arc<str>,
    /// The audiences of the token.
    pub audiences: Arc<[Arc<str>]>,
    /// The position of the first API among all [`Targets`](crate::policy::Targets): the one that the token is counted for.
    pub api: usize,
    /// The way by which the token was requested.
    pub requester: Requester,
    /// True if the token was issued to an earlier request of the application, within the reuse window of the API.
    pub is_reused: bool,
    /// True if the application has used up a quota that only warns.
    pub quota_exceeded: bool,
    /// A parameter that the request had in vain: in the URL, or with nearly the name of a known one.
    pub ignored: Option<Ignored>,
}

/// A request that was refused.
///
/// Exhaustive: a server also records refusals that it decides itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedEvent {
    /// The time of the decision.
    pub time: UnixTime,
    /// The trace id of the answer.
    pub trace_id: TraceId,
    /// The name that the caller gave to the request.
    pub request_id: Option<RequestId>,
    /// The address of the caller.
    pub address: Option<IpAddr>,
    /// The client id of the request, as far as it may be kept.
    pub client_id: RecordedClientId,
    /// The exact cause.
    pub cause: Cause,
    /// The client id of the operator who made the request in the name of the application, if one did.
    pub operator: Option<Arc<str>>,
}

impl RefusedEvent {
    /// Returns true if the request authenticated as the application, or an operator made it in the name of the application. Any stranger can
    /// send requests for which this is false.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        let is_known = matches!(self.client_id, RecordedClientId::Known(_));
        let is_past = Check::of(self.cause).is_some_and(|check| check > Check::Authentication);
        is_known && (is_past || self.operator.is_some())
    }
}

/// Returns the event that the log keeps of a decision.
#[must_use = "an event has to be queued"]
pub fn record(decision: Result<&Issued, &Refusal>, exchange: &Exchange, now: UnixTime) -> Event {
    match decision {
        Ok(issued) => Event::Issued(IssuedEvent {
            time: now,
            client_id: Arc::clone(&issued.client_id),
            audiences: Arc::clone(&issued.audiences),
            api: issued.api,
            requester: issued.requester.clone(),
            is_reused: issued.is_reused,
            quota_exceeded: !issued.is_reused && issued.quota.is_some_and(QuotaLeft::is_used_up),
            ignored: issued.ignored,
        }),
        Err(refusal) => Event::Refused(RefusedEvent {
            time: now,
            trace_id: exchange.trace_id,
            request_id: exchange.request_id.clone(),
            address: exchange.address,
            client_id: refusal.client_id().clone(),
            cause: refusal.cause(),
            operator: refusal.operator().cloned(),
        }),
    }
}
