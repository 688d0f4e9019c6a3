//! A request that is not granted.

use std::sync::Arc;

use m2m_errors::Cause;
use oauth_proto::clean_for_description;

use crate::diagnose::Suspect;

/// A request that is not granted, for exactly one cause.
#[derive(Debug)]
#[must_use = "a refusal has to be recorded and answered"]
pub struct Refusal {
    cause: Cause,
    echo: Option<Box<str>>,
    target: TargetParameter,
    client_id: RecordedClientId,
    retry_after_seconds: Option<u32>,
    suspect: Option<Box<Suspect>>,
}

/// By which parameter a request named its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TargetParameter {
    /// By `audience`, or not at all.
    #[default]
    Audience,
    /// By `resource` (RFC 8707, section 2).
    Resource,
}

/// The client id of a request as events may keep it.
///
/// Who mistakes one credential for the other sends a secret as client id. No secret has fewer than 32 characters, so that a
/// shorter id can be kept as it is; of a longer one that no application has, only its length and a fingerprint are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum RecordedClientId {
    /// The request did not get as far as to name a client.
    #[default]
    None,
    /// The client id of an application.
    Known(Arc<str>),
    /// A client id that no application has, too short to be a secret.
    Unknown(Box<str>),
    /// A client id that no application has and that may be a secret.
    Withheld {
        /// Its length. Unit: bytes.
        bytes: usize,
        /// The first 32 bits of its SHA-256.
        fingerprint: u32,
    },
}

/// The length from which a text may be a secret (design, section 4: a shorter chosen one is refused). Unit: bytes.
const LEAST_SECRET_BYTES: usize = 32;

impl RecordedClientId {
    /// What may be kept of a client id that no application has.
    #[must_use]
    pub fn presented(client_id: &str) -> Self {
        if client_id.len() < LEAST_SECRET_BYTES
            && client_id.bytes().all(|byte| byte.is_ascii_graphic())
        {
            return Self::Unknown(client_id.into());
        }
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
            Self::Unknown(client_id) => f.write_str(client_id),
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

    pub(crate) fn by(mut self, client_id: RecordedClientId) -> Self {
        self.client_id = client_id;
        self
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
    fn x9_what_may_be_a_secret_is_not_kept_as_a_client_id() {
        let secret = "bench-secret-0123456789abcdef0123456789abcdef";
        let kept = RecordedClientId::presented(secret);
        assert!(matches!(kept, RecordedClientId::Withheld { bytes: 45, .. }));
        assert!(!format!("{kept} {kept:?}").contains("bench"));
        assert_eq!(
            RecordedClientId::presented("billing-jbo").to_string(),
            "billing-jbo"
        );
        assert!(matches!(
            RecordedClientId::presented("a\nb"),
            RecordedClientId::Withheld { .. }
        ));
    }
}
