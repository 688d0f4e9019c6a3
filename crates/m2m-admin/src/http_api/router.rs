//! The router, which finds the operation of a request.

use std::collections::BTreeMap;

use http::Method;

use super::table::Row;

/// The names in a path, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Names(BTreeMap<&'static str, String>);

/// The result of routing a method and a path.
#[derive(Debug)]
pub(super) enum Routed<'r, R> {
    /// An operation, and the names in its path.
    Operation(&'r R, Names),
    /// The path exists, but only with other methods.
    OtherMethod {
        /// The methods of the path.
        allow: String,
    },
    /// The path does not exist.
    Unknown,
}

impl Names {
    /// Takes the name of this placeholder. It is empty if the path does not have the placeholder.
    pub(super) fn take(&mut self, place: &str) -> String {
        self.0.remove(place).unwrap_or_default()
    }
}

/// Finds the operation of a method and a path. A literal path has precedence over one with a placeholder in the same place.
pub(super) fn find<'r, H>(rows: &'r [Row<H>], method: &Method, path: &str) -> Routed<'r, Row<H>> {
    let method = if method == Method::HEAD {
        &Method::GET
    } else {
        method
    };
    let mut allowed: Vec<&str> = Vec::new();
    let mut found: Option<(&Row<H>, Names)> = None;
    for row in rows {
        let Some(names) = names(row.description.path, path) else {
            continue;
        };
        if row.description.method == *method {
            let is_nearer = found
                .as_ref()
                .is_none_or(|(_, other)| names.0.len() < other.0.len());
            if is_nearer {
                found = Some((row, names));
            }
        } else {
            allowed.push(row.description.method.as_str());
        }
    }
    if let Some((row, names)) = found {
        return Routed::Operation(row, names);
    }
    if allowed.is_empty() {
        return Routed::Unknown;
    }
    if allowed.contains(&"GET") {
        allowed.push("HEAD");
    }
    allowed.sort_unstable();
    allowed.dedup();
    Routed::OtherMethod {
        allow: allowed.join(", "),
    }
}

/// Returns the names in a path, decoded, if the path has this form.
pub(super) fn names(form: &'static str, path: &str) -> Option<Names> {
    let mut names = Names::default();
    let mut parts = path.split('/');
    for place in form.split('/') {
        let part = parts.next()?;
        match place
            .strip_prefix('{')
            .and_then(|place| place.strip_suffix('}'))
        {
            Some(place) => {
                if part.is_empty() {
                    return None;
                }
                names.0.insert(place, decode(part)?);
            }
            None if place == part => {}
            None => return None,
        }
    }
    parts.next().is_none().then_some(names)
}

/// Returns a part of a path without its percent-encoding (RFC 3986, section 2.1), or `None` if the encoding is invalid.
fn decode(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
            bytes.push(high << 4 | low);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_decoded_after_the_path_is_split() {
        let names = names(
            "/api/v1/apis/{api_id}/scopes",
            "/api/v1/apis/https%3A%2F%2Fa%2F/scopes",
        );
        assert_eq!(names.unwrap().take("api_id"), "https://a/");
    }

    #[test]
    fn a_path_of_another_form_has_no_names() {
        let form = "/api/v1/apis/{api_id}";
        for path in [
            "/api/v1/apis",
            "/api/v1/apis/",
            "/api/v1/apis/a/b",
            "/api/v1/apis/a/",
            "/api/v1/apis/%4",
            "/api/v1/apis/%zz",
            "/api/v1/apis/%ff",
            "/API/v1/apis/a",
        ] {
            assert_eq!(names(form, path), None, "{path}");
        }
        assert_eq!(
            names(form, "/api/v1/apis/%C3%A9").unwrap().take("api_id"),
            "é"
        );
    }
}
