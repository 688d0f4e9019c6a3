//! Names of claims that mean something here.

use core::fmt;

/// A claim that is read or can be required.
///
/// Source: [RFC 7519, section 4.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1),
/// [RFC 9068, section 2.2](https://www.rfc-editor.org/rfc/rfc9068#section-2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Claim {
    /// `iss`
    Issuer,
    /// `sub`
    Subject,
    /// `aud`
    Audience,
    /// `exp`
    ExpiresAt,
    /// `nbf`
    NotBefore,
    /// `iat`
    IssuedAt,
    /// `jti`
    JwtId,
    /// `client_id`. Where it is required, `azp` does as well.
    ClientId,
    /// `azp`
    AuthorizedParty,
    /// `scope`. Where it is required, `scp` does as well.
    Scope,
    /// `scp`
    ScopeArray,
    /// `org_code`
    OrganizationCode,
}

impl Claim {
    /// What RFC 9068 requires of an access token.
    ///
    /// Source: [RFC 9068, section 2.2](https://www.rfc-editor.org/rfc/rfc9068#section-2.2).
    pub const RFC9068: &'static [Self] = &[
        Self::Issuer,
        Self::ExpiresAt,
        Self::Audience,
        Self::Subject,
        Self::ClientId,
        Self::IssuedAt,
        Self::JwtId,
    ];

    /// What stands in every token of the claim set `kinde`: there is no `sub`, and the client is in `azp`.
    pub const KINDE: &'static [Self] = &[
        Self::Issuer,
        Self::ExpiresAt,
        Self::Audience,
        Self::ClientId,
        Self::IssuedAt,
        Self::JwtId,
    ];

    /// The name in the token.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issuer => "iss",
            Self::Subject => "sub",
            Self::Audience => "aud",
            Self::ExpiresAt => "exp",
            Self::NotBefore => "nbf",
            Self::IssuedAt => "iat",
            Self::JwtId => "jti",
            Self::ClientId => "client_id",
            Self::AuthorizedParty => "azp",
            Self::Scope => "scope",
            Self::ScopeArray => "scp",
            Self::OrganizationCode => "org_code",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "iss" => Self::Issuer,
            "sub" => Self::Subject,
            "aud" => Self::Audience,
            "exp" => Self::ExpiresAt,
            "nbf" => Self::NotBefore,
            "iat" => Self::IssuedAt,
            "jti" => Self::JwtId,
            "client_id" => Self::ClientId,
            "azp" => Self::AuthorizedParty,
            "scope" => Self::Scope,
            "scp" => Self::ScopeArray,
            "org_code" => Self::OrganizationCode,
            _ => return None,
        })
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
