//! A private key that was generated elsewhere.

use m2m_errors::Cause;
use m2m_jwt::{Algorithm, InvalidKey, Pkcs8Document, Signer as _, SigningKey};

/// A private key that was generated elsewhere, parsed and ready to be imported.
#[derive(Debug)]
pub struct ImportedKey {
    key: SigningKey,
    document: Pkcs8Document,
}

/// The reason why a document cannot be imported as a private key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidImport {
    /// The document is not a valid private key.
    #[error(transparent)]
    Key(#[from] InvalidKey),
    /// The key is for another algorithm.
    #[error("the key cannot be used with {algorithm}")]
    OtherAlgorithm {
        /// The algorithm that was requested.
        algorithm: Algorithm,
    },
    /// The key fits several algorithms, and the caller did not name one.
    #[error(
        "the key can be used with several algorithms; specify one of them, such as RS256 or PS256"
    )]
    AlgorithmNeeded,
    /// The key id is invalid.
    #[error(
        "a key id must be 1 to {} visible ASCII characters",
        m2m_jwt::limits::MAX_KEY_ID_BYTES
    )]
    KeyId,
}

impl InvalidImport {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::Key(error) => error.cause(),
            Self::OtherAlgorithm { .. } | Self::AlgorithmNeeded => Cause::KeyAlgorithmUnclear,
            Self::KeyId => Cause::KeyIdInvalid,
        }
    }
}

impl ImportedKey {
    /// Reads a private key: PKCS#8 in PEM or in DER, or a JSON Web Key; the content tells which one it is. `algorithm` is needed if the key fits several, as an RSA key does. The key id
    /// is `key_id`, or else that of the document, or else the thumbprint.
    ///
    /// # Errors
    ///
    /// [`InvalidImport`] if the document is not such a key, or its algorithm or key id cannot be used.
    pub fn read(
        bytes: &[u8],
        algorithm: Option<Algorithm>,
        key_id: Option<&str>,
    ) -> Result<Self, InvalidImport> {
        let trimmed = bytes.trim_ascii();
        let (document, candidates, own_id) = if trimmed.starts_with(b"{") {
            let (candidates, own_id) = of_jwk(trimmed)?;
            (Pkcs8Document::from_jwk(trimmed)?, candidates, own_id)
        } else {
            let document = Pkcs8Document::from_pem_or_der(bytes)?;
            let key_type = document.key_type()?;
            let of_type = |algorithm: &&Algorithm| algorithm.key_type() == key_type;
            let candidates = Algorithm::ALL.iter().filter(of_type).copied().collect();
            (document, candidates, None)
        };
        let algorithm = match (algorithm, &*candidates) {
            (Some(algorithm), candidates) if candidates.contains(&algorithm) => algorithm,
            (Some(algorithm), _) => return Err(InvalidImport::OtherAlgorithm { algorithm }),
            (None, [algorithm]) => *algorithm,
            (None, _) => return Err(InvalidImport::AlgorithmNeeded),
        };
        let key_id = key_id.or(own_id.as_deref());
        if key_id.is_some_and(|key_id| !is_clean(key_id)) {
            return Err(InvalidImport::KeyId);
        }
        let key = SigningKey::from_pkcs8_der(algorithm, key_id, document.secret_der())?;
        Ok(Self { key, document })
    }

    /// Returns the key.
    #[must_use]
    pub const fn key(&self) -> &SigningKey {
        &self.key
    }

    pub(crate) const fn document(&self) -> &Pkcs8Document {
        &self.document
    }
}

type Candidates = Vec<Algorithm>;

/// Returns the algorithms that the JWK fits, and its key id.
fn of_jwk(json: &[u8]) -> Result<(Candidates, Option<Box<str>>), InvalidImport> {
    let mut candidates = Vec::new();
    let mut key_id = None;
    let mut refused = InvalidKey::TypeUnsupported;
    for algorithm in Algorithm::ALL {
        match SigningKey::from_jwk(*algorithm, json) {
            Ok(key) => {
                candidates.push(*algorithm);
                key_id = Some(key.key_id().into());
            }
            // A mismatch is not worth reporting if another algorithm fits or something else is wrong.
            Err(InvalidKey::AlgorithmMismatch) => {}
            Err(error) => refused = error,
        }
    }
    if candidates.is_empty() {
        return Err(refused.into());
    }
    Ok((candidates, key_id))
}

/// Returns true if the key id has a valid length and is visible ASCII, so that it can be typed and is one word in a log.
fn is_clean(key_id: &str) -> bool {
    !key_id.is_empty()
        && key_id.len() <= m2m_jwt::limits::MAX_KEY_ID_BYTES
        && key_id.bytes().all(|byte| byte.is_ascii_graphic())
}
