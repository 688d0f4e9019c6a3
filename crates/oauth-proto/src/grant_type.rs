//! The grant that a token request uses.

use m2m_errors::Cause;

/// A grant type that is served.
///
/// Source: RFC 6749, section 4.4.2, <https://www.rfc-editor.org/rfc/rfc6749#section-4.4.2>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GrantType {
    /// `client_credentials`.
    ClientCredentials,
}

/// A grant type that a specification defines and that is not served here. It is distinguished from a misspelled one, to
/// help callers that have chosen the wrong grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KnownGrantType {
    /// `authorization_code` (RFC 6749, section 4.1.3).
    AuthorizationCode,
    /// `refresh_token` (RFC 6749, section 6).
    RefreshToken,
    /// `password` (RFC 6749, section 4.3.2).
    Password,
    /// `implicit`, a name of RFC 7591, section 2 for a grant without a token request (RFC 6749, section 4.2).
    Implicit,
    /// `urn:ietf:params:oauth:grant-type:device_code` (RFC 8628, section 3.4).
    DeviceCode,
    /// `urn:ietf:params:oauth:grant-type:jwt-bearer` (RFC 7523, section 2.1).
    JwtBearer,
    /// `urn:ietf:params:oauth:grant-type:saml2-bearer` (RFC 7522, section 2.1).
    Saml2Bearer,
    /// `urn:ietf:params:oauth:grant-type:token-exchange` (RFC 8693, section 2.1).
    TokenExchange,
    /// `urn:openid:params:grant-type:ciba` (OpenID Connect CIBA Core 1.0, section 4).
    Ciba,
}

/// The reading of a `grant_type` value. Compared byte for byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GrantTypeReading {
    /// The grant that is served.
    ClientCredentials,
    /// A grant that other servers support.
    KnownOther(KnownGrantType),
    /// An unknown grant: misspelled, or of one vendor.
    Unknown,
}

impl GrantType {
    /// The value on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
        }
    }

    /// Reads a value of `grant_type`. Every value has a reading.
    ///
    /// ```
    /// use oauth_proto::{GrantType, GrantTypeReading};
    ///
    /// assert_eq!(GrantType::parse("client_credentials"), GrantTypeReading::ClientCredentials);
    /// assert_eq!(GrantType::parse("client_credential"), GrantTypeReading::Unknown);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> GrantTypeReading {
        if text == Self::ClientCredentials.as_str() {
            return GrantTypeReading::ClientCredentials;
        }
        KnownGrantType::ALL
            .into_iter()
            .find(|known| known.as_str() == text)
            .map_or(GrantTypeReading::Unknown, GrantTypeReading::KnownOther)
    }
}

/// Every value has a reading.
impl From<&str> for GrantTypeReading {
    fn from(text: &str) -> Self {
        GrantType::parse(text)
    }
}

impl KnownGrantType {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::Password,
        Self::Implicit,
        Self::DeviceCode,
        Self::JwtBearer,
        Self::Saml2Bearer,
        Self::TokenExchange,
        Self::Ciba,
    ];

    /// The value on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::Password => "password",
            Self::Implicit => "implicit",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
            Self::Saml2Bearer => "urn:ietf:params:oauth:grant-type:saml2-bearer",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
            Self::Ciba => "urn:openid:params:grant-type:ciba",
        }
    }
}

impl GrantTypeReading {
    /// Returns the cause of the refusal, or `None` if the grant is served.
    #[must_use]
    pub const fn refusal(self) -> Option<Cause> {
        match self {
            Self::ClientCredentials => None,
            Self::KnownOther(_) => Some(Cause::GrantTypeUnsupported),
            Self::Unknown => Some(Cause::GrantTypeUnknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t9_distinguishes_a_known_grant_from_a_misspelled_one() {
        for known in KnownGrantType::ALL {
            assert_eq!(
                GrantType::parse(known.as_str()),
                GrantTypeReading::KnownOther(known)
            );
        }
        for misspelled in [
            "",
            "client_credential",
            "Client_Credentials",
            "client-credentials",
            " password",
        ] {
            assert_eq!(
                GrantType::parse(misspelled),
                GrantTypeReading::Unknown,
                "{misspelled}"
            );
        }
    }
}
