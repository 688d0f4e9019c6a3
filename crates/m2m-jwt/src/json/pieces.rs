//! The pieces of a document whose values may be malformed.

use super::JsonString;
use super::scanner::whole_string;
use super::writer::plain_length;
use crate::error::InvalidJson;

/// A name or a value, as it is written. Its brackets and quotation marks are balanced; nothing else has been checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece<'b> {
    /// Offset in the document. Unit: bytes.
    pub(crate) offset: usize,
    pub(crate) text: &'b [u8],
}

impl<'b> Piece<'b> {
    /// The string, if it is one.
    pub(crate) fn as_string(self) -> Option<JsonString<'b>> {
        whole_string(core::str::from_utf8(self.text).ok()?)
    }

    /// Returns true if it is a string with this unescaped text.
    pub(crate) fn equals(self, text: &str) -> bool {
        if self.text.contains(&b'\\') {
            self.as_string().is_some_and(|string| string.equals(text))
        } else {
            let inside = self.text.strip_prefix(b"\"");
            inside.and_then(|inside| inside.strip_suffix(b"\"")) == Some(text.as_bytes())
        }
    }
}

/// The members of an object or the elements of an array, one after the other.
///
/// The brackets, colons and commas of this one object or array are read strictly, and the values only as far as is needed to find their
/// ends. So a malformed value does not hide the next one. The work is linear in the length of the text, and the stack has a constant size.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pieces<'b> {
    document: &'b [u8],
    position: usize,
    first: bool,
}

impl<'b> Pieces<'b> {
    /// The pieces of a document that begins with this bracket; `None` if it does not.
    pub(crate) fn of_document(document: &'b [u8], bracket: u8) -> Option<Self> {
        Self::at(document, 0, bracket)
    }

    /// The pieces of a value of the same document; `None` if the value does not begin with this bracket.
    pub(crate) fn within(self, value: Piece<'b>, bracket: u8) -> Option<Self> {
        Self::at(self.document, value.offset, bracket)
    }

    fn at(document: &'b [u8], position: usize, bracket: u8) -> Option<Self> {
        let mut pieces = Self {
            document,
            position,
            first: true,
        };
        pieces.take(bracket).then_some(pieces)
    }

    /// Returns the name and the value of the next member; `None` after the closing brace.
    pub(crate) fn member(&mut self) -> Result<Option<(Piece<'b>, Piece<'b>)>, InvalidJson> {
        if !self.follows(b'}')? {
            return Ok(None);
        }
        let name = self.piece()?;
        if name.text.first() != Some(&b'"') || !self.take(b':') {
            return Err(self.syntax());
        }
        Ok(Some((name, self.piece()?)))
    }

    /// Returns the next element; `None` after the closing bracket.
    pub(crate) fn element(&mut self) -> Result<Option<Piece<'b>>, InvalidJson> {
        if self.follows(b']')? {
            self.piece().map(Some)
        } else {
            Ok(None)
        }
    }

    /// Checks that only white space follows.
    pub(crate) fn end(&mut self) -> Result<(), InvalidJson> {
        match self.peek_after_space() {
            None => Ok(()),
            Some(_) => Err(self.syntax()),
        }
    }

    /// Returns true if another piece follows; steps over the comma, or over the closing bracket.
    fn follows(&mut self, closing: u8) -> Result<bool, InvalidJson> {
        if self.take(closing) {
            return Ok(false);
        }
        if core::mem::replace(&mut self.first, false) || self.take(b',') {
            Ok(true)
        } else {
            Err(self.syntax())
        }
    }

    /// Steps over a value: a string, all between a bracket and the one that closes it, or all up to the next special byte.
    fn piece(&mut self) -> Result<Piece<'b>, InvalidJson> {
        let first = self.peek_after_space();
        let offset = self.position;
        match first {
            Some(b'"') => self.string()?,
            Some(b'{' | b'[') => self.bracketed()?,
            _ => {
                self.position += self
                    .rest()
                    .iter()
                    .take_while(|byte| is_bare(**byte))
                    .count()
            }
        }
        let text = self.document.get(offset..self.position).unwrap_or_default();
        if text.is_empty() {
            return Err(self.syntax());
        }
        Ok(Piece { offset, text })
    }

    fn bracketed(&mut self) -> Result<(), InvalidJson> {
        let mut open = 0_usize;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.string()?;
                    continue;
                }
                Some(b'{' | b'[') => open += 1,
                Some(b'}' | b']') => open -= 1,
                Some(_) => {}
                None => return Err(self.syntax()),
            }
            self.position += 1;
            if open == 0 {
                return Ok(());
            }
        }
    }

    /// Steps over a string. Escapes and control characters are not checked.
    fn string(&mut self) -> Result<(), InvalidJson> {
        self.position += 1;
        loop {
            self.position += plain_length(self.rest());
            match self.peek() {
                Some(b'"') => {
                    self.position += 1;
                    return Ok(());
                }
                Some(b'\\') => self.position += 2,
                Some(_) => self.position += 1,
                None => return Err(self.syntax()),
            }
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek_after_space() == Some(byte);
        self.position += usize::from(found);
        found
    }

    fn peek_after_space(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.position += 1;
        }
        self.peek()
    }

    fn peek(&self) -> Option<u8> {
        self.document.get(self.position).copied()
    }

    fn rest(&self) -> &'b [u8] {
        self.document.get(self.position..).unwrap_or_default()
    }

    fn syntax(&self) -> InvalidJson {
        InvalidJson::Syntax {
            offset: self.position.min(self.document.len()),
        }
    }
}

