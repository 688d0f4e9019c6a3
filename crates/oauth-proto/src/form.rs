//! `application/x-www-form-urlencoded`, strictly.

use std::borrow::Cow;

use crate::{InvalidForm, MessageLimits};

/// A form, checked from its first byte to its last, that borrows from the body.
///
/// Pairs are separated by `&`, a name from its value by the first `=`; empty pairs (`a=1&&b=2`) are skipped; `+` is a
/// space. The WHATWG parser repairs malformed input, this one refuses it: every `%` has to be followed by two
/// hexadecimal digits, and both the body and its decoded escapes have to be UTF-8. Bytes beyond ASCII may appear
/// unencoded, as WHATWG allows; control characters are not checked here, the grammar of each value refuses them. A byte
/// order mark is part of the first name.
///
/// Source: RFC 6749, appendix B; <https://url.spec.whatwg.org/#urlencoded-parsing>.
///
/// ```
/// use oauth_proto::{Form, MessageLimits};
///
/// let form = Form::parse(b"scope=read+write&audience=https%3A%2F%2Fapi.example", &MessageLimits::DEFAULT)?;
/// let pairs: Vec<_> = form.pairs().collect();
/// assert_eq!(pairs[0], ("scope".into(), "read write".into()));
/// assert_eq!(pairs[1], ("audience".into(), "https://api.example".into()));
/// # Ok::<(), oauth_proto::InvalidForm>(())
/// ```
#[derive(Debug, Clone)]
pub struct Form<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Form<'a> {
    /// Reads a body.
    ///
    /// # Errors
    /// - [`InvalidForm::BodyTooLarge`] (cause `body-too-large`), [`InvalidForm::ParametersTooMany`]
    ///   (`parameters-too-many`), [`InvalidForm::NameTooLong`], [`InvalidForm::ValueTooLong`] (`parameter-too-long`);
    /// - [`InvalidForm::BrokenPercentEncoding`], [`InvalidForm::NotUtf8`] (`body-malformed`).
    pub fn parse(body: &'a [u8], limits: &MessageLimits) -> Result<Self, InvalidForm> {
        let pairs = Reader::new(body, limits)?
            .map(|pair| pair.map(|pair| (pair.name, pair.value)))
            .collect::<Result<_, _>>()?;
        Ok(Self { pairs })
    }

    /// The names and values in their order, repeats included.
    #[must_use]
    pub fn pairs(&self) -> FormPairs<'_, 'a> {
        FormPairs(self.pairs.iter())
    }
}

impl<'f, 'a> IntoIterator for &'f Form<'a> {
    type Item = (Cow<'f, str>, Cow<'f, str>);
    type IntoIter = FormPairs<'f, 'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.pairs()
    }
}

/// The pairs of a [`Form`], which they borrow.
#[derive(Debug, Clone)]
pub struct FormPairs<'f, 'a>(core::slice::Iter<'f, (Cow<'a, str>, Cow<'a, str>)>);

impl<'f> Iterator for FormPairs<'f, '_> {
    type Item = (Cow<'f, str>, Cow<'f, str>);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, value) = self.0.next()?;
        Some((Cow::Borrowed(name), Cow::Borrowed(value)))
    }
}

/// Writes a form, byte for byte as the WHATWG serializer does.
///
/// Source: <https://url.spec.whatwg.org/#urlencoded-serializing>.
///
/// ```
/// let mut form = oauth_proto::FormWriter::new();
/// form.append("grant_type", "client_credentials").append("scope", "read write");
/// assert_eq!(form.finish(), "grant_type=client_credentials&scope=read+write");
/// ```
#[derive(Debug, Clone, Default)]
pub struct FormWriter {
    body: String,
}

impl FormWriter {
    /// A form without parameters.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            body: String::new(),
        }
    }

    /// Adds a parameter at the end.
    pub fn append(&mut self, name: &str, value: &str) -> &mut Self {
        if !self.body.is_empty() {
            self.body.push('&');
        }
        push_encoded(&mut self.body, name);
        self.body.push('=');
        push_encoded(&mut self.body, value);
        self
    }

    /// The body.
    #[must_use]
    pub fn finish(self) -> String {
        self.body
    }
}

