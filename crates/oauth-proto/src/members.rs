//! The members of JSON objects, read one by one.
//!
//! In a document of another server, only the members that are needed can make it unusable. All others may have any value: they are not even
//! parsed, so that neither depth nor numbers beyond any range nor half a surrogate pair matters.

use core::fmt;
use std::borrow::Cow;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::{InvalidDocument, Issuer, MemberProblem, SkippedMember, UniqueMembers};

/// The members of an object, with their values unparsed.
pub(crate) struct Members<'a> {
    text: &'a str,
    members: Vec<(Cow<'a, [u8]>, &'a RawValue)>,
}

impl<'a> Members<'a> {
    /// Reads an object, in which any member may be repeated.
    pub(crate) fn parse(text: &'a str) -> Result<Self, InvalidDocument> {
        let mut json = serde_json::Deserializer::from_str(text);
        let members = json
            .deserialize_map(Split)
            .and_then(|members| json.end().map(|()| members))
            .map_err(|error| refused(text, &error))?;
        Ok(Self { text, members })
    }

    /// Reads an object in UTF-8 in which no member is repeated, at any depth.
    pub(crate) fn parse_unique(json: &'a [u8]) -> Result<Self, InvalidDocument> {
        let text = core::str::from_utf8(json).map_err(|error| {
            let (line, column) = place(json.get(..error.valid_up_to()).unwrap_or_default());
            InvalidDocument::NotJson { line, column }
        })?;
        let _: UniqueMembers = serde_json::from_str(text).map_err(|error| refused(text, &error))?;
        Self::parse(text)
    }

    /// Returns the value of a member; `None` if it is absent or `null`.
    pub(crate) fn get(&self, name: &str) -> Result<Option<Value<'a>>, MemberProblem> {
        let present = self.present(name)?;
        Ok(present.filter(|value| !value.is_null()))
    }

    /// Returns the value of a member, which may be `null`.
    pub(crate) fn present(&self, name: &str) -> Result<Option<Value<'a>>, MemberProblem> {
        let mut values = self
            .members
            .iter()
            .filter(|(own, _)| **own == *name.as_bytes());
        match (values.next(), values.next()) {
            (Some(_), Some(_)) => Err(MemberProblem::Repeated),
            (value, _) => Ok(value.map(|(_, value)| Value(value.get()))),
        }
    }

    /// Returns a text that the document must have.
    pub(crate) fn required(&self, name: &'static str) -> Result<Cow<'a, str>, InvalidDocument> {
        self.needed(name, |value| value.text())?
            .ok_or_else(|| self.wrong(name, MemberProblem::Missing))
    }

    /// Returns what `read` makes of a member that must not have another value; `None` if it is absent or `null`.
    pub(crate) fn needed<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(Value<'a>) -> Result<T, MemberProblem>,
    ) -> Result<Option<T>, InvalidDocument> {
        self.get(name)
            .and_then(|value| value.map(read).transpose())
            .map_err(|problem| self.wrong(name, problem))
    }

    /// Returns the members with other names than these. One whose name or value cannot be read, or that is too deep, is left out.
    pub(crate) fn others(&self, names: &[&str]) -> serde_json::Map<String, serde_json::Value> {
        let others = self.members.iter().filter_map(|(name, value)| {
            let name = core::str::from_utf8(name).ok()?;
            let value = serde_json::from_str(value.get()).ok()?;
            (!names.contains(&name)).then(|| (name.to_owned(), value))
        });
        others.collect()
    }

    /// Returns the error about a member, with the place of its value, or the end of the document.
    pub(crate) fn wrong(&self, name: &'static str, problem: MemberProblem) -> InvalidDocument {
        let mut values = self
            .members
            .iter()
            .filter(|(own, _)| **own == *name.as_bytes());
        let before = values.next_back().and_then(|(_, value)| {
            let offset = value
                .get()
                .as_ptr()
                .addr()
                .checked_sub(self.text.as_ptr().addr())?;
            self.text.get(..offset)
        });
        let (line, column) = place(before.unwrap_or_else(|| self.text.trim_end()).as_bytes());
        InvalidDocument::WrongMembers {
            member: Some(name),
            problem,
            line,
            column,
        }
    }
}

/// A JSON value, unparsed.
#[derive(Clone, Copy)]
pub(crate) struct Value<'a>(&'a str);

