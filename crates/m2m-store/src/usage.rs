//! What is counted and noted while tokens are issued and requests refused.

use core::net::IpAddr;

use m2m_authority::{RequestId, TraceId};
use m2m_errors::Cause;
use m2m_jwt::UnixTime;

/// What is written together.
#[derive(Debug, Clone, Default)]
pub struct UsageBatch {
    /// Tokens issued.
    pub issued: Vec<IssuedCount>,
    /// Secrets used.
    pub secrets: Vec<SecretUse>,
    /// Requests refused.
    pub refused: Vec<Refused>,
    /// What was found out of requests that were refused: in this batch or in an earlier one.
    pub diagnosed: Vec<Diagnosed>,
}

impl UsageBatch {
    /// Whether there is nothing to write.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.issued.is_empty()
            && self.secrets.is_empty()
            && self.refused.is_empty()
            && self.diagnosed.is_empty()
    }
}

/// So many tokens of an application for an API in a minute.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IssuedCount {
    /// When. Unit: minutes since 1970.
    pub minute: u64,
    /// The application.
    pub client_id: Box<str>,
    /// The audience of the API; the first where there are several.
    pub audience: Box<str>,
    /// How many. They are added to those that are counted already.
    pub tokens: u64,
}

/// When a secret was last used.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SecretUse {
    /// The application.
    pub client_id: Box<str>,
    /// The secret among its secrets.
    pub secret_id: Box<str>,
    /// When. An earlier time than the one that is kept changes nothing.
    pub at: UnixTime,
}

/// A request that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The name of the answer.
    pub trace_id: TraceId,
    /// The name that the caller gave the request.
    pub request_id: Option<RequestId>,
    /// When.
    pub time: UnixTime,
    /// Exactly why.
    pub cause: Cause,
    /// Whose request it was, if an application has the client id.
    pub client_id: Option<Box<str>>,
    /// Where it came from.
    pub address: Option<IpAddr>,
    /// What a diagnosis found, as JSON; none while there is none.
    pub diagnosis: Option<Box<str>>,
}

/// What a diagnosis found of a request that was refused. Of one that is not kept any more nothing is kept either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosed {
    /// The name of the answer.
    pub trace_id: TraceId,
    /// What was found, as JSON. It takes the place of what was found before.
    pub diagnosis: Box<str>,
}
