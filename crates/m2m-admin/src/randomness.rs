//! The source of identifiers and secrets.

/// A source of cryptographically secure randomness. Any function that fills bytes implements it.
pub trait Randomness: Send {
    /// Fills all of `bytes`.
    fn fill(&mut self, bytes: &mut [u8]);
}

impl<F: FnMut(&mut [u8]) + Send> Randomness for F {
    fn fill(&mut self, bytes: &mut [u8]) {
        self(bytes);
    }
}

/// Returns `N` random bytes.
pub(crate) fn bytes<const N: usize>(randomness: &mut dyn Randomness) -> [u8; N] {
    let mut bytes = [0; N];
    randomness.fill(&mut bytes);
    bytes
}
