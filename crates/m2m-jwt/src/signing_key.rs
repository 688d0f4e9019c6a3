//! A private key that signs.

use core::fmt;
use std::sync::Arc;

use crate::algorithm::Algorithm;
use crate::backend::{self, PrivateKey};
use crate::der::{PrivateKeyKind, private_key_kind};
use crate::error::{InvalidKey, KeyNotGenerated, SigningFailed};
use crate::jwk::{Curve, Jwk, JwkMembers, Operation, PrivateParameters, PublicParameters};
use crate::limits::MAX_KEY_ID_BYTES;
use crate::pem;
use crate::pkcs8::Pkcs8Document;
use crate::signer::{AccessTokenHeader, Signature, Signer};

/// A private key for one algorithm, parsed once.
///
/// Its key id is the given one, else its [`Thumbprint`](crate::Thumbprint). A clone shares the key.
///
/// ```
/// use m2m_jwt::{Algorithm, Signer as _, SigningKey};
///
/// let (key, pkcs8) = SigningKey::generate(Algorithm::Es256, None)?;
/// assert_eq!(key.key_id(), key.public_jwk().thumbprint().to_string());
///
/// let same = SigningKey::from_pkcs8_der(Algorithm::Es256, Some("2026-11"), pkcs8.secret_der())?;
/// assert_eq!(same.public_jwk().key_id(), Some("2026-11"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SigningKey {
    key: Arc<PrivateKey>,
    header: AccessTokenHeader,
    public_jwk: Jwk,
}

/// Returns the reason why no algorithm accepts the key in a PKCS#8 document, if that is so.
fn unsupported(der: &[u8]) -> Option<InvalidKey> {
    match private_key_kind(der)? {
        PrivateKeyKind::Rsa(bits) if !RSA_PRIVATE_KEY_BITS.contains(&bits) => {
            Some(InvalidKey::SizeUnsupported)
        }
        PrivateKeyKind::Ec(curve)
            if [Curve::P256, Curve::P384]
                .iter()
                .all(|own| own.object_identifier() != curve) =>
        {
            Some(InvalidKey::CurveUnsupported)
        }
        PrivateKeyKind::Other => Some(InvalidKey::TypeUnsupported),
        PrivateKeyKind::Rsa(_) | PrivateKeyKind::Ec(_) | PrivateKeyKind::Ed25519 => None,
    }
}

/// The sizes of RSA keys that every supported crypto library signs with. Unit: bits.
const RSA_PRIVATE_KEY_BITS: core::ops::RangeInclusive<usize> = 2048..=4096;

impl SigningKey {
    /// Reads a private key in PKCS#8, version 1 or 2.
    ///
    /// For ECDSA the public key must be in it, as `openssl genpkey` writes it. RSA from 2048 to 4096 bits.
    ///
    /// # Errors
    /// - [`InvalidKey::PrivateKeyMalformed`] if it is not a private key for this algorithm ([`Cause::KeyMalformed`](m2m_errors::Cause)).
    /// - [`InvalidKey::SizeUnsupported`], [`InvalidKey::CurveUnsupported`] or [`InvalidKey::TypeUnsupported`] if it is a key of a kind that
    ///   no algorithm here accepts ([`Cause::KeyUnsupported`](m2m_errors::Cause)).
    /// - [`InvalidKey::KeyIdTooLong`] if the key id is too long ([`Cause::KeyMalformed`](m2m_errors::Cause)).
    ///
    /// Source: [RFC 5958](https://www.rfc-editor.org/rfc/rfc5958).
    pub fn from_pkcs8_der(
        algorithm: Algorithm,
        key_id: Option<&str>,
        der: &[u8],
    ) -> Result<Self, InvalidKey> {
        let key = PrivateKey::from_pkcs8(algorithm, der)
            .map_err(|error| unsupported(der).unwrap_or(error))?;
        let public = key.public_parameters()?;
        Self::new(algorithm, key_id, key, public)
    }

    /// Reads a private key in PKCS#8 in PEM: one block `PRIVATE KEY` and nothing else.
    ///
    /// # Errors
    /// - [`InvalidKey::PemMalformed`], [`InvalidKey::Encrypted`], [`InvalidKey::NotPkcs8`] or [`InvalidKey::NotPrivate`] if it is something else
    ///   ([`Cause::KeyMalformed`](m2m_errors::Cause)).
    /// - As [`from_pkcs8_der`](Self::from_pkcs8_der).
    ///
    /// Source: [RFC 7468, section 10](https://www.rfc-editor.org/rfc/rfc7468#section-10).
    pub fn from_pkcs8_pem(
        algorithm: Algorithm,
        key_id: Option<&str>,
        pem: &str,
    ) -> Result<Self, InvalidKey> {
        Self::from_pkcs8_der(algorithm, key_id, &pem::pkcs8(pem)?)
    }

