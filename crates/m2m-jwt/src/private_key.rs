//! The numbers of a private key in PKCS#8, checked as far as the crypto libraries disagree about them.

use zeroize::Zeroizing;

use crate::curve_check::is_on_curve;
use crate::der::{
    CONTEXT_0, CONTEXT_1, CONTEXT_1_PRIMITIVE, EC_PUBLIC_KEY, ED25519, INTEGER, NULL, OCTET_STRING,
    RSA_ENCRYPTION, Reader, SEQUENCE,
};
use crate::error::InvalidKey;
use crate::jwk::{Curve, PrivateParameters, PublicParameters, RsaPrivateParameters};
use crate::key_form;
use crate::key_kind;
use crate::natural::Natural;

/// A private key, and its public half unless the document has to be completed with it, as one of Ed25519 in version 1.
pub(crate) struct PrivateNumbers {
    pub(crate) public: Option<PublicParameters>,
    pub(crate) private: PrivateParameters,
}

/// Reads a private key in PKCS#8, version 1 or 2.
///
/// ```text
/// PrivateKeyInfo ::= SEQUENCE { version INTEGER, SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL },
///                               privateKey OCTET STRING, attributes [0] OPTIONAL, publicKey [1] BIT STRING OPTIONAL }
/// ```
///
/// Source: [RFC 5958, section 2](https://www.rfc-editor.org/rfc/rfc5958#section-2).
pub(crate) fn from_pkcs8(der: &[u8]) -> Result<PrivateNumbers, InvalidKey> {
    key_form::check_private(der)?;
    let document = Document::read(der).ok_or(InvalidKey::PrivateKeyMalformed)?;
    let malformed = InvalidKey::PrivateKeyMalformed;
    match document.algorithm {
        RSA_ENCRYPTION => {
            if document.parameters != [NULL, 0] || document.public.is_some() {
                return Err(malformed);
            }
            rsa(document.key)
        }
        EC_PUBLIC_KEY => ec(&document),
        ED25519 => {
            if !document.parameters.is_empty() {
                return Err(malformed);
            }
            let mut key = Reader::new(document.key);
            let seed = key.take(OCTET_STRING).filter(|seed| seed.len() == 32);
            let seed = seed.filter(|_| key.end().is_some()).ok_or(malformed)?;
            let x = document.public.map(<[u8; 32]>::try_from).transpose();
            Ok(PrivateNumbers {
                public: x
                    .map_err(|_| malformed)?
                    .map(|x| PublicParameters::Ed25519 { x }),
                private: PrivateParameters::Scalar(Zeroizing::new(seed.to_vec())),
            })
        }
        other => Err(InvalidKey::KindUnsupported {
            found: key_kind::of_algorithm(other),
        }),
    }
}

/// The parts of a document in PKCS#8.
struct Document<'d> {
    algorithm: &'d [u8],
    /// The element after the algorithm, or nothing.
    parameters: &'d [u8],
    key: &'d [u8],
    /// The public key in version 2.
    public: Option<&'d [u8]>,
}

impl<'d> Document<'d> {
    fn read(der: &'d [u8]) -> Option<Self> {
        let mut document = Reader::of_only(der, SEQUENCE)?;
        let version = document.take(INTEGER)?;
        let (algorithm, parameters) = key_kind::algorithm(document.take(SEQUENCE)?)?;
        let key = document.take(OCTET_STRING)?;
        // Attributes are not needed.
        let _ = document.take_if(CONTEXT_0)?;
        let public = match document.take_if(CONTEXT_1_PRIMITIVE)? {
            Some(bits) => Some(bits.strip_prefix(&[0])?),
            // As early writers of version 2 have it, `ring` among them.
            None => match document.take_if(CONTEXT_1)? {
                Some(content) => {
                    let mut content = Reader::new(content);
                    let bits = content.bit_string()?;
                    content.end()?;
                    Some(bits)
                }
                None => None,
            },
        };
        document.end()?;
        matches!((version, public), ([0], None) | ([1], Some(_))).then_some(Self {
            algorithm,
            parameters,
            key,
            public,
        })
    }
}