/// One pair with its offset in the body.
pub(crate) struct Pair<'a> {
    pub(crate) offset: usize,
    pub(crate) name: Cow<'a, str>,
    pub(crate) value: Cow<'a, str>,
}

/// The pairs of a body, checked one after the other; the bytes after an error are not read.
pub(crate) struct Reader<'a, 'l> {
    rest: Option<&'a str>,
    offset: usize,
    parameters: usize,
    limits: &'l MessageLimits,
}

impl<'a, 'l> Reader<'a, 'l> {
    pub(crate) fn new(body: &'a [u8], limits: &'l MessageLimits) -> Result<Self, InvalidForm> {
        if body.len() > limits.max_body_bytes {
            return Err(InvalidForm::BodyTooLarge {
                limit: limits.max_body_bytes,
            });
        }
        let text = core::str::from_utf8(body).map_err(|error| InvalidForm::NotUtf8 {
            offset: error.valid_up_to(),
        })?;
        Ok(Self {
            rest: Some(text),
            offset: 0,
            parameters: 0,
            limits,
        })
    }

    fn pair(&mut self, encoded: &'a str, offset: usize) -> Result<Pair<'a>, InvalidForm> {
        self.parameters += 1;
        if self.parameters > self.limits.max_parameters {
            return Err(InvalidForm::ParametersTooMany {
                limit: self.limits.max_parameters,
            });
        }
        let (name, value) = encoded.split_once('=').unwrap_or((encoded, ""));
        let value_offset = offset + name.len() + 1;
        let name = decode(name).map_err(|fault| fault.at(offset))?;
        if name.len() > self.limits.max_name_bytes {
            return Err(InvalidForm::NameTooLong { offset });
        }
        let value = decode(value).map_err(|fault| fault.at(value_offset))?;
        if value.len() > self.limits.max_value_bytes {
            return Err(InvalidForm::ValueTooLong {
                offset: value_offset,
            });
        }
        Ok(Pair {
            offset,
            name,
            value,
        })
    }
}

impl<'a> Iterator for Reader<'a, '_> {
    type Item = Result<Pair<'a>, InvalidForm>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = self.rest?;
            let offset = self.offset;
            let encoded = match rest.split_once('&') {
                Some((encoded, rest)) => {
                    self.rest = Some(rest);
                    self.offset += encoded.len() + 1;
                    encoded
                }
                None => {
                    self.rest = None;
                    rest
                }
            };
            if encoded.is_empty() {
                continue;
            }
            let pair = self.pair(encoded, offset);
            if pair.is_err() {
                self.rest = None;
            }
            return Some(pair);
        }
    }
}

/// The reason why a name or a value cannot be decoded, and its offset there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DecodeFault {
    BrokenPercentEncoding { offset: usize },
    NotUtf8 { offset: usize },
}

impl DecodeFault {
    const fn at(self, start: usize) -> InvalidForm {
        match self {
            Self::BrokenPercentEncoding { offset } => InvalidForm::BrokenPercentEncoding {
                offset: start + offset,
            },
            Self::NotUtf8 { offset } => InvalidForm::NotUtf8 {
                offset: start + offset,
            },
        }
    }
}

/// Decodes one name or value. Borrows where nothing is encoded.
pub(crate) fn decode(encoded: &str) -> Result<Cow<'_, str>, DecodeFault> {
    if !encoded.bytes().any(|byte| byte == b'%' || byte == b'+') {
        return Ok(Cow::Borrowed(encoded));
    }
    let mut decoded = Vec::with_capacity(encoded.len());
    for unit in units(encoded.as_bytes()) {
        match unit {
            Unit::Byte(byte) => decoded.push(byte),
            Unit::BrokenEscape { offset } => {
                return Err(DecodeFault::BrokenPercentEncoding { offset });
            }
        }
    }
    String::from_utf8(decoded)
        .map(Cow::Owned)
        .map_err(|error| DecodeFault::NotUtf8 {
            offset: encoded_offset(encoded, error.utf8_error().valid_up_to()),
        })
}

