//! Observations about a request that is wrong in its form. They name words of our own lists only: nothing that a stranger wrote is in them.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use oauth_proto::InvalidBasicCredentials;
use zeroize::Zeroizing;

use super::evidence::{BasicProblem, BodyForm, Difference};
use super::names::{self, PARAMETERS};
use super::{Evidence, mangled, nearest};

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

/// Charsets that callers send.
const CHARSETS: &[&str] = &[
    "iso-8859-1",
    "latin1",
    "us-ascii",
    "utf-16",
    "utf-8",
    "utf8",
    "utf_8",
    "windows-1252",
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
            let mut known_ones = MEDIA_TYPES.iter();
            let nearly = known_ones.find(|known| {
                let (_, subtype) = known.split_once('/').unwrap_or_default();
                subtype.eq_ignore_ascii_case(media_type)
            });
            let nearly = nearly.copied();
            let nearly = nearly.or_else(|| nearest(media_type, MEDIA_TYPES.iter().copied()));
            evidence.push(match (known, nearly) {
                (None, Some(media_type)) => Evidence::SimilarContentType {
                    media_type: media_type.into(),
                },
                (known, _) => Evidence::ContentTypeSent {
                    media_type: known.map(|known| Cow::Borrowed(*known)),
                    has_parameters: !parameters.trim().is_empty(),
                },
            });
        }
    }
    evidence.extend(looks_like(body));
    evidence
}

/// Returns the charset in the `Content-Type` field of a form that is not UTF-8, unless it is UTF-8.
pub(crate) fn charset(content_type: &[u8]) -> Option<Evidence> {
    let text = String::from_utf8_lossy(content_type);
    let charset = text.split(';').skip(1).find_map(|parameter| {
        let (name, charset) = parameter.split_once('=')?;
        let is_charset = name.trim().eq_ignore_ascii_case("charset");
        is_charset.then(|| charset.trim().trim_matches(['"', '\'']))
    })?;
    let mut known = CHARSETS.iter();
    let known = known.find(|known| known.eq_ignore_ascii_case(charset));
    let is_utf8 = matches!(known, Some(&("utf-8" | "utf8" | "utf_8")));
    (!is_utf8).then(|| Evidence::CharsetSent {
        charset: known.map(|known| Cow::Borrowed(*known)),
    })
}

