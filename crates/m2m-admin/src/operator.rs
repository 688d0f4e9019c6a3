//! The caller of an operation.

use core::net::IpAddr;

use m2m_authority::TraceId;
use m2m_jwt::UnixTime;
use m2m_store::Actor;

/// Who asks for an operation, and when.
#[derive(Debug, Clone)]
pub struct Operator {
    /// The client id of the application whose token it is.
    pub client_id: Box<str>,
    /// The scopes of the token that the application still has.
    pub scopes: Box<[Box<str>]>,
    /// The id of the token.
    pub jwt_id: Box<str>,
    /// When the token was issued.
    pub issued_at: UnixTime,
    /// The scopes that the request needs: that of the operation, and those of the fields that it sets.
    pub needs: Vec<&'static str>,
    /// The name of the answer.
    pub trace_id: TraceId,
    /// Where the request came from.
    pub address: Option<IpAddr>,
    /// When it came.
    pub now: UnixTime,
}

impl Operator {
    /// Who made the change, for the audit log.
    pub(crate) fn actor(&self) -> Actor {
        Actor {
            name: self.client_id.clone(),
            trace_id: Some(self.trace_id),
            address: self.address,
        }
    }
}
