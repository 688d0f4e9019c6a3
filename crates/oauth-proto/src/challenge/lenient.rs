//! The reader of header values that are outside the grammar.

use std::borrow::Cow;

use super::{Challenge, ChallengeParameter};
use crate::scheme::{is_space, is_tchar};
use crate::{InvalidChallenge, MessageLimits};

/// The challenges of a header value, and the place where it leaves the grammar.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecognizedChallenges {
    /// The challenges, as far as they were recognized. The scheme of one that has none is empty.
    pub challenges: Vec<Challenge<'static>>,
    /// The first mistake. `None` if the value is in the grammar.
    pub mistake: Option<InvalidChallenge>,
}

impl RecognizedChallenges {
    /// Returns the first challenge with an `error`, or else the first one.
    #[must_use]
    pub fn most_telling(&self) -> Option<&Challenge<'static>> {
        let has_error = |challenge: &&Challenge<'_>| challenge.parameter("error").is_some();
        let with_error = self.challenges.iter().find(has_error);
        with_error.or_else(|| self.challenges.first())
    }
}

/// Reads a value by the grammar, or else as far as it can be recognized.
pub(super) fn recognize(header_value: &[u8], limits: &MessageLimits) -> RecognizedChallenges {
    let is_whole = header_value.len() <= limits.max_header_bytes;
    let start = header_value.get(..limits.max_header_bytes);
    let text = decoded(start.unwrap_or(header_value));
    let without_length = MessageLimits {
        max_header_bytes: usize::MAX,
        ..*limits
    };
    let strict = if is_whole {
        Challenge::parse_list(text.as_bytes(), &without_length)
    } else {
        Err(InvalidChallenge::TooLong)
    };
    match strict {
        Ok(challenges) => RecognizedChallenges {
            challenges: challenges.into_iter().map(Challenge::into_owned).collect(),
            mistake: None,
        },
        Err(mistake) => RecognizedChallenges {
            challenges: loose(&text, limits),
            mistake: Some(mistake),
        },
    }
}

/// Bytes that are not UTF-8 are those of ISO-8859-1, as they were in HTTP for a long time (RFC 9110, section 5.5).
fn decoded(value: &[u8]) -> Cow<'_, str> {
    match core::str::from_utf8(value) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => value.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// Reads what violates the grammar: values without quotes, with single quotes or with quotes inside; parameters without commas between them,
/// separated by semicolons, or repeated, of which the first counts; strings without a name, in the order of [`POSITIONS`]; and no end.
fn loose(text: &str, limits: &MessageLimits) -> Vec<Challenge<'static>> {
    let mut challenges = Vec::new();
    let mut current = Challenge::of("");
    let (mut parameters, mut position) = (0, 0);
    let mut rest = text.trim_start_matches(is_separator);
    while !rest.is_empty() && parameters < limits.max_parameters {
        let (word, after) = split_word(rest);
        let behind = after.trim_start_matches(SPACES);
        if rest.starts_with('"') {
            let (value, next) = take_value(rest);
            if let Some(name) = POSITIONS.get(position) {
                add(&mut current, name.as_str(), value);
            }
            position += 1;
            parameters += 1;
            rest = next;
        } else if word.is_empty() {
            let mut characters = rest.chars();
            characters.next();
            rest = characters.as_str();
        } else if let Some(value) = behind.strip_prefix('=') {
            let (value, next) = take_value(value.trim_start_matches(SPACES));
            add(&mut current, word, value);
            parameters += 1;
            rest = next;
        } else {
            let is_first = current.scheme.is_empty() && current.parameters.is_empty();
            let begins = is_parameter(behind) || behind.starts_with('"') || behind.is_empty();
            if (is_first && (begins || is_scheme(word))) || begins_challenge(",", rest) {
                challenges.push(core::mem::replace(&mut current, Challenge::of("")));
                current.scheme = Cow::Owned(word.to_owned());
                position = 0;
            }
            rest = after;
        }
        rest = rest.trim_start_matches(is_separator);
    }
    challenges.push(current);
    challenges.retain(|challenge| !challenge.scheme.is_empty() || !challenge.parameters.is_empty());
    challenges
}

fn add(challenge: &mut Challenge<'static>, name: &str, value: String) {
    if challenge.parameter(name).is_none() {
        let parameter = (Cow::Owned(name.to_owned()), Cow::Owned(value));
        challenge.parameters.push(parameter);
    }
}

