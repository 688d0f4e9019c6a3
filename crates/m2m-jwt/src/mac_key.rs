//! Shared secrets, separate from public keys.

use core::fmt;

use crate::backend::MacSecret;
use crate::error::{InvalidKey, SigningFailed};
use crate::jwk::{self, JwkMembers, Operation};
use crate::limits::MAX_KEY_ID_BYTES;
use crate::signer::{encode_header, header_json, sign_compact};
use crate::words::words;

words! {
    /// An algorithm with a shared secret.
    ///
    /// Access tokens are never verified with one: anyone who can verify such a token can forge one.
    ///
    /// Exhaustive: RFC 7518 has these three.
    ///
    /// Source: [RFC 7518, section 3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum MacAlgorithm else UnknownAlgorithm {
        /// HMAC with SHA-256.
        Hs256 = "HS256",
        /// HMAC with SHA-384.
        Hs384 = "HS384",
        /// HMAC with SHA-512.
        Hs512 = "HS512",
    }
}

impl MacAlgorithm {
    /// Returns the length of the code, which is also the minimum length of the secret. Unit: bytes.
    #[must_use]
    pub const fn output_bytes(self) -> usize {
        match self {
            Self::Hs256 => 32,
            Self::Hs384 => 48,
            Self::Hs512 => 64,
        }
    }
}

/// A shared secret for one algorithm.
///
/// Its type differs from [`VerificationKey`](crate::VerificationKey), and it has functions of its own, [`verify_mac`](crate::verify_mac)
/// and [`verify_mac_signature`](crate::verify_mac_signature): no configuration can turn a public key into one.
///
/// ```
/// use m2m_jwt::{Limits, MacAlgorithm, MacKey, Unverified, verify_mac_signature};
///
/// let key = MacKey::new(MacAlgorithm::Hs256, None, &[7; 32])?;
/// let token = key.sign(None, b"hello")?;
/// let unverified = Unverified::parse(&token, &Limits::DEFAULT)?;
/// assert_eq!(verify_mac_signature(&unverified, &key)?.into_inner(), b"hello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct MacKey {
    algorithm: MacAlgorithm,
    key_id: Option<Box<str>>,
    secret: MacSecret,
}

impl MacKey {
    /// Creates a key from the bytes of a secret.
    ///
    /// # Errors
    /// - [`InvalidKey::SizeUnsupported`] if it is shorter than the algorithm's output ([`Cause::KeyUnsupported`](m2m_errors::Cause)).
    /// - [`InvalidKey::KeyIdTooLong`] if the key id is too long ([`Cause::KeyMalformed`](m2m_errors::Cause)).
    pub fn new(
        algorithm: MacAlgorithm,
        key_id: Option<&str>,
        secret: &[u8],
    ) -> Result<Self, InvalidKey> {
        if secret.len() < algorithm.output_bytes() {
            return Err(InvalidKey::SizeUnsupported {
                bits: 8 * secret.len(),
                expected: match algorithm {
                    MacAlgorithm::Hs256 => "256 bits at least",
                    MacAlgorithm::Hs384 => "384 bits at least",
                    MacAlgorithm::Hs512 => "512 bits at least",
                },
            });
        }
        if key_id.is_some_and(|key_id| key_id.len() > MAX_KEY_ID_BYTES) {
            return Err(InvalidKey::KeyIdTooLong);
        }
        Ok(Self {
            algorithm,
            key_id: key_id.map(Box::from),
            secret: MacSecret::new(algorithm, secret),
        })
    }

    /// Reads a secret as a JSON Web Key of the type `oct`.
    ///
    /// # Errors
    /// [`InvalidKey`]; its causes are [`KeyMalformed`](m2m_errors::Cause), [`KeyUnsupported`](m2m_errors::Cause) and
    /// [`KeyNotForSigning`](m2m_errors::Cause).
    pub fn from_jwk<T: AsRef<[u8]> + ?Sized>(
        algorithm: MacAlgorithm,
        json: &T,
    ) -> Result<Self, InvalidKey> {
        let mut members = JwkMembers::parse(json.as_ref())?;
        Operation::Verify.check(&mut members)?;
        if let Some(name) = members.text("alg")?
            && !name.equals(algorithm.as_str())
        {
            return Err(InvalidKey::AlgorithmMismatch);
        }
        Self::new(
            algorithm,
            members.key_id()?.as_deref(),
            &jwk::symmetric(&members)?,
        )
    }

    /// Its algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> MacAlgorithm {
        self.algorithm
    }

    /// Its key id, if it has one.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// Signs a payload, with this `typ` in the header.
    ///
    /// # Errors
    /// [`SigningFailed`] ([`Cause::SigningFailed`](m2m_errors::Cause)), which the current libraries never return.
    pub fn sign(&self, token_type: Option<&str>, payload: &[u8]) -> Result<String, SigningFailed> {
        let header = encode_header(&header_json(
            self.algorithm.as_str(),
            token_type,
            self.key_id(),
        ));
        sign_compact(
            &header,
            payload,
            self.algorithm.output_bytes(),
            |input, signature| self.secret.sign(input, signature),
        )
    }

    pub(crate) fn verifies(&self, signing_input: &[u8], signature: &[u8]) -> bool {
        self.secret.verify(signing_input, signature)
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MacKey")
            .field("algorithm", &self.algorithm)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UnknownAlgorithm;

    #[test]
    fn prints_and_reads_every_algorithm_with_a_shared_secret() {
        for algorithm in MacAlgorithm::ALL {
            assert_eq!(algorithm.as_str().parse(), Ok(*algorithm));
        }
        for name in ["", "none", "hs256", "ES256", "HS1"] {
            assert_eq!(
                name.parse::<MacAlgorithm>(),
                Err(UnknownAlgorithm),
                "{name:?}"
            );
        }
    }

    #[test]
    fn refuses_a_secret_shorter_than_the_output() {
        for algorithm in MacAlgorithm::ALL {
            let long = vec![1; algorithm.output_bytes()];
            assert!(MacKey::new(*algorithm, None, &long).is_ok());
            let short = &long[1..];
            let refused = MacKey::new(*algorithm, None, short).map(|_| ());
            let bits = algorithm.output_bytes() * 8;
            assert_eq!(
                refused.unwrap_err().to_string(),
                format!(
                    "the key has {} bits; it must have {bits} bits at least",
                    bits - 8
                )
            );
        }
    }

    #[test]
    fn refuses_a_jwk_of_another_kind() {
        let check = |json: &str, expected| {
            assert_eq!(
                MacKey::from_jwk(MacAlgorithm::Hs256, json).map(|_| ()),
                expected,
                "{json}"
            )
        };
        let k = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        check(&format!(r#"{{"kty":"oct","k":"{k}"}}"#), Ok(()));
        check(
            &format!(r#"{{"kty":"oct","k":"{k}","alg":"HS512"}}"#),
            Err(InvalidKey::AlgorithmMismatch),
        );
        check(
            &format!(r#"{{"kty":"oct","k":"{k}","use":"enc"}}"#),
            Err(InvalidKey::OtherUse {
                purpose: crate::ShortText::new("enc"),
            }),
        );
        check(
            &format!(r#"{{"kty":"oct","k":"{k}","use":null,"alg":null,"kid":null,"key_ops":[]}}"#),
            Ok(()),
        );
        check(
            &format!(r#"{{"kty":"EC","k":"{k}"}}"#),
            Err(InvalidKey::AlgorithmMismatch),
        );
        check(
            r#"{"kty":"oct"}"#,
            Err(InvalidKey::MemberMissing { member: "k" }),
        );
    }
}
