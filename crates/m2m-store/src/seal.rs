//! Private keys at rest: sealed with a key that is not stored with them.

use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use m2m_authority::registry::{KeyOrigin, KeyState};
use m2m_errors::Cause;
use m2m_jwt::{Algorithm, Pkcs8Document, Signer as _, SigningKey, UnixTime};
use zeroize::Zeroizing;

#[cfg(feature = "aws-lc-rs")]
use aws_lc_rs::{aead, error::Unspecified};
#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
use ring::{aead, error::Unspecified};

use crate::{KeyRecord, SealedKey, StoreError};

/// The key that private keys are sealed with: 256 bits for AES-256-GCM (NIST SP 800-38D). Wiped when it is dropped.
///
/// It comes from the environment or from a file of its own, and is not part of a backup of the store.
///
/// ```
/// use m2m_jwt::Algorithm;
/// use m2m_store::SealingKey;
///
/// let key = SealingKey::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
/// let sealed = key.seal("2026-11", Algorithm::Es256, b"a private key", [7; 12])?;
/// let unsealed = key.unseal("2026-11", Algorithm::Es256, &sealed)?;
/// assert_eq!(**unsealed, *b"a private key");
/// assert!(key.unseal("another", Algorithm::Es256, &sealed).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SealingKey(Zeroizing<[u8; Self::BYTES]>);

/// A refusal of a text that is not the base64 of 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a sealing key must be the base64 of {} random bytes",
    SealingKey::BYTES
)]
pub struct InvalidSealingKey;

impl InvalidSealingKey {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        Cause::SealingKeyInvalid
    }
}

impl SealingKey {
    /// The length of the key. Unit: bytes.
    pub const BYTES: usize = 32;
    /// The length of a nonce. Unit: bytes.
    pub const NONCE_BYTES: usize = 12;

    /// Returns the key of these bytes, which have to be random.
    #[must_use]
    pub const fn from_bytes(bytes: Zeroizing<[u8; Self::BYTES]>) -> Self {
        Self(bytes)
    }

    /// Parses a key as files and the environment carry it: the base64 of its 32 bytes.
    ///
    /// # Errors
    ///
    /// [`InvalidSealingKey`] if the text is anything else.
    pub fn from_base64(text: &str) -> Result<Self, InvalidSealingKey> {
        let decoded = STANDARD.decode(text.trim()).map(Zeroizing::new);
        let decoded = decoded.map_err(|_| InvalidSealingKey)?;
        let mut bytes = Zeroizing::new([0; Self::BYTES]);
        if decoded.len() != bytes.len() {
            return Err(InvalidSealingKey);
        }
        bytes.copy_from_slice(&decoded);
        Ok(Self(bytes))
    }

    /// Returns the key as files and the environment carry it. Anyone with the key and the store can sign as the issuer.
    #[must_use]
    pub fn secret_to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.0.as_slice()))
    }

    /// Seals a private key, so that it is read under this name and algorithm only. A nonce must not be used twice; random nonces are
    /// suitable for up to 2³² keys.
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the crypto library fails, which does not happen for any existing kind of key.
    pub fn seal(
        &self,
        kid: &str,
        algorithm: Algorithm,
        pkcs8: &[u8],
        nonce: [u8; Self::NONCE_BYTES],
    ) -> Result<SealedKey, StoreError> {
        let failed = |_| StoreError::Failed {
            why: "the crypto library could not seal the key".into(),
        };
        let mut sealed = Vec::with_capacity(
            HEADER_BYTES
                .saturating_add(pkcs8.len())
                .saturating_add(TAG_BYTES),
        );
        sealed.push(FORMAT);
        sealed.extend(nonce);
        // In a buffer of its own until it is encrypted, so that it is wiped if that fails.
        let mut text = Zeroizing::new(pkcs8.to_vec());
        let tag = self
            .cipher()
            .map_err(failed)?
            .seal_in_place_separate_tag(
                aead::Nonce::assume_unique_for_key(nonce),
                aead::Aad::from(associated(kid, algorithm)),
                &mut text,
            )
            .map_err(failed)?;
        sealed.extend(text.iter());
        sealed.extend(tag.as_ref());
        Ok(SealedKey::from_bytes(sealed))
    }

    /// Opens a sealed private key.
    ///
    /// # Errors
    ///
    /// - [`StoreError::WrongSealingKey`] if it was sealed with another key, under another name or algorithm, or changed.
    /// - [`StoreError::Damaged`] if it is not a sealed key of this format.
    pub fn unseal(
        &self,
        kid: &str,
        algorithm: Algorithm,
        sealed: &SealedKey,
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let none = || StoreError::Damaged {
            what: format!("the sealed key {kid} has an unknown format").into(),
        };
        let wrong = |_| StoreError::WrongSealingKey { kid: kid.into() };
        let (header, rest) = sealed
            .as_bytes()
            .split_first_chunk::<HEADER_BYTES>()
            .ok_or_else(none)?;
        let [FORMAT, nonce @ ..] = *header else {
            return Err(none());
        };
        let mut text = Zeroizing::new(rest.to_vec());
        let length = self
            .cipher()
            .map_err(wrong)?
            .open_in_place(
                aead::Nonce::assume_unique_for_key(nonce),
                aead::Aad::from(associated(kid, algorithm)),
                &mut text,
            )
            .map_err(wrong)?
            .len();
        text.truncate(length);
        Ok(text)
    }

    fn cipher(&self) -> Result<aead::LessSafeKey, Unspecified> {
        aead::UnboundKey::new(&aead::AES_256_GCM, self.0.as_slice()).map(aead::LessSafeKey::new)
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey([redacted])")
    }
}

