//! The settings of a server that the steps need: its issuer, its dialect and its limits.

use m2m_errors::{ErrorCode, Profile};
use oauth_proto::{Issuer, MessageLimits};

use crate::error::InvalidAuthority;

/// The maximum number of audiences in one request.
///
/// Each requires a look-up, and all must agree on algorithm and claim set, so that a request with more of them is probably a mistake.
pub const MAX_AUDIENCES: usize = 16;

/// The settings of the server that the steps need.
#[derive(Debug, Clone)]
pub struct Authority {
    issuer: Box<str>,
    profile: Profile,
    limits: MessageLimits,
    errors_uri: Box<str>,
}

impl Authority {
    /// Returns the settings of a server with this issuer identifier (RFC 8414, section 2) that answers in this dialect.
    ///
    /// # Errors
    ///
    /// [`InvalidAuthority`] if the issuer is not an absolute `http` or `https` URL without query and fragment.
    pub fn new(
        issuer: &str,
        profile: Profile,
        limits: MessageLimits,
    ) -> Result<Self, InvalidAuthority> {
        let issuer = Issuer::parse(issuer).map_err(InvalidAuthority::Issuer)?;
        let base = issuer.as_str().trim_end_matches('/');
        Ok(Self {
            errors_uri: format!("{base}/errors/").into(),
            issuer: issuer.as_str().into(),
            profile,
            limits,
        })
    }

    /// The issuer identifier, exactly as tokens carry it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The dialect.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// The limits of a request.
    #[must_use]
    pub const fn limits(&self) -> &MessageLimits {
        &self.limits
    }

    /// Returns the URL of the page of this server that explains `code`.
    #[must_use]
    pub fn error_uri(&self, code: ErrorCode) -> String {
        format!("{}{}", self.errors_uri, code.as_str())
    }
}
