//! The one DER structure that the crypto libraries hand out: `RSAPublicKey`.

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

const INTEGER: u8 = 0x02;
const SEQUENCE: u8 = 0x30;

/// The content of the element in front, and what follows it.
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

/// Without the zero that keeps a positive integer positive.
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
    fn refuses_every_truncation_and_what_follows() {
        let der = [
            0x30, 0x09, 0x02, 0x02, 0x00, 0xff, 0x02, 0x03, 0x01, 0x00, 0x01, 0x00,
        ];
        for length in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12] {
            assert_eq!(rsa_public_key(&der[..length]), None, "{length}");
        }
    }
}
