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

/// Other brackets and signs that documents and templates have around the place of a value.
const BRACKETS: &[(&str, &str)] = &[("{", "}"), ("[", "]"), ("$", "")];

/// Returns the text between quotation marks, if it has them around it.
pub(super) fn without_quotes(text: &str) -> Option<&str> {
    let text = text.trim();
    let mut quotes = QUOTES.iter();
    quotes.find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close))
}

/// Returns the text between brackets or the signs of a variable, if it has them around it.
pub(super) fn without_brackets(text: &str) -> Option<&str> {
    let text = text.trim();
    let mut brackets = VARIABLES.iter().chain(BRACKETS);
    let inner = brackets.find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
    inner.map(str::trim).filter(|inner| !inner.is_empty())
}

/// Returns the text with a plus sign for each space within it.
pub(super) fn with_plus(text: &str) -> Option<Zeroizing<String>> {
    text.contains(' ').then(|| replaced(text, " ", "+"))
}

/// Returns the text with a replacement, which is not longer than what it replaces: so the text is not moved, and leaves no copy behind.
fn replaced(text: &str, from: &str, to: &str) -> Zeroizing<String> {
    let mut replaced = Zeroizing::new(String::with_capacity(text.len()));
    let mut parts = text.split(from);
    replaced.push_str(parts.next().unwrap_or_default());
    for part in parts {
        replaced.push_str(to);
        replaced.push_str(part);
    }
    replaced
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
    let with_spaces = replaced(text, "+", " ");
    Some(percent_decoded(&with_spaces).unwrap_or(with_spaces))
}

/// Returns the text that this is the base64 of. A line break at its end is not part of it: `echo` adds one before the value is encoded.
pub(super) fn base64_decoded(text: &str) -> Option<Zeroizing<String>> {
    let text = text.trim();
    let mut bytes = Zeroizing::new(vec![0; base64::decoded_len_estimate(text.len())]);
    let length = STANDARD.decode_slice(text, &mut bytes).ok()?;
    let decoded = core::str::from_utf8(bytes.get(..length)?).ok()?;
    let decoded = decoded.trim_end_matches(['\r', '\n']);
    (!decoded.is_empty()).then(|| Zeroizing::new(decoded.to_owned()))
}

/// Returns the texts that the caller may have meant as its secret, as far as the body has them: the bytes of the value as they were sent, and
/// the same with what follows an `&`, if that does not begin another parameter. They are few and short, so that a large body does not make
/// the diagnosis expensive.
pub(super) fn restored(body: &str) -> Vec<(Difference, Zeroizing<String>)> {
    let mut parts = body.split('&');
    let value = parts.find_map(|part| part.strip_prefix("client_secret="));
    let mut candidates = Vec::new();
    let Some(value) = value.filter(|value| value.len() <= MAX_SECRET_BYTES) else {
        return candidates;
    };
    let mut text = Zeroizing::new(String::with_capacity(MAX_SECRET_BYTES));
    text.push_str(value);
    // Without an escape, the value is the one that was read, except for a plus sign.
    if value.contains('%') {
        let decoded = percent_decoded(&text);
        candidates.push((Difference::PercentNotEncoded, text.clone()));
        candidates.extend(decoded.map(|decoded| (Difference::SpaceForPlus, decoded)));
    }
    let begins_parameter = |part: &str| {
        let (name, _) = part.split_once('=').unwrap_or((part, ""));
        PARAMETERS.contains(&name)
    };
    for part in parts.take_while(|part| !begins_parameter(part)) {
        let length = text.len() + 1 + part.len();
        if length > MAX_SECRET_BYTES || candidates.len() >= MAX_RESTORED {
            break;
        }
        text.push('&');
        text.push_str(part);
        let decoded = percent_decoded(&text);
        candidates.push((Difference::CutAtAmpersand, text.clone()));
        candidates.extend(decoded.map(|decoded| (Difference::CutAtAmpersand, decoded)));
    }
    candidates.truncate(MAX_RESTORED);
    candidates
}

/// The maximum number of texts that are restored from a body.
const MAX_RESTORED: usize = 4;

/// The maximum length of a secret that is compared without a usual mistake. Unit: bytes.
pub(super) const MAX_SECRET_BYTES: usize = 1024;

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
        unescaped = replaced(&unescaped, entity, character);
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
    fn f8_brackets_and_signs_of_variables_are_removed() {
        for text in ["<S>", "{S}", "[S]", "%S%", "$S", "${S}", "{{ S }}", "$(S)"] {
            assert_eq!(without_brackets(text), Some("S"), "{text}");
        }
        for text in ["S", "<S", "S]", "<>", "$", ""] {
            assert_eq!(without_brackets(text), None, "{text}");
        }
    }

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
        let restored = |body: &str| {
            let restored = restored(body).into_iter();
            let texts = restored.map(|(difference, text)| (difference, text.to_string()));
            texts.collect::<Vec<_>>()
        };
        let expected = |texts: &[(Difference, &str)]| {
            let texts = texts.iter();
            let texts = texts.map(|(difference, text)| (*difference, (*text).to_owned()));
            texts.collect::<Vec<_>>()
        };
        assert_eq!(
            restored("grant_type=x&client_secret=a%25+b&c=d&&e&scope=x"),
            expected(&[
                (Difference::PercentNotEncoded, "a%25+b"),
                (Difference::SpaceForPlus, "a%+b"),
                (Difference::CutAtAmpersand, "a%25+b&c=d"),
                (Difference::CutAtAmpersand, "a%+b&c=d"),
            ])
        );
        assert_eq!(
            restored("client_secret=a&c=d&&e&f&g"),
            ["a&c=d", "a&c=d&", "a&c=d&&e", "a&c=d&&e&f"]
                .map(|text| (Difference::CutAtAmpersand, text.to_owned()))
        );
        for body in ["client_id=a&scope=client_secret", "client_secret=a&scope=b"] {
            assert_eq!(restored(body), [], "{body}");
        }
    }

    #[test]
    fn x8_a_large_body_makes_few_and_short_candidates() {
        let long = "%41&".repeat(16 * 1024);
        let many = format!("client_secret=a%41{}", "&b%41".repeat(12 * 1024));
        for body in [
            format!("client_secret={long}"),
            format!("client_secret={}", "%41".repeat(20 * 1024)),
            format!("client_secret=a&{}", "b".repeat(64 * 1024)),
            many,
        ] {
            let restored = restored(&body);
            assert!(restored.len() <= MAX_RESTORED, "{}", restored.len());
            let bytes: usize = restored.iter().map(|(_, text)| text.len()).sum();
            assert!(bytes <= MAX_RESTORED * MAX_SECRET_BYTES, "{bytes}");
        }
    }

    #[test]
    fn x29_a_secret_that_is_changed_is_not_moved() {
        let text = "\"c2VjcmV0+%41 &amp;\"".repeat(20);
        let base64 = STANDARD.encode(&text);
        let broken = format!("{base64}!");
        let allocations = |run: &dyn Fn()| allocation_counter::measure(run).count_total;
        // One buffer for each text; a text that grows would leave its beginning behind.
        assert_eq!(allocations(&|| drop(with_plus(&text))), 1);
        assert_eq!(allocations(&|| drop(html_unescaped(&text))), 9);
        assert_eq!(allocations(&|| drop(percent_decoded(&text))), 2);
        assert_eq!(allocations(&|| drop(base64_decoded(&base64))), 2);
        assert_eq!(allocations(&|| drop(base64_decoded(&broken))), 1);
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
