//! Observations about a request that is wrong in its form. They name words of our own lists only: nothing that a stranger wrote is in them.

use std::borrow::Cow;

use oauth_proto::InvalidBasicCredentials;

use super::evidence::{BasicProblem, BodyForm};
use super::{Evidence, nearest};

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

/// Media types that callers send instead of a form.
const MEDIA_TYPES: &[&str] = &[
    "application/json",
    "application/jwt",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
    "application/xml",
    "multipart/form-data",
    "text/plain",
    "text/xml",
];

/// Returns what the `Content-Type` fields and the body of a request show. `value` is the first of the fields.
pub(crate) fn content_type(value: Option<&[u8]>, is_repeated: bool, body: &[u8]) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    match value {
        _ if is_repeated => evidence.push(Evidence::ContentTypeRepeated),
        None => evidence.push(Evidence::ContentTypeMissing),
        Some(value) => {
            let text = String::from_utf8_lossy(value);
            let (media_type, parameters) = text.split_once(';').unwrap_or((&text, ""));
            let media_type = media_type.trim();
            let known = MEDIA_TYPES
                .iter()
                .find(|known| known.eq_ignore_ascii_case(media_type));
            evidence.push(Evidence::ContentTypeSent {
                media_type: known.map(|known| Cow::Borrowed(*known)),
                has_parameters: !parameters.trim().is_empty(),
            });
        }
    }
    evidence.extend(body_form(body).map(|form| Evidence::BodyLooksLike { form }));
    evidence
}

/// Returns what a request without these parameters has in their place: a body of another form, the parameter in the URL, or a similar name.
pub(crate) fn missing(names: &[&'static str], query: Option<&[u8]>, body: &[u8]) -> Vec<Evidence> {
    let form = body_form(body).map(|form| Evidence::BodyLooksLike { form });
    let mut evidence: Vec<Evidence> = form.into_iter().collect();
    for name in names {
        let parameter = Cow::Borrowed(*name);
        if names_in(query.unwrap_or_default()).any(|own| own == name.as_bytes()) {
            evidence.push(Evidence::ParameterInUrl { parameter });
        } else if names_in(body).any(|own| own != name.as_bytes() && is_similar(own, name)) {
            evidence.push(Evidence::SimilarParameter { parameter });
        }
    }
    evidence
}

/// Returns the form of a body that does not look like parameters of a token request.
pub(crate) fn body_form(body: &[u8]) -> Option<BodyForm> {
    let without_mark = body.strip_prefix(b"\xef\xbb\xbf");
    let text = without_mark.unwrap_or(body).trim_ascii_start();
    Some(match text {
        [] => BodyForm::Empty,
        [0x1f, 0x8b, ..] => BodyForm::Compressed,
        [b'{' | b'[', ..] => BodyForm::Json,
        [b'<', ..] => BodyForm::Xml,
        [b'-', b'-', ..] => BodyForm::Multipart,
        [b'\'' | b'"' | b'`', ..] => BodyForm::Quoted,
        [b'?', ..] => BodyForm::QuestionMark,
        _ if without_mark.is_some() => BodyForm::ByteOrderMark,
        _ if text.windows(5).any(|part| part == b"&amp;") => BodyForm::HtmlEntities,
        _ => return None,
    })
}

/// Returns what is wrong with the credentials of a Basic header.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the other errors are causes of their own"
)]
pub(crate) fn basic(value: &[u8], error: &InvalidBasicCredentials) -> Option<Evidence> {
    let text = value.trim_ascii();
    let scheme = text.iter().take_while(|byte| !byte.is_ascii_whitespace());
    let credentials = text.get(scheme.count()..).unwrap_or_default().trim_ascii();
    let problem = match error {
        InvalidBasicCredentials::BrokenBase64 { .. } => {
            if credentials.contains(&b':') {
                BasicProblem::NotEncoded
            } else if credentials.iter().any(u8::is_ascii_whitespace) {
                BasicProblem::Whitespace
            } else if credentials.iter().any(|byte| matches!(byte, b'-' | b'_')) {
                BasicProblem::UrlSafeAlphabet
            } else if credentials.len() % 4 != 0 {
                BasicProblem::Length
            } else {
                BasicProblem::NotBase64
            }
        }
        InvalidBasicCredentials::NotUtf8 => BasicProblem::NotUtf8,
        InvalidBasicCredentials::ColonMissing => BasicProblem::ColonMissing,
        _ => return None,
    };
    Some(Evidence::BasicMalformed { problem })
}

/// Returns the known path that a caller probably meant by an unknown one: the same without odd slashes or letter case, or the most
/// similar one.
#[must_use]
pub fn similar_path(path: &str, known: &[&'static str]) -> Vec<Evidence> {
    let parts = path.split('/').filter(|part| !part.is_empty());
    let plain = parts.fold(String::new(), |path, part| path + "/" + part);
    let same = known
        .iter()
        .find(|known| known.eq_ignore_ascii_case(&plain));
    let similar = || {
        let nearest = nearest(&plain, known.iter().copied())?;
        known.iter().find(|known| **known == nearest)
    };
    let found = same.or_else(similar);
    let evidence = found.map(|path| Evidence::SimilarPath {
        path: (*path).into(),
    });
    evidence.into_iter().collect()
}

/// Returns the names of the parameters in a form, as they are spelled.
fn names_in(form: &[u8]) -> impl Iterator<Item = &[u8]> {
    let parts = form.split(|byte| *byte == b'&').take(MAX_NAMES);
    parts.filter_map(|part| part.split(|byte| *byte == b'=').next())
}

/// The maximum number of parameters that are compared, which is also that of a form.
const MAX_NAMES: usize = 64;

/// Returns true if a name is that of the parameter except for case, separators, brackets, marks around it, or a plural.
fn is_similar(name: &[u8], parameter: &str) -> bool {
    let letters = |name: &[u8]| -> Vec<u8> {
        name.iter()
            .filter(|byte| byte.is_ascii_alphabetic())
            .map(u8::to_ascii_lowercase)
            .collect()
    };
    if name.len() > MAX_NAME_BYTES {
        return false;
    }
    let own = letters(name);
    let expected = letters(parameter.as_bytes());
    own == expected || own.strip_suffix(b"s") == Some(&expected)
}

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
            ("scope[0]", "scope"),
            ("client-secret", "client_secret"),
        ] {
            assert!(is_similar(name.as_bytes(), parameter), "{name}");
        }
        for (name, parameter) in [("client", "client_id"), ("scop", "scope"), ("", "scope")] {
            assert!(!is_similar(name.as_bytes(), parameter), "{name}");
        }
    }
}
