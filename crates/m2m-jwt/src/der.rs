//! The few DER structures that are needed: `RSAPublicKey`, which the crypto libraries return, and the parts of a private key.

use zeroize::Zeroizing;

/// Modulus and exponent of an `RSAPublicKey`, big-endian, without leading zeros.
///
/// ```text
/// RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }
/// ```
///
/// Source: [RFC 8017, appendix A.1.1](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1).
pub(crate) fn rsa_public_key(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (content, rest) = element(der, SEQUENCE)?;
    let (modulus, content) = element(content, INTEGER)?;
    let (exponent, content) = element(content, INTEGER)?;
    if !rest.is_empty() || !content.is_empty() {
        return None;
    }
    Some((positive(modulus)?, positive(exponent)?))
}

/// The kind of a private key in PKCS#8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PrivateKeyKind<'d> {
    /// An RSA key with a modulus of this number of bits.
    Rsa(usize),
    /// A key on the curve with this object identifier.
    Ec(&'d [u8]),
    /// An Ed25519 key.
    Ed25519,
    /// A key of another algorithm.
    Other,
}

/// The kind of a private key in PKCS#8, by the beginning of the document.
///
/// ```text
/// PrivateKeyInfo ::= SEQUENCE { version INTEGER, SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }, privateKey OCTET STRING, … }
/// RSAPrivateKey ::= SEQUENCE { version INTEGER, modulus INTEGER, … }
/// ```
///
/// Source: [RFC 5958, section 2](https://www.rfc-editor.org/rfc/rfc5958#section-2),
/// [RFC 8017, appendix A.1.2](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.2).
pub(crate) fn private_key_kind(der: &[u8]) -> Option<PrivateKeyKind<'_>> {
    let (content, _) = element(der, SEQUENCE)?;
    let (_, content) = element(content, INTEGER)?;
    let (algorithm, content) = element(content, SEQUENCE)?;
    let (identifier, parameters) = element(algorithm, OBJECT_IDENTIFIER)?;
    match identifier {
        RSA_ENCRYPTION => {
            let (key, _) = element(content, OCTET_STRING)?;
            let (numbers, _) = element(key, SEQUENCE)?;
            let (_, numbers) = element(numbers, INTEGER)?;
            let modulus = positive(element(numbers, INTEGER)?.0)?;
            let zeros = modulus.first().map_or(0, |top| top.leading_zeros());
            let bits = modulus.len() * 8;
            Some(PrivateKeyKind::Rsa(bits - usize::try_from(zeros).ok()?))
        }
        EC_PUBLIC_KEY => {
            let (curve, _) = element(parameters, OBJECT_IDENTIFIER)?;
            Some(PrivateKeyKind::Ec(curve))
        }
        ED25519 => Some(PrivateKeyKind::Ed25519),
        _ => Some(PrivateKeyKind::Other),
    }
}

/// Returns an element with this tag and content, whose parts are concatenated. It may contain a secret.
pub(crate) fn written(tag: u8, content: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let length: usize = content.iter().map(|part| part.len()).sum();
    // Space for all of it at once, so that no copy of a secret is left behind in memory.
    let mut element = Zeroizing::new(Vec::with_capacity(length.saturating_add(1 + 9)));
    element.push(tag);
    let bytes = length.to_be_bytes();
    let significant = bytes
        .iter()
        .position(|byte| *byte != 0)
        .and_then(|first| bytes.get(first..))
        .unwrap_or_default();
    match (significant, u8::try_from(significant.len())) {
        (&[short @ 0..=0x7f], _) => element.push(short),
        ([], _) => element.push(0),
        (long, Ok(count)) => {
            element.push(0x80 | count);
            element.extend_from_slice(long);
        }
        (_, Err(_)) => {}
    }
    for part in content {
        element.extend_from_slice(part);
    }
    element
}

/// An `INTEGER` that is not negative, from its big-endian bytes.
pub(crate) fn written_integer(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let first = bytes.iter().position(|byte| *byte != 0);
    let minimal = first.and_then(|first| bytes.get(first..)).unwrap_or(&[0]);
    if minimal.first().is_some_and(|first| *first > 0x7f) {
        written(INTEGER, &[&[0], minimal])
    } else {
        written(INTEGER, &[minimal])
    }
}

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
/// `[1]`, constructed.
pub(crate) const CONTEXT_1: u8 = 0xa1;

/// `id-ecPublicKey` (RFC 5480, section 2.1.1).
pub(crate) const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// `rsaEncryption` (RFC 8017, appendix A.1).
pub(crate) const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// `id-Ed25519` (RFC 8410, section 3).
pub(crate) const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// Returns the content of the first element, and the bytes after it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, der) = der.split_first()?;
    let (length, der) = der.split_first()?;
    if *first != tag {
        return None;
    }
    let (length, der) = match length {
        0..=0x7f => (usize::from(*length), der),
        0x81 => {
            let (length, der) = der.split_first()?;
            (usize::from(*length), der)
        }
        0x82 => {
            let (length, der) = der.split_first_chunk::<2>()?;
            (usize::from(u16::from_be_bytes(*length)), der)
        }
        _ => return None,
    };
    der.split_at_checked(length)
}

/// Returns the integer without the zero that keeps it positive.
fn positive(integer: &[u8]) -> Option<&[u8]> {
    let integer = integer.strip_prefix(&[0]).unwrap_or(integer);
    (!integer.is_empty()).then_some(integer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_modulus_and_exponent() {
        let der = [
            0x30, 0x09, 0x02, 0x02, 0x00, 0xff, 0x02, 0x03, 0x01, 0x00, 0x01,
        ];
        assert_eq!(
            rsa_public_key(&der),
            Some(([0xff].as_slice(), [1, 0, 1].as_slice()))
        );
    }

    #[test]
    fn writes_lengths_and_integers_in_their_only_spelling() {
        assert_eq!(*written(NULL, &[]), [0x05, 0x00]);
        assert_eq!(written(OCTET_STRING, &[&[7; 0x7f]])[..2], [0x04, 0x7f]);
        assert_eq!(
            written(OCTET_STRING, &[&[7; 0x80]])[..3],
            [0x04, 0x81, 0x80]
        );
        let long = written(OCTET_STRING, &[&[7; 0x100], &[8; 2]]);
        assert_eq!(long[..4], [0x04, 0x82, 0x01, 0x02]);
        assert_eq!(long.len(), 4 + 0x102);
        assert_eq!(*written_integer(&[0, 0x7f]), [0x02, 1, 0x7f]);
        assert_eq!(*written_integer(&[0x80]), [0x02, 2, 0, 0x80]);
        assert_eq!(*written_integer(&[0, 0]), [0x02, 1, 0]);
    }

    #[test]
    fn refuses_truncations_and_trailing_bytes() {
        let der = [
            0x30, 0x09, 0x02, 0x02, 0x00, 0xff, 0x02, 0x03, 0x01, 0x00, 0x01, 0x00,
        ];
        for length in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12] {
            assert_eq!(rsa_public_key(&der[..length]), None, "{length}");
        }
    }
}
