//! Usual ways in which a secret is changed between the place where it is stored and the request.

use zeroize::Zeroizing;

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
