//! The scheme of an `Authorization` header that is not Bearer.

use core::fmt;

/// The scheme of an `Authorization` header without a Bearer token. It contains nothing of what was sent except a word of a fixed list, and lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SentScheme {
    /// A known scheme, or a word that is often sent instead of `Bearer`, such as `JWT` or `Token`.
    Known {
        /// The word, as it is usually written.
        name: &'static str,
    },
    /// `Bearer` with another character than a space after it, as in `Bearer%20`.
    BearerWithoutSpace,
    /// The header is one word, such as a token alone.
    Missing {
        /// The length of the header. Unit: bytes.
        bytes: usize,
    },
    /// A word that is not known.
    Unknown {
        /// The length of the word. Unit: bytes.
        bytes: usize,
    },
}

impl SentScheme {
    /// Returns the scheme of the value of a header without a Bearer token; `None` if the value is empty.
    pub(crate) fn of(value: &[u8]) -> Option<Self> {
        let value = value.trim_ascii();
        let mut parts = value.splitn(2, |byte| matches!(byte, b' ' | b'\t'));
        let word = parts.next().filter(|word| !word.is_empty())?;
        let is_word = |name: &&str| word.eq_ignore_ascii_case(name.as_bytes());
        if let Some(name) = KNOWN.iter().copied().find(|name| is_word(name)) {
            return Some(Self::Known { name });
        }
        let start = word.get(.."Bearer".len());
        if start.is_some_and(|start| start.eq_ignore_ascii_case(b"Bearer")) {
            return Some(Self::BearerWithoutSpace);
        }
        Some(match parts.next() {
            Some(_) => Self::Unknown { bytes: word.len() },
            None => Self::Missing { bytes: word.len() },
        })
    }
}

impl fmt::Display for SentScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known { name } => write!(
                f,
                "the Authorization header has the scheme {name} instead of Bearer"
            ),
            Self::BearerWithoutSpace => {
                f.write_str("in the Authorization header, Bearer is not followed by a space")
            }
            Self::Missing { bytes } => write!(
                f,
                "the Authorization header has no scheme, only one word of {bytes} bytes; Bearer must be before the token"
            ),
            Self::Unknown { bytes } => write!(
                f,
                "the Authorization header has an unknown scheme of {bytes} bytes instead of Bearer"
            ),
        }
    }
}

/// The registered schemes, and words that are often sent instead of `Bearer`.
///
/// Source: <https://www.iana.org/assignments/http-authschemes/http-authschemes.xhtml>.
const KNOWN: &[&str] = &[
    "Basic",
    "Concealed",
    "Digest",
    "DPoP",
    "GNAP",
    "HOBA",
    "Mutual",
    "Negotiate",
    "OAuth",
    "PrivateToken",
    "SCRAM-SHA-1",
    "SCRAM-SHA-256",
    "vapid",
    "AccessToken",
    "ApiKey",
    "AWS4-HMAC-SHA256",
    "Hawk",
    "JWT",
    "NTLM",
    "Token",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a10_names_only_known_words_and_lengths() {
        let known = |name| Some(SentScheme::Known { name });
        for (value, expected) in [
            ("", None),
            ("  ", None),
            ("Basic YTpi", known("Basic")),
            (" jwt abc", known("JWT")),
            ("token abc", known("Token")),
            ("Token", known("Token")),
            ("Bearer%20abc", Some(SentScheme::BearerWithoutSpace)),
            ("bearer:abc d", Some(SentScheme::BearerWithoutSpace)),
            ("abc.def.ghi", Some(SentScheme::Missing { bytes: 11 })),
            ("secret abc", Some(SentScheme::Unknown { bytes: 6 })),
        ] {
            assert_eq!(SentScheme::of(value.as_bytes()), expected, "{value:?}");
            let text = expected
                .map(|scheme| scheme.to_string())
                .unwrap_or_default();
            assert!(!text.contains("abc") && !text.contains("secret"), "{text}");
        }
    }
}
