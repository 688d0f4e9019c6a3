//! The keys of a set that cannot be used, and the members that deviate from their specification.

use core::fmt;

use m2m_errors::Cause;

use crate::error::InvalidKey;
use crate::json::{Piece, Pieces};
use crate::jwk::{Jwk, Tolerance};
use crate::limits::MAX_KEY_ID_BYTES;

/// A key of a JWK set that cannot be used.
///
/// Printed, it is one line: its position counted from 1, its key id with special characters escaped, and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedKey {
    index: usize,
    key_id: Option<Box<str>>,
    reason: InvalidKey,
}

impl RefusedKey {
    pub(super) fn of_entry(index: usize, entry: Piece<'_>, reason: InvalidKey) -> Self {
        Self {
            index,
            key_id: readable_key_id(entry.text),
            reason,
        }
    }

    /// A key that is valid in itself.
    pub(crate) fn of_key(index: usize, key: &Jwk, reason: InvalidKey) -> Self {
        Self {
            index,
            key_id: key.key_id().map(Box::from),
            reason,
        }
    }

    /// Its index in the array `keys`, counted from 0.
    #[must_use]
    pub const fn index(&self) -> usize {
        self.index
    }

    /// Its key id; `None` if it has none, or none that is unambiguous and short enough.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The reason why it cannot be used. Offsets are counted from the beginning of the key.
    #[must_use]
    pub const fn reason(&self) -> InvalidKey {
        self.reason
    }

    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        self.reason.cause()
    }
}

impl fmt::Display for RefusedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_place(f, self.index, self.key_id())?;
        write!(f, " cannot be used: {}", self.reason)
    }
}

impl core::error::Error for RefusedKey {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        Some(&self.reason)
    }
}

/// A member of a key of a JWK set that deviates from its specification and was accepted. The key can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToleratedMember {
    index: usize,
    key_id: Option<Box<str>>,
    member: &'static str,
    tolerance: Tolerance,
}

impl ToleratedMember {
    pub(super) fn new(
        index: usize,
        key_id: Option<&str>,
        member: &'static str,
        tolerance: Tolerance,
    ) -> Self {
        Self {
            index,
            key_id: key_id.map(Box::from),
            member,
            tolerance,
        }
    }

    /// The index of the key in the array `keys`, counted from 0.
    #[must_use]
    pub const fn index(&self) -> usize {
        self.index
    }

    /// The key id, if the key has one.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The name of the member.
    #[must_use]
    pub const fn member(&self) -> &'static str {
        self.member
    }

    /// The deviation.
    #[must_use]
    pub const fn tolerance(&self) -> Tolerance {
        self.tolerance
    }
}

impl fmt::Display for ToleratedMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_place(f, self.index, self.key_id())?;
        write!(
            f,
            " is used: its member `{}` {}",
            self.member, self.tolerance
        )
    }
}

fn write_place(f: &mut fmt::Formatter<'_>, index: usize, key_id: Option<&str>) -> fmt::Result {
    write!(f, "key {} of the set", index.saturating_add(1))?;
    match key_id {
        Some(key_id) => write!(f, ", {key_id:?},"),
        None => Ok(()),
    }
}

/// Returns the `kid` of an entry that may be malformed, unless it has two different ones.
fn readable_key_id(entry: &[u8]) -> Option<Box<str>> {
    let mut members = Pieces::of_document(entry, b'{')?;
    let mut found: Option<Box<str>> = None;
    while let Ok(Some((name, value))) = members.member() {
        if !name.equals("kid") {
            continue;
        }
        let key_id = value.as_string()?.to_str();
        if key_id.len() > MAX_KEY_ID_BYTES || found.is_some_and(|other| *other != *key_id) {
            return None;
        }
        found = Some(Box::from(&*key_id));
    }
    found
}
