//! Strings, unescaped only when they are read.

use core::str::Chars;
use std::borrow::Cow;

/// A string as it is written, between its quotes. All its escapes are valid.
#[derive(Debug, Clone, Copy)]
pub struct JsonString<'b> {
    raw: &'b str,
    /// True if there is a reverse solidus in it.
    escaped: bool,
}

impl<'b> JsonString<'b> {
    /// Creates a string. `raw` is the inside of a string by the grammar, and `escaped` is true if it has an escape.
    pub(super) const fn new(raw: &'b str, escaped: bool) -> Self {
        Self { raw, escaped }
    }

    /// Returns the text, unescaped; borrowed unless it has an escape.
    #[must_use]
    #[inline]
    pub fn to_str(self) -> Cow<'b, str> {
        if self.escaped {
            Cow::Owned(self.chars().collect())
        } else {
            Cow::Borrowed(self.raw)
        }
    }

    /// Calls `look` with the unescaped text.
    #[inline]
    pub(crate) fn read<R>(self, look: impl FnOnce(&str) -> R) -> R {
        if self.escaped {
            look(&self.to_str())
        } else {
            look(self.raw)
        }
    }

    /// Returns true if the unescaped text is exactly this one.
    #[must_use]
    #[inline]
    pub fn equals(self, text: &str) -> bool {
        if self.escaped {
            self.chars().eq(text.chars())
        } else {
            self.raw == text
        }
    }

    /// Returns true if both have the same unescaped text.
    pub(super) fn has_same_text(self, other: Self) -> bool {
        if self.escaped || other.escaped {
            self.chars().eq(other.chars())
        } else {
            self.raw == other.raw
        }
    }

    /// Characters, unescaped.
    pub(super) fn chars(self) -> Unescaped<'b> {
        Unescaped {
            raw: self.raw.chars(),
        }
    }
}

impl PartialEq<str> for JsonString<'_> {
    fn eq(&self, other: &str) -> bool {
        self.equals(other)
    }
}

impl PartialEq<&str> for JsonString<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.equals(other)
    }
}

/// The characters of a string.
pub(super) struct Unescaped<'b> {
    raw: Chars<'b>,
}

impl Iterator for Unescaped<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let character = self.raw.next()?;
        if character != '\\' {
            return Some(character);
        }
        Some(match self.raw.next()? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let first = self.four_digits()?;
                if HIGH_SURROGATES.contains(&first) {
                    // The scanner has checked that the low surrogate follows.
                    self.raw.next();
                    self.raw.next();
                    let second = self.four_digits()?;
                    join_surrogates(first, second)?
                } else {
                    char::from_u32(u32::from(first))?
                }
            }
            itself => itself,
        })
    }
}

impl Unescaped<'_> {
    fn four_digits(&mut self) -> Option<u16> {
        let mut value = 0;
        for _ in 0..4 {
            value = value * 16 + u16::try_from(self.raw.next()?.to_digit(16)?).ok()?;
        }
        Some(value)
    }
}

/// The first half of a character beyond the basic plane.
pub(super) const HIGH_SURROGATES: core::ops::Range<u16> = 0xD800..0xDC00;
/// Its second half.
pub(super) const LOW_SURROGATES: core::ops::Range<u16> = 0xDC00..0xE000;

fn join_surrogates(high: u16, low: u16) -> Option<char> {
    let high = u32::from(high.checked_sub(HIGH_SURROGATES.start)?);
    let low = u32::from(low.checked_sub(LOW_SURROGATES.start)?);
    char::from_u32(0x1_0000 + high * 0x400 + low)
}