/// Reads `ECPrivateKey ::= SEQUENCE { version INTEGER, privateKey OCTET STRING, parameters [0] OPTIONAL, publicKey [1] BIT STRING OPTIONAL }`.
///
/// Source: [RFC 5915, section 3](https://www.rfc-editor.org/rfc/rfc5915#section-3).
fn ec(document: &Document<'_>) -> Result<PrivateNumbers, InvalidKey> {
    let malformed = InvalidKey::PrivateKeyMalformed;
    let curve = key_kind::curve(document.parameters).ok_or(malformed)??;
    let parts = || {
        let mut key = Reader::of_only(document.key, SEQUENCE)?;
        let version = key.take(INTEGER)?;
        let scalar = key.take(OCTET_STRING)?;
        let parameters = key.take_if(CONTEXT_0)?;
        let public = match key.take_if(CONTEXT_1)? {
            Some(content) => {
                let mut content = Reader::new(content);
                let bits = content.bit_string()?;
                content.end()?;
                Some(bits)
            }
            None => None,
        };
        key.end()?;
        (version == [1]).then_some((scalar, parameters, public))
    };
    let (scalar, parameters, public) = parts().ok_or(malformed)?;
    if let Some(parameters) = parameters
        && key_kind::curve(parameters).ok_or(malformed)?? != curve
    {
        return Err(malformed);
    }
    let point = match (public, document.public) {
        (Some(inner), Some(outer)) if inner != outer => return Err(malformed),
        (Some(point), _) | (None, Some(point)) => point,
        (None, None) => return Err(InvalidKey::PublicKeyMissing),
    };
    Ok(PrivateNumbers {
        public: Some(ec_point(curve, point)?),
        private: PrivateParameters::Scalar(Zeroizing::new(scalar.to_vec())),
    })
}

/// Reads a point in the encoding of SEC 1.
///
/// Source: [RFC 5480, section 2.2](https://www.rfc-editor.org/rfc/rfc5480#section-2.2).
pub(crate) fn ec_point(curve: Curve, point: &[u8]) -> Result<PublicParameters, InvalidKey> {
    if matches!(point.first(), Some(2 | 3)) {
        return Err(InvalidKey::PointCompressed);
    }
    PublicParameters::from_ec_point(point)
        .filter(|_| is_on_curve(curve, point))
        .ok_or(InvalidKey::PointNotOnCurve)
}

/// Reads `RSAPrivateKey ::= SEQUENCE { version INTEGER, modulus INTEGER, publicExponent INTEGER, … }`.
///
/// Source: [RFC 8017, appendix A.1.2](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.2).
fn rsa(key: &[u8]) -> Result<PrivateNumbers, InvalidKey> {
    let numbers = || {
        let mut key = Reader::of_only(key, SEQUENCE)?;
        let version = key.take(INTEGER)?;
        let mut numbers = [[].as_slice(); 8];
        for number in &mut numbers {
            *number = key.unsigned()?;
        }
        key.end()?;
        (version == [0]).then_some(numbers)
    };
    let [n, e, d, p, q, dp, dq, qi] = numbers().ok_or(InvalidKey::PrivateKeyMalformed)?;
    check_rsa_size(n)?;
    let [d, p, q, dp, dq, qi] = [d, p, q, dp, dq, qi].map(|number| Zeroizing::new(number.to_vec()));
    Ok(PrivateNumbers {
        public: Some(PublicParameters::from_rsa(n, e)?),
        private: PrivateParameters::Rsa(Box::new(RsaPrivateParameters {
            d,
            p,
            q,
            dp,
            dq,
            qi,
        })),
    })
}

