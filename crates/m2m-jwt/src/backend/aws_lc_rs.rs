//! `aws-lc-rs`.

pub(crate) use ::aws_lc_rs::rand::SystemRandom;
pub(super) use ::aws_lc_rs::{digest, hmac, signature};

use ::aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use ::aws_lc_rs::rsa::{KeyPair, KeyPairComponents, KeySize};
use ::aws_lc_rs::signature::{
    EcdsaKeyPair, EcdsaSigningAlgorithm, ParsedPublicKey, RsaPublicKeyComponents,
};
use zeroize::Zeroizing;

use super::rsa_verification;
use crate::algorithm::Algorithm;
use crate::error::{InvalidKey, KeyNotGenerated};
use crate::jwk::PublicParameters;

pub(super) type RsaComponents<'k> = KeyPairComponents<&'k [u8], &'k [u8]>;

/// A public key, parsed for each algorithm that it may be used with.
#[derive(Clone)]
pub(crate) struct PublicKey {
    keys: Vec<(Algorithm, ParsedPublicKey)>,
}

impl PublicKey {
    pub(crate) fn new(parameters: &PublicParameters) -> Result<Self, InvalidKey> {
        let key_type = parameters.key_type();
        let algorithms = Algorithm::ALL
            .iter()
            .copied()
            .filter(|algorithm| algorithm.key_type() == key_type);
        let parse = |algorithm| {
            let key = match (
                key_type.curve_verification(),
                rsa_verification(algorithm),
                parameters,
            ) {
                (Some(scheme), _, PublicParameters::Ec { point, .. }) => {
                    ParsedPublicKey::new(scheme, point).ok()
                }
                (Some(scheme), _, PublicParameters::Ed25519 { x }) => {
                    ParsedPublicKey::new(scheme, x).ok()
                }
                (_, Some(scheme), PublicParameters::Rsa { n, e }) => {
                    RsaPublicKeyComponents { n, e }
                        .to_parsed_public_key(scheme)
                        .ok()
                }
                (
                    _,
                    _,
                    PublicParameters::Ec { .. }
                    | PublicParameters::Ed25519 { .. }
                    | PublicParameters::Rsa { .. },
                ) => None,
            };
            key.map(|key| (algorithm, key))
                .ok_or_else(|| parameters.refused())
        };
        Ok(Self {
            keys: algorithms.map(parse).collect::<Result<_, _>>()?,
        })
    }

    /// `algorithm` is one of the key's type.
    pub(crate) fn verify(
        &self,
        algorithm: Algorithm,
        signing_input: &[u8],
        signature: &[u8],
    ) -> bool {
        let key = self.keys.iter().find(|(own, _)| *own == algorithm);
        key.is_some_and(|(_, key)| key.verify_sig(signing_input, signature).is_ok())
    }
}

pub(super) fn ecdsa_from_parts(
    scheme: &'static EcdsaSigningAlgorithm,
    scalar: &[u8],
    point: &[u8],
) -> Option<EcdsaKeyPair> {
    EcdsaKeyPair::from_private_key_and_public_key(scheme, scalar, point).ok()
}

/// 2048 bits: what relying parties expect of RS256, and four times as fast to sign with as 3072.
pub(super) fn generate_rsa_pkcs8() -> Result<Zeroizing<Vec<u8>>, KeyNotGenerated> {
    let key = KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyNotGenerated::Library)?;
    let der: Pkcs8V1Der<'_> = key.as_der().map_err(|_| KeyNotGenerated::Library)?;
    Ok(Zeroizing::new(der.as_ref().to_vec()))
}
