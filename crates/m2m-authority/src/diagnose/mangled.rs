//! Usual ways in which a secret is changed between the place where it is stored and the request.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::Difference;
use super::names::PARAMETERS;

/// Pairs of quotation marks that shells, environment files and word processors leave around a value.
const QUOTES: &[(char, char)] = &[
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('\u{201c}', '\u{201d}'),
    ('\u{201e}', '\u{201c}'),
    ('\u{2018}', '\u{2019}'),
    ('\u{ab}', '\u{bb}'),
];

/// Words that programs send in place of a missing value, in lower case.
const WORDS: &[&str] = &[
    "undefined",
    "null",
    "none",
    "nil",
    "nan",
    "[object object]",
    "client_secret",
    "client-secret",
    "clientsecret",
    "secret",
    "your_client_secret",
    "your-client-secret",
    "changeme",
    "change-me",
    "client_id",
    "client-id",
    "clientid",
    "your_client_id",
    "your-client-id",
];

/// The beginnings and ends of variables that a shell or a template engine would have replaced.
const VARIABLES: &[(&str, &str)] = &[
    ("${", "}"),
    ("$(", ")"),
    ("{{", "}}"),
    ("#{", "}"),
    ("<", ">"),
    ("%", "%"),
];

/// Returns the text between quotation marks, if it has them around it.
pub(super) fn without_quotes(text: &str) -> Option<&str> {
    let text = text.trim();
    let mut quotes = QUOTES.iter();
    quotes.find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close))
}

/// Returns the text with a plus sign for each space within it.
pub(super) fn with_plus(text: &str) -> Option<Zeroizing<String>> {
    text.contains(' ')
        .then(|| Zeroizing::new(text.replace(' ', "+")))
}

/// Returns the text after one more percent-decoding, if it is encoded throughout and remains text.
pub(super) fn percent_decoded(text: &str) -> Option<Zeroizing<String>> {
    if !text.contains('%') {
        return None;
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let (digits, after) = after.split_at_checked(2)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after;
    }
    bytes.extend_from_slice(rest.as_bytes());
    let decoded = core::str::from_utf8(&bytes).ok()?;
    Some(Zeroizing::new(decoded.to_owned()))
}

/// Returns the text after one more decoding as part of a form, where a plus sign is a space.
pub(super) fn form_decoded(text: &str) -> Option<Zeroizing<String>> {
    if !text.contains('+') {
        return None;
    }
    let with_spaces = Zeroizing::new(text.replace('+', " "));
    Some(percent_decoded(&with_spaces).unwrap_or(with_spaces))
}

/// Returns the text that this is the base64 of. A line break at its end is not part of it: `echo` adds one before the value is encoded.
pub(super) fn base64_decoded(text: &str) -> Option<Zeroizing<String>> {
    let bytes = Zeroizing::new(STANDARD.decode(text.trim()).ok()?);
    let decoded = core::str::from_utf8(&bytes).ok()?;
    let decoded = decoded.trim_end_matches(['\r', '\n']);
    (!decoded.is_empty()).then(|| Zeroizing::new(decoded.to_owned()))
}

/// Returns the texts that the caller may have meant as its secret, as far as the body has them: the bytes of the value as they were sent, and
/// the same with what follows an `&`, if that does not begin another parameter.
pub(super) fn restored(body: &str) -> Vec<(Difference, Zeroizing<String>)> {
    let mut parts = body.split('&');
    let value = parts.find_map(|part| part.strip_prefix("client_secret="));
    let mut candidates = Vec::new();
    let mut text = Zeroizing::new(String::with_capacity(body.len()));
    let Some(value) = value else {
        return candidates;
    };
    text.push_str(value);
    let decoded = percent_decoded(&text);
    candidates.push((Difference::PercentNotEncoded, text.clone()));
    candidates.extend(decoded.map(|decoded| (Difference::SpaceForPlus, decoded)));
    let begins_parameter = |part: &str| {
        let (name, _) = part.split_once('=').unwrap_or((part, ""));
        PARAMETERS.contains(&name)
    };
    let more = parts.take_while(|part| !begins_parameter(part));
    for part in more.take(MAX_AMPERSANDS) {
        text.push('&');
        text.push_str(part);
        let decoded = percent_decoded(&text);
        candidates.push((Difference::CutAtAmpersand, text.clone()));
        candidates.extend(decoded.map(|decoded| (Difference::CutAtAmpersand, decoded)));
    }
    candidates
}

