//! The scanner, which passes over the text once.

use super::string::{HIGH_SURROGATES, LOW_SURROGATES};
use super::writer::{plain_bytes, plain_length};
use super::{JsonArray, JsonNumber, JsonObject, JsonString, JsonValue};
use crate::error::InvalidJson;
use crate::limits::{Limits, MAX_JSON_DEPTH, MAX_JSON_MEMBERS, MOST_JSON_DEPTH, MOST_JSON_MEMBERS};

/// The members of an object, one after the other, each checked when it is reached.
///
/// Once [`next`](Self::next) has returned `None`, the text is known to be one object, well-formed, without duplicates.
#[derive(Debug)]
pub(crate) struct Members<'b> {
    scanner: Scanner<'b>,
    /// The offset of the object.
    start: usize,
    first: bool,
}

impl<'b> Members<'b> {
    /// Those of a text that is one object.
    pub(crate) fn of_document(text: &'b str) -> Result<Self, InvalidJson> {
        Self::of(Scanner::new(text, Duplicates::Refused))
    }

    /// Those of a text that is one object, within these limits.
    pub(crate) fn within(text: &'b str, limits: &Limits) -> Result<Self, InvalidJson> {
        let mut scanner = Scanner::new(text, Duplicates::Refused);
        scanner.max_members = limits.max_json_members.min(MOST_JSON_MEMBERS);
        scanner.max_depth = limits.max_json_depth.min(MOST_JSON_DEPTH);
        Self::of(scanner)
    }

    /// Those of an object that has been checked.
    pub(super) fn of_checked(text: &'b str) -> Result<Self, InvalidJson> {
        Self::of(Scanner::new(text, Duplicates::Unchecked))
    }

    fn of(mut scanner: Scanner<'b>) -> Result<Self, InvalidJson> {
        scanner.skip_space();
        let start = scanner.position;
        if !scanner.take(b'{') {
            return Err(InvalidJson::NotAnObject);
        }
        Ok(Self {
            scanner,
            start,
            first: true,
        })
    }

    /// The next one; `None` at the end of the text.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<(JsonString<'b>, JsonValue<'b>)>, InvalidJson> {
        let Some(name) = self.scanner.member_name(self.first, self.start, 0)? else {
            self.scanner.skip_space();
            return if self.scanner.is_at_end() {
                Ok(None)
            } else {
                Err(self.scanner.syntax())
            };
        };
        self.first = false;
        let value = self.scanner.value(1)?;
        Ok(Some((name, value)))
    }

    /// Returns the object. [`next`](Self::next) must have returned `None`.
    pub(crate) fn finish(self) -> JsonObject<'b> {
        JsonObject::new(self.scanner.text.trim_ascii())
    }
}

/// The elements of an array whose text has been checked.
#[derive(Debug)]
pub(super) struct Elements<'b> {
    scanner: Scanner<'b>,
    first: bool,
}

impl<'b> Elements<'b> {
    pub(super) fn of_array(text: &'b str) -> Self {
        let mut scanner = Scanner::new(text, Duplicates::Unchecked);
        scanner.take(b'[');
        Self {
            scanner,
            first: true,
        }
    }

    pub(super) fn next(&mut self) -> Result<Option<JsonValue<'b>>, InvalidJson> {
        let first = core::mem::replace(&mut self.first, false);
        if self.scanner.has_element(first)? {
            self.scanner.value(1).map(Some)
        } else {
            Ok(None)
        }
    }
}

/// Returns the string, if the text is one and nothing else.
pub(super) fn whole_string(text: &str) -> Option<JsonString<'_>> {
    let mut scanner = Scanner::new(text, Duplicates::Unchecked);
    if scanner.peek() != Some(b'"') {
        return None;
    }
    let string = scanner.string().ok()?;
    scanner.is_at_end().then_some(string)
}

