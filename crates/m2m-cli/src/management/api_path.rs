//! Where something is in the management API.

use core::fmt;

/// A path below `/api/v1`, with its query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiPath {
    kind: String,
    path: String,
    query: String,
}

impl ApiPath {
    /// The path of these segments, which may be any text.
    pub(crate) fn of<const N: usize>(segments: [&str; N]) -> Self {
        let mut path = String::from("/api/v1");
        for segment in segments {
            path.push('/');
            push_encoded(&mut path, segment);
        }
        Self {
            kind: segments.first().copied().unwrap_or_default().to_owned(),
            path,
            query: String::new(),
        }
    }

    /// The path with one more parameter.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.query
            .push(if self.query.is_empty() { '?' } else { '&' });
        push_encoded(&mut self.query, name);
        self.query.push('=');
        push_encoded(&mut self.query, value);
        self
    }

    /// The path with one more parameter, if it has a value.
    pub(crate) fn with_some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The first segment: what kind of thing is there.
    pub(crate) fn kind(&self) -> &str {
        &self.kind
    }
}

impl fmt::Display for ApiPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.path, self.query)
    }
}

/// Everything but what RFC 3986, section 2.3 calls unreserved is encoded.
fn push_encoded(text: &mut String, value: &str) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(byte.into());
        } else {
            text.push('%');
            for digit in [byte >> 4, byte & 15] {
                let digit = char::from_digit(digit.into(), 16).unwrap_or_default();
                text.push(digit.to_ascii_uppercase());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_its_segment_or_its_parameter() {
        let path = ApiPath::of(["apis", "https://orders.example/api?a=b", "scopes"])
            .with("search", "a&b=ü +")
            .with_some("sort", None);
        assert_eq!(
            path.to_string(),
            "/api/v1/apis/https%3A%2F%2Forders.example%2Fapi%3Fa%3Db/scopes?search=a%26b%3D%C3%BC%20%2B"
        );
        assert_eq!(
            path.with("b", "~").to_string().rsplit('&').next(),
            Some("b=~")
        );
    }
}
