//! The crypto library, behind the few operations that this crate needs.
//!
//! `ring` and `aws-lc-rs` offer nearly the same interface; the differences are in one file each. With both features `aws-lc-rs` is used.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc_rs;
#[cfg(feature = "aws-lc-rs")]
use self::aws_lc_rs as library;

#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
mod ring;
#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
use self::ring as library;

use zeroize::Zeroizing;

use crate::algorithm::{Algorithm, KeyType};
use crate::der;
use crate::error::{InvalidKey, KeyNotGenerated, SigningFailed};
use crate::jwk::{PrivateParameters, PublicParameters};
use crate::mac_key::MacAlgorithm;
use crate::random::system_random;
use crate::signer::Signature;
use library::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RsaEncoding,
    RsaKeyPair, RsaPublicKeyComponents,
};
use library::{digest, hmac};

pub(crate) use library::{PublicKey, SystemRandom};

pub(crate) fn sha256(data: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, data).as_ref());
    hash
}

/// A private key, ready to sign.
pub(crate) struct PrivateKey {
    algorithm: PrivateAlgorithm,
    signature_bytes: usize,
}

enum PrivateAlgorithm {
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(Box<RsaKeyPair>, &'static dyn RsaEncoding),
}

/// The parameters of the crypto library for signing with an algorithm.
enum Scheme {
    Ecdsa(&'static EcdsaSigningAlgorithm),
    Ed25519,
    Rsa(&'static dyn RsaEncoding),
}

impl Scheme {
    fn of(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Es256 => Self::Ecdsa(&signature::ECDSA_P256_SHA256_FIXED_SIGNING),
            Algorithm::Es384 => Self::Ecdsa(&signature::ECDSA_P384_SHA384_FIXED_SIGNING),
            Algorithm::Rs256 => Self::Rsa(&signature::RSA_PKCS1_SHA256),
            Algorithm::Rs384 => Self::Rsa(&signature::RSA_PKCS1_SHA384),
            Algorithm::Rs512 => Self::Rsa(&signature::RSA_PKCS1_SHA512),
            Algorithm::Ps256 => Self::Rsa(&signature::RSA_PSS_SHA256),
            Algorithm::Ps384 => Self::Rsa(&signature::RSA_PSS_SHA384),
            Algorithm::Ps512 => Self::Rsa(&signature::RSA_PSS_SHA512),
            Algorithm::EdDsa => Self::Ed25519,
        }
    }
}

impl PrivateKey {
    /// Reads PKCS#8; the key must be of the algorithm's type.
    pub(crate) fn from_pkcs8(algorithm: Algorithm, der: &[u8]) -> Result<Self, InvalidKey> {
        let malformed = InvalidKey::PrivateKeyMalformed;
        match Scheme::of(algorithm) {
            Scheme::Ecdsa(scheme) => library::ecdsa_from_pkcs8(scheme, der)
                .map(Self::ecdsa)
                .ok_or(malformed),
            // OpenSSL writes version 1, without the public key.
            Scheme::Ed25519 => Ed25519KeyPair::from_pkcs8_maybe_unchecked(der)
                .map(Self::ed25519)
                .map_err(|_| malformed),
            Scheme::Rsa(encoding) => match RsaKeyPair::from_pkcs8(der) {
                Ok(key) => Self::rsa(key, encoding),
                Err(_) => Err(malformed),
            },
        }
    }

    /// Reads the numbers of a JWK, which must fit together.
    pub(crate) fn from_parameters(
        algorithm: Algorithm,
        public: &PublicParameters,
        private: &PrivateParameters,
    ) -> Result<Self, InvalidKey> {
        let malformed = InvalidKey::PrivateKeyMalformed;
        match (Scheme::of(algorithm), public, private) {
            (
                Scheme::Ecdsa(scheme),
                PublicParameters::Ec { point, .. },
                PrivateParameters::Scalar(scalar),
            ) => library::ecdsa_from_parts(scheme, scalar, point)
                .map(Self::ecdsa)
                .ok_or(malformed),
            (Scheme::Ed25519, PublicParameters::Ed25519 { x }, PrivateParameters::Scalar(seed)) => {
                Ed25519KeyPair::from_seed_and_public_key(seed, x)
                    .map(Self::ed25519)
                    .map_err(|_| malformed)
            }
            (
                Scheme::Rsa(encoding),
                PublicParameters::Rsa { n, e },
                PrivateParameters::Rsa(primes),
            ) => {
                let components = signature_components(n, e, primes);
                match RsaKeyPair::from_components(&components) {
                    Ok(key) => Self::rsa(key, encoding),
                    Err(_) => Err(malformed),
                }
            }
            (Scheme::Ecdsa(_) | Scheme::Ed25519 | Scheme::Rsa(_), _, _) => {
                Err(InvalidKey::AlgorithmMismatch)
            }
        }
    }

    /// The public half.
    pub(crate) fn public_parameters(&self) -> Result<PublicParameters, InvalidKey> {
        let malformed = InvalidKey::PrivateKeyMalformed;
        match &self.algorithm {
            PrivateAlgorithm::Ecdsa(key) => {
                PublicParameters::from_ec_point(key.public_key().as_ref()).ok_or(malformed)
            }
            PrivateAlgorithm::Ed25519(key) => {
                let x = key
                    .public_key()
                    .as_ref()
                    .try_into()
                    .map_err(|_| malformed)?;
                Ok(PublicParameters::Ed25519 { x })
            }
            PrivateAlgorithm::Rsa(key, _) => {
                let (n, e) = der::rsa_public_key(key.public_key().as_ref()).ok_or(malformed)?;
                PublicParameters::from_rsa(n, e)
            }
        }
    }