/// One decoded byte, or a malformed escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Byte(u8),
    BrokenEscape { offset: usize },
}

/// Returns the decoded bytes; a malformed escape is an item of its own.
pub(crate) fn units(encoded: &[u8]) -> impl Iterator<Item = Unit> {
    let mut bytes = encoded.iter().copied().enumerate();
    core::iter::from_fn(move || {
        Some(match bytes.next()? {
            (_, b'+') => Unit::Byte(b' '),
            (offset, b'%') => {
                let mut ahead = bytes.clone();
                let high = ahead.next().and_then(|(_, digit)| hexadecimal(digit));
                let low = ahead.next().and_then(|(_, digit)| hexadecimal(digit));
                match (high, low) {
                    (Some(high), Some(low)) => {
                        bytes = ahead;
                        Unit::Byte(16 * high + low)
                    }
                    (None, _) | (_, None) => Unit::BrokenEscape { offset },
                }
            }
            (_, byte) => Unit::Byte(byte),
        })
    })
}

/// The names in a query, still encoded.
pub(crate) fn parameter_names(query: &[u8]) -> impl Iterator<Item = &[u8]> {
    query
        .split(|byte| *byte == b'&')
        .map(|pair| pair.split(|byte| *byte == b'=').next().unwrap_or_default())
}

/// Returns true if an encoded name decodes to this one. Malformed escapes stay as they are.
pub(crate) fn is_named(encoded: &[u8], name: &str) -> bool {
    units(encoded).eq(name.bytes().map(Unit::Byte))
}

/// Returns the offset at which the decoded byte `decoded` is encoded. Every escape before it has to be well-formed.
fn encoded_offset(encoded: &str, decoded: usize) -> usize {
    let mut bytes = encoded.bytes();
    for _ in 0..decoded {
        if bytes.next() == Some(b'%') {
            bytes.nth(1);
        }
    }
    encoded.len() - bytes.len()
}

const fn hexadecimal(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Appends `text` form-encoded.
pub(crate) fn push_encoded(out: &mut String, text: &str) {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            _ => {
                out.push('%');
                out.extend(DIGITS.get(usize::from(byte >> 4)));
                out.extend(DIGITS.get(usize::from(byte & 0xF)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: &str) -> InvalidForm {
        Form::parse(body.as_bytes(), &MessageLimits::DEFAULT).unwrap_err()
    }

    #[test]
    fn an_error_names_the_byte_of_the_body() {
        assert_eq!(
            refused("a=b&c=%4"),
            InvalidForm::BrokenPercentEncoding { offset: 6 }
        );
        assert_eq!(
            refused("a=b&%zz=c"),
            InvalidForm::BrokenPercentEncoding { offset: 4 }
        );
        assert_eq!(refused("a=%41%FF"), InvalidForm::NotUtf8 { offset: 5 });
        assert_eq!(
            refused("ab=c&d=x%C3%28"),
            InvalidForm::NotUtf8 { offset: 8 }
        );
        assert_eq!(
            Form::parse(b"a=\xFF", &MessageLimits::DEFAULT).unwrap_err(),
            InvalidForm::NotUtf8 { offset: 2 }
        );
    }

    #[test]
    fn borrows_text_that_is_not_encoded() {
        assert!(matches!(decode("plain"), Ok(Cow::Borrowed("plain"))));
        assert!(matches!(decode("%70lain"), Ok(Cow::Owned(text)) if text == "plain"));
    }

    #[test]
    fn half_a_character_in_an_escape_is_not_completed_by_the_next_byte() {
        // C3 A9 would be "é", but A9 alone is not UTF-8.
        assert_eq!(
            Form::parse(b"a=%C3\xA9", &MessageLimits::DEFAULT).unwrap_err(),
            InvalidForm::NotUtf8 { offset: 5 }
        );
    }
}
