//! The kind of a key by its object identifiers.

use crate::der::{EC_PUBLIC_KEY, OBJECT_IDENTIFIER, Reader, SEQUENCE};
use crate::error::InvalidKey;
use crate::jwk::Curve;

/// Returns the object identifier in the content of an `AlgorithmIdentifier`, and the element after it.
///
/// Source: [RFC 5280, section 4.1.1.2](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.1.2).
pub(crate) fn algorithm(content: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut algorithm = Reader::new(content);
    let identifier = algorithm.take(OBJECT_IDENTIFIER)?;
    Some((identifier, algorithm.rest()))
}

/// Returns the curve in the parameters of a key on one; `None` if they are malformed.
///
/// Source: [RFC 5480, section 2.1.1](https://www.rfc-editor.org/rfc/rfc5480#section-2.1.1).
pub(crate) fn curve(parameters: &[u8]) -> Option<Result<Curve, InvalidKey>> {
    if Reader::of_only(parameters, SEQUENCE).is_some() {
        return Some(Err(InvalidKey::CurveExplicit));
    }
    let mut only = Reader::new(parameters);
    let identifier = only.take(OBJECT_IDENTIFIER)?;
    only.end()?;
    let own = [Curve::P256, Curve::P384]
        .into_iter()
        .find(|own| own.object_identifier() == identifier);
    Some(own.ok_or_else(|| InvalidKey::KindUnsupported {
        found: of_curve(identifier),
    }))
}

/// Returns the words for a key of an algorithm that is not supported.
pub(crate) fn of_algorithm(identifier: &[u8]) -> &'static str {
    match identifier {
        [0x2b, 0x65, 0x6e] => "an X25519 key",
        [0x2b, 0x65, 0x6f] => "an X448 key",
        [0x2b, 0x65, 0x71] => "an Ed448 key",
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a] => "a key for RSA-PSS only",
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x03, 0x01] => "a Diffie-Hellman key",
        [0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01] => "a DSA key",
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x11..=0x13] => "an ML-DSA key",
        EC_PUBLIC_KEY => "an EC key",
        _ => "a key of another type",
    }
}

fn of_curve(identifier: &[u8]) -> &'static str {
    match identifier {
        [0x2b, 0x81, 0x04, 0x00, 0x0a] => "an EC key on secp256k1",
        [0x2b, 0x81, 0x04, 0x00, 0x21] => "an EC key on P-224",
        [0x2b, 0x81, 0x04, 0x00, 0x23] => "an EC key on P-521",
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x01] => "an EC key on P-192",
        [0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, _] => "an EC key on a Brainpool curve",
        _ => "an EC key on another curve",
    }
}
