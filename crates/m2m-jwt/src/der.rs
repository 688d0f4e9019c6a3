//! DER, as far as keys need it.

use zeroize::Zeroizing;

/// Modulus and exponent of an `RSAPublicKey`, big-endian, without leading zeros.
///
/// ```text
/// RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }
/// ```
///
/// Source: [RFC 8017, appendix A.1.1](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1).
pub(crate) fn rsa_public_key(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut numbers = Reader::of_only(der, SEQUENCE)?;
    let numbers_read = (numbers.unsigned()?, numbers.unsigned()?);
    numbers.end()?;
    Some(numbers_read)
}

/// Reads the elements of a constructed value one after another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'d> {
    rest: &'d [u8],
}

impl<'d> Reader<'d> {
    /// Reads the elements in this content.
    pub(crate) const fn new(content: &'d [u8]) -> Self {
        Self { rest: content }
    }

    /// Reads the elements of the only element in `der`, which has this tag.
    pub(crate) fn of_only(der: &'d [u8], tag: u8) -> Option<Self> {
        let mut outer = Self::new(der);
        let content = outer.take(tag)?;
        outer.end()?;
        Some(Self::new(content))
    }

    /// Returns the content of the next element, which has this tag.
    pub(crate) fn take(&mut self, tag: u8) -> Option<&'d [u8]> {
        let (content, rest) = element(self.rest, tag)?;
        self.rest = rest;
        Some(content)
    }

    /// Returns the elements of the next element, which has this tag.
    pub(crate) fn enter(&mut self, tag: u8) -> Option<Self> {
        self.take(tag).map(Self::new)
    }

    /// Returns the content of the next element if it has this tag; otherwise reads nothing.
    pub(crate) fn take_if(&mut self, tag: u8) -> Option<Option<&'d [u8]>> {
        match self.rest.first() {
            Some(next) if *next == tag => self.take(tag).map(Some),
            Some(_) | None => Some(None),
        }
    }

    /// Returns the next element, an `INTEGER` that is not negative, big-endian, without leading zeros.
    pub(crate) fn unsigned(&mut self) -> Option<&'d [u8]> {
        match self.take(INTEGER)? {
            [0] => Some(&[]),
            [0, rest @ ..] if rest.first().is_some_and(|first| *first > 0x7f) => Some(rest),
            number
                if number
                    .first()
                    .is_some_and(|first| (1..=0x7f).contains(first)) =>
            {
                Some(number)
            }
            _ => None,
        }
    }

    /// Returns the bytes of the next element, a `BIT STRING` of whole bytes.
    pub(crate) fn bit_string(&mut self) -> Option<&'d [u8]> {
        self.take(BIT_STRING)?.strip_prefix(&[0])
    }

    /// Returns the elements that were not read.
    pub(crate) const fn rest(self) -> &'d [u8] {
        self.rest
    }

    /// Returns `None` if there are more elements.
    pub(crate) fn end(self) -> Option<()> {
        self.rest.is_empty().then_some(())
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
/// `[0]`, constructed.
pub(crate) const CONTEXT_0: u8 = 0xa0;
/// `[1]`, not constructed.
pub(crate) const CONTEXT_1_PRIMITIVE: u8 = 0x81;
/// `[1]`, constructed.
pub(crate) const CONTEXT_1: u8 = 0xa1;

/// `id-ecPublicKey` (RFC 5480, section 2.1.1).
pub(crate) const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// `rsaEncryption` (RFC 8017, appendix A.1).
pub(crate) const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// `id-Ed25519` (RFC 8410, section 3).
pub(crate) const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// Returns the content of the first element, and the bytes after it. Lengths are in their shortest encoding.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, der) = der.split_first()?;
    let (length, der) = der.split_first()?;
    if *first != tag {
        return None;
    }
    let (length, der) = match length {
        0..=0x7f => (usize::from(*length), der),
        0x81 => {
            let (length, der) = der.split_first().filter(|(length, _)| **length > 0x7f)?;
            (usize::from(*length), der)
        }
        0x82 => {
            let (length, der) = der.split_first_chunk::<2>()?;
            let length = u16::from_be_bytes(*length);
            (
                usize::from(Some(length).filter(|length| *length > 0xff)?),
                der,
            )
        }
        _ => return None,
    };
    der.split_at_checked(length)
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
    fn a7_refuses_lengths_and_integers_in_another_than_the_shortest_encoding() {
        for der in [
            [0x30, 0x81, 0x06, 0x02, 0x01, 0x05, 0x02, 0x01, 0x03].as_slice(),
            &[0x30, 0x82, 0x00, 0x06, 0x02, 0x01, 0x05, 0x02, 0x01, 0x03],
            &[0x30, 0x07, 0x02, 0x02, 0x00, 0x05, 0x02, 0x01, 0x03],
            &[0x30, 0x06, 0x02, 0x01, 0x85, 0x02, 0x01, 0x03],
            &[0x30, 0x05, 0x02, 0x00, 0x02, 0x01, 0x03],
            &[0x30, 0x80, 0x02, 0x01, 0x05, 0x02, 0x01, 0x03, 0, 0],
        ] {
            assert_eq!(rsa_public_key(der), None, "{der:?}");
        }
        let der = [0x30, 0x06, 0x02, 0x01, 0x05, 0x02, 0x01, 0x03];
        assert_eq!(rsa_public_key(&der), Some(([5].as_slice(), [3].as_slice())));
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
