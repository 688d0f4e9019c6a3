//! The choice between a page for people and a document for programs.

use http::{HeaderMap, header};

/// The form in which a resource is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Representation {
    /// A page for people.
    Html,
    /// A document for programs.
    Json,
}

impl Representation {
    /// Returns the form that a request with these header fields prefers.
    #[must_use]
    pub fn of(request: &HeaderMap) -> Self {
        let values = request.get_all(header::ACCEPT).iter();
        Self::preferred(values.filter_map(|value| value.to_str().ok()))
    }

    /// Returns the form that these values of `Accept` prefer: HTML if it has a higher quality than JSON, otherwise JSON. A request without
    /// `Accept`, or one that accepts anything, gets JSON.
    ///
    /// Ranges that cannot be read are ignored.
    ///
    /// Source: RFC 9110, section 12.5.1.
    pub fn preferred<'v>(accept: impl IntoIterator<Item = &'v str>) -> Self {
        let mut html = Quality::default();
        let mut json = Quality::default();
        for range in accept.into_iter().flat_map(|value| value.split(',')) {
            html.consider("text", "html", range);
            json.consider("application", "json", range);
        }
        match html.thousandths > json.thousandths {
            true => Self::Html,
            false => Self::Json,
        }
    }
}

/// Returns true if the `Accept` header of a request prefers one media type to another: by its quality or, if that is the same, because only the preferred
/// one is named.
pub(crate) fn prefers(request: &HeaderMap, preferred: &str, other: &str) -> bool {
    let accept = request.get_all(header::ACCEPT);
    let rank = |media_type: &str| {
        let mut quality = Quality::default();
        let (own_type, own_subtype) = media_type.split_once('/').unwrap_or((media_type, ""));
        let values = accept.iter().filter_map(|value| value.to_str().ok());
        for range in values.flat_map(|value| value.split(',')) {
            quality.consider(own_type, own_subtype, range.trim());
        }
        (quality.thousandths, quality.specificity)
    };
    let (preferred, other) = (rank(preferred), rank(other));
    preferred.0 > 0 && preferred > other
}

/// The quality of a media type by the most specific range that contains it.
#[derive(Default)]
struct Quality {
    /// 0 for no range at all, 1 for `*/*`, 2 for `text/*`, 3 for the type itself.
    specificity: u8,
    thousandths: u16,
}

impl Quality {
    fn consider(&mut self, own_type: &str, own_subtype: &str, range: &str) {
        let mut parts = range.split(';').map(str::trim);
        let Some((main, subtype)) = parts.next().and_then(|name| name.split_once('/')) else {
            return;
        };
        let specificity = match (main, subtype) {
            ("*", "*") => 1,
            (main, "*") if main.eq_ignore_ascii_case(own_type) => 2,
            (main, subtype)
                if main.eq_ignore_ascii_case(own_type)
                    && subtype.eq_ignore_ascii_case(own_subtype) =>
            {
                3
            }
            _ => return,
        };
        let weight = parts.find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case("q").then(|| value.trim())
        });
        let Some(thousandths) = weight.map_or(Some(1000), thousandths) else {
            return;
        };
        if specificity > self.specificity {
            *self = Self {
                specificity,
                thousandths,
            };
        } else if specificity == self.specificity {
            self.thousandths = self.thousandths.max(thousandths);
        }
    }
}

/// Reads a weight: `0` or `1`, with up to three decimal digits (RFC 9110, section 12.4.2).
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    let is_number = decimals.len() <= 3 && decimals.bytes().all(|byte| byte.is_ascii_digit());
    let decimals: u16 = match is_number {
        true => format!("{decimals:0<3}").parse().ok()?,
        false => return None,
    };
    match (whole, decimals) {
        ("0", decimals) => Some(decimals),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(accept: &[&str], expected: Representation) {
        assert_eq!(
            Representation::preferred(accept.iter().copied()),
            expected,
            "{accept:?}"
        );
    }

    #[test]
    fn browsers_get_html() {
        for accept in [
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
            "text/html",
            "TEXT/HTML; charset=utf-8",
            "text/*",
            "application/json;q=0.5, text/html;q=0.501",
            "application/json ; Q=0 , */*",
        ] {
            check(&[accept], Representation::Html);
        }
        check(
            &["application/json;q=0.1", "text/html"],
            Representation::Html,
        );
    }

    #[test]
    fn programs_get_json() {
        check(&[], Representation::Json);
        for accept in [
            "",
            "*/*",
            "application/json",
            "application/json, text/html",
            "application/json, text/plain, */*",
            "text/html;q=0.9, application/json",
            "text/html;q=0, */*;q=0.1",
            "image/png",
            "text/html;q=0",
        ] {
            check(&[accept], Representation::Json);
        }
    }

    #[test]
    fn the_most_specific_range_decides_and_mistakes_are_ignored() {
        check(
            &["text/*;q=0.1, text/html, application/*;q=0.5"],
            Representation::Html,
        );
        check(
            &["text/html;q=0.1, text/*, */*;q=0.5"],
            Representation::Json,
        );
        for mistake in [
            "html",
            "text/html;q=2",
            "text/html;q=0.1234",
            "text/html;q=a",
            "text/html;q=",
        ] {
            check(&[mistake], Representation::Json);
        }
        check(&["/, ;q=1, text/html;q=1.000"], Representation::Html);
    }
}
