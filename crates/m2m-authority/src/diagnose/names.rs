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

/// A parameter that a request had in vain. It is small and copied freely; [`Evidence`] is made of it at the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ignored {
    /// The parameter is in the URL, where a token request has none.
    InUrl(&'static str),
    /// The body has a parameter with nearly this name.
    Misspelled(&'static str),
}

impl From<Ignored> for Evidence {
    fn from(ignored: Ignored) -> Self {
        match ignored {
            Ignored::InUrl(parameter) => Self::ParameterInUrl {
                parameter: Cow::Borrowed(parameter),
                is_empty: false,
            },
            Ignored::Misspelled(parameter) => Self::SimilarParameter {
                parameter: Cow::Borrowed(parameter),
            },
        }
    }
}

/// Returns the parameter that the request has in vain: in the URL, or under a similar name in the body. `unknown` are the names in the body that
/// the endpoint does not know. Every name is read once, and nothing is allocated: this is part of each token request.
pub(crate) fn ignored<'n>(
    query: Option<&[u8]>,
    mut unknown: impl Iterator<Item = &'n str>,
) -> Option<Ignored> {
    let in_url = || names_in(query?).find_map(known);
    in_url()
        .map(Ignored::InUrl)
        .or_else(|| unknown.find_map(similar).map(Ignored::Misspelled))
}

/// Returns the known parameters that a query has. The whole query is read, since a secret may be at its end.
pub(crate) fn in_url(query: &[u8]) -> impl Iterator<Item = Evidence> {
    let known = PARAMETERS.iter().chain(&OTHER_CREDENTIALS);
    known.filter_map(|own| {
        let parts = query.split(|byte| *byte == b'&').map(|part| {
            let name = part.split(|byte| *byte == b'=').next().unwrap_or_default();
            (name, part.len() <= name.len() + 1)
        });
        let mut named = parts.filter(|(name, _)| is_named(name, own)).peekable();
        named.peek()?;
        Some(Evidence::ParameterInUrl {
            parameter: Cow::Borrowed(*own),
            is_empty: named.all(|(_, is_empty)| is_empty),
        })
    })
}

/// Returns true if a client credentials request has no such parameter: it belongs to other requests.
pub(crate) fn is_of_other_requests(parameter: &str) -> bool {
    OTHER_CREDENTIALS.contains(&parameter)
}

/// Returns true if a form has a parameter with nearly this name.
pub(super) fn has_similar(form: &[u8], parameter: &str) -> bool {
    names_in(form).any(|name| {
        let name = Name::read(name);
        let meant = name.as_ref().and_then(Name::text).and_then(similar);
        meant == Some(parameter)
    })
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
pub(super) const MAX_SEARCHED: usize = 4096;

/// Returns the names of the parameters in a form, as they are spelled.
fn names_in(form: &[u8]) -> impl Iterator<Item = &[u8]> {
    let parts = form.split(|byte| *byte == b'&').take(MAX_NAMES);
    parts.filter_map(|part| part.split(|byte| *byte == b'=').next())
}

/// The maximum number of parameters that are compared, which is also that of a form.
const MAX_NAMES: usize = 64;

/// Returns the parameter that has this encoded name.
fn known(name: &[u8]) -> Option<&'static str> {
    let mut known = PARAMETERS.iter().chain(&OTHER_CREDENTIALS);
    if !name.contains(&b'%') {
        return known.find(|own| own.as_bytes() == name).copied();
    }
    let decoded = Name::read(name)?;
    let text = decoded.text()?;
    known.find(|own| **own == text).copied()
}

/// Returns true if an encoded name is this one.
fn is_named(name: &[u8], parameter: &str) -> bool {
    if !name.contains(&b'%') {
        return name == parameter.as_bytes();
    }
    Name::read(name).is_some_and(|own| own.text() == Some(parameter))
}

/// Returns the parameter whose name this one is except for case, separators, brackets, marks around it, letters of another alphabet that look the
/// same, a plural, or one typing error in a long name. Returns `None` for a name that is right.
fn similar(name: &str) -> Option<&'static str> {
    if name.len() > MAX_NAME_BYTES {
        return None;
    }
    let mut letters = [0; MAX_LETTERS];
    let mut length = 0;
    for letter in name.chars().filter_map(letter) {
        *letters.get_mut(length)? = letter;
        length += 1;
    }
    let own = letters.get(..length)?;
    let mut known = PARAMETERS.iter().zip(LETTERS);
    let (parameter, _) = known.find(|(_, known)| {
        // Each of these mistakes changes the number of letters by one at most.
        own.len().abs_diff(known.len()) <= 1
            && (own == *known
                || own.strip_suffix(b"s") == Some(known)
                || known.len() >= MIN_MISTYPED && is_mistyped(own, known))
    })?;
    (*parameter != name).then_some(*parameter)
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
fn is_mistyped(own: &[u8], known: &[u8]) -> bool {
    let equal = own
        .iter()
        .zip(known)
        .take_while(|(own, known)| own == known);
    let equal = equal.count();
    let (own, known) = (
        own.get(equal..).unwrap_or_default(),
        known.get(equal..).unwrap_or_default(),
    );
    match (own, known) {
        ([one, two, own @ ..], [first, second, known @ ..])
            if (one, two) == (second, first) && own == known =>
        {
            true
        }
        ([_, own @ ..], [_, known @ ..]) if own == known => true,
        ([_, own_after @ ..], known) if own_after == known => true,
        (own, [_, known_after @ ..]) => own == known_after,
        _ => false,
    }
}

/// The letters of the names in [`PARAMETERS`].
const LETTERS: [&[u8]; 8] = [
    b"granttype",
    b"clientid",
    b"clientsecret",
    b"scope",
    b"audience",
    b"resource",
    b"clientassertion",
    b"clientassertiontype",
];

/// The minimum number of letters of a parameter whose mistyped name is recognized: short words are like others.
const MIN_MISTYPED: usize = 8;

/// The maximum number of letters of a name that is compared: one more than the longest name has.
const MAX_LETTERS: usize = 20;

/// The maximum length of a name that is compared. Unit: bytes.
const MAX_NAME_BYTES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f7c_similar_names_are_recognized() {
        let is_similar = |name: &[u8], parameter: &str| has_similar(name, parameter);
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
        for (name, known) in PARAMETERS.iter().zip(LETTERS) {
            let letters: Vec<u8> = name.chars().filter_map(letter).collect();
            assert_eq!(letters, known);
            assert!(letters.len() < MAX_LETTERS);
        }
    }

    #[test]
    fn a1_a_parameter_without_effect_is_found() {
        let of = |query: Option<&[u8]>, unknown: &[&str]| ignored(query, unknown.iter().copied());
        assert_eq!(
            of(None, &["a", "scope[0]"]),
            Some(Ignored::Misspelled("scope"))
        );
        assert_eq!(of(None, &[]), None);
        assert_eq!(of(None, &["tenant", ""]), None);
        for query in ["x=1&audience=y", "sc%6Fpe=a", "scope"] {
            let found = of(Some(query.as_bytes()), &[]);
            assert!(matches!(found, Some(Ignored::InUrl(_))), "{query}");
        }
        assert_eq!(of(Some(b"&=&audience%=x&Scope=x"), &[]), None);
        assert_eq!(
            Evidence::from(Ignored::InUrl("scope")),
            Evidence::ParameterInUrl {
                parameter: "scope".into(),
                is_empty: false,
            }
        );
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
