//! A private key that signs.

use core::fmt;
use std::sync::Arc;

use crate::algorithm::Algorithm;
use crate::backend::{self, PrivateKey};
use crate::error::{InvalidKey, KeyNotGenerated, SigningFailed};
use crate::jwk::{Jwk, JwkMembers, Operation, PrivateParameters, PublicParameters};
use crate::limits::MAX_KEY_ID_BYTES;
use crate::pem;
use crate::pkcs8::Pkcs8Document;
use crate::private_key::{self, PrivateNumbers};
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

impl SigningKey {
    /// Reads a private key in PKCS#8, version 1 or 2.
    ///
    /// For ECDSA the public key must be in it, as `openssl genpkey` writes it, and the curve must be named. RSA keys have 2048, 3072 or 4096 bits and a
    /// public exponent of at least 65537. Both crypto libraries accept the same keys.
    ///
    /// # Errors
    /// - [`InvalidKey::PrivateKeyMalformed`], [`InvalidKey::PublicKeyMissing`], [`InvalidKey::PointCompressed`], [`InvalidKey::PointNotOnCurve`],
    ///   or, for a document that is not in PKCS#8, [`InvalidKey::Encrypted`], [`InvalidKey::NotPkcs8`], [`InvalidKey::NotPrivate`] or
    ///   [`InvalidKey::Form`] ([`Cause::KeyMalformed`](m2m_errors::Cause)).
    /// - [`InvalidKey::SizeUnsupported`], [`InvalidKey::ExponentUnsupported`], [`InvalidKey::KindUnsupported`] or [`InvalidKey::CurveExplicit`] if no
    ///   algorithm accepts the key, and [`InvalidKey::TypeMismatch`] if another one does ([`Cause::KeyUnsupported`](m2m_errors::Cause)).
    /// - [`InvalidKey::Roca`] ([`Cause::KeyWeak`](m2m_errors::Cause)).
    /// - [`InvalidKey::KeyIdTooLong`] if the key id is too long ([`Cause::KeyMalformed`](m2m_errors::Cause)).
    ///
    /// Source: [RFC 5958](https://www.rfc-editor.org/rfc/rfc5958).
    pub fn from_pkcs8_der(
        algorithm: Algorithm,
        key_id: Option<&str>,
        der: &[u8],
    ) -> Result<Self, InvalidKey> {
        let PrivateNumbers { public, private } = private_key::from_pkcs8(der)?;
        let public = match public {
            Some(public) => public,
            None => backend::public_half(&private)?,
        };
        let key_type = public.key_type();
        if key_type != algorithm.key_type() {
            return Err(InvalidKey::TypeMismatch {
                key_type,
                algorithm,
            });
        }
        Self::from_numbers(algorithm, key_id, public, &private)
    }

    /// Reads the only private key in a PEM text, a block `PRIVATE KEY`. Other text and blocks of other kinds, such as its certificate, may precede
    /// and follow it.
    ///
    /// # Errors
    /// - [`InvalidKey::PemMalformed`], [`InvalidKey::SeveralKeys`] or [`InvalidKey::TooLong`], or an error that names the document that it is instead,
    ///   such as [`InvalidKey::Encrypted`] or [`InvalidKey::Form`] ([`Cause::KeyMalformed`](m2m_errors::Cause)).
    /// - As [`from_pkcs8_der`](Self::from_pkcs8_der).
    ///
    /// Source: [RFC 7468, section 10](https://www.rfc-editor.org/rfc/rfc7468#section-10).
    pub fn from_pkcs8_pem<T: AsRef<[u8]> + ?Sized>(
        algorithm: Algorithm,
        key_id: Option<&str>,
        pem: &T,
    ) -> Result<Self, InvalidKey> {
        Self::from_pkcs8_der(algorithm, key_id, &pem::private(pem.as_ref())?)
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
        let jwk =
            Jwk::from_members(&mut members, Operation::Sign).map_err(private_key::for_signing)?;
        if jwk.key_type() != algorithm.key_type()
            || jwk.algorithm().is_some_and(|own| own != algorithm)
        {
            return Err(InvalidKey::AlgorithmMismatch);
        }
        let private = PrivateParameters::from_members(&mut members, jwk.parameters())?;
        Self::from_numbers(algorithm, jwk.key_id(), jwk.parameters().clone(), &private)
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

    fn from_numbers(
        algorithm: Algorithm,
        key_id: Option<&str>,
        public: PublicParameters,
        private: &PrivateParameters,
    ) -> Result<Self, InvalidKey> {
        private_key::check(&public, private)?;
        let key = PrivateKey::from_parameters(algorithm, &public, private)?;
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