impl<'a> Value<'a> {
    /// A string.
    pub(crate) fn text(self) -> Result<Cow<'a, str>, MemberProblem> {
        self.expect('"', "a string")?;
        // A string without escapes is borrowed.
        match serde_json::from_str::<&'a str>(self.0) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(_) => serde_json::from_str(self.0)
                .map(Cow::Owned)
                .map_err(|_| MemberProblem::NotUnicode),
        }
    }

    /// `true` or `false`.
    pub(crate) fn flag(self) -> Result<bool, MemberProblem> {
        match self.0 {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.wrong_type("true or false")),
        }
    }

    /// The values of a list.
    pub(crate) fn entries(self, expected: &'static str) -> Result<Vec<Self>, MemberProblem> {
        self.expect('[', expected)?;
        let entries: Vec<&'a RawValue> =
            serde_json::from_str(self.0).map_err(|_| self.wrong_type(expected))?;
        Ok(entries
            .into_iter()
            .map(|entry| Value(entry.get()))
            .collect())
    }

    /// One string, or a list of strings.
    pub(crate) fn one_or_many(self) -> Result<Vec<Cow<'a, str>>, MemberProblem> {
        if self.0.starts_with('"') {
            return Ok(vec![self.text()?]);
        }
        let entries = self.entries("a string or a list of strings")?;
        entries.into_iter().map(Value::text).collect()
    }

    /// The members of an object.
    pub(crate) fn members(self) -> Result<Members<'a>, MemberProblem> {
        self.expect('{', "an object")?;
        Members::parse(self.0).map_err(|_| self.wrong_type("an object"))
    }

    /// A whole number that is not negative.
    pub(crate) fn whole_number(self) -> Result<u64, MemberProblem> {
        if !self.is_number() {
            return Err(self.wrong_type("a number"));
        }
        self.0.parse().map_err(|_| MemberProblem::NotAllowed {
            expected: "a whole number that is not negative",
        })
    }

    /// Seconds as a number, or in a string, as some providers send them. A fraction is dropped, and more than the largest number is the largest.
    pub(crate) fn seconds(self) -> Result<u64, MemberProblem> {
        let expected = "a number of seconds";
        let refused = MemberProblem::NotAllowed { expected };
        if self.is_number() && self.0.contains(['e', 'E']) {
            let number: f64 = self.0.parse().map_err(|_| refused)?;
            let written = number.min(f64::MAX).to_string();
            return decimal_seconds(&written).ok_or(refused);
        }
        if self.is_number() {
            return decimal_seconds(self.0).ok_or(refused);
        }
        if self.0.starts_with('"') {
            return decimal_seconds(&self.text()?).ok_or(refused);
        }
        Err(self.wrong_type(expected))
    }

    pub(crate) fn is_null(self) -> bool {
        self.0 == "null"
    }

    pub(crate) fn is_list(self) -> bool {
        self.0.starts_with('[')
    }

    pub(crate) fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    fn is_number(self) -> bool {
        self.0
            .starts_with(|first: char| first == '-' || first.is_ascii_digit())
    }

    fn expect(self, first: char, expected: &'static str) -> Result<(), MemberProblem> {
        if self.0.starts_with(first) {
            Ok(())
        } else {
            Err(self.wrong_type(expected))
        }
    }

    pub(crate) fn wrong_type(self, expected: &'static str) -> MemberProblem {
        let found = kind(self.0);
        MemberProblem::WrongType { found, expected }
    }
}

/// Reads the members that a document may have, and lists those that have another value than they should.
pub(crate) struct Lenient<'a> {
    members: Members<'a>,
    /// The beginning of the path of each member.
    inside: &'static str,
    skipped: Vec<SkippedMember>,
}

impl<'a> Lenient<'a> {
    pub(crate) const fn new(members: Members<'a>) -> Self {
        Self {
            members,
            inside: "",
            skipped: Vec::new(),
        }
    }

