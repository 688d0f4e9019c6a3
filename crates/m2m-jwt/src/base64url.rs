//! Base64url without padding.
//!
//! Strict: no padding, no white space, no letters of the other alphabet, and the unused bits of the last letter must be zero. So every byte
//! string has exactly one spelling, and a token cannot be changed without changing its content.
//!
//! Source: [RFC 7515, section 2](https://www.rfc-editor.org/rfc/rfc7515#section-2),
//! [RFC 4648, section 5](https://www.rfc-editor.org/rfc/rfc4648#section-5).

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use std::sync::LazyLock;

use base64::Engine as _;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
use base64::engine::{GeneralPurpose, general_purpose::URL_SAFE_NO_PAD};
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use base64::engine::{Simd, general_purpose::NO_PAD};

use crate::error::InvalidBase64Url;

/// A quarter of the cost of a token is base64url, so it is done with the widest instructions that the processor has.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
static ENGINE: LazyLock<Simd> = LazyLock::new(|| Simd::url_safe(NO_PAD));
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
static ENGINE: GeneralPurpose = URL_SAFE_NO_PAD;

/// Writes `bytes` in base64url.
///
/// ```
/// assert_eq!(m2m_jwt::base64url::encode(&[0xfb, 0xff]), "-_8");
/// ```
#[must_use]
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    ENGINE.encode(bytes)
}

/// Reads base64url.
///
/// # Errors
/// [`InvalidBase64Url`] if it is not the canonical encoding of a byte string.
///
/// ```
/// use m2m_jwt::base64url::decode;
///
/// assert_eq!(decode("-_8").as_deref(), Ok([0xfb, 0xff].as_slice()));
/// assert!(decode("-_9").is_err()); // trailing bits
/// assert!(decode("-_8=").is_err()); // padding
/// assert!(decode("+/8").is_err()); // the other alphabet
/// ```
pub fn decode(text: impl AsRef<[u8]>) -> Result<Vec<u8>, InvalidBase64Url> {
    ENGINE.decode(text).map_err(|_| InvalidBase64Url)
}

/// Returns the number of letters that encode this number of bytes.
pub(crate) const fn encoded_length(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}

/// Returns the maximum number of bytes that this number of letters encodes.
pub(crate) const fn decoded_length(letters: usize) -> usize {
    letters / 4 * 3 + letters % 4 * 3 / 4
}

/// Appends `bytes` in base64url.
pub(crate) fn append(bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + encoded_length(bytes.len()), 0);
    let written = out
        .get_mut(start..)
        .and_then(|space| ENGINE.encode_slice(bytes, space).ok());
    debug_assert_eq!(
        written,
        Some(out.len() - start),
        "the space is as long as the text"
    );
}

/// Reads `text` into the beginning of `space`, and returns the number of decoded bytes.
pub(crate) fn decode_into(text: &[u8], space: &mut [u8]) -> Result<usize, InvalidBase64Url> {
    ENGINE
        .decode_slice(text, space)
        .map_err(|_| InvalidBase64Url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_is_encoded_in_the_computed_number_of_letters() {
        for length in 0..100 {
            let bytes = vec![0x5a; length];
            let text = encode(&bytes);
            assert_eq!(text.len(), encoded_length(length));
            assert_eq!(decoded_length(text.len()), length);
            let mut out = b"before".to_vec();
            append(&bytes, &mut out);
            assert_eq!(out.strip_prefix(b"before"), Some(text.as_bytes()));
        }
    }

    #[test]
    fn refuses_every_other_spelling() {
        for text in [
            "A", "AAAAA", "AA==", "AA=", "AB", "AAB", " AA", "AA ", "A A", "AA\n", "A+", "A/", "Ä",
        ] {
            assert_eq!(decode(text), Err(InvalidBase64Url), "{text:?}");
        }
    }
}