impl KeyRecord {
    /// Returns the record of a new key, sealed.
    ///
    /// # Errors
    ///
    /// As [`SealingKey::seal`].
    pub fn new(
        key: &SigningKey,
        document: &Pkcs8Document,
        state: KeyState,
        origin: KeyOrigin,
        sealing: &SealingKey,
        nonce: [u8; SealingKey::NONCE_BYTES],
        now: UnixTime,
    ) -> Result<Self, StoreError> {
        let (kid, algorithm) = (key.key_id(), key.algorithm());
        Ok(Self {
            kid: kid.into(),
            algorithm,
            state,
            origin,
            created_at: now,
            state_since: now,
            public_jwk: key.public_jwk().to_json().into(),
            sealed: sealing.seal(kid, algorithm, document.secret_der(), nonce)?,
        })
    }

    /// Opens the key, so that it is ready to sign.
    ///
    /// # Errors
    ///
    /// - As [`SealingKey::unseal`].
    /// - [`StoreError::Damaged`] if it is not a private key of its algorithm, or does not match the stored public key.
    pub fn open(&self, sealing: &SealingKey) -> Result<SigningKey, StoreError> {
        let damaged = |what| StoreError::Damaged {
            what: format!("the key {} {what}", self.kid).into(),
        };
        let pkcs8 = sealing.unseal(&self.kid, self.algorithm, &self.sealed)?;
        let key = SigningKey::from_pkcs8_der(self.algorithm, Some(&self.kid), &pkcs8)
            .map_err(|_| damaged("is not a private key for its algorithm"))?;
        if key.public_jwk().to_json() == *self.public_jwk {
            Ok(key)
        } else {
            Err(damaged("does not match the stored public key"))
        }
    }
}

/// Seals the same keys with another key, for a change of the sealing key. It needs both sealing keys, and a fresh nonce for each record.
///
/// # Errors
///
/// - [`StoreError::WrongSealingKey`] with the first key that the old sealing key does not unseal; then no record may be written.
/// - As [`SealingKey::seal`].
pub fn reseal(
    keys: &[KeyRecord],
    old: &SealingKey,
    new: &SealingKey,
    mut nonce: impl FnMut() -> [u8; SealingKey::NONCE_BYTES],
) -> Result<Vec<KeyRecord>, StoreError> {
    keys.iter()
        .map(|key| {
            let pkcs8 = old.unseal(&key.kid, key.algorithm, &key.sealed)?;
            let sealed = new.seal(&key.kid, key.algorithm, &pkcs8, nonce())?;
            Ok(KeyRecord {
                sealed,
                ..key.clone()
            })
        })
        .collect()
}

/// The first byte of everything that is sealed: AES-256-GCM, then the nonce, the encrypted document, the tag.
const FORMAT: u8 = 1;
/// The length of the format and the nonce. Unit: bytes.
const HEADER_BYTES: usize = 1 + SealingKey::NONCE_BYTES;
/// The length of the authentication tag. Unit: bytes.
const TAG_BYTES: usize = 16;

