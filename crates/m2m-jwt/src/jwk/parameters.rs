//! The numbers of a public key.

use super::{octets, type_name};
use crate::algorithm::KeyType;
use crate::backend::RSA_MODULUS_BITS;
use crate::base64url;
use crate::error::InvalidKey;
use crate::json::{JsonObject, JsonWriter};

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
    pub(crate) fn from_object(object: JsonObject<'_>) -> Result<Self, InvalidKey> {
        match type_name(object)?.to_str().as_ref() {
            "EC" => Self::ec(object),
            "OKP" => Self::okp(object),
            "RSA" => Self::from_rsa(&octets(object, "n")?, &octets(object, "e")?),
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

    /// Refuses a modulus that is too small to be safe or too large to be fast, and exponents on which the crypto libraries disagree.
    ///
    /// Source: no leading zeros, [RFC 7518, section 6.3.1](https://www.rfc-editor.org/rfc/rfc7518#section-6.3.1); 2048 bits at least,
    /// [section 3.3](https://www.rfc-editor.org/rfc/rfc7518#section-3.3).
    pub(crate) fn from_rsa(n: &[u8], e: &[u8]) -> Result<Self, InvalidKey> {
        let top = n.first().copied().unwrap_or_default();
        if top == 0 || n.last().is_none_or(|last| last % 2 == 0) {
            return Err(InvalidKey::MemberMalformed { member: "n" });
        }
        let leading_zeros = usize::try_from(top.leading_zeros()).unwrap_or_default();
        if !RSA_MODULUS_BITS.contains(&(n.len() * 8 - leading_zeros)) {
            return Err(InvalidKey::SizeUnsupported);
        }
        let odd = e.last().is_some_and(|last| last % 2 == 1);
        let minimal = e.first().is_some_and(|first| *first != 0);
        if !odd || !minimal || e.len() > MAX_EXPONENT_BYTES || e == [1] {
            return Err(InvalidKey::MemberMalformed { member: "e" });
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

    /// The member to report if the crypto library refuses the numbers.
    #[cfg_attr(
        not(feature = "aws-lc-rs"),
        expect(dead_code, reason = "ring parses within a verification")
    )]
    pub(crate) const fn first_member(&self) -> &'static str {
        match self {
            Self::Ec { .. } | Self::Ed25519 { .. } => "x",
            Self::Rsa { .. } => "n",
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

    fn ec(object: JsonObject<'_>) -> Result<Self, InvalidKey> {
        let name = curve_name(object)?;
        let curve = [Curve::P256, Curve::P384]
            .into_iter()
            .find(|curve| curve.name() == name)
            .ok_or(InvalidKey::CurveUnsupported)?;
        let mut point = vec![UNCOMPRESSED];
        for member in ["x", "y"] {
            let coordinate = octets(object, member)?;
            // The full size, leading zeros included (RFC 7518, section 6.2.1.2).
            if coordinate.len() != curve.coordinate_bytes() {
                return Err(InvalidKey::MemberMalformed { member });
            }
            point.extend_from_slice(&coordinate);
        }
        Ok(Self::Ec { curve, point })
    }

    fn okp(object: JsonObject<'_>) -> Result<Self, InvalidKey> {
        if curve_name(object)? != ED25519 {
            return Err(InvalidKey::CurveUnsupported);
        }
        let x = octets(object, "x")?
            .try_into()
            .map_err(|_| InvalidKey::MemberMalformed { member: "x" })?;
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

fn curve_name(object: JsonObject<'_>) -> Result<std::borrow::Cow<'_, str>, InvalidKey> {
    let value = object
        .get("crv")
        .ok_or(InvalidKey::MemberMissing { member: "crv" })?;
    Ok(value
        .as_string()
        .ok_or(InvalidKey::MemberMalformed { member: "crv" })?
        .to_str())
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
    fn refuses_sizes_and_spellings_of_rsa() {
        let check = |n: &[u8], e: &[u8], expected| {
            assert_eq!(PublicParameters::from_rsa(n, e).map(|_| ()), expected)
        };
        let modulus = |bytes: usize| [vec![0x80], vec![0; bytes - 2], vec![1]].concat();
        check(&modulus(256), &[1, 0, 1], Ok(()));
        check(&modulus(1024), &[3], Ok(()));
        check(&modulus(255), &[1, 0, 1], Err(InvalidKey::SizeUnsupported));
        check(&modulus(1025), &[1, 0, 1], Err(InvalidKey::SizeUnsupported));
        check(
            &[&[0x7f], &modulus(256)[1..]].concat(),
            &[3],
            Err(InvalidKey::SizeUnsupported),
        );
        check(
            &[&[0], &modulus(256)[..]].concat(),
            &[3],
            Err(InvalidKey::MemberMalformed { member: "n" }),
        );
        for e in [[1].as_slice(), &[2], &[0, 3], &[1, 0, 0, 0, 1], &[]] {
            check(
                &modulus(256),
                e,
                Err(InvalidKey::MemberMalformed { member: "e" }),
            );
        }
    }

    #[test]
    fn refuses_coordinates_of_another_length_and_other_curves() {
        let check = |json: &str, expected| {
            let object = JsonObject::parse(json.as_bytes()).unwrap();
            assert_eq!(
                PublicParameters::from_object(object),
                Err(expected),
                "{json}"
            );
        };
        let full = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
        check(
            &format!(r#"{{"kty":"EC","crv":"P-256","x":"{full}","y":"AA"}}"#),
            InvalidKey::MemberMalformed { member: "y" },
        );
        check(
            &format!(r#"{{"kty":"EC","crv":"P-384","x":"{full}","y":"{full}"}}"#),
            InvalidKey::MemberMalformed { member: "x" },
        );
        check(
            &format!(r#"{{"kty":"EC","crv":"P-256","x":"{full}"}}"#),
            InvalidKey::MemberMissing { member: "y" },
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
            InvalidKey::MemberMalformed { member: "x" },
        );
        check(r#"{"kty":"oct","k":"AA"}"#, InvalidKey::TypeUnsupported);
        check(r#"{"k":"AA"}"#, InvalidKey::MemberMissing { member: "kty" });
    }
}
