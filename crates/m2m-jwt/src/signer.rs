//! Signers, and the signatures that they create.

use core::fmt;

use crate::algorithm::Algorithm;
use crate::base64url;
use crate::error::SigningFailed;
use crate::json::JsonWriter;

/// Creates signatures with one private key: a [`SigningKey`](crate::SigningKey), or a handle of a key that cannot be exported, such as one
/// in a hardware module.
///
/// It owns its [`AccessTokenHeader`], so that the header of a token is encoded once for a key and not for every token.
pub trait Signer {
    /// The header of the access tokens that it signs, with its algorithm and key id.
    fn access_token_header(&self) -> &AccessTokenHeader;

    /// Signs these bytes, by the algorithm, in the form that JWS requires: ECDSA as r and s side by side, not as DER.
    ///
    /// # Errors
    /// [`SigningFailed`] ([`Cause::SigningFailed`](m2m_errors::Cause)); no token is issued then.
    fn sign(&self, signing_input: &[u8], signature: &mut Signature) -> Result<(), SigningFailed>;

    /// The algorithm of its key.
    fn algorithm(&self) -> Algorithm {
        self.access_token_header().algorithm()
    }

    /// The key id of its key.
    fn key_id(&self) -> &str {
        self.access_token_header().key_id()
    }

    /// Returns the length of its signatures, for which space is reserved; a wrong value costs a copy, no more. Unit: bytes.
    fn signature_bytes(&self) -> usize {
        match self.algorithm() {
            Algorithm::Es256 | Algorithm::EdDsa => 64,
            Algorithm::Es384 => 96,
            Algorithm::Rs256
            | Algorithm::Rs384
            | Algorithm::Rs512
            | Algorithm::Ps256
            | Algorithm::Ps384
            | Algorithm::Ps512 => 256,
        }
    }
}

/// The protected header of the access tokens of one key, encoded.
///
/// Source: [RFC 9068, section 2.1](https://www.rfc-editor.org/rfc/rfc9068#section-2.1).
///
/// ```
/// use m2m_jwt::{AccessTokenHeader, Algorithm};
///
/// let header = AccessTokenHeader::new(Algorithm::Es256, "key-1");
/// assert_eq!(header.to_json(), r#"{"alg":"ES256","typ":"at+jwt","kid":"key-1"}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessTokenHeader {
    algorithm: Algorithm,
    key_id: Box<str>,
    /// The header in base64url, with the dot after it.
    encoded: Box<[u8]>,
}

impl AccessTokenHeader {
    /// Creates the header for this algorithm and this key id.
    #[must_use]
    pub fn new(algorithm: Algorithm, key_id: &str) -> Self {
        let json = header_json(algorithm.as_str(), Some(ACCESS_TOKEN_TYPE), Some(key_id));
        Self {
            algorithm,
            key_id: Box::from(key_id),
            encoded: encode_header(&json).into(),
        }
    }

    /// Its `alg`.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Its `kid`.
    #[must_use]
    pub const fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Returns the header as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        header_json(
            self.algorithm.as_str(),
            Some(ACCESS_TOKEN_TYPE),
            Some(&self.key_id),
        )
    }

    pub(crate) const fn encoded(&self) -> &[u8] {
        &self.encoded
    }
}

/// The `typ` of an access token, in both claim sets.
///
/// Source: [RFC 9068, section 2.1](https://www.rfc-editor.org/rfc/rfc9068#section-2.1).
pub const ACCESS_TOKEN_TYPE: &str = "at+jwt";

pub(crate) fn header_json(
    algorithm: &str,
    token_type: Option<&str>,
    key_id: Option<&str>,
) -> String {
    let mut json = JsonWriter::with_capacity(128);
    json.raw("{\"alg\":");
    json.string(algorithm);
    for (name, value) in [(",\"typ\":", token_type), (",\"kid\":", key_id)] {
        if let Some(value) = value {
            json.raw(name);
            json.string(value);
        }
    }
    json.raw("}");
    json.into_string()
}

/// Returns the header in base64url, with the dot after it.
pub(crate) fn encode_header(json: &str) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(base64url::encoded_length(json.len()) + 1);
    base64url::append(json.as_bytes(), &mut encoded);
    encoded.push(b'.');
    encoded
}

/// A signature, on the stack.
#[derive(Clone)]
pub struct Signature {
    bytes: [u8; Self::CAPACITY],
    length: usize,
}

impl Signature {
    /// The maximum length of a signature, that of an RSA key of 4096 bits. Unit: bytes.
    pub const CAPACITY: usize = 512;

    /// Creates an empty signature, to be filled by a [`Signer`].
    #[must_use]
    pub const fn new() -> Self {
        Self {
            bytes: [0; Self::CAPACITY],
            length: 0,
        }
    }

    /// Copies these bytes into the signature.
    ///
    /// # Errors
    /// [`SigningFailed::SignatureTooLong`] beyond [`CAPACITY`](Self::CAPACITY) ([`Cause::SigningFailed`](m2m_errors::Cause)).
    pub fn set(&mut self, signature: &[u8]) -> Result<(), SigningFailed> {
        self.space(signature.len())?.copy_from_slice(signature);
        Ok(())
    }

    /// Returns space for this number of bytes, all of which have to be written.
    ///
    /// # Errors
    /// [`SigningFailed::SignatureTooLong`] beyond [`CAPACITY`](Self::CAPACITY) ([`Cause::SigningFailed`](m2m_errors::Cause)).
    pub fn space(&mut self, length: usize) -> Result<&mut [u8], SigningFailed> {
        let space = self
            .bytes
            .get_mut(..length)
            .ok_or(SigningFailed::SignatureTooLong)?;
        self.length = length;
        Ok(space)
    }

    /// The signature.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl Default for Signature {
    fn default() -> Self {
        Self::new()
    }
}

/// The signature of a token completes its claims to the token, so it is not printed.
impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature([redacted])")
    }
}

/// The length of a token in compact serialization. Unit: bytes.
pub(crate) const fn compact_bytes(header: &[u8], payload: &[u8], signature_bytes: usize) -> usize {
    header.len()
        + base64url::encoded_length(payload.len())
        + 1
        + base64url::encoded_length(signature_bytes)
}

/// Signs a payload under an encoded header, into the one buffer that becomes the token.
pub(crate) fn sign_compact(
    header: &[u8],
    payload: &[u8],
    signature_bytes: usize,
    sign: impl FnOnce(&[u8], &mut Signature) -> Result<(), SigningFailed>,
) -> Result<String, SigningFailed> {
    let capacity = compact_bytes(header, payload, signature_bytes);
    let mut token = Vec::with_capacity(capacity);
    token.extend_from_slice(header);
    base64url::append(payload, &mut token);
    let mut signature = Signature::new();
    sign(&token, &mut signature)?;
    token.push(b'.');
    base64url::append(signature.as_bytes(), &mut token);
    // Base64url and dots are ASCII.
    String::from_utf8(token).map_err(|_| SigningFailed::Signer)
}