/// Returns the value, if the text is one and nothing else. Duplicate names in it are not checked.
pub(crate) fn whole_value(text: &str) -> Option<JsonValue<'_>> {
    let mut scanner = Scanner::new(text, Duplicates::Unchecked);
    let value = scanner.value(1).ok()?;
    scanner.is_at_end().then_some(value)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Duplicates {
    Refused,
    /// The text has been checked before.
    Unchecked,
}

#[derive(Debug)]
struct Scanner<'b> {
    text: &'b str,
    position: usize,
    duplicates: Duplicates,
    /// Hashes of the names in the objects that enclose the position, outermost first.
    names: [u32; MAX_JSON_MEMBERS],
    /// Those that do not fit there. It stays empty unless the limit was raised.
    more_names: Vec<u32>,
    /// The number of these names.
    named: usize,
    max_members: usize,
    max_depth: usize,
    /// A bit for each of the hashes so far, by its upper six bits: where it is not set, the name is new without a search.
    seen: u64,
}

impl<'b> Scanner<'b> {
    const fn new(text: &'b str, duplicates: Duplicates) -> Self {
        Self {
            text,
            position: 0,
            duplicates,
            names: [0; MAX_JSON_MEMBERS],
            more_names: Vec::new(),
            named: 0,
            max_members: MAX_JSON_MEMBERS,
            max_depth: match duplicates {
                Duplicates::Refused => MAX_JSON_DEPTH,
                Duplicates::Unchecked => MOST_JSON_DEPTH,
            },
            seen: 0,
        }
    }

    const fn is_at_end(&self) -> bool {
        self.position >= self.text.len()
    }