/// Returns what a request without these parameters has in their place: a body of another form, the parameter in the URL, or a similar name.
pub(crate) fn missing(names: &[&'static str], query: Option<&[u8]>, body: &[u8]) -> Vec<Evidence> {
    let mut evidence: Vec<Evidence> = looks_like(body).into_iter().collect();
    for name in names {
        let mut in_url = names::in_url(query.unwrap_or_default());
        let in_url = in_url.find(
            |own| matches!(own, Evidence::ParameterInUrl { parameter, .. } if parameter == name),
        );
        if let Some(in_url) = in_url {
            evidence.push(in_url);
        } else if names::has_similar(body, name) {
            evidence.push(Evidence::SimilarParameter {
                parameter: Cow::Borrowed(*name),
            });
        }
    }
    evidence
}

/// Returns what a body looks like that is not made of parameters of a token request.
pub(crate) fn looks_like(body: &[u8]) -> Option<Evidence> {
    let body = body.get(..names::MAX_SEARCHED).unwrap_or(body);
    let form = body_form(body)?;
    let parameters = names::in_other_form(form, body);
    Some(Evidence::BodyLooksLike { form, parameters })
}

/// Returns the reason why the body cannot be read from this byte on.
pub(crate) fn malformed(body: &[u8], offset: usize) -> Evidence {
    if let Some(evidence) = looks_like(body) {
        return evidence;
    }
    let mut start = 0;
    let mut parts = body.split(|byte| *byte == b'&');
    let part = parts.find(|part| {
        start += part.len() + 1;
        offset < start
    });
    let name = part.and_then(|part| part.split(|byte| *byte == b'=').next());
    let known = name.and_then(|name| PARAMETERS.iter().find(|own| own.as_bytes() == name));
    Evidence::MalformedAt {
        offset,
        parameter: known.map(|own| Cow::Borrowed(*own)),
    }
}

/// Returns the client id in a body that is JSON.
pub(crate) fn client_id_in_json(body: &[u8]) -> Option<&str> {
    let is_json = body.trim_ascii_start().starts_with(b"{");
    is_json.then(|| names::client_id_in_json(body))?
}

/// Returns the difference between the client ids in the Basic header and in the body.
pub(crate) fn client_ids(in_header: &str, in_body: &str) -> Evidence {
    let between = |value, other| Difference::between(value, core::iter::once(other));
    let found = between(in_body, in_header).or_else(|| between(in_header, in_body));
    Evidence::ClientIdsDiffer {
        difference: found.map(|(_, difference)| difference),
    }
}

/// Returns the form of a body that does not look like parameters of a token request.
fn body_form(body: &[u8]) -> Option<BodyForm> {
    let without_mark = body.strip_prefix(b"\xef\xbb\xbf");
    let text = without_mark.unwrap_or(body).trim_ascii_start();
    Some(match text {
        [] => BodyForm::Empty,
        [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..] => BodyForm::Compressed,
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => BodyForm::Compressed,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [_, 0, _, 0, ..] | [0, _, 0, _, ..] => {
            BodyForm::Utf16
        }
        [b'{' | b'[', ..] => BodyForm::Json,
        [b'<', ..] => BodyForm::Xml,
        [b'-', b'-', ..] => BodyForm::Multipart,
        [b'\'' | b'"' | b'`', ..] => BodyForm::Quoted,
        [b'?', ..] => BodyForm::QuestionMark,
        _ if without_mark.is_some() => BodyForm::ByteOrderMark,
        _ if text.windows(5).any(|part| part == b"&amp;") => BodyForm::HtmlEntities,
        _ if has_other_separators(text) => BodyForm::OtherSeparators,
        _ => return None,
    })
}

/// Returns true if a known parameter begins after a line break, a semicolon or a comma.
fn has_other_separators(text: &[u8]) -> bool {
    let mut parts = text.split(|byte| matches!(byte, b'\n' | b';' | b','));
    let _ = parts.next();
    parts.any(|part| {
        let begins = |name: &str| {
            let rest = part.trim_ascii_start().strip_prefix(name.as_bytes());
            rest.is_some_and(|rest| rest.starts_with(b"="))
        };
        PARAMETERS.iter().any(|name| begins(name))
    })
}

/// Returns what is wrong with an `Authorization` field.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the other errors are causes of their own"
)]
pub(crate) fn basic(value: &[u8], error: &InvalidBasicCredentials) -> Option<Evidence> {
    let (scheme, credentials) = scheme_and_credentials(value);
    let problem = match error {
        InvalidBasicCredentials::OtherScheme => {
            if scheme.to_ascii_lowercase().starts_with(b"basic") {
                BasicProblem::SpaceMissing
            } else if credentials.is_empty() && decoded(scheme).contains(&b':') {
                BasicProblem::SchemeMissing
            } else {
                let mut known = SCHEMES.iter();
                let known = known.find(|known| known.as_bytes().eq_ignore_ascii_case(scheme));
                return Some(Evidence::SchemeSent {
                    scheme: known.map(|known| Cow::Borrowed(*known)),
                });
            }
        }
        InvalidBasicCredentials::BrokenBase64 { .. } => {
            if scheme.get(5) == Some(&b':') {
                BasicProblem::ColonAfterScheme
            } else if credentials.contains(&b':') {
                BasicProblem::NotEncoded
            } else if credentials.iter().any(u8::is_ascii_whitespace) {
                BasicProblem::Whitespace
            } else if credentials.iter().any(|byte| matches!(byte, b'-' | b'_')) {
                BasicProblem::UrlSafeAlphabet
            } else if !credentials.iter().all(is_base64) || credentials.len() % 4 == 0 {
                BasicProblem::NotBase64
            } else {
                BasicProblem::Length
            }
        }
        InvalidBasicCredentials::NotUtf8 => BasicProblem::NotUtf8,
        InvalidBasicCredentials::ColonMissing if credentials.is_empty() => BasicProblem::Empty,
        InvalidBasicCredentials::ColonMissing => {
            let decoded = decoded(credentials);
            let again = core::str::from_utf8(&decoded).ok();
            let again = again.and_then(mangled::base64_decoded);
            if again.is_some_and(|text| text.contains(':')) {
                BasicProblem::EncodedTwice
            } else {
                BasicProblem::ColonMissing
            }
        }
        _ => return None,
    };
    Some(Evidence::BasicMalformed { problem })
}

