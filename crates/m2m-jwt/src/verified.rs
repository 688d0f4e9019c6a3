//! Values that have passed a check.

use core::ops::Deref;

/// A value whose signature, and everything else that the verifying function promises, has been checked.
///
/// Only the verifying functions of this crate create one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Verified<T> {
    value: T,
}

impl<T> Verified<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { value }
    }

    /// Returns the value without the proof.
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
