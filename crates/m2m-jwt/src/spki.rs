//! Public keys as a `SubjectPublicKeyInfo`, in DER or PEM.

use crate::algorithm::Algorithm;
use crate::der::{self, EC_PUBLIC_KEY, ED25519, NULL, RSA_ENCRYPTION, Reader, SEQUENCE};
use crate::error::InvalidKey;
use crate::jwk::{Jwk, PublicParameters};
use crate::limits::MAX_KEY_ID_BYTES;
use crate::verification_key::VerificationKey;
use crate::{key_form, key_kind, pem, private_key};

impl Jwk {
    /// Reads a public key in DER, a `SubjectPublicKeyInfo`, and gives it this key id and this algorithm, neither of which is in it.
    ///
    /// # Errors
    /// - [`InvalidKey::PublicKeyMalformed`], [`InvalidKey::PointNotOnCurve`], [`InvalidKey::PointCompressed`], [`InvalidKey::Form`], or
    ///   [`InvalidKey::MemberMalformed`] if the key id is too long or the exponent of an RSA key is even
    ///   ([`Cause::KeyMalformed`](m2m_errors::Cause)).
    /// - [`InvalidKey::SizeUnsupported`], [`InvalidKey::KindUnsupported`], [`InvalidKey::CurveExplicit`] or [`InvalidKey::TypeMismatch`]
    ///   ([`Cause::KeyUnsupported`](m2m_errors::Cause)).
    /// - [`InvalidKey::Roca`] ([`Cause::KeyWeak`](m2m_errors::Cause)).
    ///
    /// Source: [RFC 5280, section 4.1.2.7](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.7),
    /// [RFC 5480, section 2](https://www.rfc-editor.org/rfc/rfc5480#section-2), [RFC 8410, section 4](https://www.rfc-editor.org/rfc/rfc8410#section-4).
    pub fn from_spki_der(
        algorithm: Option<Algorithm>,
        key_id: Option<&str>,
        der: &[u8],
    ) -> Result<Self, InvalidKey> {
        let parameters = parameters(der)?;
        if key_id.is_some_and(|key_id| key_id.len() > MAX_KEY_ID_BYTES) {
            return Err(InvalidKey::KeyIdTooLong);
        }
        let key_type = parameters.key_type();
        match algorithm {
            Some(algorithm) if algorithm.key_type() != key_type => Err(InvalidKey::TypeMismatch {
                key_type,
                algorithm,
            }),
            _ => Ok(Self::new(parameters, key_id.map(Box::from), algorithm)),
        }
    }

    /// Reads the only public key in a PEM text, a block `PUBLIC KEY`. Other text and blocks of other kinds may precede and follow it.
    ///
    /// ```
    /// use m2m_jwt::Jwk;
    ///
    /// let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
    /// let jwk = Jwk::from_spki_pem(None, Some("1"), pem)?;
    /// assert_eq!(jwk.thumbprint().to_string(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    /// # Ok::<(), m2m_jwt::InvalidKey>(())
    /// ```
    ///
    /// # Errors
    /// - [`InvalidKey::PemMalformed`], [`InvalidKey::SeveralKeys`] or [`InvalidKey::TooLong`]
    ///   ([`Cause::KeyMalformed`](m2m_errors::Cause)).
    /// - As [`from_spki_der`](Self::from_spki_der).
    ///
    /// Source: [RFC 7468, section 13](https://www.rfc-editor.org/rfc/rfc7468#section-13).
    pub fn from_spki_pem<T: AsRef<[u8]> + ?Sized>(
        algorithm: Option<Algorithm>,
        key_id: Option<&str>,
        pem: &T,
    ) -> Result<Self, InvalidKey> {
        Self::from_spki_der(algorithm, key_id, &pem::public(pem.as_ref())?)
    }
}

impl VerificationKey {
    /// Reads a public key in DER, as [`Jwk::from_spki_der`] does. Without an algorithm it is for the algorithms of its type.
    ///
    /// # Errors
    /// As [`Jwk::from_spki_der`].
    pub fn from_spki_der(
        algorithm: Option<Algorithm>,
        key_id: Option<&str>,
        der: &[u8],
    ) -> Result<Self, InvalidKey> {
        Self::new(&Jwk::from_spki_der(algorithm, key_id, der)?)
    }

    /// Reads a public key in PEM, as [`Jwk::from_spki_pem`] does. Without an algorithm it is for the algorithms of its type.
    ///
    /// # Errors
    /// As [`Jwk::from_spki_pem`].
    pub fn from_spki_pem<T: AsRef<[u8]> + ?Sized>(
        algorithm: Option<Algorithm>,
        key_id: Option<&str>,
        pem: &T,
    ) -> Result<Self, InvalidKey> {
        Self::new(&Jwk::from_spki_pem(algorithm, key_id, pem)?)
    }
}

/// Reads `SubjectPublicKeyInfo ::= SEQUENCE { AlgorithmIdentifier, subjectPublicKey BIT STRING }`.
fn parameters(der: &[u8]) -> Result<PublicParameters, InvalidKey> {
    key_form::check_public(der)?;
    let malformed = InvalidKey::PublicKeyMalformed;
    let parts = || {
        let mut document = Reader::of_only(der, SEQUENCE)?;
        let (algorithm, parameters) = key_kind::algorithm(document.take(SEQUENCE)?)?;
        let key = document.bit_string()?;
        document.end()?;
        Some((algorithm, parameters, key))
    };
    let (algorithm, parameters, key) = parts().ok_or(malformed)?;
    match algorithm {
        RSA_ENCRYPTION => {
            let numbers = der::rsa_public_key(key).filter(|_| parameters == [NULL, 0]);
            let (n, e) = numbers.ok_or(malformed)?;
            PublicParameters::from_rsa(n, e)
        }
        EC_PUBLIC_KEY => {
            let curve = key_kind::curve(parameters).ok_or(malformed)??;
            private_key::ec_point(curve, key)
        }
        ED25519 if parameters.is_empty() => key
            .try_into()
            .map(|x| PublicParameters::Ed25519 { x })
            .map_err(|_| malformed),
        ED25519 => Err(malformed),
        other => Err(InvalidKey::KindUnsupported {
            found: key_kind::of_algorithm(other),
        }),
    }
}
