//! One private key in PEM.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::error::InvalidKey;
use crate::limits::MAX_PEM_BYTES;

/// Returns the DER in a PEM text with one PKCS#8 private key and nothing else except white space around it.
///
/// ```text
/// -----BEGIN PRIVATE KEY-----
/// lines of base64, at most 64 letters each
/// -----END PRIVATE KEY-----
/// ```
///
/// Source: [RFC 7468, sections 3 and 10](https://www.rfc-editor.org/rfc/rfc7468#section-10).
pub(crate) fn pkcs8(pem: &str) -> Result<Zeroizing<Vec<u8>>, InvalidKey> {
    if pem.len() > MAX_PEM_BYTES {
        return Err(InvalidKey::TooLong);
    }
    let mut lines = pem.trim_ascii().lines().map(str::trim_ascii_end);
    match lines.next() {
        Some("-----BEGIN PRIVATE KEY-----") => {}
        Some("-----BEGIN ENCRYPTED PRIVATE KEY-----") => return Err(InvalidKey::Encrypted),
        Some("-----BEGIN RSA PRIVATE KEY-----" | "-----BEGIN EC PRIVATE KEY-----") => {
            return Err(InvalidKey::NotPkcs8);
        }
        Some("-----BEGIN PUBLIC KEY-----" | "-----BEGIN CERTIFICATE-----") => {
            return Err(InvalidKey::NotPrivate);
        }
        Some(_) | None => return Err(InvalidKey::PemMalformed),
    }
    let mut letters = Zeroizing::new(Vec::with_capacity(pem.len()));
    for line in lines.by_ref() {
        if line == "-----END PRIVATE KEY-----" {
            if lines.next().is_some() {
                return Err(InvalidKey::PemMalformed);
            }
            return STANDARD
                .decode(&*letters)
                .map(Zeroizing::new)
                .map_err(|_| InvalidKey::PemMalformed);
        }
        if line.len() > MAX_LINE {
            return Err(InvalidKey::PemMalformed);
        }
        letters.extend_from_slice(line.as_bytes());
    }
    Err(InvalidKey::PemMalformed)
}

/// Generators wrap at exactly that many (RFC 7468, section 2); a few tools wrap at 76 as MIME does.
const MAX_LINE: usize = 76;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pem: &str, expected: Result<&[u8], InvalidKey>) {
        assert_eq!(
            pkcs8(pem).as_deref().map(Vec::as_slice),
            expected.as_ref().copied(),
            "{pem:?}"
        );
    }

    #[test]
    fn reads_one_key_with_any_line_ends() {
        check(
            "-----BEGIN PRIVATE KEY-----\nAAEC\n-----END PRIVATE KEY-----\n",
            Ok(&[0, 1, 2]),
        );
        check(
            "\r\n-----BEGIN PRIVATE KEY-----\r\nAAEC\r\nAw==\r\n-----END PRIVATE KEY-----",
            Ok(&[0, 1, 2, 3]),
        );
    }

    #[test]
    fn reports_which_other_document_it_is() {
        check(
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\n",
            Err(InvalidKey::Encrypted),
        );
        check(
            "-----BEGIN EC PRIVATE KEY-----\n",
            Err(InvalidKey::NotPkcs8),
        );
        check(
            "-----BEGIN RSA PRIVATE KEY-----\n",
            Err(InvalidKey::NotPkcs8),
        );
        check("-----BEGIN PUBLIC KEY-----\n", Err(InvalidKey::NotPrivate));
    }

    #[test]
    fn refuses_text_that_is_not_exactly_one_key() {
        for pem in [
            "",
            "AAEC",
            "-----BEGIN PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----\nAAEC",
            "-----BEGIN PRIVATE KEY-----\nAAE\n-----END PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----\nAA EC\n-----END PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----\nAAEC\n-----END PRIVATE KEY-----\n-----BEGIN PRIVATE KEY-----",
            "key:\n-----BEGIN PRIVATE KEY-----\nAAEC\n-----END PRIVATE KEY-----",
        ] {
            check(pem, Err(InvalidKey::PemMalformed));
        }
    }
}