    pub(crate) fn into_skipped(self) -> Vec<SkippedMember> {
        self.skipped
    }

    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        self.read(name, Value::text).map(Cow::into_owned)
    }

    /// Returns false if the member is absent or skipped.
    pub(crate) fn flag(&mut self, name: &'static str) -> bool {
        self.read(name, Value::flag).unwrap_or_default()
    }

    /// Returns the strings of a list. Other entries are skipped.
    pub(crate) fn texts(&mut self, name: &'static str) -> Vec<String> {
        self.list(name, "a list of strings", |entry| {
            entry.text().map(Cow::into_owned)
        })
    }

    /// Returns the issuers of a list. Other entries are skipped.
    pub(crate) fn issuers(&mut self, name: &'static str) -> Vec<Issuer> {
        self.list(name, "a list of issuers", |entry| {
            Issuer::parse(&entry.text()?).map_err(MemberProblem::NotAnIssuer)
        })
    }

    /// Returns what `read` makes of the members of an object.
    pub(crate) fn object<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        let members = self.read(name, Value::members)?;
        let mut inner = Self {
            members,
            inside: name,
            skipped: Vec::new(),
        };
        let object = read(&mut inner);
        for skipped in inner.skipped {
            self.skip(skipped.path, skipped.problem);
        }
        Some(object)
    }

    fn list<T>(
        &mut self,
        name: &'static str,
        expected: &'static str,
        read: impl Fn(Value<'a>) -> Result<T, MemberProblem>,
    ) -> Vec<T> {
        let entries = self.read(name, |value| value.entries(expected));
        let mut list = Vec::new();
        for (index, entry) in entries.unwrap_or_default().into_iter().enumerate() {
            match read(entry) {
                Ok(entry) => list.push(entry),
                Err(problem) => self.skip(format!("{name}[{index}]"), problem),
            }
        }
        list
    }

    fn read<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(Value<'a>) -> Result<T, MemberProblem>,
    ) -> Option<T> {
        let value = self.members.get(name);
        match value.and_then(|value| value.map(read).transpose()) {
            Ok(value) => value,
            Err(problem) => {
                self.skip(name.to_owned(), problem);
                None
            }
        }
    }

    fn skip(&mut self, path: String, problem: MemberProblem) {
        if self.skipped.len() < MAX_SKIPPED {
            let path = match self.inside {
                "" => path,
                inside => format!("{inside}.{path}"),
            };
            self.skipped.push(SkippedMember { path, problem });
        }
    }
}

/// The maximum number of members and entries that are listed as skipped, more than any document has members of a meaning here.
const MAX_SKIPPED: usize = 64;

/// Returns the text of a document of another server, without a byte order mark (RFC 8259, section 8.1).
///
/// Bytes that are not UTF-8 are replaced by U+FFFD, which is allowed only inside strings: a text for people in another encoding does not
/// make the document unusable, and a value that is used as an address or a code is not the right one with it.
pub(crate) fn foreign_text(json: &[u8]) -> Cow<'_, str> {
    let json = json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json);
    String::from_utf8_lossy(json)
}

/// Splits an object into its members.
struct Split;

impl<'de> Visitor<'de> for Split {
    type Value = Vec<(Cow<'de, [u8]>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(name) = map.next_key_seed(Name)? {
            members.push((name, map.next_value()?));
        }
        Ok(members)
    }
}

/// The name of a member, which need not be Unicode.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, [u8]>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, [u8]>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_borrowed_bytes<E>(self, name: &'de [u8]) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_bytes<E>(self, name: &[u8]) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

fn refused(text: &str, error: &serde_json::Error) -> InvalidDocument {
    let (line, column) = (error.line(), error.column());
    let start = text.trim_start();
    let problem = match error.classify() {
        serde_json::error::Category::Data if start.starts_with('{') => MemberProblem::Repeated,
        serde_json::error::Category::Data => MemberProblem::WrongType {
            found: kind(start),
            expected: "an object",
        },
        serde_json::error::Category::Io
        | serde_json::error::Category::Syntax
        | serde_json::error::Category::Eof => return InvalidDocument::NotJson { line, column },
    };
    InvalidDocument::WrongMembers {
        member: None,
        problem,
        line,
        column,
    }
}

/// The type of the value that begins here.
fn kind(value: &str) -> &'static str {
    match value.bytes().next() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        Some(_) | None => "a number",
    }
}

/// The line and the column behind these bytes, counted from 1.
fn place(before: &[u8]) -> (usize, usize) {
    let line_start = before.iter().rposition(|byte| *byte == b'\n');
    let lines = before.iter().filter(|byte| **byte == b'\n').count();
    (
        lines + 1,
        before.len() - line_start.map_or(0, |at| at + 1) + 1,
    )
}

/// Digits, with a fraction or without, rounded down.
fn decimal_seconds(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_digits(whole) && is_digits(fraction)).then(|| whole.parse().unwrap_or(u64::MAX))
}
