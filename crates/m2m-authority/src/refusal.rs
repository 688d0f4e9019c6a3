//! The refusal of a request.

use std::sync::Arc;

use m2m_errors::Cause;
use oauth_proto::clean_for_description;

use crate::FingerprintKey;
use crate::diagnose::{Evidence, Suspect};
use crate::fingerprint::write_withheld;
use crate::flow::{Operator, QuotaLeft};

/// A refusal of a request, with exactly one cause.
#[derive(Debug)]
#[must_use = "a refusal has to be recorded and answered"]
pub struct Refusal {
    cause: Cause,
    echo: Option<Box<str>>,
    target: TargetParameter,
    client_id: RecordedClientId,
    operator: Option<Arc<str>>,
    retry_after_seconds: Option<u32>,
    quota: Option<QuotaLeft>,
    suspect: Option<Box<Suspect>>,
}

/// The parameter by which a request named its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum TargetParameter {
    /// `audience`, or neither parameter.
    #[default]
    Audience,
    /// `resource` (RFC 8707, section 2).
    Resource,
}

/// The client id of a request as events may keep it.
///
/// A caller that mixes up its credentials sends a secret as client id, in whole or in part. So only the id of an existing application
/// is kept; of any other text only its length and a keyed fingerprint. The diagnosis, which can read the registry, names the application that
/// was meant.
///
/// Exhaustive: a log has to handle every case, since unauthenticated callers choose some of these values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum RecordedClientId {
    /// The request was refused before it named a client.
    #[default]
    None,
    /// The client id of an application.
    Known(Arc<str>),
    /// A text that is not the client id of an application, or that was not looked up.
    Withheld {
        /// Its length. Unit: bytes.
        bytes: usize,
        /// Its fingerprint, which shows that two requests to one process named the same text. Absent if the text is longer than any
        /// client id, or if the shell has no [`FingerprintKey`].
        fingerprint: Option<u32>,
    },
}

impl RecordedClientId {
    /// Returns the record of a client id that was not looked up, or not found, without a fingerprint.
    #[must_use]
    pub const fn presented(client_id: &str) -> Self {
        Self::Withheld {
            bytes: client_id.len(),
            fingerprint: None,
        }
    }
}

impl core::fmt::Display for RecordedClientId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::None => f.write_str("-"),
            Self::Known(client_id) => f.write_str(client_id),
            Self::Withheld { bytes, fingerprint } => write_withheld(f, *bytes, *fingerprint),
        }
    }
}

impl Refusal {
    /// Returns a refusal for `cause` without anything about the caller, such as that of an overloaded shell.
    pub fn of(cause: Cause) -> Self {
        Self {
            cause,
            echo: None,
            target: TargetParameter::Audience,
            client_id: RecordedClientId::None,
            operator: None,
            retry_after_seconds: None,
            quota: None,
            suspect: None,
        }
    }

