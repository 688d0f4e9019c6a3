//! What a token must say to be accepted.

use crate::algorithm::Algorithm;
use crate::claim::Claim;
use crate::error::InvalidLeeway;
use crate::signer::ACCESS_TOKEN_TYPE;

/// What a token must say to be accepted. All of it comes from configuration, none of it from the token.
///
/// ```
/// use m2m_jwt::{Algorithm, Claim, Expectations, Leeway};
///
/// let expectations = Expectations {
///     leeway: Leeway::from_seconds(30)?,
///     required_claims: Claim::KINDE,
///     ..Expectations::access_token("https://as.example", &["https://api.example"], &[Algorithm::Es256])
/// };
/// # Ok::<(), m2m_jwt::InvalidLeeway>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expectations<'e> {
    /// `iss` equals this, byte by byte.
    pub issuer: &'e str,
    /// `aud` has one of these, byte by byte. If there is none, no token is accepted.
    pub audiences: &'e [&'e str],
    /// `typ` is one of these, in any case of letters, with `application/` in front or without. If there is none, no token is accepted.
    pub token_types: &'e [&'e str],
    /// `alg` is one of these, and the key permits it. If there is none, no token is accepted.
    pub algorithms: &'e [Algorithm],
    /// By how much the clocks may differ.
    pub leeway: Leeway,
    /// The claims that must be there, beyond `iss`, `aud` and `exp`, which always must.
    pub required_claims: &'e [Claim],
}

impl<'e> Expectations<'e> {
    /// Those of an access token by RFC 9068: its `typ`, its required claims, no leeway.
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
            leeway: Leeway::NONE,
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

/// By how much the clocks of issuer and verifier may differ.
///
/// Unit: seconds. Range: 0 to 300; more would keep ended tokens alive for as long as short ones live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Leeway(u64);

impl Leeway {
    /// None: times hold to the second.
    pub const NONE: Self = Self(0);

    /// The most.
    pub const MAX: Self = Self(300);

    /// That many seconds.
    ///
    /// # Errors
    /// [`InvalidLeeway`] beyond [`MAX`](Self::MAX) ([`Cause::InternalError`](m2m_errors::Cause)).
    pub const fn from_seconds(seconds: u64) -> Result<Self, InvalidLeeway> {
        if seconds > Self::MAX.0 {
            Err(InvalidLeeway)
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
        assert_eq!(Leeway::from_seconds(300), Ok(Leeway::MAX));
        assert_eq!(Leeway::from_seconds(301), Err(InvalidLeeway));
    }
}