/// Returns the client id in an `Authorization: Basic` field, also if its credentials are not correctly encoded; empty if it has none. It may be
/// a secret that was mistaken for a client id.
pub(crate) fn client_id_in_header(value: &[u8]) -> Zeroizing<String> {
    let (scheme, credentials) = scheme_and_credentials(value);
    let scheme = scheme.trim_ascii_end();
    let is_basic = scheme.strip_suffix(b":").unwrap_or(scheme);
    if !is_basic.eq_ignore_ascii_case(b"basic") {
        return Zeroizing::default();
    }
    let joined = if credentials.contains(&b':') {
        Zeroizing::new(credentials.to_vec())
    } else {
        decoded(credentials)
    };
    let mut client_id = joined.split(|byte| *byte == b':');
    let client_id = client_id.next().filter(|own| own.len() < joined.len());
    let client_id = client_id.and_then(|own| core::str::from_utf8(own).ok());
    let client_id = client_id.unwrap_or_default();
    mangled::percent_decoded(client_id).unwrap_or_else(|| Zeroizing::new(client_id.to_owned()))
}

/// Returns an `Authorization` field in words, with its scheme if it is a usual one.
pub(crate) fn authorization(value: &[u8]) -> Cow<'static, str> {
    let (scheme, _) = scheme_and_credentials(value);
    let mut usual = core::iter::once(&"Basic").chain(SCHEMES);
    match usual.find(|usual| usual.as_bytes().eq_ignore_ascii_case(scheme)) {
        Some(scheme) => format!("an Authorization: {scheme} header").into(),
        None if scheme.is_empty() => "an empty Authorization header".into(),
        None => "an Authorization header with another scheme".into(),
    }
}

/// Returns the name of the scheme, up to the first space, and the rest of an `Authorization` field.
fn scheme_and_credentials(value: &[u8]) -> (&[u8], &[u8]) {
    let text = value.trim_ascii();
    let scheme = text.iter().take_while(|byte| !byte.is_ascii_whitespace());
    let (scheme, credentials) = text.split_at_checked(scheme.count()).unwrap_or_default();
    let spaces = credentials.iter().take_while(|byte| **byte == b' ');
    (
        scheme,
        credentials.get(spaces.count()..).unwrap_or_default(),
    )
}

