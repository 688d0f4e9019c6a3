//! Secrets: only their hashes are kept.
//!
//! A generated secret has 256 bits of entropy, which nobody guesses however fast the hash is; a slow hash would protect
//! nothing and would be a lever for a stranger.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use m2m_jwt::UnixTime;
use subtle::{Choice, ConstantTimeEq as _};
use zeroize::{Zeroize, Zeroizing};

/// The SHA-256 of a secret.
///
/// It says nothing about a secret of 256 bits, but `Debug` redacts it all the same: an imported one may have less.
#[derive(Clone, Copy, Zeroize)]
pub struct SecretHash([u8; 32]);

/// The text is not base64 of 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret hash is the base64 of 32 bytes, the SHA-256 of the secret")]
pub struct InvalidSecretHash;

/// A secret as the registry keeps it.
#[derive(Debug, Clone)]
pub struct StoredSecret {
    /// Its name among the secrets of the application.
    pub id: Box<str>,
    /// What it is compared by.
    pub hash: SecretHash,
    /// When it was made.
    pub created_at: UnixTime,
    /// From when it no longer works, and why.
    pub ending: Option<Ending>,
}

/// From when a secret no longer works, and why.
///
/// Exhaustive: a store has to handle every ending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It was given this end when it was made.
    Expires {
        /// The first second at which it does not work.
        at: UnixTime,
    },
    /// Another took its place, at once or after an overlap.
    RotatedOut {
        /// The first second at which it does not work.
        at: UnixTime,
        /// True if there was no overlap, so that it ended with the rotation, whatever a clock says later.
        at_once: bool,
        /// The client id of who rotated.
        by: Box<str>,
    },
    /// An operator ended it.
    Revoked {
        /// The first second at which it does not work.
        at: UnixTime,
        /// The client id of who ended it.
        by: Box<str>,
    },
}

impl SecretHash {
    /// The hash of a secret.
    #[must_use]
    pub fn of(secret: &[u8]) -> Self {
        Self(m2m_jwt::sha256(secret))
    }

    /// A hash made elsewhere.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes, for an index of a store. Whoever compares them with what a caller presents does it in constant time.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A hash as files carry it: the base64 of its 32 bytes.
    ///
    /// # Errors
    ///
    /// [`InvalidSecretHash`] if the text is anything else.
    pub fn from_base64(text: &str) -> Result<Self, InvalidSecretHash> {
        let bytes = STANDARD.decode(text).map_err(|_| InvalidSecretHash)?;
        bytes.try_into().map(Self).map_err(|_| InvalidSecretHash)
    }

    /// The hash as files carry it.
    #[must_use]
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// Whether both are the same, in a time that does not depend on either.
    #[must_use]
    pub fn constant_time_eq(&self, other: &Self) -> Choice {
        let differences = self.words().into_iter().zip(other.words());
        let difference = differences.fold(0, |all, (own, other)| all | (own ^ other));
        difference.ct_eq(&0)
    }

    /// The bytes in four words: a request compares sixteen hashes, and byte by byte that costs more than the hash of its secret.
    fn words(&self) -> [u64; 4] {
        let (words, _) = self.0.as_chunks::<8>();
        core::array::from_fn(|at| words.get(at).map_or(0, |word| u64::from_ne_bytes(*word)))
    }
}

impl core::fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Ending {
    /// The first second at which the secret does not work.
    #[must_use]
    pub const fn at(&self) -> UnixTime {
        match self {
            Self::Expires { at } | Self::RotatedOut { at, .. } | Self::Revoked { at, .. } => *at,
        }
    }
}

impl Ending {
    /// Returns true if the secret works no longer. A clock that is set back revives no secret that was ended at once.
    #[must_use]
    pub fn is_over(&self, now: UnixTime) -> bool {
        match self {
            Self::Revoked { .. } | Self::RotatedOut { at_once: true, .. } => true,
            Self::Expires { at } | Self::RotatedOut { at, .. } => *at <= now,
        }
    }
}

impl StoredSecret {
    /// A secret without an end.
    #[must_use]
    pub fn new(id: &str, hash: SecretHash, created_at: UnixTime) -> Self {
        Self {
            id: id.into(),
            hash,
            created_at,
            ending: None,
        }
    }

    /// Returns true if it is in force at this time.
    #[must_use]
    pub fn is_in_force(&self, now: UnixTime) -> bool {
        let ending = self.ending.as_ref();
        ending.is_none_or(|ending| !ending.is_over(now))
    }

    /// The same secret with an end.
    #[must_use]
    pub fn ending(mut self, ending: Ending) -> Self {
        self.ending = Some(ending);
        self
    }
}

/// What every generated secret starts with, so that scanners find leaked ones.
const PREFIX: &str = "m2m_";

/// A new secret from 256 bits of randomness: the prefix `m2m_`, their base64url, and a checksum of six characters.
///
/// The alphabet is `[A-Za-z0-9_-]`, so that no client has to escape anything.
#[must_use]
pub fn generate_secret(randomness: &[u8; 32]) -> Zeroizing<String> {
    let mut secret = Zeroizing::new(String::with_capacity(PREFIX.len() + 43 + 6));
    secret.push_str(PREFIX);
    URL_SAFE_NO_PAD.encode_string(randomness, &mut secret);
    let checksum = checksum(secret.as_bytes());
    secret.push_str(&checksum);
    secret
}

/// Whether the text has the form and the checksum of a generated secret: what a scanner asks.
#[must_use]
pub fn is_generated_secret(text: &str) -> bool {
    text.len() == PREFIX.len() + 43 + 6
        && text.starts_with(PREFIX)
        && text
            .split_at_checked(PREFIX.len() + 43)
            .is_some_and(|(body, sum)| checksum(body.as_bytes()) == sum)
}

/// Six characters of the SHA-256 of what stands before them: 36 bits, enough to tell a secret from a look-alike.
fn checksum(body: &[u8]) -> String {
    let mut text = URL_SAFE_NO_PAD.encode(m2m_jwt::sha256(body));
    text.truncate(6);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_secret_is_recognized_and_a_changed_one_is_not() {
        let secret = generate_secret(&[7; 32]);
        assert!(is_generated_secret(&secret));
        assert!(
            secret
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
        );
        let changed = secret.replace('B', "C");
        assert_ne!(*secret, changed);
        assert!(!is_generated_secret(&changed));
        assert!(!is_generated_secret("m2m_"));
    }

    #[test]
    fn debug_shows_nothing_of_a_hash() {
        assert_eq!(format!("{:?}", SecretHash::of(b"secret")), "[redacted]");
    }

    #[test]
    fn t12_base64_of_the_hash_is_read_back() {
        let text = "INNzkiV0a+0RIu7XlXkK4Q0lesHh6hZW0hjVTIsAbsk=";
        let hash = SecretHash::from_base64(text).unwrap();
        assert_eq!(hash.to_base64(), text);
        let secret = b"bench-secret-0123456789abcdef0123456789abcdef";
        assert!(bool::from(SecretHash::of(secret).constant_time_eq(&hash)));
        for wrong in [
            "",
            "INNz",
            "INNzkiV0a+0RIu7XlXkK4Q0lesHh6hZW0hjVTIsAbsk",
            "!",
        ] {
            assert_eq!(
                SecretHash::from_base64(wrong).unwrap_err(),
                InvalidSecretHash,
                "{wrong}"
            );
        }
    }
}
