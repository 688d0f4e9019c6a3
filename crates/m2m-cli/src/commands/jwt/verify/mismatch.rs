//! The difference between a token and what was expected of it.

use m2m_authority::diagnose::Difference;
use m2m_host::key_help::shell_word;
use m2m_host::printable::printable;
use m2m_host::timestamp::rfc3339;
use m2m_jwt::{Algorithm, Expectations, InvalidToken, Jwk, JwkSet, UnixTime, Unverified};
use serde::Serialize;

/// The member of the header, or the claim, in which a token is not as expected.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Mismatch {
    /// The name of the member or claim, such as `aud`.
    name: &'static str,
    /// The accepted values, any of them.
    expected: Vec<String>,
    /// The values in the token; empty if it has none.
    got: Vec<String>,
    /// The only difference between the two, if it is a common mistake.
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<String>,
}

impl Mismatch {
    /// Returns the compared value that `error` is about, if something was compared.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "with the errors that are not named nothing was compared"
    )]
    pub(super) fn of(
        error: InvalidToken,
        token: &Unverified<'_>,
        keys: &JwkSet,
        expectations: &Expectations<'_>,
        now: UnixTime,
    ) -> Option<Self> {
        let header = token.header().ok()?;
        let claims = || token.unverified_claims().ok();
        let algorithm = || vec![header.algorithm().to_owned()];
        let key_id = header.key_id();
        let mismatch = match error {
            InvalidToken::IssuerMismatch => Self::new(
                "iss",
                vec![expectations.issuer.to_owned()],
                claims()?.issuer().map(str::to_owned).into_iter().collect(),
            ),
            InvalidToken::AudienceMismatch => Self::new(
                "aud",
                owned(expectations.audiences),
                claims()?.audience().map(Into::into).collect(),
            ),
            InvalidToken::TypeMissing | InvalidToken::TypeMismatch => Self::new(
                "typ",
                owned(expectations.token_types),
                header.token_type().map(str::to_owned).into_iter().collect(),
            ),
            InvalidToken::AlgorithmUnknown | InvalidToken::AlgorithmUnexpected => Self::new(
                "alg",
                expectations
                    .algorithms
                    .iter()
                    .map(Algorithm::to_string)
                    .collect(),
                algorithm(),
            ),
            InvalidToken::AlgorithmNotOfKey => {
                let named = |key: &&Jwk| key.key_id() == key_id || key.key_id().is_none();
                let named = keys.keys().iter().filter(named);
                // A key without an algorithm is for all of its type.
                let is_own = |algorithm: &&Algorithm| {
                    named.clone().any(|key| match key.algorithm() {
                        Some(own) => own == **algorithm,
                        None => key.key_type() == algorithm.key_type(),
                    })
                };
                let own = Algorithm::ALL.iter().filter(is_own);
                Self::new("alg", own.map(Algorithm::to_string).collect(), algorithm())
            }
            InvalidToken::KeyUnknown => Self::new(
                "kid",
                keys.keys()
                    .iter()
                    .filter_map(|key| key.key_id())
                    .map(str::to_owned)
                    .collect(),
                key_id.map(str::to_owned).into_iter().collect(),
            ),
            InvalidToken::Expired { expired_at } => {
                Self::time("exp", format!("later than {}", rfc3339(now)), expired_at)
            }
            InvalidToken::NotYetValid { not_before } => {
                Self::time("nbf", no_later(expectations, now), not_before)
            }
            InvalidToken::IssuedInFuture { issued_at } => {
                Self::time("iat", no_later(expectations, now), issued_at)
            }
            _ => return None,
        };
        Some(mismatch)
    }

    fn new(name: &'static str, expected: Vec<String>, got: Vec<String>) -> Self {
        let same_except_for_slash = |text: &String| {
            let text = text.trim_end_matches('/');
            got.iter().any(|got| got.trim_end_matches('/') == text)
        };
        let difference = expected
            .iter()
            .any(same_except_for_slash)
            .then(|| Difference::TrailingSlash.to_string());
        Self {
            name,
            expected,
            got,
            difference,
        }
    }

    fn time(name: &'static str, expected: String, got: UnixTime) -> Self {
        Self {
            name,
            expected: vec![expected],
            got: vec![rfc3339(got)],
            difference: None,
        }
    }

    /// Returns the first of the values in the token.
    pub(super) fn got(&self) -> Option<&str> {
        self.got.first().map(String::as_str)
    }

    /// Returns this option with the value of the token, if the one that was given differs from it only by a slash at the end.
    pub(super) fn slash_fix(&self, option: &str) -> Option<String> {
        self.difference.as_ref()?;
        let is_same = |got: &&String| {
            let without = got.trim_end_matches('/');
            let mut expected = self.expected.iter();
            expected.any(|expected| expected.trim_end_matches('/') == without)
        };
        let got = printable(self.got.iter().find(is_same)?);
        let word = shell_word(&got)?;
        Some(format!(
            "If the value is meant that the token has, write it exactly as there, since a slash at the end counts: {option} {word}"
        ))
    }

    /// Returns a text of one line. The values are quoted and escaped, since a stranger may have made the token; times are not.
    pub(super) fn text(&self) -> String {
        let Self {
            name,
            expected,
            got,
            difference,
        } = self;
        let (expected, got) = match *name {
            "exp" | "nbf" | "iat" => (expected.join(", "), got.join(", ")),
            _ => (quoted(expected, " or "), quoted(got, " and ")),
        };
        let difference = difference
            .iter()
            .map(|difference| format!(", which differs only by {difference}"));
        format!(
            "expected {name} {expected}, got {got}{}",
            difference.collect::<String>()
        )
    }
}