/// Returns the data that a sealed key is bound to. It does not open with the name or the algorithm of another key, or in another format.
fn associated(kid: &str, algorithm: Algorithm) -> Vec<u8> {
    let mut data = b"m2m sealed key ".to_vec();
    data.push(FORMAT);
    data.extend(algorithm.as_str().as_bytes());
    // No algorithm has a zero in its name, and the kid is the last, so that no two keys have the same data.
    data.push(0);
    data.extend(kid.as_bytes());
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealing(byte: u8) -> SealingKey {
        SealingKey::from_bytes(Zeroizing::new([byte; 32]))
    }

    #[test]
    fn a_sealed_key_is_unsealed_only_if_it_is_unchanged() {
        let key = sealing(1);
        let sealed = key
            .seal("a", Algorithm::Es256, b"private", [9; 12])
            .unwrap();
        let open = |kid, algorithm, bytes: &[u8]| {
            key.unseal(kid, algorithm, &SealedKey::from_bytes(bytes))
        };
        let bytes = sealed.as_bytes();
        assert_eq!(**open("a", Algorithm::Es256, bytes).unwrap(), *b"private");
        assert!(open("b", Algorithm::Es256, bytes).is_err());
        assert!(open("a", Algorithm::Es384, bytes).is_err());
        for position in 0..bytes.len() {
            let mut changed = bytes.to_vec();
            changed[position] ^= 1;
            assert!(open("a", Algorithm::Es256, &changed).is_err(), "{position}");
        }
        for length in 0..bytes.len() {
            assert!(
                open("a", Algorithm::Es256, &bytes[..length]).is_err(),
                "{length}"
            );
        }
        assert_eq!(
            sealing(2).unseal("a", Algorithm::Es256, &sealed),
            Err(StoreError::WrongSealingKey { kid: "a".into() })
        );
    }

    #[test]
    fn a_key_stays_the_same_after_it_is_resealed() {
        let (old, new) = (sealing(1), sealing(2));
        let now = UnixTime::from_seconds(5);
        let (key, document) = SigningKey::generate(Algorithm::Es256, Some("k")).unwrap();
        let record = KeyRecord::new(
            &key,
            &document,
            KeyState::Next,
            KeyOrigin::Generated,
            &old,
            [0; 12],
            now,
        )
        .unwrap();
        assert!(!format!("{record:?}").contains(&format!("{:?}", record.sealed.as_bytes())));
        let mut nonces = 0;
        let resealed = reseal(&[record.clone(), record.clone()], &old, &new, || {
            nonces += 1;
            [nonces; 12]
        });
        let resealed = resealed.unwrap();
        assert_eq!(nonces, 2);
        for (record, key_of_it, wrong) in [(&record, &old, &new), (&resealed[0], &new, &old)] {
            let opened = record.open(key_of_it).unwrap();
            assert_eq!(opened.public_jwk().to_json(), key.public_jwk().to_json());
            assert_eq!(
                record.open(wrong).unwrap_err(),
                StoreError::WrongSealingKey { kid: "k".into() }
            );
        }
        assert!(reseal(&[record], &new, &old, || [0; 12]).is_err());
    }

    #[test]
    fn a_private_key_with_the_public_key_of_another_is_damaged() {
        let sealing = sealing(1);
        let now = UnixTime::from_seconds(5);
        let make = || {
            let (key, document) =
                SigningKey::generate(Algorithm::Es256, Some("k")).expect("a generated key");
            KeyRecord::new(
                &key,
                &document,
                KeyState::Next,
                KeyOrigin::Generated,
                &sealing,
                [0; 12],
                now,
            )
            .expect("a sealed key")
        };
        let (one, other) = (make(), make());
        let mixed = KeyRecord {
            public_jwk: other.public_jwk,
            ..one
        };
        let error = mixed.open(&sealing).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    }

    #[test]
    fn a_sealing_key_is_parsed_from_its_base64_only() {
        let key = sealing(3);
        let text = key.secret_to_base64();
        let again = SealingKey::from_base64(&format!("{}\n", *text)).unwrap();
        assert_eq!(again.0, key.0);
        assert_eq!(format!("{key:?}"), "SealingKey([redacted])");
        for wrong in ["", "AAAA", "!", &text[1..]] {
            assert_eq!(
                SealingKey::from_base64(wrong).unwrap_err(),
                InvalidSealingKey
            );
        }
    }
}