/// Returns true for the bytes of a number or a literal, and for those that have no place in JSON outside a string.
const fn is_bare(byte: u8) -> bool {
    !matches!(
        byte,
        b' ' | b'\t' | b'\n' | b'\r' | b'"' | b',' | b':' | b'[' | b']' | b'{' | b'}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(text: &str) -> Result<Vec<&str>, InvalidJson> {
        let Some(mut pieces) = Pieces::of_document(text.as_bytes(), b'[') else {
            return Err(InvalidJson::NotAnObject);
        };
        let mut found = Vec::new();
        while let Some(piece) = pieces.element()? {
            assert!(text.as_bytes()[piece.offset..].starts_with(piece.text));
            found.push(core::str::from_utf8(piece.text).unwrap());
        }
        pieces.end().map(|()| found)
    }

    #[test]
    fn x28_finds_the_end_of_each_malformed_value() {
        for piece in [
            "null",
            "01",
            "+1",
            "NaN",
            "-",
            "nul",
            "'a'",
            "{}",
            "[[[]]]",
            r#""\x""#,
            "\"a\nb\"",
            r#""]\"[""#,
            r#"{"a":1,"a":[01,]}"#,
            "{]",
            "[}",
            r#"{"\"}":"{"}"#,
            "\u{7f}",
            "é",
        ] {
            let text = format!(" [ 1 , {piece}\t,{{}}] ");
            assert_eq!(elements(&text), Ok(vec!["1", piece, "{}"]), "{text}");
        }
        assert_eq!(elements("[]"), Ok(vec![]));
        assert_eq!(
            elements(&format!("[{}]", "[".repeat(9) + &"]".repeat(9)))
                .unwrap()
                .len(),
            1
        );
    }

    #[test]
    fn x28_the_array_itself_is_read_strictly() {
        for (text, offset) in [
            ("[", 1),
            ("[1", 2),
            ("[,]", 1),
            ("[1,]", 3),
            ("[1,,2]", 3),
            ("[1 2]", 3),
            ("[{}{}]", 3),
            ("[1:2]", 2),
            ("[\"a]", 4),
            ("[{]", 3),
            ("[}", 1),
            ("[] 1", 3),
            ("[]]", 2),
            ("[\"\\", 3),
            ("[[]", 3),
        ] {
            assert_eq!(
                elements(text),
                Err(InvalidJson::Syntax { offset }),
                "{text}"
            );
        }
    }

    #[test]
    fn x28_members_have_a_name_and_a_value() {
        let mut pieces = Pieces::of_document(br#"{"k\u0065ys":[1,"a"] , "x":01}"#, b'{').unwrap();
        let (name, value) = pieces.member().unwrap().unwrap();
        assert!(name.equals("keys") && !name.equals("k"));
        assert!(pieces.within(value, b'[').is_some() && pieces.within(value, b'{').is_none());
        assert!(pieces.member().unwrap().is_some());
        assert!(pieces.member().unwrap().is_none() && pieces.end().is_ok());
        for text in [
            "{1:2}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\" \"b\"}",
            "{:1}",
        ] {
            let mut pieces = Pieces::of_document(text.as_bytes(), b'{').unwrap();
            let outcome = loop {
                match pieces.member() {
                    Ok(Some(_)) => {}
                    other => break other.map(drop),
                }
            };
            assert!(outcome.is_err(), "{text}");
        }
    }
}