    /// Returns the length of a signature. Unit: bytes.
    pub(crate) const fn signature_bytes(&self) -> usize {
        self.signature_bytes
    }

    pub(crate) fn sign(
        &self,
        signing_input: &[u8],
        signature: &mut Signature,
    ) -> Result<(), SigningFailed> {
        match &self.algorithm {
            PrivateAlgorithm::Ecdsa(key) => {
                let made = key
                    .sign(&system_random(), signing_input)
                    .map_err(|_| SigningFailed::Signer)?;
                signature.set(made.as_ref())
            }
            PrivateAlgorithm::Ed25519(key) => signature.set(key.sign(signing_input).as_ref()),
            PrivateAlgorithm::Rsa(key, encoding) => {
                let space = signature.space(self.signature_bytes)?;
                key.sign(*encoding, &system_random(), signing_input, space)
                    .map_err(|_| SigningFailed::Signer)
            }
        }
    }

    const fn ecdsa(key: EcdsaKeyPair) -> Self {
        Self {
            algorithm: PrivateAlgorithm::Ecdsa(key),
            signature_bytes: ECDSA_SIGNATURE_BYTES,
        }
    }

    const fn ed25519(key: Ed25519KeyPair) -> Self {
        Self {
            algorithm: PrivateAlgorithm::Ed25519(key),
            signature_bytes: 64,
        }
    }

    fn rsa(key: RsaKeyPair, encoding: &'static dyn RsaEncoding) -> Result<Self, InvalidKey> {
        let (modulus, _) = der::rsa_public_key(key.public_key().as_ref())
            .ok_or(InvalidKey::PrivateKeyMalformed)?;
        let signature_bytes = modulus.len();
        if signature_bytes > Signature::CAPACITY {
            return Err(InvalidKey::SizeUnsupported);
        }
        Ok(Self {
            algorithm: PrivateAlgorithm::Rsa(Box::new(key), encoding),
            signature_bytes,
        })
    }
}

/// The longer length, that of P-384. It only determines the reserved space.
const ECDSA_SIGNATURE_BYTES: usize = 96;

fn signature_components<'k>(
    n: &'k [u8],
    e: &'k [u8],
    private: &'k crate::jwk::RsaPrivateParameters,
) -> library::RsaComponents<'k> {
    library::RsaComponents {
        public_key: RsaPublicKeyComponents { n, e },
        d: &private.d,
        p: &private.p,
        q: &private.q,
        dP: &private.dp,
        dQ: &private.dq,
        qInv: &private.qi,
    }
}

/// Generates a private key, and returns it in PKCS#8.
pub(crate) fn generate_pkcs8(algorithm: Algorithm) -> Result<Zeroizing<Vec<u8>>, KeyNotGenerated> {
    let random = system_random();
    let document = match Scheme::of(algorithm) {
        Scheme::Ecdsa(scheme) => EcdsaKeyPair::generate_pkcs8(scheme, &random),
        Scheme::Ed25519 => Ed25519KeyPair::generate_pkcs8(&random),
        Scheme::Rsa(_) => return library::generate_rsa_pkcs8(),
    };
    document
        .map(|document| Zeroizing::new(document.as_ref().to_vec()))
        .map_err(|_| KeyNotGenerated::Library)
}

/// The smallest and the largest modulus whose signatures are verified. Unit: bits.
pub(crate) const RSA_MODULUS_BITS: core::ops::RangeInclusive<usize> = 2048..=8192;

impl KeyType {
    /// Returns the verification algorithm of an elliptic curve; `None` for RSA.
    fn curve_verification(self) -> Option<&'static dyn signature::VerificationAlgorithm> {
        match self {
            Self::EcP256 => Some(&signature::ECDSA_P256_SHA256_FIXED),
            Self::EcP384 => Some(&signature::ECDSA_P384_SHA384_FIXED),
            Self::Ed25519 => Some(&signature::ED25519),
            Self::Rsa => None,
        }
    }
}

/// Returns the verification parameters of an RSA algorithm; `None` for elliptic curves.
fn rsa_verification(algorithm: Algorithm) -> Option<&'static signature::RsaParameters> {
    match algorithm {
        Algorithm::Rs256 => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::Rs384 => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::Rs512 => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
        Algorithm::Ps256 => Some(&signature::RSA_PSS_2048_8192_SHA256),
        Algorithm::Ps384 => Some(&signature::RSA_PSS_2048_8192_SHA384),
        Algorithm::Ps512 => Some(&signature::RSA_PSS_2048_8192_SHA512),
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::EdDsa => None,
    }
}

/// A shared secret, ready to sign and verify.
#[derive(Clone)]
pub(crate) struct MacSecret(hmac::Key);

impl MacSecret {
    pub(crate) fn new(algorithm: MacAlgorithm, secret: &[u8]) -> Self {
        let algorithm = match algorithm {
            MacAlgorithm::Hs256 => hmac::HMAC_SHA256,
            MacAlgorithm::Hs384 => hmac::HMAC_SHA384,
            MacAlgorithm::Hs512 => hmac::HMAC_SHA512,
        };
        Self(hmac::Key::new(algorithm, secret))
    }

    pub(crate) fn sign(
        &self,
        signing_input: &[u8],
        signature: &mut Signature,
    ) -> Result<(), SigningFailed> {
        signature.set(hmac::sign(&self.0, signing_input).as_ref())
    }

    /// In constant time.
    pub(crate) fn verify(&self, signing_input: &[u8], signature: &[u8]) -> bool {
        hmac::verify(&self.0, signing_input, signature).is_ok()
    }
}
