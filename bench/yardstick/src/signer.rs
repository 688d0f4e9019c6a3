//! The raw operation of either crypto library.

use std::error::Error;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// A key, parsed once.
pub enum Signer {
    RingEs256(ring::signature::EcdsaKeyPair, ring::rand::SystemRandom),
    RingEdDsa(ring::signature::Ed25519KeyPair),
    RingRs256(ring::signature::RsaKeyPair, ring::rand::SystemRandom),
    AwsEs256(
        aws_lc_rs::signature::EcdsaKeyPair,
        aws_lc_rs::rand::SystemRandom,
    ),
    AwsEdDsa(aws_lc_rs::signature::Ed25519KeyPair),
    AwsRs256(
        aws_lc_rs::signature::RsaKeyPair,
        aws_lc_rs::rand::SystemRandom,
    ),
}

/// A signature of a key of 2048 bits. Unit: bytes.
const RSA_BYTES: usize = 256;

impl Signer {
    pub fn read(keys: &Path, backend: &str, algorithm: &str) -> Result<Self, Box<dyn Error>> {
        let key = std::fs::read(keys.join(format!("{algorithm}.der")))?;
        Ok(match (backend, algorithm) {
            ("ring", "es256") => {
                let random = ring::rand::SystemRandom::new();
                let scheme = &ring::signature::ECDSA_P256_SHA256_FIXED_SIGNING;
                Self::RingEs256(
                    ring::signature::EcdsaKeyPair::from_pkcs8(scheme, &key, &random)
                        .map_err(|error| error.to_string())?,
                    random,
                )
            }
            ("ring", "eddsa") => Self::RingEdDsa(
                ring::signature::Ed25519KeyPair::from_pkcs8_maybe_unchecked(&key)
                    .map_err(|error| error.to_string())?,
            ),
            ("ring", "rs256") => Self::RingRs256(
                ring::signature::RsaKeyPair::from_pkcs8(&key).map_err(|error| error.to_string())?,
                ring::rand::SystemRandom::new(),
            ),
            ("aws", "es256") => Self::AwsEs256(
                aws_lc_rs::signature::EcdsaKeyPair::from_pkcs8(
                    &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING,
                    &key,
                )?,
                aws_lc_rs::rand::SystemRandom::new(),
            ),
            ("aws", "eddsa") => Self::AwsEdDsa(
                aws_lc_rs::signature::Ed25519KeyPair::from_pkcs8_maybe_unchecked(&key)?,
            ),
            ("aws", "rs256") => Self::AwsRs256(
                aws_lc_rs::signature::RsaKeyPair::from_pkcs8(&key)?,
                aws_lc_rs::rand::SystemRandom::new(),
            ),
            _ => return Err(format!("{algorithm} with {backend} is not supported").into()),
        })
    }

    /// The `alg` of a token's header.
    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::RingEs256(..) | Self::AwsEs256(..) => "ES256",
            Self::RingEdDsa(..) | Self::AwsEdDsa(..) => "EdDSA",
            Self::RingRs256(..) | Self::AwsRs256(..) => "RS256",
        }
    }

    /// Appends a dot and the signature of the token so far.
    pub fn sign(&self, token: &mut String) {
        let message = token.as_bytes();
        let mut rsa = [0; RSA_BYTES];
        match self {
            Self::RingEs256(key, random) => {
                append(token, key.sign(random, message).expect("signs").as_ref());
            }
            Self::RingEdDsa(key) => append(token, key.sign(message).as_ref()),
            Self::RingRs256(key, random) => {
                let scheme = &ring::signature::RSA_PKCS1_SHA256;
                key.sign(scheme, random, message, &mut rsa).expect("signs");
                append(token, &rsa);
            }
            Self::AwsEs256(key, random) => {
                append(token, key.sign(random, message).expect("signs").as_ref());
            }
            Self::AwsEdDsa(key) => append(token, key.sign(message).as_ref()),
            Self::AwsRs256(key, random) => {
                let scheme = &aws_lc_rs::signature::RSA_PKCS1_SHA256;
                key.sign(scheme, random, message, &mut rsa).expect("signs");
                append(token, &rsa);
            }
        }
    }
}

fn append(token: &mut String, signature: &[u8]) {
    token.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(signature, token);
}
