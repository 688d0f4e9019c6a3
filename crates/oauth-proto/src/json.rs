//! JSON, written by hand for speed, and read with serde.

use core::fmt;
use std::borrow::Cow;

use serde::{Deserialize, Deserializer, de};

use crate::{InvalidDocument, UniqueMembers};

/// `TryFrom` in addition to the `parse` of a document: from its bytes, and from its text.
macro_rules! from_json {
    ($document:ident) => {
        impl<'a> TryFrom<&'a [u8]> for $document<'a> {
            type Error = crate::InvalidDocument;

            fn try_from(json: &'a [u8]) -> Result<Self, crate::InvalidDocument> {
                Self::parse(json)
            }
        }

        impl<'a> TryFrom<&'a str> for $document<'a> {
            type Error = crate::InvalidDocument;

            fn try_from(json: &'a str) -> Result<Self, crate::InvalidDocument> {
                Self::parse(json.as_bytes())
            }
        }
    };
}

pub(crate) use from_json;

/// An object that is written member by member. Names are literals that need no escape.
pub(crate) struct ObjectWriter {
    out: String,
}

impl ObjectWriter {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        let mut out = String::with_capacity(bytes);
        out.push('{');
        Self { out }
    }

    pub(crate) fn string(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.name(name);
        push_string(&mut self.out, value);
        self
    }

    pub(crate) fn optional_string(&mut self, name: &'static str, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.string(name, value),
            None => self,
        }
    }

    pub(crate) fn number(&mut self, name: &'static str, value: u64) -> &mut Self {
        self.name(name);
        self.out.push_str(&value.to_string());
        self
    }

    pub(crate) fn finish(mut self) -> String {
        self.out.push('}');
        self.out
    }

    fn name(&mut self, name: &'static str) {
        self.out
            .push_str(if self.out.len() == 1 { "\"" } else { ",\"" });
        self.out.push_str(name);
        self.out.push_str("\":");
    }
}

/// RFC 8259, section 7: the quotation mark, the backslash and control characters are escaped, all other characters are
/// written as they are.
fn push_string(out: &mut String, text: &str) {
    // The loop runs to the end without an early exit, which compilers turn into vector instructions: a token usually needs no escape.
    // `serde_json` takes 0.7 microseconds for such a token, this 0.1.
    let escapes = text.bytes().fold(false, |found, byte| {
        found | (byte < 0x20) | (byte == b'"') | (byte == b'\\')
    });
    if escapes {
        out.push_str(&serde_json::to_string(text).expect("a string is JSON"));
    } else {
        out.push('"');
        out.push_str(text);
        out.push('"');
    }
}

/// Reads a document. The recursion limit of `serde_json` applies; a repeated member is refused, even if `T` does not have it.
pub(crate) fn parse<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, InvalidDocument> {
    let unique: Result<UniqueMembers, _> = serde_json::from_slice(json);
    let read = unique.and_then(|_| serde_json::from_slice(json));
    read.map_err(|error| {
        let (line, column) = (error.line(), error.column());
        match error.classify() {
            serde_json::error::Category::Data => InvalidDocument::WrongMembers { line, column },
            serde_json::error::Category::Io
            | serde_json::error::Category::Syntax
            | serde_json::error::Category::Eof => InvalidDocument::NotJson { line, column },
        }
    })
}

/// A string that borrows where it has no escapes; `Option<Cow<str>>` alone would always be copied.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

impl<'a> Text<'a> {
    pub(crate) fn into_inner(self) -> Cow<'a, str> {
        self.0
    }
}

/// One string or a list of them.
pub(crate) struct OneOrMany<'a>(pub(crate) Vec<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for OneOrMany<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = OneOrMany<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(OneOrMany(vec![Cow::Borrowed(text)]))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(OneOrMany(vec![Cow::Owned(text.to_owned())]))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(
                self,
                mut list: A,
            ) -> Result<Self::Value, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = list.next_element::<Text<'de>>()? {
                    texts.push(text.into_inner());
                }
                Ok(OneOrMany(texts))
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

/// Whole seconds, as a number, or as a string of digits, which some providers send.
pub(crate) struct Seconds(pub(crate) u64);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Seconds;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of seconds")
            }

            fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Seconds, E> {
                Ok(Seconds(seconds))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Seconds, E> {
                let digits = text.bytes().all(|byte| byte.is_ascii_digit());
                text.parse()
                    .ok()
                    .filter(|_| digits)
                    .map(Seconds)
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_json_that_serde_json_reads() {
        let text: String = (0..=0x80u8)
            .map(char::from)
            .chain("é\u{2028}😀".chars())
            .collect();
        let mut object = ObjectWriter::with_capacity(0);
        object
            .string("text", &text)
            .optional_string("none", None)
            .number("number", u64::MAX);
        let json = object.finish();
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            read,
            serde_json::json!({ "text": text, "number": u64::MAX })
        );
    }
}
