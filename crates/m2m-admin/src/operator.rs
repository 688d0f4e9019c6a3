//! The caller of an operation.

use core::net::IpAddr;

use m2m_authority::TraceId;
use m2m_jwt::UnixTime;
use m2m_store::Actor;

/// The caller of an operation, and the time of the call.
#[derive(Debug, Clone)]
pub struct Operator {
    /// The client id of the application that the token was issued to.
    pub client_id: Box<str>,
    /// The scopes of the token that the application still has.
    pub scopes: Box<[Box<str>]>,
    /// The id of the token (`jti`).
    pub jwt_id: Box<str>,
    /// The time at which the token was issued.
    pub issued_at: UnixTime,
    /// The scopes that the request needs: that of the operation, and those of the fields that it sets.
    pub needs: Vec<&'static str>,
    /// The trace id of the request.
    pub trace_id: TraceId,
    /// The address that the request came from.
    pub address: Option<IpAddr>,
    /// The time at which the request arrived.
    pub now: UnixTime,
}

impl Operator {
    /// Returns the actor of a change, for the audit log.
    pub(crate) fn actor(&self) -> Actor {
        Actor {
            name: self.client_id.clone(),
            trace_id: Some(self.trace_id),
            address: self.address,
        }
    }
}
