//! What the operations need of the server that they manage.

use core::future::Future;
use core::net::IpAddr;
use std::sync::Arc;

use m2m_authority::TraceId;
use m2m_authority::registry::SigningKeys;
use m2m_errors::{Cause, Profile};
use m2m_jwt::UnixTime;
use m2m_store::{Backend, SealingKey};

/// A server that is managed: its registry, and what only a running server has.
pub trait Host: Send + Sync + 'static {
    /// Where its registry is.
    type Registry: Backend;

    /// Its registry. What is changed through it is served from the next request on.
    fn registry(&self) -> &Self::Registry;

    /// Its issuer identifier.
    fn issuer(&self) -> &str;

    /// Its dialect.
    fn profile(&self) -> Profile;

    /// Whether its registry may be changed.
    fn access(&self) -> Access;

    /// What its private keys are sealed with; none where they are in memory only.
    fn sealing(&self) -> Option<&SealingKey>;

    /// The keys that its tokens are signed with.
    fn keys(&self) -> Arc<SigningKeys>;

    /// Fills all of `bytes` with randomness that nobody can guess.
    fn fill(&self, bytes: &mut [u8]);

    /// Gets a token in the name of an application, by the path that every token takes, marked in the log as a test.
    fn test_token(&self, ask: TokenAsk<'_>) -> impl Future<Output = TokenAnswer> + Send;

    /// Decides what [`test_token`](Self::test_token) decides, and gets no token.
    fn check(&self, ask: TokenAsk<'_>) -> impl Future<Output = Verdict> + Send;
}

/// Whether a registry may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// It may.
    ReadWrite,
    /// It comes from a file, which is what says what is in it.
    ReadOnly,
}

/// A token that an operator asks for in the name of an application.
#[derive(Debug, Clone, Copy)]
pub struct TokenAsk<'a> {
    /// The client id of the operator, whose management token carries the scope for it.
    pub operator: &'a str,
    /// The address of the operator.
    pub operator_address: Option<IpAddr>,
    /// The application's client id.
    pub client_id: &'a str,
    /// The address that the application would call from; with none every address is allowed.
    pub address: Option<IpAddr>,
    /// The audiences; none means what the profile says.
    pub audiences: &'a [&'a str],
    /// The scope; none means all that is assigned.
    pub scope: Option<&'a str>,
    /// The name of the answer.
    pub trace_id: TraceId,
    /// The time of the request.
    pub now: UnixTime,
}

/// The answer of the token endpoint: its status, its headers and its body, whatever it says.
#[derive(Debug)]
pub struct TokenAnswer {
    /// The answer, ready to be sent.
    pub response: http::Response<bytes::Bytes>,
}

/// Whether a token would be granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It would.
    Granted(WouldGrant),
    /// It would not.
    Refused {
        /// The exact cause.
        cause: Cause,
        /// The evidence from the registry, in sentences.
        evidence: Vec<String>,
        /// The fixes, in sentences.
        fixes: Vec<String>,
    },
}

/// The token that an application would get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WouldGrant {
    /// Its audiences.
    pub audiences: Vec<Box<str>>,
    /// Its scope.
    pub scope: Box<str>,
    /// Its lifetime. Unit: seconds.
    pub expires_in: u32,
    /// True if a quota that only warns is used up.
    pub quota_exceeded: bool,
}