/// The maximum number of ampersands within a secret that is restored.
const MAX_AMPERSANDS: usize = 4;

/// Returns the text with the characters that its entities stand for.
pub(super) fn html_unescaped(text: &str) -> Option<Zeroizing<String>> {
    if !text.contains('&') {
        return None;
    }
    let mut unescaped = Zeroizing::new(text.to_owned());
    for (entity, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&#43;", "+"),
        ("&amp;", "&"),
    ] {
        unescaped = Zeroizing::new(unescaped.replace(entity, character));
    }
    Some(unescaped)
}

/// A value in place of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placeholder {
    /// One of a few words.
    Word(&'static str),
    /// A variable that was not expanded.
    Variable,
}

impl Placeholder {
    /// The word, if it is one of a few.
    pub(super) fn word(self) -> Option<Cow<'static, str>> {
        match self {
            Self::Word(word) => Some(Cow::Borrowed(word)),
            Self::Variable => None,
        }
    }
}

/// Returns what a value stands for, if no secret looks like it.
pub(super) fn placeholder(text: &str) -> Option<Placeholder> {
    let text = text.trim();
    let mut words = WORDS.iter();
    if let Some(word) = words.find(|word| text.eq_ignore_ascii_case(word)) {
        return Some(Placeholder::Word(word));
    }
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-. ".contains(&byte))
    };
    let mut variables = VARIABLES.iter();
    let is_enclosed = variables.any(|(open, close)| {
        let name = text
            .strip_prefix(open)
            .and_then(|name| name.strip_suffix(close));
        name.is_some_and(is_name)
    });
    let is_shell_variable = text.strip_prefix('$').is_some_and(|name| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    });
    (is_enclosed || is_shell_variable).then_some(Placeholder::Variable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f8_placeholders_are_recognized_and_secrets_are_not() {
        for text in [" undefined", "NULL", "Client_Secret"] {
            assert!(
                matches!(placeholder(text), Some(Placeholder::Word(_))),
                "{text}"
            );
        }
        for text in [
            "${CLIENT_SECRET}",
            "{{ client_secret }}",
            "$SECRET",
            "%SECRET%",
            "<your secret>",
        ] {
            assert_eq!(placeholder(text), Some(Placeholder::Variable), "{text}");
        }
        for text in [
            "",
            "$",
            "$ecret",
            "${a+b}",
            "a-real-secret",
            "<>",
            "%%",
            "undefined1",
        ] {
            assert_eq!(placeholder(text), None, "{text}");
        }
    }

    #[test]
    fn f8_the_rest_of_a_secret_is_found_behind_an_ampersand() {
        let body = "grant_type=x&client_secret=a%25+b&c=d&&e&f&g&h&scope=x";
        let restored = restored(body);
        let of = |wanted: Difference| {
            let of_kind = restored.iter().filter(|(own, _)| *own == wanted);
            let texts = of_kind.map(|(_, text)| text.as_str());
            texts.collect::<Vec<&str>>()
        };
        assert_eq!(of(Difference::PercentNotEncoded), ["a%25+b"]);
        assert_eq!(of(Difference::SpaceForPlus), ["a%+b"]);
        assert_eq!(
            of(Difference::CutAtAmpersand),
            [
                "a%25+b&c=d",
                "a%+b&c=d",
                "a%25+b&c=d&",
                "a%+b&c=d&",
                "a%25+b&c=d&&e",
                "a%+b&c=d&&e",
                "a%25+b&c=d&&e&f",
                "a%+b&c=d&&e&f",
            ]
        );
        assert!(super::restored("client_id=a&scope=client_secret").is_empty());
        assert_eq!(super::restored("client_secret=a&scope=b").len(), 1);
    }

    #[test]
    fn f8_one_encoding_is_removed_and_a_broken_one_is_left() {
        let decoded = |text| percent_decoded(text).map(|text| text.to_string());
        assert_eq!(decoded("a%2Bb%25"), Some("a+b%".to_owned()));
        for text in ["a%", "a%2", "a%+1", "%ff", "a%g0", "plain"] {
            assert_eq!(decoded(text), None, "{text}");
        }
        let unescaped = html_unescaped("a&amp;lt;b&#39;").unwrap();
        assert_eq!(&**unescaped, "a&lt;b'");
    }
}
