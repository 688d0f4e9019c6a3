//! A private key as a document.

use core::fmt;

use zeroize::Zeroizing;

use crate::algorithm::KeyType;
use crate::der::{self, EC_PUBLIC_KEY, ED25519, RSA_ENCRYPTION, written, written_integer};
use crate::error::InvalidKey;
use crate::jwk::{Jwk, JwkMembers, Operation, PrivateParameters, PublicParameters};
use crate::private_key;
use crate::{key_form, pem};

/// A private key in PKCS#8, wiped when it is dropped.
///
/// Its content is checked when it is read with [`SigningKey::from_pkcs8_der`](crate::SigningKey::from_pkcs8_der).
///
/// ```
/// use m2m_jwt::{Algorithm, Pkcs8Document, SigningKey};
///
/// let jwk = r#"{"kty":"OKP","crv":"Ed25519",
///   "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
///   "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
/// let document = Pkcs8Document::from_jwk(jwk)?;
/// let key = SigningKey::from_pkcs8_der(Algorithm::EdDsa, None, document.secret_der())?;
/// assert_eq!(key.public_jwk(), SigningKey::from_jwk(Algorithm::EdDsa, jwk)?.public_jwk());
/// # Ok::<(), m2m_jwt::InvalidKey>(())
/// ```
pub struct Pkcs8Document {
    der: Zeroizing<Vec<u8>>,
}

impl Pkcs8Document {
    pub(crate) const fn new(der: Zeroizing<Vec<u8>>) -> Self {
        Self { der }
    }

    /// Creates a document from DER, unchecked.
    #[must_use]
    pub fn from_der(der: &[u8]) -> Self {
        Self::new(Zeroizing::new(der.to_vec()))
    }

    /// Reads the only private key in a PEM text, a block `PRIVATE KEY`. Other text and blocks of other kinds, such as its certificate, may precede
    /// and follow it.
    ///
    /// # Errors
    /// [`InvalidKey::PemMalformed`], [`InvalidKey::SeveralKeys`], [`InvalidKey::TooLong`], or an error that names the document that it is
    /// instead: [`InvalidKey::Encrypted`], [`InvalidKey::NotPkcs8`], [`InvalidKey::NotPrivate`], [`InvalidKey::Form`]
    /// ([`Cause::KeyMalformed`](m2m_errors::Cause)), or [`InvalidKey::KindUnsupported`] ([`Cause::KeyUnsupported`](m2m_errors::Cause)).
    ///
    /// Source: [RFC 7468, section 10](https://www.rfc-editor.org/rfc/rfc7468#section-10).
    pub fn from_pem<T: AsRef<[u8]> + ?Sized>(pem: &T) -> Result<Self, InvalidKey> {
        pem::private(pem.as_ref()).map(Self::new)
    }

    /// Reads a document in PEM or in DER; the content tells which one it is. DER is checked when a key is read from it.
    ///
    /// # Errors
    /// As [`from_pem`](Self::from_pem), and [`InvalidKey::PrivateKeyMalformed`] if it is neither.
    pub fn from_pem_or_der<T: AsRef<[u8]> + ?Sized>(bytes: &T) -> Result<Self, InvalidKey> {
        let bytes = bytes.as_ref();
        if key_form::is_der(bytes) {
            return Ok(Self::from_der(bytes));
        }
        let is_pem = key_form::position(bytes, key_form::BEGIN).is_some();
        Self::from_pem(bytes).map_err(|error| {
            if error == InvalidKey::PemMalformed && !is_pem {
                InvalidKey::PrivateKeyMalformed
            } else {
                error
            }
        })
    }

    /// Returns the type of the key in the document.
    ///
    /// # Errors
    /// As [`SigningKey::from_pkcs8_der`](crate::SigningKey::from_pkcs8_der), except that the numbers are not checked against each other.
    pub fn key_type(&self) -> Result<KeyType, InvalidKey> {
        let numbers = private_key::from_pkcs8(&self.der)?;
        // Of the types only Ed25519 may lack the public half.
        Ok(numbers
            .public
            .map_or(KeyType::Ed25519, |public| public.key_type()))
    }

