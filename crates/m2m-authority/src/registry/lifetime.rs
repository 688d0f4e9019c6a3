//! The lifetime of a token.

use core::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::spelling::Whole;

/// The lifetime of a token. Unit: seconds, from 1 to [`Lifetime::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lifetime(u32);

/// The error for a number of seconds that is 0 or more than [`Lifetime::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token lifetime must be 1 to {} seconds",  Lifetime::MAX.as_seconds())]
pub struct InvalidLifetime;

impl Lifetime {
    /// One hour, as seed 002 documents.
    pub const DEFAULT: Self = Self(3600);
    /// Thirty days. A verifier that does not look up revocations accepts a token until it expires, so a token should not live longer.
    pub const MAX: Self = Self(30 * 24 * 3600);

    /// A lifetime of this many seconds.
    ///
    /// # Errors
    ///
    /// [`InvalidLifetime`] for 0 and for more than [`Lifetime::MAX`].
    pub const fn from_seconds(seconds: u32) -> Result<Self, InvalidLifetime> {
        if seconds == 0 || seconds > Self::MAX.0 {
            Err(InvalidLifetime)
        } else {
            Ok(Self(seconds))
        }
    }

    /// The number of seconds.
    #[must_use]
    pub const fn as_seconds(self) -> u32 {
        self.0
    }
}

impl FromStr for Lifetime {
    type Err = InvalidLifetime;

    fn from_str(seconds: &str) -> Result<Self, InvalidLifetime> {
        seconds
            .parse()
            .map_err(|_| InvalidLifetime)
            .and_then(Self::from_seconds)
    }
}

/// One hour.
impl Default for Lifetime {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Serialize for Lifetime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

impl<'de> Deserialize<'de> for Lifetime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = deserializer.deserialize_u64(Whole(EXPECTED))?;
        let lifetime = u32::try_from(seconds).map_err(|_| InvalidLifetime);
        lifetime
            .and_then(Self::from_seconds)
            .map_err(D::Error::custom)
    }
}

/// The range of lifetimes, in words.
const EXPECTED: &str = "a number of seconds, 1 to 2592000";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_is_parsed_within_its_range() {
        assert_eq!("600".parse(), Lifetime::from_seconds(600));
        for wrong in ["0", "-1", "2592001", "4294967296", "1h", ""] {
            assert_eq!(wrong.parse::<Lifetime>(), Err(InvalidLifetime), "{wrong}");
        }
    }

    #[test]
    fn the_expected_text_names_the_maximum_lifetime() {
        assert!(EXPECTED.ends_with(&Lifetime::MAX.as_seconds().to_string()));
    }
}