/// Refuses a modulus of a size that not every crypto library signs with: `ring` takes these three.
fn check_rsa_size(n: &[u8]) -> Result<(), InvalidKey> {
    let bits = bits(n);
    if matches!(bits, 2048 | 3072 | 4096) {
        Ok(())
    } else {
        Err(for_signing(InvalidKey::SizeUnsupported {
            bits,
            expected: "",
        }))
    }
}

/// Replaces the sizes of keys that verify, in an error of a public half, by those of keys that sign.
pub(crate) const fn for_signing(error: InvalidKey) -> InvalidKey {
    if let InvalidKey::SizeUnsupported { bits, .. } = error {
        InvalidKey::SizeUnsupported {
            bits,
            expected: "2048, 3072 or 4096 bits",
        }
    } else {
        error
    }
}

/// Returns the length of a number. Unit: bits.
pub(crate) fn bits(number: &[u8]) -> usize {
    let first = number.iter().position(|byte| *byte != 0);
    let significant = first
        .and_then(|first| number.get(first..))
        .unwrap_or_default();
    let zeros = significant.first().map_or(0, |top| top.leading_zeros());
    significant.len() * 8 - usize::try_from(zeros).unwrap_or_default()
}

/// Checks what only one of the crypto libraries checks, so that both accept the same keys.
///
/// # Errors
/// The reason why one of them would refuse the key.
pub(crate) fn check(
    public: &PublicParameters,
    private: &PrivateParameters,
) -> Result<(), InvalidKey> {
    match (public, private) {
        (PublicParameters::Ec { curve, point }, PrivateParameters::Scalar(scalar)) => {
            if !is_on_curve(*curve, point) {
                Err(InvalidKey::PointNotOnCurve)
            } else if 2 * scalar.len() + 1 == point.len() {
                Ok(())
            } else {
                Err(InvalidKey::PrivateKeyMalformed)
            }
        }
        (PublicParameters::Ed25519 { .. }, PrivateParameters::Scalar(seed)) => match seed.len() {
            32 => Ok(()),
            _ => Err(InvalidKey::PrivateKeyMalformed),
        },
        (PublicParameters::Rsa { n, e }, PrivateParameters::Rsa(private)) => {
            check_rsa_size(n)?;
            // FIPS 186-5, A.1.1: greater than 2¹⁶, which `ring` requires of keys that sign.
            if bits(e) < 17 {
                return Err(InvalidKey::ExponentUnsupported);
            }
            if is_consistent(n, e, private) {
                Ok(())
            } else {
                Err(InvalidKey::PrivateKeyMalformed)
            }
        }
        (
            PublicParameters::Ec { .. } | PublicParameters::Ed25519 { .. },
            PrivateParameters::Rsa(_),
        )
        | (PublicParameters::Rsa { .. }, PrivateParameters::Scalar(_)) => {
            Err(InvalidKey::AlgorithmMismatch)
        }
    }
}

/// Returns true if the primes have half of the size of the modulus and the exponents fit them. Both libraries check that the product of the
/// primes is the modulus, and the coefficient.
///
/// Source: [SP 800-56B, section 6.4.1.4.3](https://csrc.nist.gov/pubs/sp/800/56/b/r2/final).
fn is_consistent(n: &[u8], e: &[u8], private: &RsaPrivateParameters) -> bool {
    let half = bits(n) / 2;
    let [d, dp, dq] =
        [&private.d, &private.dp, &private.dq].map(|number| Natural::from_be_bytes(number));
    let [n, e, one] = [n, e, &[1]].map(Natural::from_be_bytes);
    bits(&private.d) > half
        && d < n
        && [(&private.p, dp), (&private.q, dq)]
            .into_iter()
            .all(|(prime, exponent)| {
                if bits(prime) != half || prime.last().is_none_or(|last| last % 2 == 0) {
                    return false;
                }
                let less_one = Natural::from_be_bytes(prime).less_one();
                exponent == d.modulo(&less_one) && exponent.times(&e).modulo(&less_one) == one
            })
}