    /// Returns the document of the private key in a JSON Web Key, without its `kid`.
    ///
    /// # Errors
    /// [`InvalidKey`], as [`SigningKey::from_jwk`](crate::SigningKey::from_jwk), except that the numbers are not checked against each
    /// other.
    ///
    /// Source: [RFC 5208, section 5](https://www.rfc-editor.org/rfc/rfc5208#section-5),
    /// [RFC 5915, section 3](https://www.rfc-editor.org/rfc/rfc5915#section-3),
    /// [RFC 8410, section 7](https://www.rfc-editor.org/rfc/rfc8410#section-7),
    /// [RFC 8017, appendix A.1.2](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.2).
    pub fn from_jwk<T: AsRef<[u8]> + ?Sized>(json: &T) -> Result<Self, InvalidKey> {
        let mut members = JwkMembers::parse(json.as_ref())?;
        let jwk =
            Jwk::from_members(&mut members, Operation::Sign).map_err(private_key::for_signing)?;
        let private = PrivateParameters::from_members(&mut members, jwk.parameters())?;
        let (algorithm, key) = match (jwk.parameters(), &private) {
            (PublicParameters::Ec { curve, point }, PrivateParameters::Scalar(scalar)) => {
                let curve = written(der::OBJECT_IDENTIFIER, &[curve.object_identifier()]);
                let algorithm = [written(der::OBJECT_IDENTIFIER, &[EC_PUBLIC_KEY]), curve];
                let public = written(der::BIT_STRING, &[&[0], point]);
                let key = written(
                    der::SEQUENCE,
                    &[
                        &written_integer(&[1]),
                        &written(der::OCTET_STRING, &[scalar]),
                        &written(der::CONTEXT_1, &[&public]),
                    ],
                );
                (
                    written(der::SEQUENCE, &algorithm.each_ref().map(|part| &***part)),
                    key,
                )
            }
            (PublicParameters::Ed25519 { .. }, PrivateParameters::Scalar(seed)) => (
                written(
                    der::SEQUENCE,
                    &[&written(der::OBJECT_IDENTIFIER, &[ED25519])],
                ),
                written(der::OCTET_STRING, &[seed]),
            ),
            (PublicParameters::Rsa { n, e }, PrivateParameters::Rsa(private)) => {
                let algorithm = [
                    written(der::OBJECT_IDENTIFIER, &[RSA_ENCRYPTION]),
                    written(der::NULL, &[]),
                ];
                let numbers = [
                    &[0],
                    &**n,
                    e,
                    &private.d,
                    &private.p,
                    &private.q,
                    &private.dp,
                    &private.dq,
                    &private.qi,
                ];
                let numbers = numbers.map(written_integer);
                let key = written(der::SEQUENCE, &numbers.each_ref().map(|number| &***number));
                (
                    written(der::SEQUENCE, &algorithm.each_ref().map(|part| &***part)),
                    key,
                )
            }
            (
                PublicParameters::Ec { .. } | PublicParameters::Ed25519 { .. },
                PrivateParameters::Rsa(_),
            )
            | (PublicParameters::Rsa { .. }, PrivateParameters::Scalar(_)) => {
                return Err(InvalidKey::AlgorithmMismatch);
            }
        };
        Ok(Self::new(written(
            der::SEQUENCE,
            &[
                &written_integer(&[0]),
                &algorithm,
                &written(der::OCTET_STRING, &[&key]),
            ],
        )))
    }

    /// The private key, in DER. Every party that has it can sign as the issuer.
    #[must_use]
    pub fn secret_der(&self) -> &[u8] {
        &self.der
    }
}

impl fmt::Debug for Pkcs8Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pkcs8Document([redacted])")
    }
}
