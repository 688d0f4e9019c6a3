//! The numbers of a public key.

use super::members::{JwkMembers, malformed};
use crate::algorithm::KeyType;
use crate::backend::RSA_MODULUS_BITS;
use crate::base64url;
use crate::error::{InvalidKey, MemberFault};
use crate::json::JsonWriter;
use crate::roca;

/// The numbers of a public key, each in its canonical encoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PublicParameters {
    Ec {
        curve: Curve,
        /// The uncompressed point: 4, x, y.
        point: Vec<u8>,
    },
    Ed25519 {
        x: [u8; 32],
    },
    Rsa {
        n: Box<[u8]>,
        e: Box<[u8]>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
}

impl Curve {
    const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
        }
    }

    /// RFC 5480, section 2.1.1.1.
    pub(crate) const fn object_identifier(self) -> &'static [u8] {
        match self {
            Self::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
            Self::P384 => &[0x2b, 0x81, 0x04, 0x00, 0x22],
        }
    }

    const fn coordinate_bytes(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
        }
    }
}

/// The first byte of an uncompressed point.
const UNCOMPRESSED: u8 = 4;

impl PublicParameters {
    pub(super) fn from_members(members: &mut JwkMembers<'_>) -> Result<Self, InvalidKey> {
        match members.required_text("kty")?.to_str().as_ref() {
            "EC" => Self::ec(members),
            "OKP" => Self::okp(members),
            "RSA" => {
                // Not needed of a public key. The empty array of some serializers is noted.
                members.non_empty("oth");
                Self::from_rsa(&members.number("n")?, &members.number("e")?)
            }
            _ => Err(InvalidKey::TypeUnsupported),
        }
    }

    pub(crate) fn from_ec_point(point: &[u8]) -> Option<Self> {
        let curve = [Curve::P256, Curve::P384]
            .into_iter()
            .find(|curve| point.len() == 1 + 2 * curve.coordinate_bytes())?;
        (point.first() == Some(&UNCOMPRESSED)).then(|| Self::Ec {
            curve,
            point: point.to_vec(),
        })
    }

    /// Refuses a modulus that is too small to be safe or too large to be fast, and exponents on which the crypto libraries disagree. Both
    /// numbers are big-endian and without leading zeros.
    ///
    /// Source: 2048 bits at least, [RFC 7518, section 3.3](https://www.rfc-editor.org/rfc/rfc7518#section-3.3).
    pub(crate) fn from_rsa(n: &[u8], e: &[u8]) -> Result<Self, InvalidKey> {
        let bits = n.first().map_or(0, |top| {
            n.len() * 8 - usize::try_from(top.leading_zeros()).unwrap_or_default()
        });
        if !RSA_MODULUS_BITS.contains(&bits) {
            return Err(InvalidKey::SizeUnsupported {
                bits,
                expected: "2048 to 8192 bits",
            });
        }
        let is_even = |number: &[u8]| number.last().is_none_or(|last| last % 2 == 0);
        if is_even(n) {
            return Err(malformed("n", MemberFault::Even));
        }
        let max_bits = MAX_EXPONENT_BYTES * 8;
        let fault = match e {
            [1] => Some(MemberFault::TooSmall),
            _ if e.len() > MAX_EXPONENT_BYTES => Some(MemberFault::TooLarge { max_bits }),
            _ if is_even(e) => Some(MemberFault::Even),
            _ => None,
        };
        if let Some(fault) = fault {
            return Err(malformed("e", fault));
        }
        if roca::is_vulnerable(n) {
            return Err(InvalidKey::Roca);
        }
        Ok(Self::Rsa {
            n: Box::from(n),
            e: Box::from(e),
        })
    }

    pub(crate) const fn key_type(&self) -> KeyType {
        match self {
            Self::Ec {
                curve: Curve::P256, ..
            } => KeyType::EcP256,
            Self::Ec {
                curve: Curve::P384, ..
            } => KeyType::EcP384,
            Self::Ed25519 { .. } => KeyType::Ed25519,
            Self::Rsa { .. } => KeyType::Rsa,
        }
    }