    const fn syntax(&self) -> InvalidJson {
        InvalidJson::Syntax {
            offset: self.position,
        }
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    #[inline]
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.position += usize::from(found);
        found
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.position += 1;
        }
    }

    /// The text from `start` to here. Both are next to ASCII, thus on character boundaries.
    #[inline]
    fn since(&self, start: usize) -> Result<&'b str, InvalidJson> {
        self.text
            .get(start..self.position)
            .ok_or(InvalidJson::Syntax { offset: start })
    }

    fn value(&mut self, depth: usize) -> Result<JsonValue<'b>, InvalidJson> {
        self.skip_space();
        match self.peek() {
            Some(b'"') => self.string().map(JsonValue::String),
            Some(b'-' | b'0'..=b'9') => self.number().map(JsonValue::Number),
            Some(b'{') => self.object(depth).map(JsonValue::Object),
            Some(b'[') => self.array(depth).map(JsonValue::Array),
            Some(b't') => self.literal("true", JsonValue::Boolean(true)),
            Some(b'f') => self.literal("false", JsonValue::Boolean(false)),
            Some(b'n') => self.literal("null", JsonValue::Null),
            Some(_) | None => Err(self.syntax()),
        }
    }

    fn literal(&mut self, name: &str, value: JsonValue<'b>) -> Result<JsonValue<'b>, InvalidJson> {
        let end = self.position + name.len();
        if self.text.get(self.position..end) != Some(name) {
            return Err(self.syntax());
        }
        self.position = end;
        Ok(value)
    }

    fn object(&mut self, depth: usize) -> Result<JsonObject<'b>, InvalidJson> {
        let start = self.position;
        let depth = self.deeper(depth)?;
        let outer = self.named;
        let mut first = true;
        while self.member_name(first, start, outer)?.is_some() {
            first = false;
            self.value(depth)?;
        }
        self.named = outer;
        self.since(start).map(JsonObject::new)
    }

    fn array(&mut self, depth: usize) -> Result<JsonArray<'b>, InvalidJson> {
        let start = self.position;
        let depth = self.deeper(depth)?;
        let mut first = true;
        while self.has_element(first)? {
            first = false;
            self.value(depth)?;
        }
        self.since(start).map(JsonArray::new)
    }

    /// Steps over the opening bracket.
    fn deeper(&mut self, depth: usize) -> Result<usize, InvalidJson> {
        if depth >= self.max_depth {
            return Err(InvalidJson::TooDeep {
                offset: self.position,
            });
        }
        self.position += 1;
        Ok(depth + 1)
    }

    /// Returns true if another element follows; steps over the comma, or over the closing bracket.
    fn has_element(&mut self, first: bool) -> Result<bool, InvalidJson> {
        self.skip_space();
        if self.take(b']') {
            return Ok(false);
        }
        if first || self.take(b',') {
            Ok(true)
        } else {
            Err(self.syntax())
        }
    }

    /// Returns the name of the next member of the object that begins at `start`, and steps over the colon after it; `None` after its
    /// closing brace. `outer` is the index of the object's first name in `names`.
    #[inline]
    fn member_name(
        &mut self,
        first: bool,
        start: usize,
        outer: usize,
    ) -> Result<Option<JsonString<'b>>, InvalidJson> {
        self.skip_space();
        if self.take(b'}') {
            return Ok(None);
        }
        if !first {
            if !self.take(b',') {
                return Err(self.syntax());
            }
            self.skip_space();
        }
        let offset = self.position;
        if self.peek() != Some(b'"') {
            return Err(self.syntax());
        }
        let (name, hash) = self.name()?;
        if self.duplicates == Duplicates::Refused {
            let bit = 1 << (hash >> 26);
            if self.seen & bit != 0 {
                self.refuse_duplicate(name, hash, start, outer, offset)?;
            }
            self.seen |= bit;
            if self.named >= self.max_members {
                return Err(InvalidJson::TooManyMembers { offset });
            }
            match self.names.get_mut(self.named) {
                Some(slot) => *slot = hash,
                None => self.remember(hash),
            }
            self.named += 1;
        }
        self.skip_space();
        if self.take(b':') {
            Ok(Some(name))
        } else {
            Err(self.syntax())
        }
    }

    /// Adds the hash of a name to those that do not fit into the array.
    #[cold]
    fn remember(&mut self, hash: u32) {
        self.more_names.truncate(self.named - MAX_JSON_MEMBERS);
        self.more_names.push(hash);
    }

    /// `outer` is the index of the object's first name in `names`.
    fn refuse_duplicate(
        &self,
        name: JsonString<'b>,
        hash: u32,
        start: usize,
        outer: usize,
        offset: usize,
    ) -> Result<(), InvalidJson> {
        let fitting = self.named.min(MAX_JSON_MEMBERS);
        let names = self.names.get(outer..fitting).unwrap_or_default();
        let first_more = outer.saturating_sub(MAX_JSON_MEMBERS);
        let last_more = self.named.saturating_sub(MAX_JSON_MEMBERS);
        let more = self.more_names.get(first_more..last_more);
        let known = names.contains(&hash) || more.unwrap_or_default().contains(&hash);
        // Equal hashes of different names are rare, so this last check may be slow.
        if known && self.has_member_before(name, start, offset)? {
            return Err(InvalidJson::DuplicateMember { offset });
        }
        Ok(())
    }

    /// Returns true if the object that begins at `start` has a member of this name before `offset`.
    #[cold]
    fn has_member_before(
        &self,
        name: JsonString<'b>,
        start: usize,
        offset: usize,
    ) -> Result<bool, InvalidJson> {
        let mut again = Scanner::new(self.text, Duplicates::Unchecked);
        again.position = start + 1;
        let mut first = true;
        while let Some(earlier) = again.member_name(first, start, 0)? {
            if again.position > offset {
                break;
            }
            if earlier.has_same_text(name) {
                return Ok(true);
            }
            first = false;
            // The depth is known to be allowed; it has been counted on the way here.
            again.value(1)?;
        }
        Ok(false)
    }

    /// Reads a string that is a name, and its hash. Names are short and hardly ever have an escape: most take one look at eight bytes.
    #[inline]
    fn name(&mut self) -> Result<(JsonString<'b>, u32), InvalidJson> {
        let bytes = self.text.as_bytes();
        let start = self.position + 1;
        let mut end = start;
        let mut hash = NameHash::START;
        while let Some(word) = bytes.get(end..).and_then(<[u8]>::first_chunk::<8>) {
            let word = u64::from_le_bytes(*word);
            let Some(plain) = plain_bytes(word) else {
                hash = hash.add(word);
                end += 8;
                continue;
            };
            end += plain;
            if bytes.get(end) != Some(&b'"') {
                break;
            }
            let hash = hash.add(word & !(u64::MAX << (8 * plain)));
            self.position = end;
            let raw = self.since(start)?;
            self.position = end + 1;
            return Ok((JsonString::new(raw, false), hash.finish()));
        }
        let name = self.string()?;
        Ok((name, name.read(NameHash::of)))
    }

    /// ```text
    /// string    = quotation-mark *char quotation-mark
    /// unescaped = %x20-21 / %x23-5B / %x5D-10FFFF
    /// ```
    #[inline]
    fn string(&mut self) -> Result<JsonString<'b>, InvalidJson> {
        self.position += 1;
        let start = self.position;
        let mut escaped = false;
        loop {
            self.position += plain_length(
                self.text
                    .as_bytes()
                    .get(self.position..)
                    .unwrap_or_default(),
            );
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(_) | None => return Err(self.syntax()),
            }
        }
        let raw = self.since(start)?;
        self.position += 1;
        Ok(JsonString::new(raw, escaped))
    }

    /// Steps over one escape. Half a surrogate pair is not a character, and is refused.
    fn escape(&mut self) -> Result<(), InvalidJson> {
        let start = self.position;
        let wrong = InvalidJson::Syntax { offset: start };
        self.position += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.position += 1;
                Ok(())
            }
            Some(b'u') => {
                self.position += 1;
                let first = self.four_digits().ok_or(wrong)?;
                if LOW_SURROGATES.contains(&first) {
                    return Err(wrong);
                }
                if HIGH_SURROGATES.contains(&first) {
                    if !(self.take(b'\\') && self.take(b'u')) {
                        return Err(wrong);
                    }
                    let second = self.four_digits().ok_or(wrong)?;
                    if !LOW_SURROGATES.contains(&second) {
                        return Err(wrong);
                    }
                }
                Ok(())
            }
            Some(_) | None => Err(wrong),
        }
    }

    fn four_digits(&mut self) -> Option<u16> {
        let digits = self.text.get(self.position..self.position + 4)?;
        // `from_str_radix` would accept a sign.
        let value = digits
            .bytes()
            .all(|digit| digit.is_ascii_hexdigit())
            .then_some(digits)?;
        self.position += 4;
        u16::from_str_radix(value, 16).ok()
    }

    /// ```text
    /// number = [ minus ] int [ frac ] [ exp ]
    /// int    = zero / ( digit1-9 *DIGIT )
    /// ```
    fn number(&mut self) -> Result<JsonNumber<'b>, InvalidJson> {
        let start = self.position;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        self.since(start).map(JsonNumber::new)
    }

    /// Steps over the digits, at least one.
    fn digits(&mut self) -> Result<(), InvalidJson> {
        let rest = self
            .text
            .as_bytes()
            .get(self.position..)
            .unwrap_or_default();
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.position += length;
        if length == 0 {
            Err(self.syntax())
        } else {
            Ok(())
        }
    }
}

/// A hash of the unescaped name: of its bytes, eight at a time, the last ones filled up with zeros.
#[derive(Debug, Clone, Copy)]
struct NameHash(u64);

impl NameHash {
    const START: Self = Self(0);

    const fn add(self, word: u64) -> Self {
        // The multiplier is 2^64 divided by the golden ratio, which spreads the bits of a word.
        Self((self.0.rotate_left(32) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn finish(self) -> u32 {
        u32::try_from(self.0 >> 32).unwrap_or_default()
    }

    fn of(name: &str) -> u32 {
        let (words, rest) = name.as_bytes().as_chunks::<8>();
        let hash = words.iter().fold(Self::START, |hash, word| {
            hash.add(u64::from_le_bytes(*word))
        });
        let last = rest
            .iter()
            .rev()
            .fold(0, |word, byte| word << 8 | u64::from(*byte));
        hash.add(last).finish()
    }
}

#[cfg(test)]
mod tests;
