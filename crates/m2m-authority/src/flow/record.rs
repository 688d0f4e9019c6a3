//! Step 5: what the log keeps of a request. Never a secret, never a token.

use core::net::IpAddr;
use std::sync::Arc;

use m2m_errors::Cause;
use m2m_jwt::UnixTime;

use super::issue::Issued;
use crate::refusal::{RecordedClientId, Refusal};
use crate::{RequestId, TraceId};

/// What belongs to a request whatever becomes of it.
///
/// Exhaustive, since callers write it as a literal.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The name of the answer.
    pub trace_id: TraceId,
    /// The name that the caller gave to the request, if it is a sane one.
    pub request_id: Option<RequestId>,
    /// The address of the caller.
    pub address: Option<IpAddr>,
}

/// By which door a token was asked for.
///
/// Exhaustive: a log has to handle both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Door {
    /// By the application itself, with one of its secrets.
    TokenEndpoint {
        /// The position of the secret among those of the application, counted from 0: which one was last used.
        secret: u8,
    },
    /// By an operator who vouched for it: a test token.
    Vouched {
        /// The client id of the operator.
        operator: Arc<str>,
    },
}

/// What the log keeps.
///
/// Exhaustive: a log has to handle both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A token was issued. Counted, not kept row by row.
    Issued(IssuedEvent),
    /// A request was refused. Kept as a row.
    Refused(RefusedEvent),
}

/// A token that was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IssuedEvent {
    /// When.
    pub time: UnixTime,
    /// To whom.
    pub client_id: Arc<str>,
    /// For which audiences.
    pub audiences: Arc<[Arc<str>]>,
    /// The position of the first API among all [`Targets`](crate::policy::Targets): the one that the token is counted for.
    pub api: usize,
    /// By which door.
    pub door: Door,
    /// Whether the application has used up a quota that only warns.
    pub quota_exceeded: bool,
}

/// A request that was refused.
///
/// Exhaustive: a server also records refusals that it decides itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedEvent {
    /// When.
    pub time: UnixTime,
    /// The name of the answer.
    pub trace_id: TraceId,
    /// The name that the caller gave to the request.
    pub request_id: Option<RequestId>,
    /// From where.
    pub address: Option<IpAddr>,
    /// Who, as far as it may be kept.
    pub client_id: RecordedClientId,
    /// Exactly why.
    pub cause: Cause,
    /// The client id of the operator who asked in the name of the application.
    pub operator: Option<Arc<str>>,
}

/// The event that the log keeps of a decision.
#[must_use = "an event has to be queued"]
pub fn record(decision: Result<&Issued, &Refusal>, exchange: &Exchange, now: UnixTime) -> Event {
    match decision {
        Ok(issued) => Event::Issued(IssuedEvent {
            time: now,
            client_id: Arc::clone(&issued.client_id),
            audiences: Arc::clone(&issued.audiences),
            api: issued.api,
            door: issued.door.clone(),
            quota_exceeded: issued.quota_exceeded,
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