    /// `kty`
    pub(crate) const fn type_name(&self) -> &'static str {
        match self {
            Self::Ec { .. } => "EC",
            Self::Ed25519 { .. } => "OKP",
            Self::Rsa { .. } => "RSA",
        }
    }

    /// The error to report if the crypto library refuses the numbers.
    #[cfg_attr(
        not(feature = "aws-lc-rs"),
        expect(dead_code, reason = "ring parses within a verification")
    )]
    pub(crate) const fn refused(&self) -> InvalidKey {
        match self {
            Self::Ec { .. } | Self::Ed25519 { .. } => malformed("x", MemberFault::NotOnCurve),
            Self::Rsa { .. } => malformed("n", MemberFault::Refused),
        }
    }

    /// Writes the members of its type, each after a comma.
    pub(crate) fn write_members(&self, json: &mut JsonWriter) {
        match self {
            Self::Ec { curve, .. } => {
                let (x, y) = self.coordinates();
                member(json, ",\"crv\":", curve.name());
                member(json, ",\"x\":", &base64url::encode(x));
                member(json, ",\"y\":", &base64url::encode(y));
            }
            Self::Ed25519 { x } => {
                member(json, ",\"crv\":", ED25519);
                member(json, ",\"x\":", &base64url::encode(x));
            }
            Self::Rsa { n, e } => {
                member(json, ",\"n\":", &base64url::encode(n));
                member(json, ",\"e\":", &base64url::encode(e));
            }
        }
    }

    /// Writes the required members alone, sorted by name.
    ///
    /// Source: [RFC 7638, section 3.2](https://www.rfc-editor.org/rfc/rfc7638#section-3.2),
    /// [RFC 8037, section 2](https://www.rfc-editor.org/rfc/rfc8037#section-2).
    pub(crate) fn write_canonically(&self, json: &mut JsonWriter) {
        match self {
            Self::Ec { curve, .. } => {
                let (x, y) = self.coordinates();
                member(json, "{\"crv\":", curve.name());
                member(json, ",\"kty\":", self.type_name());
                member(json, ",\"x\":", &base64url::encode(x));
                member(json, ",\"y\":", &base64url::encode(y));
            }
            Self::Ed25519 { x } => {
                member(json, "{\"crv\":", ED25519);
                member(json, ",\"kty\":", self.type_name());
                member(json, ",\"x\":", &base64url::encode(x));
            }
            Self::Rsa { n, e } => {
                member(json, "{\"e\":", &base64url::encode(e));
                member(json, ",\"kty\":", self.type_name());
                member(json, ",\"n\":", &base64url::encode(n));
            }
        }
        json.raw("}");
    }

    fn ec(members: &JwkMembers<'_>) -> Result<Self, InvalidKey> {
        let name = members.required_text("crv")?;
        let curve = [Curve::P256, Curve::P384]
            .into_iter()
            .find(|curve| name.equals(curve.name()))
            .ok_or(InvalidKey::CurveUnsupported)?;
        let mut point = vec![UNCOMPRESSED];
        for member in ["x", "y"] {
            let coordinate = members.octets(member)?;
            // The full size, leading zeros included (RFC 7518, section 6.2.1.2).
            check_length(member, &coordinate, curve.coordinate_bytes())?;
            point.extend_from_slice(&coordinate);
        }
        Ok(Self::Ec { curve, point })
    }

    fn okp(members: &JwkMembers<'_>) -> Result<Self, InvalidKey> {
        if !members.required_text("crv")?.equals(ED25519) {
            return Err(InvalidKey::CurveUnsupported);
        }
        let octets = members.octets("x")?;
        let mut x = [0; 32];
        check_length("x", &octets, x.len())?;
        x.copy_from_slice(&octets);
        Ok(Self::Ed25519 { x })
    }

    /// Returns x and y of a point on a curve.
    fn coordinates(&self) -> (&[u8], &[u8]) {
        match self {
            Self::Ec { curve, point } => {
                let coordinates = point.strip_prefix(&[UNCOMPRESSED]).unwrap_or_default();
                coordinates
                    .split_at_checked(curve.coordinate_bytes())
                    .unwrap_or_default()
            }
            Self::Ed25519 { .. } | Self::Rsa { .. } => (&[], &[]),
        }
    }
}

