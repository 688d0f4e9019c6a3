//! Secrets: only their hashes are kept.
//!
//! A generated secret has 256 bits of entropy and cannot be guessed, however fast the hash is. A slow hash would not protect it better, and
//! would let any caller cause expensive work.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use m2m_jwt::UnixTime;
use subtle::{Choice, ConstantTimeEq as _};
use zeroize::{Zeroize, Zeroizing};

/// The SHA-256 of a secret.
///
/// It reveals nothing about a secret of 256 bits, but `Debug` redacts it all the same: an imported secret may have less entropy.
#[derive(Clone, Copy, Zeroize)]
pub struct SecretHash([u8; 32]);

/// The error for a text that is not the base64 of 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret hash must be the base64 of 32 bytes, the SHA-256 of the secret")]
pub struct InvalidSecretHash;

/// A secret as the registry stores it.
#[derive(Debug, Clone)]
pub struct StoredSecret {
    /// Its name among the secrets of the application.
    pub id: Box<str>,
    /// Its hash, which presented secrets are compared with.
    pub hash: SecretHash,
    /// The time of its creation.
    pub created_at: UnixTime,
    /// The end of the secret, if it has one.
    pub ending: Option<Ending>,
}

/// The end of a secret: the time from which it no longer works, and the reason.
///
/// Exhaustive: a store has to handle every ending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It was created with a time of expiry.
    Expires {
        /// The first second at which it does not work.
        at: UnixTime,
    },
    /// Another secret replaced it, at once or after an overlap.
    RotatedOut {
        /// The first second at which it does not work.
        at: UnixTime,
        /// True if there was no overlap: then it ended with the rotation, even if a clock is set back later.
        at_once: bool,
        /// The client id of the application that rotated the secret, or the name of the command.
        by: Box<str>,
    },
    /// An operator revoked it.
    Revoked {
        /// The first second at which it does not work.
        at: UnixTime,
        /// The client id of the application that revoked it.
        by: Box<str>,
    },
}

impl SecretHash {
    /// The hash of a secret.
    #[must_use]
    pub fn of(secret: &[u8]) -> Self {
        Self(m2m_jwt::sha256(secret))
    }

    /// Returns a hash that was computed elsewhere.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes, for an index of a store. A comparison with the hash of a presented secret has to take constant time.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads a hash as files carry it: the base64 of its 32 bytes.
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

    /// Compares two hashes in a time that does not depend on them; the result is true if they are equal.
    #[must_use]
    pub fn constant_time_eq(&self, other: &Self) -> Choice {
        let differences = self.words().into_iter().zip(other.words());
        let difference = differences.fold(0, |all, (own, other)| all | (own ^ other));
        difference.ct_eq(&0)
    }

    /// Returns the bytes in four words: a request makes sixteen comparisons, which byte by byte cost more than the hash of its secret.
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
    /// Returns true if the secret no longer works. A clock that is set back does not revive a secret that was revoked or rotated out at once.
    #[must_use]
    pub fn is_over(&self, now: UnixTime) -> bool {
        match self {
            Self::Revoked { .. } | Self::RotatedOut { at_once: true, .. } => true,
            Self::Expires { at } | Self::RotatedOut { at, .. } => *at <= now,
        }
    }
}

impl StoredSecret {
    /// Returns a secret without an end.
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

/// The prefix of every generated secret, by which scanners find leaked ones.
pub(crate) const GENERATED_PREFIX: &str = "m2m_";

/// The length of every generated secret: prefix, base64url of 32 bytes, and checksum. Unit: characters.
pub(crate) const GENERATED_CHARACTERS: usize = GENERATED_PREFIX.len() + 43 + 6;

/// Returns a new secret from 256 bits of randomness: the prefix `m2m_`, their base64url, and a checksum of six characters.
///
/// The alphabet is `[A-Za-z0-9_-]`, so that no client has to escape anything.
#[must_use]
pub fn generate_secret(randomness: &[u8; 32]) -> Zeroizing<String> {
    let mut secret = Zeroizing::new(String::with_capacity(GENERATED_CHARACTERS));
    secret.push_str(GENERATED_PREFIX);
    URL_SAFE_NO_PAD.encode_string(randomness, &mut secret);
    let checksum = checksum(secret.as_bytes());
    secret.push_str(&checksum);
    secret
}

/// Returns true if the text has the form and the checksum of a generated secret, as a scanner checks it.
#[must_use]
pub fn is_generated_secret(text: &str) -> bool {
    text.len() == GENERATED_CHARACTERS
        && text.starts_with(GENERATED_PREFIX)
        && text
            .split_at_checked(GENERATED_PREFIX.len() + 43)
            .is_some_and(|(body, sum)| checksum(body.as_bytes()) == sum)
}

/// Returns six characters of the SHA-256 of the preceding ones: 36 bits, enough to distinguish a secret from a similar text.
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
    fn the_guide_has_the_pattern_and_the_checksum_of_generated_secrets() {
        let guide = include_str!("../../../../docs/guide/manage.md");
        let random = GENERATED_CHARACTERS - GENERATED_PREFIX.len();
        let pattern = format!("\n{GENERATED_PREFIX}[A-Za-z0-9_-]{{{random}}}\n");
        assert!(guide.contains(&pattern), "{pattern}");
        let example = generate_secret(&core::array::from_fn(|at| u8::try_from(at).unwrap()));
        let line = format!("\nsecret={}\n", *example);
        assert!(guide.contains(&line), "{line}");
        let (body, sum) = example.split_at(GENERATED_CHARACTERS - 6);
        assert!(guide.contains(&format!("prints `{sum}`")), "{sum}");
        // As the guide describes it, with the alphabet of base64 replaced.
        let digest = STANDARD.encode(m2m_jwt::sha256(body.as_bytes()));
        assert_eq!(digest.replace('+', "-").replace('/', "_")[..6], *sum);
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
