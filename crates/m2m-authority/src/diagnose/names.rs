//! The names of parameters in a request, compared with those that the endpoint knows.

use std::borrow::Cow;

use super::{BodyForm, Evidence};

/// The parameters of a token request.
pub(crate) const PARAMETERS: [&str; 8] = [
    "grant_type",
    "client_id",
    "client_secret",
    "scope",
    "audience",
    "resource",
    "client_assertion",
    "client_assertion_type",
];

/// Parameters that belong to other requests, and must not be in a URL either.
const OTHER_CREDENTIALS: [&str; 6] = [
    "access_token",
    "refresh_token",
    "token",
    "assertion",
    "code",
    "password",
];

/// Returns the parameter that the request has in vain: in the URL, or under a similar name in the body. `has_unknown` tells whether the body
/// has any parameter that the endpoint does not know. Does not allocate.
pub(crate) fn ignored(query: Option<&[u8]>, body: &[u8], has_unknown: bool) -> Option<Evidence> {
    if let Some(query) = query
        && let Some(parameter) = in_url(query).next()
    {
        return Some(Evidence::ParameterInUrl { parameter });
    }
    if !has_unknown {
        return None;
    }
    let similar = |name| PARAMETERS.iter().find(|own| is_similar(name, own));
    let parameter = names_in(body).find_map(similar)?;
    Some(Evidence::SimilarParameter {
        parameter: Cow::Borrowed(parameter),
    })
}

/// Returns the known parameters that a query has.
pub(crate) fn in_url(query: &[u8]) -> impl Iterator<Item = Cow<'static, str>> {
    let known = PARAMETERS.iter().chain(&OTHER_CREDENTIALS);
    let found = known.filter(|own| names_in(query).any(|name| is_named(name, own)));
    found.map(|own| Cow::Borrowed(*own))
}

/// Returns true if a form has a parameter with nearly this name.
pub(super) fn has_similar(form: &[u8], parameter: &str) -> bool {
    names_in(form).any(|name| is_similar(name, parameter))
}

/// Returns the known parameters that a body of another form has.
pub(super) fn in_other_form(form: BodyForm, body: &[u8]) -> Vec<Cow<'static, str>> {
    let body = body.get(..MAX_SEARCHED).unwrap_or(body);
    let has = |name: &str| match form {
        BodyForm::Json => member(body, name).is_some(),
        BodyForm::Xml => after(body, &format!("<{name}>")).is_some(),
        BodyForm::Multipart => [format!("name=\"{name}\""), format!("name={name}\r\n")]
            .iter()
            .any(|part| after(body, part).is_some()),
        BodyForm::Empty
        | BodyForm::Quoted
        | BodyForm::QuestionMark
        | BodyForm::ByteOrderMark
        | BodyForm::HtmlEntities
        | BodyForm::Compressed
        | BodyForm::Utf16
        | BodyForm::OtherSeparators => false,
    };
    let found = PARAMETERS.iter().filter(|name| has(name));
    found.map(|name| Cow::Borrowed(*name)).collect()
}

/// Returns the client id in a body that is JSON.
pub(super) fn client_id_in_json(body: &[u8]) -> Option<&str> {
    let body = body.get(..MAX_SEARCHED).unwrap_or(body);
    let text = member(body, "client_id")?.strip_prefix(b"\"")?;
    let value = text.split(|byte| *byte == b'"').next()?;
    core::str::from_utf8(value).ok()
}

/// Returns the bytes from the value of this member of a JSON object on.
fn member<'b>(body: &'b [u8], name: &str) -> Option<&'b [u8]> {
    let rest = after(body, &format!("\"{name}\""))?.trim_ascii_start();
    Some(rest.strip_prefix(b":")?.trim_ascii_start())
}

/// Returns the bytes after the first occurrence of this text.
fn after<'b>(body: &'b [u8], text: &str) -> Option<&'b [u8]> {
    let mut places = body.windows(text.len());
    let place = places.position(|window| window == text.as_bytes())?;
    body.get(place + text.len()..)
}

/// The maximum length of the part of a body that is searched for parameters in another form. Unit: bytes.
const MAX_SEARCHED: usize = 4096;

/// Returns the names of the parameters in a form, as they are spelled.
fn names_in(form: &[u8]) -> impl Iterator<Item = &[u8]> {
    let parts = form.split(|byte| *byte == b'&').take(MAX_NAMES);
    parts.filter_map(|part| part.split(|byte| *byte == b'=').next())
}

/// The maximum number of parameters that are compared, which is also that of a form.
const MAX_NAMES: usize = 64;

/// Returns true if an encoded name is this one.
fn is_named(name: &[u8], parameter: &str) -> bool {
    Name::read(name).is_some_and(|own| own.text() == Some(parameter))
}

/// Returns true if an encoded name is not that of the parameter, but is except for case, separators, brackets, marks around it, letters of another
/// alphabet that look the same, a plural, or one typing error in a long name.
fn is_similar(name: &[u8], parameter: &str) -> bool {
    let Some(own) = Name::read(name) else {
        return false;
    };
    if own.text() == Some(parameter) {
        return false;
    }
    let mut letters = [0; MAX_NAME_BYTES];
    let mut length = 0;
    let own_letters = own.text().unwrap_or_default().chars().filter_map(letter);
    for (place, letter) in letters.iter_mut().zip(own_letters) {
        *place = letter;
        length += 1;
    }
    let own = letters.get(..length).unwrap_or_default();
    let is_same = |own: &[u8]| own.iter().copied().eq(parameter.chars().filter_map(letter));
    is_same(own)
        || own.strip_suffix(b"s").is_some_and(is_same)
        || parameter.len() >= MIN_MISTYPED && is_mistyped(own, parameter)
}