fn check_length(member: &'static str, octets: &[u8], expected: usize) -> Result<(), InvalidKey> {
    let bytes = octets.len();
    if bytes == expected {
        Ok(())
    } else {
        Err(malformed(member, MemberFault::Length { bytes, expected }))
    }
}

fn member(json: &mut JsonWriter, name: &str, value: &str) {
    json.raw(name);
    json.string(value);
}

const ED25519: &str = "Ed25519";

/// `ring` accepts 33 bits at most; exponents of more than 32 bits are not used in practice.
const MAX_EXPONENT_BYTES: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f6_refuses_sizes_and_parities_of_rsa() {
        let check = |n: &[u8], e: &[u8], expected| {
            assert_eq!(PublicParameters::from_rsa(n, e).map(|_| ()), expected)
        };
        let modulus = |bytes: usize| [vec![0x80], vec![0; bytes - 2], vec![1]].concat();
        let size = |bits| {
            Err(InvalidKey::SizeUnsupported {
                bits,
                expected: "2048 to 8192 bits",
            })
        };
        check(&modulus(256), &[1, 0, 1], Ok(()));
        check(&modulus(1024), &[3], Ok(()));
        check(&modulus(128), &[1, 0, 1], size(1024));
        check(&modulus(255), &[1, 0, 1], size(2040));
        check(&modulus(1025), &[1, 0, 1], size(8200));
        check(&[&[0x7f], &modulus(256)[1..]].concat(), &[3], size(2047));
        let even = [&modulus(256)[..255], &[2]].concat();
        check(&even, &[3], Err(malformed("n", MemberFault::Even)));
        for (e, fault) in [
            ([1].as_slice(), MemberFault::TooSmall),
            (&[2], MemberFault::Even),
            (&[1, 0, 0, 0, 1], MemberFault::TooLarge { max_bits: 32 }),
            (&[], MemberFault::Even),
        ] {
            check(&modulus(256), e, Err(malformed("e", fault)));
        }
    }

    #[test]
    fn a5_e4_refuses_coordinates_of_another_length_and_other_curves() {
        let check = |json: &str, expected| {
            let mut members = JwkMembers::parse(json.as_bytes()).unwrap();
            assert_eq!(
                PublicParameters::from_members(&mut members),
                Err(expected),
                "{json}"
            );
        };
        let full = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
        let length =
            |member, bytes, expected| malformed(member, MemberFault::Length { bytes, expected });
        let y = |y: &str, expected| {
            check(
                &format!(r#"{{"kty":"EC","crv":"P-256","x":"{full}","y":{y}}}"#),
                expected,
            );
        };
        y(r#""AA""#, length("y", 1, 32));
        y(
            &format!(r#""{}""#, base64url::encode([1; 31])),
            length("y", 31, 32),
        );
        y(
            &format!(r#""{}""#, base64url::encode([1; 33])),
            length("y", 33, 32),
        );
        y(
            &format!(r#""{full}=""#),
            malformed("y", MemberFault::Padded),
        );
        y(
            &format!(r#""+{}""#, &full[1..]),
            malformed("y", MemberFault::OtherAlphabet),
        );
        y(r#""a b""#, malformed("y", MemberFault::NotBase64Url));
        y(r#""""#, malformed("y", MemberFault::Empty));
        y("1", malformed("y", MemberFault::NotAString));
        y("null", InvalidKey::MemberMissing { member: "y" });
        check(
            &format!(r#"{{"kty":"EC","crv":"P-384","x":"{full}","y":"{full}"}}"#),
            length("x", 32, 48),
        );
        check(
            &format!(r#"{{"kty":"EC","crv":"P-521","x":"{full}","y":"{full}"}}"#),
            InvalidKey::CurveUnsupported,
        );
        check(
            &format!(r#"{{"kty":"OKP","crv":"Ed448","x":"{full}"}}"#),
            InvalidKey::CurveUnsupported,
        );
        check(
            r#"{"kty":"OKP","crv":"Ed25519","x":"AA"}"#,
            length("x", 1, 32),
        );
        check(r#"{"kty":"oct","k":"AA"}"#, InvalidKey::TypeUnsupported);
        check(r#"{"k":"AA"}"#, InvalidKey::MemberMissing { member: "kty" });
        check(r#"{"kty":7}"#, malformed("kty", MemberFault::NotAString));
    }
}
