//! A request that is not granted.

use std::sync::Arc;

use m2m_errors::Cause;
use oauth_proto::clean_for_description;

use crate::diagnose::Suspect;
use crate::flow::Operator;

/// A request that is not granted, for exactly one cause.
#[derive(Debug)]
#[must_use = "a refusal has to be recorded and answered"]
pub struct Refusal {
    cause: Cause,
    echo: Option<Box<str>>,
    target: TargetParameter,
    client_id: RecordedClientId,
    operator: Option<Arc<str>>,
    retry_after_seconds: Option<u32>,
    suspect: Option<Box<Suspect>>,
}

/// By which parameter a request named its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum TargetParameter {
    /// By `audience`, or not at all.
    #[default]
    Audience,
    /// By `resource` (RFC 8707, section 2).
    Resource,
}

/// The client id of a request as events may keep it.
///
/// Who mistakes one credential for the other sends a secret as client id, whole or in part. So only the id of an application
/// is kept; of any other text no more than its length and a fingerprint. The diagnosis, which has the registry at hand, names
/// the application that was meant.
///
/// Exhaustive: a log has to decide about every case, since strangers choose some of these values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum RecordedClientId {
    /// The request did not get as far as to name a client.
    #[default]
    None,
    /// The client id of an application.
    Known(Arc<str>),
    /// A text that no application has as its client id, or that was not looked up.
    Withheld {
        /// Its length. Unit: bytes.
        bytes: usize,
        /// The first 32 bits of its SHA-256: enough to see that two requests named the same.
        fingerprint: u32,
    },
}

impl RecordedClientId {
    /// What may be kept of a client id that was not looked up, or not found.
    #[must_use]
    pub fn presented(client_id: &str) -> Self {
        let [a, b, c, d, ..] = m2m_jwt::sha256(client_id.as_bytes());
        Self::Withheld {
            bytes: client_id.len(),
            fingerprint: u32::from_be_bytes([a, b, c, d]),
        }
    }
}

impl core::fmt::Display for RecordedClientId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::None => f.write_str("-"),
            Self::Known(client_id) => f.write_str(client_id),
            Self::Withheld { bytes, fingerprint } => {
                write!(f, "({bytes} bytes, {fingerprint:08x})")
            }
        }
    }
}

impl Refusal {
    /// A refusal for `cause`, before anything is known of the caller: what a shell answers when it is overloaded, say.
    pub fn of(cause: Cause) -> Self {
        Self {
            cause,
            echo: None,
            target: TargetParameter::Audience,
            client_id: RecordedClientId::None,
            operator: None,
            retry_after_seconds: None,
            suspect: None,
        }
    }

    /// Why.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        self.cause
    }

    /// The value of the caller's own that the answer may repeat.
    #[must_use]
    pub fn echo(&self) -> Option<&str> {
        self.echo.as_deref()
    }

    /// By which parameter the request named its target.
    #[must_use]
    pub const fn target(&self) -> TargetParameter {
        self.target
    }

    /// Who asked, as far as it may be kept.
    #[must_use]
    pub const fn client_id(&self) -> &RecordedClientId {
        &self.client_id
    }

    /// The client id of the operator who asked in the name of the application, if one did.
    #[must_use]
    pub const fn operator(&self) -> Option<&Arc<str>> {
        self.operator.as_ref()
    }

    /// When it may be worth to ask again. Unit: seconds.
    #[must_use]
    pub const fn retry_after_seconds(&self) -> Option<u32> {
        self.retry_after_seconds
    }

    /// Takes what the diagnosis starts from: the cause alone, where nothing was presented that could say more.
    #[must_use]
    pub fn take_suspect(&mut self) -> Box<Suspect> {
        let suspect = self.suspect.take();
        suspect.unwrap_or_else(|| Box::new(Suspect::of_cause(self.cause)))
    }

    /// The client id that the request presented, as far as a step knew it. It may be a secret that was mistaken for one, and must
    /// not be logged.
    #[must_use]
    pub fn presented_client_id(&self) -> &str {
        self.suspect.as_deref().map_or("", Suspect::client_id)
    }

    /// The same refusal once too many authentications of this client id have failed from this address: the answer and the event
    /// say so, and the diagnosis still finds out why this one failed.
    pub const fn throttled(mut self, retry_after_seconds: u32) -> Self {
        self.cause = Cause::AuthenticationThrottled;
        self.retry_after(retry_after_seconds)
    }

    /// What a request gets from a server in maintenance instead of this refusal: the same for all of them, so that nobody learns
    /// from it what else would have been refused. Only who asked, as far as it may be kept, is still known.
    pub fn in_maintenance(self, retry_after_seconds: u32) -> Self {
        Self {
            client_id: self.client_id,
            operator: self.operator,
            ..Self::of(Cause::Maintenance)
        }
        .retry_after(retry_after_seconds)
    }

    /// The same refusal, worth to be tried again after this many seconds.
    pub const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// Repeats a value of the caller's own, if it is short and clean.
    pub(crate) fn echoing(mut self, value: &str) -> Self {
        self.echo = clean_for_description(value).map(Into::into);
        self
    }

    pub(crate) const fn naming(mut self, target: TargetParameter) -> Self {
        self.target = target;
        self
    }

    /// The same, of a caller that is known by this.
    pub fn by(mut self, client_id: RecordedClientId) -> Self {
        self.client_id = client_id;
        self
    }

    /// The same refusal, of a request that this operator made in the name of the application.
    pub fn asked_by(mut self, operator: &Operator) -> Self {
        self.operator = Some(Arc::clone(operator.client_id()));
        self
    }

    /// By a client id that the request states and that nobody has looked up; an empty one is none.
    pub(crate) fn stating(mut self, client_id: Option<&str>) -> Self {
        let Some(client_id) = client_id.filter(|client_id| !client_id.is_empty()) else {
            return self;
        };
        self.client_id = RecordedClientId::presented(client_id);
        let suspect = self.take_suspect();
        self.suspecting(suspect.naming(client_id))
    }

    pub(crate) fn suspecting(mut self, suspect: Suspect) -> Self {
        self.suspect = Some(Box::new(suspect));
        self
    }
}

impl From<Cause> for Refusal {
    fn from(cause: Cause) -> Self {
        Self::of(cause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x9_no_part_of_what_is_presented_is_kept() {
        for presented in ["bench-secret-0123456789abcdef0123456789abcdef", "hunter2"] {
            let kept = RecordedClientId::presented(presented);
            assert!(
                !format!("{kept} {kept:?}").contains(&presented[..4]),
                "{kept}"
            );
        }
        let twice = RecordedClientId::presented("a");
        assert_eq!(twice, RecordedClientId::presented("a"));
        assert_ne!(twice, RecordedClientId::presented("b"));
    }

    #[test]
    fn in_maintenance_the_operator_who_asked_is_still_known() {
        let operator = Operator::danger_unchecked("manager");
        let refusal = Refusal::of(Cause::ScopeNotAssigned).asked_by(&operator);
        let refusal = refusal.in_maintenance(30);
        assert_eq!(
            refusal.operator().map(|client_id| &**client_id),
            Some("manager")
        );
    }
}
