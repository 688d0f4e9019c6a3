//! The numbers of a private key. They are wiped when they are no longer needed.

use zeroize::Zeroizing;

use super::{PublicParameters, octets, type_name};
use crate::error::InvalidKey;
use crate::json::JsonObject;

type Secret = Zeroizing<Vec<u8>>;

pub(crate) enum PrivateParameters {
    /// `d` of a curve.
    Scalar(Secret),
    Rsa(Box<RsaPrivateParameters>),
}

/// Source: [RFC 7518, section 6.3.2](https://www.rfc-editor.org/rfc/rfc7518#section-6.3.2).
pub(crate) struct RsaPrivateParameters {
    pub(crate) d: Secret,
    pub(crate) p: Secret,
    pub(crate) q: Secret,
    pub(crate) dp: Secret,
    pub(crate) dq: Secret,
    pub(crate) qi: Secret,
}

impl PrivateParameters {
    /// Reads the private numbers of a key whose public ones have been read.
    pub(crate) fn from_object(
        object: JsonObject<'_>,
        public: &PublicParameters,
    ) -> Result<Self, InvalidKey> {
        if object.get("d").is_none() {
            return Err(InvalidKey::NotPrivate);
        }
        let secret = |member| octets(object, member).map(Zeroizing::new);
        Ok(match public {
            PublicParameters::Ec { .. } | PublicParameters::Ed25519 { .. } => {
                Self::Scalar(secret("d")?)
            }
            // A key of more than two primes has `oth`, and neither library supports such a key.
            PublicParameters::Rsa { .. } if object.get("oth").is_some() => {
                return Err(InvalidKey::MemberMalformed { member: "oth" });
            }
            PublicParameters::Rsa { .. } => Self::Rsa(Box::new(RsaPrivateParameters {
                d: secret("d")?,
                p: secret("p")?,
                q: secret("q")?,
                dp: secret("dp")?,
                dq: secret("dq")?,
                qi: secret("qi")?,
            })),
        })
    }
}

/// `k` of a shared secret.
///
/// Source: [RFC 7518, section 6.4](https://www.rfc-editor.org/rfc/rfc7518#section-6.4).
pub(crate) fn symmetric(object: JsonObject<'_>) -> Result<Secret, InvalidKey> {
    if !type_name(object)?.equals("oct") {
        return Err(InvalidKey::AlgorithmMismatch);
    }
    octets(object, "k").map(Zeroizing::new)
}
