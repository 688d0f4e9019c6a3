//! The numbers of a private key. They are wiped when they are no longer needed.

use zeroize::Zeroizing;

use super::PublicParameters;
use super::members::{JwkMembers, malformed};
use crate::error::{InvalidKey, MemberFault};

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
    pub(crate) fn from_members(
        members: &mut JwkMembers<'_>,
        public: &PublicParameters,
    ) -> Result<Self, InvalidKey> {
        if members.get("d").is_none() {
            return Err(InvalidKey::NotPrivate);
        }
        Ok(match public {
            PublicParameters::Ec { .. } | PublicParameters::Ed25519 { .. } => {
                Self::Scalar(members.octets("d")?)
            }
            // A key of more than two primes has `oth`, and neither library supports such a key.
            PublicParameters::Rsa { .. } if members.non_empty("oth").is_some() => {
                return Err(malformed("oth", MemberFault::MorePrimes));
            }
            PublicParameters::Rsa { .. } => Self::Rsa(Box::new(RsaPrivateParameters {
                d: members.number("d")?,
                p: members.number("p")?,
                q: members.number("q")?,
                dp: members.number("dp")?,
                dq: members.number("dq")?,
                qi: members.number("qi")?,
            })),
        })
    }
}

/// `k` of a shared secret.
///
/// Source: [RFC 7518, section 6.4](https://www.rfc-editor.org/rfc/rfc7518#section-6.4).
pub(crate) fn symmetric(members: &JwkMembers<'_>) -> Result<Secret, InvalidKey> {
    if !members.required_text("kty")?.equals("oct") {
        return Err(InvalidKey::AlgorithmMismatch);
    }
    members.octets("k")
}