const fn is_base64(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// Returns the bytes that base64 of any alphabet stands for, with or without padding, up to the last complete one.
fn decoded(base64: &[u8]) -> Zeroizing<Vec<u8>> {
    let symbols_of = base64.iter().filter_map(|byte| match byte {
        b'-' => Some(b'+'),
        b'_' => Some(b'/'),
        b'=' => None,
        byte if byte.is_ascii_whitespace() => None,
        byte => Some(*byte),
    });
    // Neither buffer grows: a moved one would leave credentials behind.
    let mut symbols = Zeroizing::new(Vec::with_capacity(base64.len()));
    symbols.extend(symbols_of);
    let complete = symbols.len() / 4 * 4;
    let (complete, rest) = symbols.split_at_checked(complete).unwrap_or_default();
    let mut bytes = Zeroizing::new(vec![0; base64::decoded_len_estimate(symbols.len())]);
    let mut length = 0;
    for part in [complete, rest] {
        let free = bytes.get_mut(length..).unwrap_or_default();
        length += STANDARD_NO_PAD.decode_slice(part, free).unwrap_or(0);
    }
    bytes.truncate(length);
    bytes
}

/// Schemes other than Basic that callers send.
const SCHEMES: &[&str] = &[
    "Bearer",
    "Digest",
    "DPoP",
    "Negotiate",
    "NTLM",
    "Token",
    "ApiKey",
    "AWS4-HMAC-SHA256",
];

/// Returns the known path that a caller probably meant by an unknown one: the same without odd slashes or letter case, the most
/// similar one, or one with the same end.
#[must_use]
pub fn similar_path(path: &str, known: &[&'static str]) -> Vec<Evidence> {
    let plain = with_single_slashes(path);
    let same = known
        .iter()
        .find(|known| known.eq_ignore_ascii_case(&plain));
    let similar = || {
        let nearest = nearest(&plain, known.iter().copied())?;
        known.iter().find(|known| **known == nearest)
    };
    let same_end = || {
        let (_, end) = plain.rsplit_once('/')?;
        known
            .iter()
            .find(|known| known.rsplit('/').next() == Some(end))
    };
    let found = same.or_else(similar).or_else(same_end);
    let evidence = found.map(|path| Evidence::SimilarPath {
        path: (*path).into(),
        only_slashes: plain == **path,
    });
    evidence.into_iter().collect()
}

/// Returns the name of the endpoint of other authorization servers that is usually at this path below the issuer. This server does not have it: it issues
/// tokens to applications, with the client credentials grant.
///
/// ```
/// use m2m_authority::diagnose::missing_endpoint;
///
/// assert_eq!(missing_endpoint("/oauth2/authorize"), Some("authorization"));
/// assert_eq!(missing_endpoint("/oauth2/token"), None);
/// ```
#[must_use]
pub fn missing_endpoint(path: &str) -> Option<&'static str> {
    let plain = with_single_slashes(path).to_ascii_lowercase();
    let (folder, name) = plain.rsplit_once('/')?;
    let mut endpoints = MISSING_ENDPOINTS.iter();
    let (_, endpoint) = endpoints.find(|(names, _)| names.contains(&name))?;
    FOLDERS.contains(&folder).then_some(*endpoint)
}

/// The folders in which authorization servers have their endpoints.
const FOLDERS: &[&str] = &["", "/oauth", "/oauth2", "/connect", "/id/connect", "/oidc"];

/// The endpoints of other authorization servers, by the last parts of their paths.
const MISSING_ENDPOINTS: &[(&[&str], &str)] = &[
    (&["authorize", "authorization", "auth"], "authorization"),
    (&["userinfo"], "userinfo"),
    (&["register", "registration"], "registration"),
    (
        &["device_authorization", "deviceauthorization"],
        "device-authorization",
    ),
    (&["par"], "pushed-authorization-request"),
    (&["logout", "endsession", "end_session"], "logout"),
];

/// Returns the path with one slash before each of its parts, and none at its end.
fn with_single_slashes(path: &str) -> String {
    let parts = path.split('/').filter(|part| !part.is_empty());
    parts.fold(String::new(), |path, part| path + "/" + part)
}

/// Returns the method of a request to a path that supports only POST.
pub(crate) fn method(method: &str) -> Vec<Evidence> {
    let mut known = METHODS.iter();
    let known = known.find(|known| **known == method);
    vec![Evidence::MethodSent {
        method: known.map(|known| Cow::Borrowed(*known)),
    }]
}

/// Methods other than POST that callers use.
const METHODS: &[&str] = &[
    "GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x29_decoded_credentials_are_not_moved() {
        for header in [
            "cGxhaW4taWQ6c2VjcmV0cGxhaW4taWQ6c2VjcmV0",
            "cGxhaW4 !",
            "a",
            "",
        ] {
            let run = || drop(decoded(header.as_bytes()));
            assert!(
                allocation_counter::measure(run).count_total <= 2,
                "{header}"
            );
        }
    }

    #[test]
    fn f7b_the_client_id_of_a_header_is_read_in_any_encoding() {
        for (value, expected) in [
            ("Basic cGxhaW4taWQ6c2VjcmV0", "plain-id"),
            ("basic plain-id:secret", "plain-id"),
            ("Basic: cGxhaW4taWQ6c2VjcmV0", "plain-id"),
            ("Basic cGxhaW4taWQ6c2VjcmV", "plain-id"),
            ("Basic cGxhaW4taWQ6 c2VjcmV0", "plain-id"),
            ("Basic cGxhaW4taWQ6_-__", "plain-id"),
            ("Basic cGxhaW4taWQ66Q==", "plain-id"),
            ("Basic bXklMkZpZDpz", "my/id"),
            ("Basic cGxhaW4taWQ=", ""),
            ("Bearer plain-id:secret", ""),
            ("Basic", ""),
            ("", ""),
        ] {
            assert_eq!(*client_id_in_header(value.as_bytes()), expected, "{value}");
        }
    }
}
