//! The dialects in which a server can answer, as data.

/// The mapping of causes to the wire, and the rules for what a request may leave out.
///
/// Dialects differ on purpose: an unsupported grant type is `unsupported_grant_type` by RFC 6749 and `invalid_request` at
/// Kinde.
///
/// Exhaustive: a server has to decide its answers in every dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Profile {
    /// The answers that the RFCs define. The default.
    #[default]
    Rfc,
    /// The answers of Kinde to its M2M applications.
    Kinde,
    /// The answers to trusted applications with a system user.
    TrustedApplication,
    /// The answers of the generic OAuth and OpenID error table.
    Generic,
}

/// The meaning of a request without `audience` and `resource`.
///
/// Exhaustive: a server has to implement every rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MissingAudience {
    /// The API that the application is authorized for, if there is exactly one; otherwise an error.
    OnlyAuthorized,
    /// Always an error.
    Refused,
    /// All APIs that the application is authorized for.
    AllAuthorized,
}

/// The condition under which the answer carries `scope`.
///
/// Exhaustive: a server has to implement every rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScopeInAnswer {
    /// Always (RFC 6749, section 5.1 permits it).
    Always,
    /// Only if the granted scopes differ from the requested ones (RFC 6749, section 3.3); all assigned scopes, if no scope was requested,
    /// count as requested.
    WhereDifferent,
}

/// The rule whether an application needs a system user.
///
/// Exhaustive: a server has to implement every rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SystemUserRule {
    /// A system user is not needed; one that is set must be allowed.
    Optional,
    /// A system user that is allowed is needed, except for the management application.
    Required,
}

/// The text is not the name of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownProfile;

impl core::fmt::Display for UnknownProfile {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("unknown profile; use rfc, kinde, trusted-application or generic")
    }
}

impl core::error::Error for UnknownProfile {}

impl Profile {
    /// All profiles, the default first.
    pub const ALL: [Self; 4] = [
        Self::Rfc,
        Self::Kinde,
        Self::TrustedApplication,
        Self::Generic,
    ];

    /// The name in configuration and documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rfc => "rfc",
            Self::Kinde => "kinde",
            Self::TrustedApplication => "trusted-application",
            Self::Generic => "generic",
        }
    }

    /// The meaning of a request without `audience` and `resource`.
    #[must_use]
    pub const fn missing_audience(self) -> MissingAudience {
        match self {
            Self::Rfc | Self::Generic => MissingAudience::OnlyAuthorized,
            Self::Kinde => MissingAudience::Refused,
            Self::TrustedApplication => MissingAudience::AllAuthorized,
        }
    }

    /// The condition under which the answer carries `scope`.
    #[must_use]
    pub const fn scope_in_answer(self) -> ScopeInAnswer {
        match self {
            Self::Rfc | Self::TrustedApplication | Self::Generic => ScopeInAnswer::Always,
            Self::Kinde => ScopeInAnswer::WhereDifferent,
        }
    }

    /// The rule whether an application needs a system user.
    #[must_use]
    pub const fn system_user(self) -> SystemUserRule {
        match self {
            Self::Rfc | Self::Kinde | Self::Generic => SystemUserRule::Optional,
            Self::TrustedApplication => SystemUserRule::Required,
        }
    }
}

impl core::fmt::Display for Profile {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl core::str::FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Self, UnknownProfile> {
        Self::ALL
            .into_iter()
            .find(|profile| profile.as_str() == name)
            .ok_or(UnknownProfile)
    }
}
