//! Fingerprints of values that are not kept, because each of them may be a secret.

use core::fmt;

use m2m_jwt::sha256;
use zeroize::Zeroizing;

/// The key of the fingerprints that a process gives to values that it does not keep.
///
/// Two requests with the same value have the same fingerprint, so that an operator recognizes a caller that repeats its mistake. Without
/// the key, which is never stored, a fingerprint shows nothing about a value that may be a secret. A process draws its own key, so that
/// the fingerprints of different processes, also of the same server before and after a restart, cannot be compared.
///
/// ```
/// use m2m_authority::{FingerprintKey, RecordedClientId, Refusal};
/// use m2m_errors::Cause;
///
/// let key = FingerprintKey::from_random([7; 32]); // drawn by the shell, once in a process
/// let refusal = Refusal::of(Cause::ClientUnknown).by(RecordedClientId::presented("a-secret?"));
/// let refusal = refusal.fingerprinted(&key);
/// # let _ = refusal;
/// ```
#[derive(Clone, Copy)]
pub struct FingerprintKey([u8; 32]);

impl FingerprintKey {
    /// Returns the key with these random bits.
    #[must_use]
    pub const fn from_random(bits: [u8; 32]) -> Self {
        Self(bits)
    }

    /// Returns the fingerprint of a text: the first 32 bits of the SHA-256 of the key and the SHA-256 of the text.
    pub(crate) fn of(&self, text: &str) -> u32 {
        let text = Zeroizing::new(sha256(text.as_bytes()));
        let mut keyed = Zeroizing::new([0; 64]);
        let both = self.0.iter().chain(&*text);
        for (byte, of_both) in keyed.iter_mut().zip(both) {
            *byte = *of_both;
        }
        let [a, b, c, d, ..] = sha256(&*keyed);
        u32::from_be_bytes([a, b, c, d])
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Writes what is known of a value that is not kept.
pub(crate) fn write_withheld(
    f: &mut fmt::Formatter<'_>,
    bytes: usize,
    fingerprint: Option<u32>,
) -> fmt::Result {
    match fingerprint {
        Some(fingerprint) => write!(f, "({bytes} bytes, {fingerprint:08x})"),
        None => write!(f, "({bytes} bytes)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x29_a_fingerprint_shows_repeats_to_the_holder_of_the_key_only() {
        let key = FingerprintKey::from_random([7; 32]);
        let other = FingerprintKey::from_random([8; 32]);
        assert_eq!(key.of("hunter2"), key.of("hunter2"));
        assert_ne!(key.of("hunter2"), key.of("hunter3"));
        assert_ne!(key.of("hunter2"), other.of("hunter2"));
        // The hash that is stored of a secret, and a hash without a key, lead to no fingerprint.
        let unkeyed = sha256(b"hunter2");
        for digest in [unkeyed, sha256(&unkeyed)] {
            let [a, b, c, d, ..] = digest;
            assert_ne!(key.of("hunter2"), u32::from_be_bytes([a, b, c, d]));
        }
        assert!(!format!("{key:?}").contains('7'));
    }
}
