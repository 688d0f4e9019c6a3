//! The interface of the server that the operations manage.

use core::future::Future;
use core::net::IpAddr;
use std::sync::Arc;

use m2m_authority::TraceId;
use m2m_authority::diagnose::Diagnosis;
use m2m_authority::registry::SigningKeys;
use m2m_errors::Profile;
use m2m_jwt::UnixTime;
use m2m_store::{Backend, SealingKey};

use crate::KeySchedule;

/// The managed server: its registry, and the functions that only a running server has.
pub trait Host: Send + Sync + 'static {
    /// The type of the registry.
    type Registry: Backend;

    /// Returns the registry. A change that is made through it is served from the next request on.
    fn registry(&self) -> &Self::Registry;

    /// Returns the issuer identifier of the server.
    fn issuer(&self) -> &str;

    /// Returns the profile of the server.
    fn profile(&self) -> Profile;

    /// Returns the access to the registry.
    fn access(&self) -> Access;

    /// Returns the key that seals private keys, or `None` if they are only in memory.
    fn sealing(&self) -> Option<&SealingKey>;

    /// Returns the schedule of key rotations.
    fn key_schedule(&self) -> KeySchedule;

    /// Returns the keys with which tokens are signed.
    fn keys(&self) -> Arc<SigningKeys>;

    /// Fills `bytes` with cryptographically secure randomness.
    fn fill(&self, bytes: &mut [u8]);

    /// Gets a token on behalf of an application, on the path that every token takes. The log marks it as a test.
    fn test_token(&self, ask: TestTokenParameters<'_>) -> impl Future<Output = TokenAnswer> + Send;

    /// Returns the decision of [`test_token`](Self::test_token) without issuing a token.
    fn check(&self, ask: TestTokenParameters<'_>) -> impl Future<Output = Verdict> + Send;
}

/// The access to a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// The registry can be changed.
    ReadWrite,
    /// The registry is read from a file, and can only be changed there.
    ReadOnly,
}

/// The token that an operator requests on behalf of an application.
#[derive(Debug, Clone, Copy)]
pub struct TestTokenParameters<'a> {
    /// The client id of the operator, whose management token has the scope for this.
    pub operator: &'a str,
    /// The address of the operator.
    pub operator_address: Option<IpAddr>,
    /// The client id of the application.
    pub client_id: &'a str,
    /// The address that the application would call from. If `None`, every address is allowed.
    pub address: Option<IpAddr>,
    /// The audiences. If empty, the profile decides.
    pub audiences: &'a [&'a str],
    /// The scope. If `None`, all assigned scopes are requested.
    pub scope: Option<&'a str>,
    /// The trace id of the request.
    pub trace_id: TraceId,
    /// The time of the request.
    pub now: UnixTime,
}

/// The answer of the token endpoint, with its status, headers and body, for a success or a refusal.
#[derive(Debug)]
pub struct TokenAnswer {
    /// The answer, ready to be sent.
    pub response: http::Response<bytes::Bytes>,
}

/// The result of a check of a token request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The token would be granted.
    Granted(WouldGrant),
    /// The token would be refused.
    Refused(Diagnosis),
}

/// The token that would be granted to an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WouldGrant {
    /// The audiences of the token.
    pub audiences: Vec<Box<str>>,
    /// The scope of the token.
    pub scope: Box<str>,
    /// The lifetime of the token. Unit: seconds.
    pub expires_in: u32,
    /// True if a quota that only warns is exceeded.
    pub quota_exceeded: bool,
}