/// Splits the text behind an equals sign into the value and the rest.
fn take_value(text: &str) -> (String, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            // A quote inside the value is one that nothing follows which can follow a parameter.
            let end = closing(quoted, quote, begins_next)
                .or_else(|| closing(quoted, quote, |after| after.starts_with(is_separator)));
            let (value, rest) = match end.and_then(|end| quoted.split_at_checked(end)) {
                Some((value, rest)) => (value, rest.strip_prefix(quote).unwrap_or(rest)),
                None => (quoted.trim_end_matches(is_separator), ""),
            };
            return (unescaped(value), rest);
        }
    }
    let mut end = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let word = rest.find(is_separator).unwrap_or(rest.len());
        let (_, after) = rest.split_at_checked(word).unwrap_or((rest, ""));
        end += word;
        if begins_next(after) {
            break;
        }
        let next = after.trim_start_matches(is_separator);
        end += after.len() - next.len();
        rest = next;
    }
    let (value, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    let ends = |c: char| is_separator(c) || c == '"' || c == '\'';
    (value.trim_end_matches(ends).to_owned(), rest)
}

/// Returns the place of the first quote that is not escaped, and that is followed by the end of a value.
fn closing(quoted: &str, quote: char, is_end: impl Fn(&str) -> bool) -> Option<usize> {
    let mut escaped = false;
    for (place, character) in quoted.char_indices() {
        let after = quoted
            .get(place + character.len_utf8()..)
            .unwrap_or_default();
        if character == quote && !escaped && is_end(after) {
            return Some(place);
        }
        escaped = character == '\\' && !escaped;
    }
    None
}

fn unescaped(value: &str) -> String {
    let mut escaped = false;
    let kept = |character: &char| {
        escaped = *character == '\\' && !escaped;
        !escaped
    };
    value.chars().filter(kept).collect()
}

/// Returns true for the end of the text, and if a parameter, a string or a challenge follows.
fn begins_next(after: &str) -> bool {
    let next = after.trim_start_matches(is_separator);
    let (between, _) = after
        .split_at_checked(after.len() - next.len())
        .unwrap_or_default();
    next.is_empty()
        || is_parameter(next)
        || (next.starts_with('"') && !between.is_empty())
        || begins_challenge(between, next)
}

/// Returns true for a known scheme before a parameter, or alone between commas: `token` is a scheme and a word.
fn begins_challenge(between: &str, text: &str) -> bool {
    let (word, behind) = split_word(text);
    let behind = behind.trim_start_matches(SPACES);
    let is_alone = between.contains(',') && (behind.is_empty() || behind.starts_with(','));
    is_scheme(word) && (is_alone || is_parameter(behind))
}

/// Returns true if the text begins with a name and an equals sign.
fn is_parameter(text: &str) -> bool {
    let (name, behind) = split_word(text);
    !name.is_empty() && behind.trim_start_matches(SPACES).starts_with('=')
}

/// Splits off a token of RFC 9110, section 5.6.2, without the apostrophe, which is a quote here.
fn split_word(text: &str) -> (&str, &str) {
    let is_of_word = |byte: u8| is_tchar(byte) && byte != b'\'';
    let end = text.bytes().position(|byte| !is_of_word(byte));
    text.split_at_checked(end.unwrap_or(text.len()))
        .unwrap_or((text, ""))
}

fn is_separator(character: char) -> bool {
    matches!(character, ',' | ';') || u8::try_from(character).is_ok_and(is_space)
}

const SPACES: [char; 2] = [' ', '\t'];

/// The meaning of strings without names: `OAuth "Facebook Platform" "invalid_token" "Error validating access token"`.
const POSITIONS: [ChallengeParameter; 3] = [
    ChallengeParameter::Realm,
    ChallengeParameter::Error,
    ChallengeParameter::ErrorDescription,
];

pub(super) fn is_scheme(word: &str) -> bool {
    SCHEMES
        .iter()
        .any(|scheme| scheme.eq_ignore_ascii_case(word))
}

