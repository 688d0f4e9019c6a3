//! The properties that a token needs to be accepted.

use crate::algorithm::Algorithm;
use crate::claim::Claim;
use crate::error::InvalidLeeway;
use crate::signer::ACCESS_TOKEN_TYPE;

/// The properties that a token needs to be accepted. All of them come from configuration, never from the token.
///
/// Exhaustive, so that a literal can name some of them and take the others from [`Expectations::access_token`].
///
/// ```
/// use m2m_jwt::{Algorithm, Claim, Expectations, Leeway};
///
/// let expectations = Expectations {
///     leeway: Leeway::from_seconds(30)?,
///     required_claims: &[Claim::ClientId, Claim::JwtId],
///     ..Expectations::access_token("https://as.example", &["https://api.example"], &[Algorithm::Es256])
/// };
/// # Ok::<(), m2m_jwt::InvalidLeeway>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expectations<'e> {
    /// The accepted value of `iss`, compared byte by byte.
    pub issuer: &'e str,
    /// The accepted values of `aud`, compared byte by byte. If the list is empty, no token is accepted.
    pub audiences: &'e [&'e str],
    /// The accepted values of `typ`, compared case-insensitively, with or without the prefix `application/`. If the list is empty, no
    /// token is accepted.
    pub token_types: &'e [&'e str],
    /// The accepted values of `alg`; the key has to permit it as well. If the list is empty, no token is accepted.
    pub algorithms: &'e [Algorithm],
    /// The number of seconds by which `iat` and `nbf` may lie ahead.
    pub leeway: Leeway,
    /// The claims that must be present, beyond `iss`, `aud` and `exp`, which always must.
    pub required_claims: &'e [Claim],
}

impl<'e> Expectations<'e> {
    /// Returns the expectations of an access token by RFC 9068: its `typ`, its required claims, and [`Leeway::DEFAULT`].
    ///
    /// Source: [RFC 9068, sections 2 and 4](https://www.rfc-editor.org/rfc/rfc9068#section-4).
    #[must_use]
    pub const fn access_token(
        issuer: &'e str,
        audiences: &'e [&'e str],
        algorithms: &'e [Algorithm],
    ) -> Self {
        Self {
            issuer,
            audiences,
            token_types: &[ACCESS_TOKEN_TYPE],
            algorithms,
            leeway: Leeway::DEFAULT,
            required_claims: Claim::RFC9068,
        }
    }

    pub(crate) fn accepts_type(&self, token_type: &str) -> bool {
        self.token_types
            .iter()
            .any(|expected| is_same_type(token_type, expected))
    }
}

/// Media types are compared in any case, and `application/` may be left out where no other slash follows.
///
/// Source: [RFC 7515, section 4.1.9](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9).
fn is_same_type(left: &str, right: &str) -> bool {
    short_type(left).eq_ignore_ascii_case(short_type(right))
}

fn short_type(token_type: &str) -> &str {
    const PREFIX: &str = "application/";
    match token_type.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) && !rest.contains('/') => rest,
        Some(_) | None => token_type,
    }
}

/// The number of seconds by which `iat` and `nbf` may lie ahead of the verifier's clock. `exp` has no leeway.
///
/// Unit: seconds. Range: 0 to 60.
///
/// Source: [FAPI 2.0 Security Profile, section 5.3.2.1](https://openid.net/specs/fapi-security-profile-2_0-final.html#section-5.3.2.1): tokens up to
/// 10 seconds ahead are accepted, so that clocks that differ by a few hundred milliseconds break nothing; tokens more than 60 seconds ahead are rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Leeway(u64);

impl Leeway {
    /// No leeway: times are compared to the second.
    pub const NONE: Self = Self(0);

    /// Ten seconds, which every verifier should accept.
    pub const DEFAULT: Self = Self(10);

    /// Sixty seconds, which no verifier should exceed.
    pub const MAX: Self = Self(60);

    /// A leeway of this many seconds.
    ///
    /// # Errors
    /// [`InvalidLeeway`] beyond [`MAX`](Self::MAX) ([`Cause::InternalError`](m2m_errors::Cause)).
    pub const fn from_seconds(seconds: u64) -> Result<Self, InvalidLeeway> {
        if seconds > Self::MAX.0 {
            Err(InvalidLeeway { seconds })
        } else {
            Ok(Self(seconds))
        }
    }

    /// Its seconds.
    #[must_use]
    pub const fn as_seconds(self) -> u64 {
        self.0
    }
}

impl Default for Leeway {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a34_compares_types_as_media_types() {
        let expectations = Expectations::access_token("", &[], &[]);
        for token_type in [
            "at+jwt",
            "AT+JWT",
            "application/at+jwt",
            "Application/At+Jwt",
        ] {
            assert!(expectations.accepts_type(token_type), "{token_type}");
        }
        for token_type in [
            "",
            "JWT",
            "at",
            "at+jwt ",
            "text/at+jwt",
            "application/application/at+jwt",
            "application/",
            "applicatioń/at+jwt",
        ] {
            assert!(!expectations.accepts_type(token_type), "{token_type}");
        }
    }

    #[test]
    fn r15_bounds_the_leeway() {
        assert_eq!(Leeway::from_seconds(60), Ok(Leeway::MAX));
        let refused = Leeway::from_seconds(61).unwrap_err();
        assert_eq!(refused, InvalidLeeway { seconds: 61 });
        assert_eq!(
            refused.to_string(),
            "a leeway of 61 seconds is longer than the maximum of 60 seconds"
        );
        assert_eq!(Leeway::default().as_seconds(), 10);
    }
}