    /// Reads a private key as a JSON Web Key, with its `kid` if it has one. An RSA key needs its primes (`p`, `q`, `dp`, `dq`, `qi`).
    ///
    /// # Errors
    /// [`InvalidKey`]; its causes are [`KeyMalformed`](m2m_errors::Cause), [`KeyUnsupported`](m2m_errors::Cause) and
    /// [`KeyNotForSigning`](m2m_errors::Cause).
    ///
    /// Source: [RFC 7518, section 6](https://www.rfc-editor.org/rfc/rfc7518#section-6).
    pub fn from_jwk<T: AsRef<[u8]> + ?Sized>(
        algorithm: Algorithm,
        json: &T,
    ) -> Result<Self, InvalidKey> {
        let mut members = JwkMembers::parse(json.as_ref())?;
        let jwk = Jwk::from_members(&mut members, Operation::Sign)?;
        if jwk.key_type() != algorithm.key_type()
            || jwk.algorithm().is_some_and(|own| own != algorithm)
        {
            return Err(InvalidKey::AlgorithmMismatch);
        }
        let private = PrivateParameters::from_members(&mut members, jwk.parameters())?;
        let key = PrivateKey::from_parameters(algorithm, jwk.parameters(), &private)?;
        let public = key.public_parameters()?;
        Self::new(algorithm, jwk.key_id(), key, public)
    }

    /// Generates a new key. `ring` cannot generate RSA keys; `aws-lc-rs` generates RSA keys of 2048 bits.
    ///
    /// The document is the only way to store the key: it cannot be exported later.
    ///
    /// # Errors
    /// - [`KeyNotGenerated::RsaUnsupported`] for RSA on `ring` ([`Cause::KeyUnsupported`](m2m_errors::Cause)).
    /// - [`KeyNotGenerated::KeyIdTooLong`] ([`Cause::KeyMalformed`](m2m_errors::Cause)).
    /// - [`KeyNotGenerated::Library`] if the operating system returns no random bytes ([`Cause::InternalError`](m2m_errors::Cause)).
    pub fn generate(
        algorithm: Algorithm,
        key_id: Option<&str>,
    ) -> Result<(Self, Pkcs8Document), KeyNotGenerated> {
        if key_id.is_some_and(|key_id| key_id.len() > MAX_KEY_ID_BYTES) {
            return Err(KeyNotGenerated::KeyIdTooLong);
        }
        let document = Pkcs8Document::new(backend::generate_pkcs8(algorithm)?);
        let key = Self::from_pkcs8_der(algorithm, key_id, document.secret_der())
            .map_err(|_| KeyNotGenerated::Library)?;
        Ok((key, document))
    }

    /// The public half, with key id and algorithm, for the issuer's JWK set.
    #[must_use]
    pub const fn public_jwk(&self) -> &Jwk {
        &self.public_jwk
    }

    fn new(
        algorithm: Algorithm,
        key_id: Option<&str>,
        key: PrivateKey,
        public: PublicParameters,
    ) -> Result<Self, InvalidKey> {
        let nameless = Jwk::new(public, None, Some(algorithm));
        let key_id = match key_id {
            Some(key_id) if key_id.len() > MAX_KEY_ID_BYTES => {
                return Err(InvalidKey::KeyIdTooLong);
            }
            Some(key_id) => Box::from(key_id),
            None => nameless.thumbprint().to_string().into_boxed_str(),
        };
        let header = AccessTokenHeader::new(algorithm, &key_id);
        let public_jwk = Jwk::new(nameless.parameters().clone(), Some(key_id), Some(algorithm));
        Ok(Self {
            key: Arc::new(key),
            header,
            public_jwk,
        })
    }
}

impl Signer for SigningKey {
    fn access_token_header(&self) -> &AccessTokenHeader {
        &self.header
    }

    fn sign(&self, signing_input: &[u8], signature: &mut Signature) -> Result<(), SigningFailed> {
        self.key.sign(signing_input, signature)
    }

    fn signature_bytes(&self) -> usize {
        self.key.signature_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.header.algorithm())
            .field("key_id", &self.header.key_id())
            .finish_non_exhaustive()
    }
}