/// The schemes by which a value outside the grammar is recognized. The first are registered with IANA.
const SCHEMES: &[&str] = &[
    "Basic",
    "Bearer",
    "DPoP",
    "Digest",
    "Negotiate",
    "NTLM",
    "Mutual",
    "HOBA",
    "GNAP",
    "OAuth",
    "PrivateToken",
    "SCRAM-SHA-256",
    "vapid",
    "Key",
    "PoP",
    "ApiKey",
    "Token",
    "JWT",
    "AzureApiManagementKey",
    "XBasic",
    "Api-Key",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn recognized(value: &[u8]) -> RecognizedChallenges {
        recognize(value, &MessageLimits::DEFAULT)
    }

    /// Checks the scheme, the error and the description of a value that the grammar does not allow.
    #[track_caller]
    fn check(value: &str, scheme: &str, error: &str, description: &str) {
        let recognized = recognized(value.as_bytes());
        assert!(
            recognized.mistake.is_some(),
            "{value}: this is in the grammar"
        );
        let challenge = recognized.most_telling().unwrap();
        assert_eq!(challenge.scheme(), scheme, "{value}");
        assert_eq!(challenge.parameter("error"), Some(error), "{value}");
        let said = challenge.parameter("error_description");
        assert_eq!(said.unwrap_or_default(), description, "{value}");
    }

    #[test]
    fn reads_values_without_quotes() {
        let value =
            "Bearer error=invalid_token, error_description=The token has expired, realm=api";
        check(value, "Bearer", "invalid_token", "The token has expired");
    }

    #[test]
    fn f9_reads_values_without_commas_between_them() {
        let value =
            r#"Bearer scope="" error="invalid_token" error_description="the token has expired""#;
        check(value, "Bearer", "invalid_token", "the token has expired");
        let mistake = recognized(value.as_bytes()).mistake;
        assert_eq!(mistake, Some(InvalidChallenge::ByteRefused { offset: 16 }));
        let value = r#"Bearer realm="a" error="invalid_token" error_description="No = good""#;
        check(value, "Bearer", "invalid_token", "No = good");
        let value = r#"Bearer realm="a"error="invalid_token""#;
        check(value, "Bearer", "invalid_token", "");
    }

    #[test]
    fn reads_single_quotes_and_quotes_that_do_not_end() {
        let value = "Bearer error='invalid_token', error_description='It isn't valid'";
        check(value, "Bearer", "invalid_token", "It isn't valid");
        let value = "Bearer error=\"invalid_token\", error_description=\"The token expired";
        check(value, "Bearer", "invalid_token", "The token expired");
    }

    #[test]
    fn a11_reads_semicolons_quotes_inside_repeated_parameters_and_addresses_without_quotes() {
        let value = r#"Bearer realm="x"; error="invalid_token"; error_description="expired""#;
        check(value, "Bearer", "invalid_token", "expired");
        let value =
            r#"Bearer error="invalid_token", error_description="it says "no" here", scope="a""#;
        check(value, "Bearer", "invalid_token", r#"it says "no" here"#);
        let value = r#"Bearer error="invalid_token", error="insufficient_scope""#;
        check(value, "Bearer", "invalid_token", "");
        let mistake = recognized(value.as_bytes()).mistake;
        assert_eq!(
            mistake,
            Some(InvalidChallenge::ParameterRepeated { offset: 30 })
        );
        let value = "Bearer authorization_uri=https://login.example/x?a=b&c=d, error=invalid_token, resource_id=https://a.example/";
        check(value, "Bearer", "invalid_token", "");
        let recognized = recognized(value.as_bytes());
        let challenge = recognized.most_telling().unwrap();
        let uri = challenge.parameter("authorization_uri");
        assert_eq!(uri, Some("https://login.example/x?a=b&c=d"));
        assert_eq!(
            challenge.parameter("resource_id"),
            Some("https://a.example/")
        );
    }

    #[test]
    fn a11_reads_strings_without_names() {
        let value = r#"OAuth "Facebook Platform" "invalid_token" "Error validating access token: it has expired.""#;
        let description = "Error validating access token: it has expired.";
        check(value, "OAuth", "invalid_token", description);
    }

    #[test]
    fn a11_bytes_of_another_encoding_are_letters() {
        let value = b"Bearer error=\"invalid_token\", error_description=\"Le jeton a expir\xE9\"";
        let recognized = recognized(value);
        assert_eq!(recognized.mistake, None);
        let challenge = recognized.most_telling().unwrap();
        let said = challenge.parameter("error_description");
        assert_eq!(said, Some("Le jeton a expir\u{e9}"));
        let value = "Bearer error=\"invalid_token\", error_description=Le jeton a expir\u{e9}";
        check(value, "Bearer", "invalid_token", "Le jeton a expir\u{e9}");
    }

    #[test]
    fn reads_several_challenges() {
        let value =
            "Basic realm=the realm, Bearer error=\"invalid_token\", error_description='x y'";
        check(value, "Bearer", "invalid_token", "x y");
        let value = "Bearer realm=\"x\" Bearer error=invalid_token error_description=\"old\"";
        check(value, "Bearer", "invalid_token", "old");
        let value = r#"Custom a="b" error="invalid_token""#;
        check(value, "Custom", "invalid_token", "");
        let value = r#"error="invalid_token" error_description="x""#;
        check(value, "", "invalid_token", "x");
    }

    #[test]
    fn what_is_read_is_bounded() {
        let many = "a=\"b\" ".repeat(10_000);
        let recognized = recognized(many.as_bytes());
        assert_eq!(recognized.mistake, Some(InvalidChallenge::TooLong));
        let names = (0..1000).map(|number| format!("p{number}=\"v\" "));
        let many = format!("Bearer {}", names.collect::<String>());
        let recognized = recognize(
            many.as_bytes(),
            &MessageLimits {
                max_header_bytes: 100_000,
                ..MessageLimits::DEFAULT
            },
        );
        let [challenge] = &*recognized.challenges else {
            panic!("one challenge")
        };
        assert_eq!(challenge.parameters().count(), 64);
    }
}
