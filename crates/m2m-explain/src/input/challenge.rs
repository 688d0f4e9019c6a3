//! `WWW-Authenticate` fields, in the grammar or not.

use oauth_proto::{Challenge, InvalidChallenge, MessageLimits};

use crate::received::{Received, presentable};

/// Adds the challenges of all `WWW-Authenticate` fields in the lines, and returns true if there is one.
pub(super) fn read_fields(received: &mut Received, text: &str) -> bool {
    let mut found = false;
    for line in text.lines() {
        if let Some((name, value)) = line.split_once(':') {
            let name = name.trim_start_matches(['<', '-', ' ']).trim_end();
            if name.eq_ignore_ascii_case("WWW-Authenticate") {
                received.say("WWW-Authenticate", value);
                read(received, value);
                found = true;
            }
        }
    }
    found
}

/// Adds the challenges of the text, and returns true if it is the value of a field.
pub(super) fn read_value(received: &mut Received, text: &str) -> bool {
    // A single word is a scheme by the grammar, but most likely a name that is to be explained.
    if !text.contains('=') && !text.contains(" \"") {
        return false;
    }
    let recognized = Challenge::recognize(text.as_bytes(), &MessageLimits::DEFAULT);
    let is_quoted = text.contains("=\"");
    let begins = |challenge: &Challenge<'_>| {
        let scheme = challenge.scheme();
        !scheme.is_empty()
            && text.starts_with(scheme)
            && (challenge.has_known_scheme() || is_quoted)
    };
    let is_challenge = recognized.mistake.is_none()
        || recognized.challenges.first().is_some_and(begins)
        || text.starts_with("error=\"");
    if is_challenge {
        received.say("WWW-Authenticate", text);
        read(received, text);
    }
    is_challenge
}

/// Adds the parameters of one of these challenges, the first with an `error` or else the first. A known error is kept.
pub(super) fn read(received: &mut Received, value: &str) {
    let value = value.trim();
    let recognized = Challenge::recognize(value.as_bytes(), &MessageLimits::DEFAULT);
    if let (None, Some(mistake)) = (&received.mistake, recognized.mistake) {
        received.mistake = Some(in_words(value, mistake));
    }
    let Some(challenge) = recognized.most_telling() else {
        return;
    };
    let parameter = |name| challenge.parameter(name).map(presentable);
    let has_error = challenge.parameter("error").is_some();
    if received.error.is_none() {
        received.error = parameter("error");
        received.error_description =
            parameter("error_description").or_else(|| received.error_description.take());
        received.error_uri = parameter("error_uri").or_else(|| received.error_uri.take());
    }
    if received.scheme.is_none() || has_error {
        let scheme = Some(challenge.scheme()).filter(|scheme| !scheme.is_empty());
        received.scheme = scheme.map(presentable);
        received.scope = parameter("scope");
    }
    received.trace_id = received.trace_id.take().or_else(|| parameter("trace_id"));
}

/// Returns the place where the value leaves the grammar, and what is wrong there.
fn in_words(value: &str, mistake: InvalidChallenge) -> String {
    let why = match mistake {
        InvalidChallenge::ByteRefused { offset } => {
            let (before, from) = value.split_at_checked(offset).unwrap_or((value, ""));
            let is_spaced = before.ends_with([' ', '\t']);
            match from.chars().next() {
                None => format!("the value ends at byte {offset}, where more is expected"),
                Some(';') => format!("a semicolon is in the place of a comma at byte {offset}"),
                Some('"') => format!("a string without a name begins at byte {offset}"),
                Some(next) if is_spaced && next.is_ascii_alphanumeric() => {
                    format!("a comma is missing before byte {offset}, or quotes around the value")
                }
                Some(_) => format!("byte {offset} is not allowed there"),
            }
        }
        InvalidChallenge::QuoteOpen { .. }
        | InvalidChallenge::ParameterRepeated { .. }
        | InvalidChallenge::ParametersTooMany
        | InvalidChallenge::TooLong
        | _ => mistake.to_string(),
    };
    format!(
        "The challenge is not in the grammar of RFC 9110, section 11.6.1: {why}. It was read as far as it can be recognized; other clients may ignore it."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_one(value: &str) -> Received {
        let mut received = Received::default();
        assert!(read_value(&mut received, value), "{value}");
        received
    }

    #[test]
    fn f9_a11_says_what_was_recognized_and_where_the_grammar_is_left() {
        let description = Some("the token has expired");
        for (value, scheme, mistake) in [
            (
                r#"Bearer scope="" error="invalid_token" error_description="the token has expired""#,
                "Bearer",
                "a comma is missing before byte 16",
            ),
            (
                r#"Bearer realm="x"; error="invalid_token"; error_description="the token has expired""#,
                "Bearer",
                "a semicolon is in the place of a comma at byte 16",
            ),
            (
                r#"OAuth "Facebook Platform" "invalid_token" "the token has expired""#,
                "OAuth",
                "a string without a name begins at byte 6",
            ),
            (
                r#"Bearer error="invalid_token", error="x", error_description="the token has expired""#,
                "Bearer",
                "the parameter at byte 30 is repeated",
            ),
            (
                r#"Bearer error="invalid_token", error_description="the token has expired"#,
                "Bearer",
                "the quoted string at byte 48 is not closed",
            ),
            (
                "Bearer authorization_uri=https://login.example/x?a=b, error=invalid_token, error_description=the token has expired",
                "Bearer",
                "byte 30 is not allowed there",
            ),
            (
                r#"Custom error="invalid_token" error_description="the token has expired""#,
                "Custom",
                "a comma is missing before byte 29",
            ),
        ] {
            let received = read_one(value);
            assert_eq!(received.scheme.as_deref(), Some(scheme), "{value}");
            assert_eq!(received.error.as_deref(), Some("invalid_token"), "{value}");
            assert_eq!(
                received.error_description.as_deref(),
                description,
                "{value}"
            );
            let said = received.mistake.unwrap_or_default();
            assert!(said.contains(mistake), "{value}: {said}");
        }
        let good = read_one("Bearer error=\"invalid_token\"");
        assert_eq!(good.mistake, None);
        let inner = read_one(
            r#"Bearer error="invalid_token", error_description="it says "no" here", scope="a""#,
        );
        assert_eq!(
            inner.error_description.as_deref(),
            Some(r#"it says "no" here"#)
        );
        assert_eq!(inner.scope.as_deref(), Some("a"));
    }

    #[test]
    fn text_is_not_a_challenge() {
        for text in ["a=b", "E = mc", "SELECT a FROM b WHERE c = 1", "Bearer"] {
            assert!(!read_value(&mut Received::default(), text), "{text}");
        }
    }
}
