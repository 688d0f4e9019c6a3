//! How long a token lives.

/// How long a token lives. Unit: seconds, from 1 to [`Lifetime::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lifetime(u32);

/// The number of seconds is no lifetime: it is 0 or more than [`Lifetime::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token lifetime is 1 to {} seconds", Lifetime::MAX.as_seconds())]
pub struct InvalidLifetime;

impl Lifetime {
    /// One hour, which is what seed 002 documents.
    pub const DEFAULT: Self = Self(3600);
    /// Thirty days. A token that cannot be taken back should not live longer.
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
