//! The redaction of credentials in texts of callers, before logs keep them.

use std::borrow::Cow;

/// Replaces everything in the text that looks like a credential: generated secrets, JWTs, and the values after `Bearer` or `Basic`.
///
/// Names and values of callers are kept in the audit log and in diagnoses, and people paste secrets into the wrong field. A secret that
/// does not look like one cannot be recognized.
///
/// ```
/// use m2m_authority::redacted;
///
/// assert_eq!(redacted("Bearer c2VjcmV0LXRva2Vu and more"), "Bearer [redacted] and more");
/// assert_eq!(redacted("billing-job"), "billing-job");
/// ```
#[must_use]
pub fn redacted(text: &str) -> Cow<'_, str> {
    let mut rest = text;
    let mut clean = String::new();
    while let Some((start, end)) = credential(rest) {
        clean.push_str(rest.get(..start).unwrap_or_default());
        clean.push_str(REDACTED);
        rest = rest.get(end..).unwrap_or_default();
    }
    if rest.len() == text.len() {
        return Cow::Borrowed(text);
    }
    clean.push_str(rest);
    Cow::Owned(clean)
}

/// Returns the range of the first credential in a text: the position of its first byte, and that after its last. Unit: bytes.
fn credential(text: &str) -> Option<(usize, usize)> {
    // Texts are long, and most of their bytes cannot begin a credential.
    let places = text.bytes().enumerate().filter(|(_, byte)| begins(*byte));
    places.into_iter().find_map(|(place, _)| {
        let here = text.get(place..)?;
        let (start, length) = generated_secret(here)
            .or_else(|| jwt(here))
            .map(|length| (0, length))
            .or_else(|| after_scheme(here))?;
        Some((place + start, place + start + length))
    })
}

/// Returns true for the first bytes of `m2m_`, `eyJ` and the names of schemes.
const fn begins(byte: u8) -> bool {
    matches!(byte, b'm' | b'e' | b'b' | b'B')
}

/// The length of a generated secret at the beginning of a text. One with a wrong checksum counts too: it may be mistyped.
fn generated_secret(text: &str) -> Option<usize> {
    let body = text.strip_prefix("m2m_")?;
    let length = run(body, is_base64url);
    (length >= MIN_SECRET_BYTES).then_some("m2m_".len() + length)
}

/// The length of a JWT at the beginning of a text: `eyJ` is a brace and a quotation mark in base64url.
fn jwt(text: &str) -> Option<usize> {
    if !text.starts_with("eyJ") {
        return None;
    }
    let length = run(text, |byte| is_base64url(byte) || byte == b'.');
    let parts = text.get(..length)?.split('.');
    let is_jwt = parts.take(2).filter(|part| part.len() >= 8).count() == 2;
    is_jwt.then_some(length)
}

/// The place of the credentials behind the name of a scheme at the beginning of a text, and their length.
fn after_scheme(text: &str) -> Option<(usize, usize)> {
    ["bearer ", "basic "].iter().find_map(|scheme| {
        let name = text.get(..scheme.len())?;
        if !name.eq_ignore_ascii_case(scheme) {
            return None;
        }
        let rest = text.get(scheme.len()..)?;
        let length = run(rest, |byte| {
            is_base64url(byte) || matches!(byte, b'.' | b'~' | b'+' | b'/' | b'=')
        });
        let token = rest.get(..length)?;
        (length >= MIN_TOKEN_BYTES && !is_word(token)).then_some((scheme.len(), length))
    })
}

/// Returns true for an ordinary word: without digits and `=`, and without capitals except for the first letter.
fn is_word(text: &str) -> bool {
    let is_of_word = |(place, byte): (usize, u8)| {
        !matches!(byte, b'0'..=b'9' | b'=') && (place == 0 || !byte.is_ascii_uppercase())
    };
    text.bytes().enumerate().all(is_of_word)
}

fn run(text: &str, is_part: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| is_part(*byte)).count()
}

const fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

const REDACTED: &str = "[redacted]";

/// The minimum length of the part after the prefix of a secret. A whole secret has 49; one that lacks a few is easy to complete. Unit: bytes.
const MIN_SECRET_BYTES: usize = 32;

/// The minimum length of credentials after `Bearer` or `Basic`. A shorter word is part of a sentence. Unit: bytes.
const MIN_TOKEN_BYTES: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::generate_secret;

    #[test]
    fn x29_a_credential_is_redacted_at_any_position() {
        let secret = generate_secret(&[7; 32]);
        let mistyped = format!("{}x", &secret[..50]);
        let jwt = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2EifQ.c2lnbmF0dXJl";
        for (text, expected) in [
            (secret.to_string(), "[redacted]".to_owned()),
            (format!("a{}", *secret), "a[redacted]".to_owned()),
            (format!("x={}&y", *secret), "x=[redacted]&y".to_owned()),
            (format!("é \"{mistyped}\""), "é \"[redacted]\"".to_owned()),
            (format!("{jwt} {jwt}"), "[redacted] [redacted]".to_owned()),
            (
                "bEARER abcdefghiJklm.x".to_owned(),
                "bEARER [redacted]".to_owned(),
            ),
            (
                "Basic YTpiYWJhYmFiYQ==, done".to_owned(),
                "Basic [redacted], done".to_owned(),
            ),
        ] {
            assert_eq!(redacted(&text), expected, "{text}");
        }
    }

    #[test]
    fn ordinary_names_are_not_redacted() {
        for text in [
            "",
            "m2m_billing",
            "https://eyJ.example/api.v1.orders",
            "Basic authentication, or a bearer certificate",
            "é",
        ] {
            assert!(matches!(redacted(text), Cow::Borrowed(own) if own == text));
        }
    }
}
