//! The check that a point is on its curve, which only one of the crypto libraries makes when it reads a key.

use crate::jwk::Curve;
use crate::natural::Natural;

/// Returns true if the uncompressed point is on the curve: y² = x³ - 3x + b modulo p, with x and y less than p.
///
/// Source: [SP 800-186, sections 3.2.1 and D.1.1](https://csrc.nist.gov/pubs/sp/800/186/final).
pub(crate) fn is_on_curve(curve: Curve, point: &[u8]) -> bool {
    let Some((4, coordinates)) = point.split_first() else {
        return false;
    };
    let (p, b) = match curve {
        Curve::P256 => (P256_P.as_slice(), P256_B.as_slice()),
        Curve::P384 => (P384_P.as_slice(), P384_B.as_slice()),
    };
    if coordinates.len() != 2 * p.len() {
        return false;
    }
    let (x, y) = coordinates.split_at(p.len());
    let [x, y, p, b] = [x, y, p, b].map(Natural::from_be_bytes);
    if x >= p || y >= p {
        return false;
    }
    let three_x = x.times(&Natural::from_be_bytes(&[3]));
    let cube = x.times(&x).modulo(&p).times(&x);
    // y² + 3x = x³ + b has no subtraction.
    y.times(&y).plus(&three_x).modulo(&p) == cube.plus(&b).modulo(&p)
}

const P256_P: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
];
const P256_B: [u8; 32] = [
    0x5a, 0xc6, 0x35, 0xd8, 0xaa, 0x3a, 0x93, 0xe7, 0xb3, 0xeb, 0xbd, 0x55, 0x76, 0x98, 0x86, 0xbc,
    0x65, 0x1d, 0x06, 0xb0, 0xcc, 0x53, 0xb0, 0xf6, 0x3b, 0xce, 0x3c, 0x3e, 0x27, 0xd2, 0x60, 0x4b,
];
const P384_P: [u8; 48] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff,
];
const P384_B: [u8; 48] = [
    0xb3, 0x31, 0x2f, 0xa7, 0xe2, 0x3e, 0xe7, 0xe4, 0x98, 0x8e, 0x05, 0x6b, 0xe3, 0xf8, 0x2d, 0x19,
    0x18, 0x1d, 0x9c, 0x6e, 0xfe, 0x81, 0x41, 0x12, 0x03, 0x14, 0x08, 0x8f, 0x50, 0x13, 0x87, 0x5a,
    0xc6, 0x56, 0x39, 0x8d, 0x8a, 0x2e, 0xd1, 0x9d, 0x2a, 0x85, 0xc8, 0xed, 0xd3, 0xec, 0x2a, 0xef,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Algorithm, SigningKey};

    #[test]
    fn a7_generated_points_are_on_their_curve_and_changed_ones_are_not() {
        for (algorithm, curve) in [
            (Algorithm::Es256, Curve::P256),
            (Algorithm::Es384, Curve::P384),
        ] {
            let (key, _) = SigningKey::generate(algorithm, None).unwrap();
            let crate::jwk::PublicParameters::Ec { point, .. } = key.public_jwk().parameters()
            else {
                panic!("{algorithm} has a curve");
            };
            assert!(is_on_curve(curve, point));
            for position in 0..point.len() {
                let mut changed = point.clone();
                changed[position] ^= 1;
                assert!(!is_on_curve(curve, &changed), "{algorithm} {position}");
            }
            assert!(!is_on_curve(curve, &point[1..]));
        }
        assert!(!is_on_curve(Curve::P256, &[]));
        // The coordinates of the zero point, and of p itself, which is zero modulo p.
        assert!(!is_on_curve(Curve::P256, &[&[4][..], &[0; 64]].concat()));
        let beyond = [&[4][..], &P256_P, &P256_P].concat();
        assert!(!is_on_curve(Curve::P256, &beyond));
    }
}
