//! Signature algorithms with a public key, as values.

use crate::words::words;

words! {
    /// A signature algorithm with a public key.
    ///
    /// There is no `none`, and no HMAC: the HMAC algorithms are a [`MacAlgorithm`](crate::MacAlgorithm) and have keys of their own type, so
    /// that a public key can never be taken for a shared secret. The header of a token is only compared with such a value, which comes from
    /// a key and from configuration.
    ///
    /// Exhaustive: a program that creates or stores keys has to handle every algorithm, and a new one is a breaking change.
    ///
    /// Source: [RFC 7518, section 3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1),
    /// [RFC 8037, section 3.1](https://www.rfc-editor.org/rfc/rfc8037#section-3.1),
    /// [RFC 9864, section 2.2](https://www.rfc-editor.org/rfc/rfc9864#section-2.2).
    ///
    /// ```
    /// use m2m_jwt::Algorithm;
    ///
    /// assert_eq!("ES256".parse(), Ok(Algorithm::Es256));
    /// assert_eq!("Ed25519".parse(), Ok(Algorithm::EdDsa));
    /// assert!("none".parse::<Algorithm>().is_err());
    /// assert!("es256".parse::<Algorithm>().is_err());
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Algorithm else UnknownAlgorithm {
        /// ECDSA on P-256 with SHA-256.
        Es256 = "ES256",
        /// ECDSA on P-384 with SHA-384.
        Es384 = "ES384",
        /// RSASSA-PKCS1-v1_5 with SHA-256.
        Rs256 = "RS256",
        /// RSASSA-PKCS1-v1_5 with SHA-384.
        Rs384 = "RS384",
        /// RSASSA-PKCS1-v1_5 with SHA-512.
        Rs512 = "RS512",
        /// RSASSA-PSS with SHA-256 and a salt of 32 bytes.
        Ps256 = "PS256",
        /// RSASSA-PSS with SHA-384 and a salt of 48 bytes.
        Ps384 = "PS384",
        /// RSASSA-PSS with SHA-512 and a salt of 64 bytes.
        Ps512 = "PS512",
        /// EdDSA on Ed25519. Printed as `EdDSA`, which more software knows than `Ed25519`, and read as either. Ed448 is not supported.
        EdDsa = "EdDSA" or "Ed25519",
    }
}

impl Algorithm {
    /// The type of the keys that it takes.
    #[must_use]
    pub const fn key_type(self) -> KeyType {
        match self {
            Self::Es256 => KeyType::EcP256,
            Self::Es384 => KeyType::EcP384,
            Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 | Self::Ps384 | Self::Ps512 => {
                KeyType::Rsa
            }
            Self::EdDsa => KeyType::Ed25519,
        }
    }
}

words! {
    /// The kind of a public key: its curve, or `RSA`.
    ///
    /// Exhaustive, as [`Algorithm`] is.
    ///
    /// Source: [RFC 7518, section 6](https://www.rfc-editor.org/rfc/rfc7518#section-6),
    /// [RFC 8037, section 2](https://www.rfc-editor.org/rfc/rfc8037#section-2).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum KeyType else UnknownKeyType {
        /// `EC` on the curve `P-256`.
        EcP256 = "P-256",
        /// `EC` on the curve `P-384`.
        EcP384 = "P-384",
        /// `OKP` on the curve `Ed25519`.
        Ed25519 = "Ed25519",
        /// `RSA`.
        Rsa = "RSA",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{UnknownAlgorithm, UnknownKeyType};

    #[test]
    fn prints_and_reads_every_algorithm() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.as_str().parse(), Ok(*algorithm));
        }
    }

    #[test]
    fn prints_and_reads_every_type_of_key() {
        for key_type in KeyType::ALL {
            assert_eq!(key_type.as_str().parse(), Ok(*key_type));
        }
        for name in ["", "EC", "p-256", "P-521", "rsa", "Ed448"] {
            assert_eq!(name.parse::<KeyType>(), Err(UnknownKeyType), "{name:?}");
        }
    }

    #[test]
    fn x1_knows_neither_none_nor_hmac_nor_another_case() {
        for name in [
            "", "none", "None", "NONE", "nOnE", "HS256", "HS384", "HS512", "es256", "ES512",
            "ES521", "EDDSA", "ED25519", "Ed448", "RS1", "RS256 ", " RS256",
        ] {
            assert_eq!(name.parse::<Algorithm>(), Err(UnknownAlgorithm), "{name:?}");
        }
    }
}
