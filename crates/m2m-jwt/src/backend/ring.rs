//! `ring`.

pub(crate) use ::ring::rand::SystemRandom;
pub(super) use ::ring::{digest, hmac, signature};

use ::ring::rsa::KeyPairComponents;
use ::ring::signature::{
    EcdsaKeyPair, EcdsaSigningAlgorithm, RsaPublicKeyComponents, UnparsedPublicKey,
};
use zeroize::Zeroizing;

use super::rsa_verification;
use crate::algorithm::Algorithm;
use crate::error::{InvalidKey, KeyNotGenerated};
use crate::jwk::PublicParameters;
use crate::random::system_random;

pub(super) type RsaComponents<'k> = KeyPairComponents<&'k [u8], &'k [u8]>;

/// A public key. `ring` has no parsed form: it parses within each verification, without an allocation.
#[derive(Clone)]
pub(crate) enum PublicKey {
    Curve(UnparsedPublicKey<Vec<u8>>),
    Rsa(RsaPublicKeyComponents<Box<[u8]>>),
}

impl PublicKey {
    pub(crate) fn new(parameters: &PublicParameters) -> Result<Self, InvalidKey> {
        match (parameters.key_type().curve_verification(), parameters) {
            (Some(scheme), PublicParameters::Ec { point, .. }) => {
                Ok(Self::Curve(UnparsedPublicKey::new(scheme, point.clone())))
            }
            (Some(scheme), PublicParameters::Ed25519 { x }) => {
                Ok(Self::Curve(UnparsedPublicKey::new(scheme, x.to_vec())))
            }
            (_, PublicParameters::Rsa { n, e }) => Ok(Self::Rsa(RsaPublicKeyComponents {
                n: n.clone(),
                e: e.clone(),
            })),
            (None, PublicParameters::Ec { .. } | PublicParameters::Ed25519 { .. }) => {
                Err(InvalidKey::TypeUnsupported)
            }
        }
    }

    /// `algorithm` is one of the key's type.
    pub(crate) fn verify(
        &self,
        algorithm: Algorithm,
        signing_input: &[u8],
        signature: &[u8],
    ) -> bool {
        match self {
            Self::Curve(key) => key.verify(signing_input, signature).is_ok(),
            Self::Rsa(key) => rsa_verification(algorithm)
                .is_some_and(|scheme| key.verify(scheme, signing_input, signature).is_ok()),
        }
    }
}

pub(super) fn ecdsa_from_parts(
    scheme: &'static EcdsaSigningAlgorithm,
    scalar: &[u8],
    point: &[u8],
) -> Option<EcdsaKeyPair> {
    EcdsaKeyPair::from_private_key_and_public_key(scheme, scalar, point, &system_random()).ok()
}

/// `ring` cannot generate RSA keys.
pub(super) const fn generate_rsa_pkcs8() -> Result<Zeroizing<Vec<u8>>, KeyNotGenerated> {
    Err(KeyNotGenerated::RsaUnsupported)
}
