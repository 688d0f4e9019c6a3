//! The faults of a member of a key.

use core::fmt;

use thiserror::Error;

/// The reason why the value of a member of a JSON Web Key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MemberFault {
    /// Not a string.
    #[error("must be a string")]
    NotAString,
    /// Not an array, or an array with an element that is not a string.
    #[error("must be an array of strings")]
    NotStrings,
    /// Bytes that are not in base64url, and for a number not in base64 either.
    #[error("must be base64url")]
    NotBase64Url,
    /// Base64url with padding.
    #[error("must be base64url without padding (=) at the end")]
    Padded,
    /// Base64 with the standard alphabet.
    #[error("must be base64url, with - and _ instead of + and /")]
    OtherAlphabet,
    /// No bytes.
    #[error("must not be empty")]
    Empty,
    /// The number 0.
    #[error("must not be zero")]
    Zero,
    /// A modulus or an exponent that is divisible by 2.
    #[error("must be an odd number")]
    Even,
    /// The exponent 1.
    #[error("must be at least 3")]
    TooSmall,
    /// An exponent that the crypto libraries do not accept.
    #[error("must have at most {max_bits} bits")]
    TooLarge {
        /// The maximum number of bits.
        max_bits: usize,
    },
    /// A coordinate of another length than the curve's. Leading zeros belong to it
    /// ([RFC 7518, section 6.2.1.2](https://www.rfc-editor.org/rfc/rfc7518#section-6.2.1.2)).
    #[error("has {bytes} bytes instead of {expected}")]
    Length {
        /// Its length, in bytes.
        bytes: usize,
        /// The length that its curve requires, in bytes.
        expected: usize,
    },
    /// The coordinates are not those of a point on the curve.
    #[error("must belong to a point on the curve")]
    NotOnCurve,
    /// The crypto library does not accept the modulus and the exponent.
    #[error("is not accepted by the crypto library")]
    Refused,
    /// `oth`: the key has more than two primes.
    #[error("must be absent: keys with more than two primes are not supported")]
    MorePrimes,
}

/// A text of another party in an error: at most 24 characters of printable ASCII, with `?` for each other character.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ShortText {
    bytes: [u8; Self::CAPACITY],
    length: usize,
    cut: bool,
}

impl ShortText {
    const CAPACITY: usize = 24;

    pub(crate) fn new(text: &str) -> Self {
        let mut bytes = [0; Self::CAPACITY];
        let mut characters = text.chars();
        let mut length = 0;
        for (byte, character) in bytes.iter_mut().zip(&mut characters) {
            *byte = match u8::try_from(character) {
                Ok(own) if own.is_ascii_graphic() && own != b'`' => own,
                Ok(_) | Err(_) => b'?',
            };
            length += 1;
        }
        Self {
            bytes,
            length,
            cut: characters.next().is_some(),
        }
    }
}

impl fmt::Display for ShortText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.bytes.get(..self.length).unwrap_or_default();
        f.write_str(core::str::from_utf8(bytes).unwrap_or_default())?;
        f.write_str(if self.cut { "..." } else { "" })
    }
}

impl fmt::Debug for ShortText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a4_a_text_of_another_party_is_shown_in_part_and_without_special_characters() {
        for (text, shown) in [
            ("enc", "enc"),
            ("", ""),
            ("a`b\u{1b}[2J\u{202e}é c", "a?b?[2J???c"),
            ("abcdefghijklmnopqrstuvwx", "abcdefghijklmnopqrstuvwx"),
            ("abcdefghijklmnopqrstuvwxy", "abcdefghijklmnopqrstuvwx..."),
        ] {
            assert_eq!(ShortText::new(text).to_string(), shown, "{text:?}");
        }
    }
}