    /// The exact cause.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        self.cause
    }

    /// The value of the request that the answer may repeat, if there is one.
    #[must_use]
    pub fn echo(&self) -> Option<&str> {
        self.echo.as_deref()
    }

    /// The parameter by which the request named its target.
    #[must_use]
    pub const fn target(&self) -> TargetParameter {
        self.target
    }

    /// The client id of the request, as far as it may be kept.
    #[must_use]
    pub const fn client_id(&self) -> &RecordedClientId {
        &self.client_id
    }

    /// The client id of the operator who made the request in the name of the application, if one did.
    #[must_use]
    pub const fn operator(&self) -> Option<&Arc<str>> {
        self.operator.as_ref()
    }

    /// The time after which a retry may succeed, if it is known. Unit: seconds.
    #[must_use]
    pub const fn retry_after_seconds(&self) -> Option<u32> {
        self.retry_after_seconds
    }

    /// The state of the quota that is used up, if it is.
    pub(crate) const fn quota(&self) -> Option<QuotaLeft> {
        self.quota
    }

    /// Returns the same refusal with the state of the quota.
    pub(crate) const fn with_quota(mut self, quota: QuotaLeft) -> Self {
        self.quota = Some(quota);
        self
    }

    /// Takes the suspect that the diagnosis starts from. It has only the cause if the request presented nothing that could show more.
    #[must_use]
    pub fn take_suspect(&mut self) -> Box<Suspect> {
        let suspect = self.suspect.take();
        suspect.unwrap_or_else(|| Box::new(Suspect::of_cause(self.cause)))
    }

    /// The client id that the request presented, as far as a step knew it; empty otherwise. It may be a secret that was mistaken for one, and
    /// must not be logged.
    #[must_use]
    pub fn presented_client_id(&self) -> &str {
        self.suspect.as_deref().map_or("", Suspect::client_id)
    }

    /// Returns the refusal as throttled, because too many authentications of this client id have failed from this address: the answer and the
    /// event have that cause, and the diagnosis still shows why this authentication failed.
    pub const fn throttled(mut self, retry_after_seconds: u32) -> Self {
        self.cause = Cause::AuthenticationThrottled;
        self.retry_after(retry_after_seconds)
    }

    /// Returns the same refusal with fingerprints of the values that are not kept: that of the client id, and those in the diagnosis. A shell
    /// calls this once for each refusal of the steps. The work is the same whether an application has the client id or not.
    pub fn fingerprinted(mut self, key: &FingerprintKey) -> Self {
        if let Some(suspect) = &mut self.suspect {
            suspect.fingerprint_by(*key);
            let client_id = suspect.client_id();
            let of_client_id = (!client_id.is_empty()).then(|| key.of(client_id));
            if let RecordedClientId::Withheld { fingerprint, .. } = &mut self.client_id {
                *fingerprint = of_client_id;
            }
        }
        self
    }

    /// Returns the refusal that a server in maintenance sends instead of this one. It is the same for all requests, so that a caller cannot
    /// learn from it how the request would have been decided. Only the recorded client id and the operator are kept.
    pub fn in_maintenance(self, retry_after_seconds: u32) -> Self {
        Self {
            client_id: self.client_id,
            operator: self.operator,
            ..Self::of(Cause::Maintenance)
        }
        .retry_after(retry_after_seconds)
    }

    /// Returns the same refusal with the number of seconds after which a retry may succeed.
    pub const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// Lets the answer repeat a value of the request, if it is short and clean.
    pub fn echoing(mut self, value: &str) -> Self {
        self.echo = clean_for_description(value).map(Into::into);
        self
    }

    pub(crate) const fn naming(mut self, target: TargetParameter) -> Self {
        self.target = target;
        self
    }

    /// Returns the same refusal with this record of the client id.
    pub fn by(mut self, client_id: RecordedClientId) -> Self {
        self.client_id = client_id;
        self
    }

    /// Returns the same refusal for a request that this operator made in the name of the application.
    pub fn asked_by(mut self, operator: &Operator) -> Self {
        self.operator = Some(Arc::clone(operator.client_id()));
        self
    }

    /// Returns the same refusal with a client id that the request states and that was not looked up; an empty one counts as absent.
    pub(crate) fn stating(mut self, client_id: Option<&str>) -> Self {
        let Some(client_id) = client_id.filter(|client_id| !client_id.is_empty()) else {
            return self;
        };
        self.client_id = RecordedClientId::presented(client_id);
        let suspect = self.take_suspect();
        self.suspecting(suspect.naming(client_id))
    }

    /// Adds what a shell observed about the request before its first step. It contains nothing that the caller wrote.
    pub fn observing(self, evidence: Vec<Evidence>) -> Self {
        let cause = self.cause;
        self.suspecting(Suspect::of_form(cause, evidence))
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
    fn x9_no_part_of_a_presented_client_id_is_kept() {
        for presented in ["bench-secret-0123456789abcdef0123456789abcdef", "hunter2"] {
            let kept = RecordedClientId::presented(presented);
            assert!(
                !format!("{kept} {kept:?}").contains(&presented[..4]),
                "{kept}"
            );
        }
    }

    #[test]
    fn x29_the_record_of_a_client_id_shows_repeats_within_one_process() {
        let record = |client_id: &str, bits: u8| {
            let key = FingerprintKey::from_random([bits; 32]);
            let refusal = Refusal::of(Cause::GrantTypeMissing).stating(Some(client_id));
            refusal.fingerprinted(&key).client_id().clone()
        };
        let once = record("a", 1);
        assert!(matches!(
            once,
            RecordedClientId::Withheld {
                bytes: 1,
                fingerprint: Some(_)
            }
        ));
        assert_eq!(once, record("a", 1));
        assert_ne!(once, record("b", 1));
        assert_ne!(once, record("a", 2), "another process");
        assert_eq!(once.to_string().len(), "(1 bytes, 01234567)".len());
        let long = record(&"a".repeat(5_000), 1);
        assert_eq!(long.to_string(), "(5000 bytes)");
        let without_key = Refusal::of(Cause::GrantTypeMissing).stating(Some("a"));
        assert_eq!(without_key.client_id().to_string(), "(1 bytes)");
    }

    #[test]
    fn a_refusal_in_maintenance_keeps_the_operator() {
        let operator = Operator::danger_unchecked("manager");
        let refusal = Refusal::of(Cause::ScopeNotAssigned).asked_by(&operator);
        let refusal = refusal.in_maintenance(30);
        assert_eq!(
            refusal.operator().map(|client_id| &**client_id),
            Some("manager")
        );
    }
}