/// Returns the latest `iat` or `nbf` that is accepted.
fn no_later(expectations: &Expectations<'_>, now: UnixTime) -> String {
    let seconds = expectations.leeway.as_seconds();
    let latest = rfc3339(now.saturating_add_seconds(seconds));
    match seconds {
        0 => format!("not later than {latest}"),
        1 => format!("not later than {latest} (1 second from now)"),
        _ => format!("not later than {latest} ({seconds} seconds from now)"),
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn quoted(texts: &[String], separator: &str) -> String {
    if texts.is_empty() {
        return "none".to_owned();
    }
    let quoted: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
    quoted.join(separator)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use m2m_jwt::Limits;

    use super::*;

    const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

    /// Asserts the text for this error, for a token whose header and claims contain the text of a stranger.
    #[track_caller]
    fn check(error: InvalidToken, expected: &str) {
        let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
        let token = format!(
            "{}.{}.{}",
            part(r#"{"alg":"HS256","kid":"a\u202eb","typ":"JWT"}"#),
            part(r#"{"iss":"https://id.example","aud":["x","y"]}"#),
            part("signature"),
        );
        let token = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
        let keys = JwkSet::parse(
            r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"own","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#,
        );
        let expectations =
            Expectations::access_token("https://id.example/", &["z"], &[Algorithm::Es256]);
        let mismatch = Mismatch::of(error, &token, &keys.unwrap(), &expectations, NOW);
        assert_eq!(mismatch.unwrap().text(), expected);
    }

    #[test]
    fn shows_the_expected_value_and_that_of_the_token() {
        check(
            InvalidToken::IssuerMismatch,
            r#"expected iss "https://id.example/", got "https://id.example", which differs only by a slash at the end"#,
        );
        check(
            InvalidToken::AudienceMismatch,
            r#"expected aud "z", got "x" and "y""#,
        );
        check(
            InvalidToken::TypeMismatch,
            r#"expected typ "at+jwt", got "JWT""#,
        );
        check(
            InvalidToken::AlgorithmUnexpected,
            r#"expected alg "ES256", got "HS256""#,
        );
        check(
            InvalidToken::KeyUnknown,
            r#"expected kid "own", got "a\u{202e}b""#,
        );
    }

    #[test]
    fn shows_times_as_times() {
        let expired_at = NOW.saturating_sub_seconds(60);
        check(
            InvalidToken::Expired { expired_at },
            "expected exp later than 2027-01-15T08:00:00Z, got 2027-01-15T07:59:00Z",
        );
        let issued_at = NOW.saturating_add_seconds(60);
        check(
            InvalidToken::IssuedInFuture { issued_at },
            "expected iat not later than 2027-01-15T08:00:10Z (10 seconds from now), got 2027-01-15T08:01:00Z",
        );
    }
}
