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
    /// Reads the numbers of a key, which have been [checked](crate::private_key::check) and must belong together.
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
                    Ok(key) => Ok(Self::rsa(key, encoding, n)),
                    Err(_) => Err(malformed),
                }
            }
            (Scheme::Ecdsa(_) | Scheme::Ed25519 | Scheme::Rsa(_), _, _) => {
                Err(InvalidKey::AlgorithmMismatch)
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

    fn rsa(key: RsaKeyPair, encoding: &'static dyn RsaEncoding, modulus: &[u8]) -> Self {
        Self {
            algorithm: PrivateAlgorithm::Rsa(Box::new(key), encoding),
            signature_bytes: modulus.len(),
        }
    }
}

/// Computes the public half of an Ed25519 key.
pub(crate) fn public_half(private: &PrivateParameters) -> Result<PublicParameters, InvalidKey> {
    let PrivateParameters::Scalar(seed) = private else {
        return Err(InvalidKey::PrivateKeyMalformed);
    };
    let key = Ed25519KeyPair::from_seed_unchecked(seed);
    let key = key.map_err(|_| InvalidKey::PrivateKeyMalformed)?;
    let x = key.public_key().as_ref().try_into();
    x.map(|x| PublicParameters::Ed25519 { x })
        .map_err(|_| InvalidKey::PrivateKeyMalformed)
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
        d: without_zeros(&private.d),
        p: without_zeros(&private.p),
        q: without_zeros(&private.q),
        dP: without_zeros(&private.dp),
        dQ: without_zeros(&private.dq),
        qInv: without_zeros(&private.qi),
    }
}

/// Returns a number without the zeros in front, which `ring` refuses.
fn without_zeros(number: &[u8]) -> &[u8] {
    let first = number.iter().position(|byte| *byte != 0);
    first
        .and_then(|first| number.get(first..))
        .unwrap_or_default()
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
