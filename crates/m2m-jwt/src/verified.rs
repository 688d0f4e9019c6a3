//! What a check has been passed for.

use core::ops::Deref;

/// A value whose signature, and whatever else the function that made it promises, has been checked.
///
/// Only this crate's verifying functions make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Verified<T> {
    value: T,
}

impl<T> Verified<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { value }
    }

    /// The value without the word for it.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