/// A name without its percent-encoding.
struct Name {
    bytes: [u8; MAX_NAME_BYTES],
    length: usize,
}

impl Name {
    /// Reads an encoded name, unless it is too long for a mistyped one. A malformed escape stays as it is.
    fn read(encoded: &[u8]) -> Option<Self> {
        let mut name = Self {
            bytes: [0; MAX_NAME_BYTES],
            length: 0,
        };
        let mut rest = encoded;
        while let Some((first, after)) = rest.split_first() {
            let escaped = match (first, after) {
                (b'%', [high, low, ..]) => digit(*high).zip(digit(*low)),
                _ => None,
            };
            let (byte, length) = match escaped {
                Some((high, low)) => (16 * high + low, 3),
                None => (*first, 1),
            };
            *name.bytes.get_mut(name.length)? = byte;
            name.length += 1;
            rest = rest.get(length..)?;
        }
        Some(name)
    }

    /// The name, if it is text.
    fn text(&self) -> Option<&str> {
        core::str::from_utf8(self.bytes.get(..self.length)?).ok()
    }
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Returns a letter in lower case, a Cyrillic one as the Latin one that it looks like.
fn letter(character: char) -> Option<u8> {
    Some(match character {
        'a'..='z' | 'A'..='Z' => u8::try_from(character).ok()?.to_ascii_lowercase(),
        'а' | 'А' => b'a',
        'с' | 'С' => b'c',
        'е' | 'Е' => b'e',
        'і' | 'І' => b'i',
        'о' | 'О' => b'o',
        'р' | 'Р' => b'p',
        'ѕ' | 'Ѕ' => b's',
        'у' | 'У' => b'y',
        _ => return None,
    })
}

/// Returns true if one letter is missing, added or replaced, or two neighbours are swapped.
fn is_mistyped(own: &[u8], parameter: &str) -> bool {
    let mut own: &[u8] = own;
    let mut rest = parameter.bytes().filter(u8::is_ascii_alphabetic).peekable();
    while let (Some((first, after)), Some(expected)) = (own.split_first(), rest.peek()) {
        if first != expected {
            break;
        }
        own = after;
        let _ = rest.next();
    }
    let skipped = |of_own: usize, of_parameter: usize| {
        let own = own.get(of_own..);
        own.is_some_and(|own| own.iter().copied().eq(rest.clone().skip(of_parameter)))
    };
    let is_swapped = || {
        let mut expected = rest.clone();
        let pair = [expected.next(), expected.next()];
        matches!(own, [one, two, ..] if pair == [Some(*two), Some(*one)]) && skipped(2, 2)
    };
    skipped(1, 0) || skipped(0, 1) || skipped(1, 1) || is_swapped()
}

/// The minimum length of a parameter whose mistyped name is recognized: short words are like others. Unit: bytes.
const MIN_MISTYPED: usize = 8;

/// The maximum length of a name that is compared. Unit: bytes.
const MAX_NAME_BYTES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f7c_similar_names_are_recognized() {
        for (name, parameter) in [
            ("clientId", "client_id"),
            ("Grant_Type", "grant_type"),
            ("scopes", "scope"),
            ("audience[]", "audience"),
            ("audience%5B%5D", "audience"),
            ("scope[0]", "scope"),
            ("client-secret", "client_secret"),
            ("\u{441}lient_id", "client_id"),
            ("%D1%81lient_id", "client_id"),
            ("audiance", "audience"),
            ("grant_tpye", "grant_type"),
            ("client_secre", "client_secret"),
            ("cclient_id", "client_id"),
        ] {
            assert!(is_similar(name.as_bytes(), parameter), "{name}");
        }
        for (name, parameter) in [
            ("client", "client_id"),
            ("scop", "scope"),
            ("score", "scope"),
            ("", "scope"),
            ("%", "scope"),
            ("scope", "scope"),
            ("sc%6Fpe", "scope"),
            ("client_id", "client_secret"),
            ("client_assertion", "client_assertion_type"),
        ] {
            assert!(!is_similar(name.as_bytes(), parameter), "{name}");
        }
        assert!(!is_similar(&b"s".repeat(1000), "scope"));
    }

    #[test]
    fn a1_a_parameter_without_effect_is_found() {
        let found = ignored(None, b"grant_type=x&scope%5B0%5D=y", true);
        let similar = |parameter: &'static str| Evidence::SimilarParameter {
            parameter: parameter.into(),
        };
        assert_eq!(found, Some(similar("scope")));
        assert_eq!(ignored(None, b"scopes=y", false), None, "not even read");
        assert_eq!(ignored(None, b"grant_type=x&tenant=y", true), None);
        let in_url = ignored(Some(b"x=1&audience=y"), b"", false);
        let expected = Evidence::ParameterInUrl {
            parameter: "audience".into(),
        };
        assert_eq!(in_url, Some(expected));
    }

    #[test]
    fn f7a_parameters_in_another_form_are_found() {
        let json = br#"{"grant_type" : "x", "client_id":"billing-job", "s": "client_secret"}"#;
        assert_eq!(
            in_other_form(BodyForm::Json, json),
            ["grant_type", "client_id"]
        );
        assert_eq!(client_id_in_json(json), Some("billing-job"));
        assert_eq!(client_id_in_json(br#"{"client_id":7}"#), None);
        let multipart = b"--x\r\nContent-Disposition: form-data; name=\"scope\"\r\n\r\na\r\n--x--";
        assert_eq!(in_other_form(BodyForm::Multipart, multipart), ["scope"]);
    }
}
