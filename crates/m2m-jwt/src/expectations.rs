//! The properties that a token needs to be accepted.

use crate::algorithm::Algorithm;
use crate::claim::Claim;
use crate::claims::Claims;
use crate::error::{InvalidLeeway, InvalidToken};
use crate::issuer_profile::IssuerProfile;
use crate::json::JsonValue;
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
    /// The accepted values of `aud`, compared byte by byte. If the list is empty, no token with an `aud` is accepted.
    pub audiences: &'e [&'e str],
    /// The treatment of a token without `aud`.
    pub without_audience: WithoutAudience,
    /// The accepted values of `typ`, compared case-insensitively, with or without the prefix `application/`. If the list is empty, no
    /// token with a `typ` is accepted.
    pub token_types: &'e [&'e str],
    /// The treatment of a token without `typ`.
    pub without_type: WithoutType,
    /// The accepted values of `alg`; the key has to permit it as well. If the list is empty, no token is accepted.
    pub algorithms: &'e [Algorithm],
    /// The number of seconds by which `iat` and `nbf` may lie ahead.
    pub leeway: Leeway,
    /// The claims that must be present, beyond `iss`, `aud` and `exp`, which always must; only [`WithoutAudience::Accepted`] makes an exception.
    pub required_claims: &'e [Claim],
    /// The conditions that distinguish access tokens from other tokens of the issuer.
    pub conditions: &'static [Condition],
    /// The forms of claims that are accepted.
    pub claim_forms: ClaimForms,
    /// The maximum time from `iat`, or from now if there is no `iat`, to `exp`. Unit: seconds. `None` means any time.
    ///
    /// It refuses tokens that an issuer made valid for nearly ever by mistake, such as with an `exp` in milliseconds.
    pub max_lifetime_seconds: Option<u64>,
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
            without_audience: WithoutAudience::Refused,
            token_types: &[ACCESS_TOKEN_TYPE],
            without_type: WithoutType::Refused,
            algorithms,
            leeway: Leeway::DEFAULT,
            required_claims: Claim::RFC9068,
            conditions: &[],
            claim_forms: ClaimForms::Specified,
            max_lifetime_seconds: None,
        }
    }

    /// Returns the expectations of an access token of a named issuer that does not follow RFC 9068, with [`Leeway::DEFAULT`].
    ///
    /// `iss`, `exp` and `iat` are required; `aud` is unless the profile says otherwise. The claims that name the client and the scopes are
    /// [`IssuerProfile::client_claims`] and [`IssuerProfile::scope_claims`].
    #[must_use]
    pub const fn of_issuer(
        profile: IssuerProfile,
        issuer: &'e str,
        audiences: &'e [&'e str],
        algorithms: &'e [Algorithm],
    ) -> Self {
        Self {
            issuer,
            audiences,
            without_audience: profile.without_audience(),
            token_types: profile.token_types(),
            without_type: profile.without_type(),
            algorithms,
            leeway: Leeway::DEFAULT,
            required_claims: &[Claim::IssuedAt],
            conditions: profile.conditions(),
            claim_forms: profile.claim_forms(),
            max_lifetime_seconds: None,
        }
    }

    pub(crate) fn accepts_type(&self, token_type: &str) -> bool {
        self.token_types
            .iter()
            .any(|expected| is_same_type(token_type, expected))
    }
}

/// The treatment of a token whose header has no `typ`.
///
/// Exhaustive: a token without a type is either accepted or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithoutType {
    /// It is refused ([`InvalidToken::TypeMissing`]).
    Refused,
    /// It is accepted. Then [`Expectations::conditions`] have to distinguish access tokens from other tokens.
    Accepted,
}

/// The treatment of a token that has no `aud`.
///
/// Exhaustive: a token without an audience is either accepted or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithoutAudience {
    /// It is refused ([`InvalidToken::ClaimMissing`]).
    Refused,
    /// It is accepted, for all APIs that trust the issuer. An `aud` that is present must still be expected.
    Accepted,
}

/// The forms of claims that are accepted.
///
/// Exhaustive: a claim either has the form of its specification or one of the known deviations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimForms {
    /// Those that the specifications require.
    Specified,
    /// Those of issuers as well: `scope` may be a list of strings, and a `scope` or `azp` with another value counts as absent.
    Foreign,
}

/// A condition on a claim by which the access tokens of an issuer are told apart from its other tokens. A claim that is `null` counts as absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Condition {
    /// The claim is present.
    Present {
        /// Its name.
        claim: &'static str,
    },
    /// The claim is absent.
    Absent {
        /// Its name.
        claim: &'static str,
    },
    /// The claim is exactly this string.
    Equal {
        /// Its name.
        claim: &'static str,
        /// The string.
        value: &'static str,
    },
    /// The claim is a string that begins with these characters.
    Prefix {
        /// Its name.
        claim: &'static str,
        /// The characters.
        prefix: &'static str,
    },
}

impl Condition {
    /// The name of the claim.
    #[must_use]
    pub const fn claim(self) -> &'static str {
        match self {
            Self::Present { claim }
            | Self::Absent { claim }
            | Self::Equal { claim, .. }
            | Self::Prefix { claim, .. } => claim,
        }
    }

    pub(crate) fn check(self, claims: &Claims<'_>) -> Result<(), InvalidToken> {
        let value = claims.get(self.claim()).filter(|value| !value.is_null());
        let is_met = match (self, value) {
            (Self::Absent { .. }, None) => true,
            (
                Self::Present { claim } | Self::Equal { claim, .. } | Self::Prefix { claim, .. },
                None,
            ) => {
                return Err(InvalidToken::MarkMissing { claim });
            }
            (Self::Absent { .. }, Some(_)) => false,
            (Self::Present { .. }, Some(_)) => true,
            (Self::Equal { value: own, .. }, Some(value)) => {
                value.as_string().is_some_and(|text| text.equals(own))
            }
            (Self::Prefix { prefix, .. }, Some(value)) => {
                JsonValue::as_str(value).is_some_and(|text| text.starts_with(prefix))
            }
        };
        if is_met {
            Ok(())
        } else {
            Err(InvalidToken::ConditionUnmet(self))
        }
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
