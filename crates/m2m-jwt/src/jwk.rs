//! One public key as JSON.

mod members;
mod parameters;
mod private;

pub(crate) use members::JwkMembers;
pub use members::Tolerance;
pub(crate) use parameters::{Curve, PublicParameters};
pub(crate) use private::{PrivateParameters, RsaPrivateParameters, symmetric};

use crate::algorithm::{Algorithm, KeyType};
use crate::error::{InvalidKey, MemberFault, ShortText};
use crate::json::{JsonArray, JsonString, JsonWriter};
use crate::thumbprint::Thumbprint;

/// A public key for signatures, as a JSON Web Key.
///
/// Allowed: `EC` on `P-256` and `P-384`, `OKP` on `Ed25519`, `RSA` from 2048 to 8192 bits. The private members of a private key are skipped
/// and not kept. Refused: secrets (`oct`, see [`MacKey`](crate::MacKey)), keys for encryption by `use` or `key_ops`, an `alg` that does not
/// fit, coordinates that are not in their canonical encoding, and duplicate members.
///
/// Members that are not needed may have any value, and a member that is `null` counts as absent. The deviations that [`Tolerance`] lists
/// are accepted; the key is the same, and is written in its canonical encoding.
///
/// Source: [RFC 7517, section 4](https://www.rfc-editor.org/rfc/rfc7517#section-4), [RFC 7518, section 6](https://www.rfc-editor.org/rfc/rfc7518#section-6),
/// [RFC 8037, section 2](https://www.rfc-editor.org/rfc/rfc8037#section-2).
///
/// ```
/// use m2m_jwt::Jwk;
///
/// let jwk = Jwk::parse(r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#)?;
/// assert_eq!(jwk.thumbprint().to_string(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
/// # Ok::<(), m2m_jwt::InvalidKey>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jwk {
    parameters: PublicParameters,
    key_id: Option<Box<str>>,
    algorithm: Option<Algorithm>,
}

impl Jwk {
    pub(crate) const fn new(
        parameters: PublicParameters,
        key_id: Option<Box<str>>,
        algorithm: Option<Algorithm>,
    ) -> Self {
        Self {
            parameters,
            key_id,
            algorithm,
        }
    }

    /// Reads a JSON Web Key.
    ///
    /// # Errors
    /// [`InvalidKey`]; its causes are [`KeyMalformed`](m2m_errors::Cause), [`KeyUnsupported`](m2m_errors::Cause) and
    /// [`KeyNotForSigning`](m2m_errors::Cause).
    pub fn parse<T: AsRef<[u8]> + ?Sized>(json: &T) -> Result<Self, InvalidKey> {
        Self::from_members(&mut JwkMembers::parse(json.as_ref())?, Operation::Verify)
    }

    pub(crate) fn from_members(
        members: &mut JwkMembers<'_>,
        operation: Operation,
    ) -> Result<Self, InvalidKey> {
        operation.check(members)?;
        let parameters = PublicParameters::from_members(members)?;
        let algorithm = match members.text("alg")? {
            None => None,
            Some(name) => {
                let name = name.to_str();
                let unsupported = || InvalidKey::AlgorithmUnsupported {
                    name: ShortText::new(&name),
                };
                let algorithm = Algorithm::parse(&name).ok_or_else(unsupported)?;
                Some(algorithm)
                    .filter(|algorithm| algorithm.key_type() == parameters.key_type())
                    .ok_or(InvalidKey::AlgorithmMismatch)
                    .map(Some)?
            }
        };
        Ok(Self {
            parameters,
            key_id: members.key_id()?,
            algorithm,
        })
    }

    /// `kid`
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// `alg`
    #[must_use]
    pub const fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// `kty`, with `crv`
    #[must_use]
    pub const fn key_type(&self) -> KeyType {
        self.parameters.key_type()
    }

    /// The SHA-256 over its required members, which is the same for all spellings of the key.
    #[must_use]
    pub fn thumbprint(&self) -> Thumbprint {
        let mut json = JsonWriter::with_capacity(1024);
        self.parameters.write_canonically(&mut json);
        Thumbprint::of(json.as_bytes())
    }

    /// Returns the key as JSON, with `use` as `sig`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = JsonWriter::with_capacity(1024);
        self.write(&mut json);
        json.into_string()
    }

    pub(crate) const fn parameters(&self) -> &PublicParameters {
        &self.parameters
    }

    pub(crate) fn write(&self, json: &mut JsonWriter) {
        json.raw("{\"kty\":");
        json.string(self.parameters.type_name());
        json.raw(",\"use\":\"sig\"");
        if let Some(key_id) = &self.key_id {
            json.raw(",\"kid\":");
            json.string(key_id);
        }
        if let Some(algorithm) = self.algorithm {
            json.raw(",\"alg\":");
            json.string(algorithm.as_str());
        }
        self.parameters.write_members(json);
        json.raw("}");
    }
}

impl core::str::FromStr for Jwk {
    type Err = InvalidKey;

    fn from_str(json: &str) -> Result<Self, InvalidKey> {
        Self::parse(json)
    }
}

impl TryFrom<&[u8]> for Jwk {
    type Error = InvalidKey;

    fn try_from(json: &[u8]) -> Result<Self, InvalidKey> {
        Self::parse(json)
    }
}

/// The intended operation of a key, for `use` and `key_ops`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Sign,
    Verify,
}

impl Operation {
    /// Refuses a key that is restricted to another operation. A private key may have `sign` and be read for its public half.
    pub(crate) fn check(self, members: &mut JwkMembers<'_>) -> Result<(), InvalidKey> {
        if let Some(purpose) = members.text("use")?
            && !purpose.equals("sig")
        {
            let purpose = ShortText::new(&purpose.to_str());
            return Err(InvalidKey::OtherUse { purpose });
        }
        if let Some(value) = members.non_empty("key_ops") {
            let operations = value
                .as_array()
                .filter(|array| JsonArray::contains_only_strings(*array))
                .ok_or_else(|| members::malformed("key_ops", MemberFault::NotStrings))?;
            let fits = |operation: JsonString<'_>| match self {
                Self::Sign => operation.equals("sign"),
                Self::Verify => operation.equals("verify") || operation.equals("sign"),
            };
            if !operations.strings().any(fits) {
                return Err(InvalidKey::NotForSignatures);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const P256: &str = r#""kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#;

    fn check(more: &str, expected: Result<(), InvalidKey>) {
        assert_eq!(
            Jwk::parse(&format!("{{{P256}{more}}}")).map(|_| ()),
            expected,
            "{more}"
        );
    }

    fn check_algorithm(name: &str) {
        let expected = InvalidKey::AlgorithmUnsupported {
            name: ShortText::new(name),
        };
        check(&format!(r#","alg":"{name}""#), Err(expected));
    }

    #[test]
    fn accepts_the_members_of_a_key_for_signatures() {
        check("", Ok(()));
        check(
            r#","use":"sig","key_ops":["verify"],"alg":"ES256","kid":"1","x5c":[1],"d":0"#,
            Ok(()),
        );
        check(r#","key_ops":["sign"]"#, Ok(()));
    }

    #[test]
    fn refuses_a_key_for_another_use() {
        for (name, purpose) in [("enc", "enc"), ("jwt-svid", "jwt-svid"), ("", "")] {
            let purpose = ShortText::new(purpose);
            check(
                &format!(r#","use":"{name}""#),
                Err(InvalidKey::OtherUse { purpose }),
            );
        }
        check(
            r#","key_ops":["encrypt","wrapKey"]"#,
            Err(InvalidKey::NotForSignatures),
        );
        check(r#","alg":"ES384""#, Err(InvalidKey::AlgorithmMismatch));
        check(r#","alg":"RS256""#, Err(InvalidKey::AlgorithmMismatch));
        check_algorithm("ECDH-ES");
        check_algorithm("none");
        check_algorithm("HS256");
    }

    #[test]
    fn refuses_members_of_the_wrong_type_and_duplicates() {
        for (more, member, fault) in [
            (",\"use\":1", "use", MemberFault::NotAString),
            (
                ",\"key_ops\":\"verify\"",
                "key_ops",
                MemberFault::NotStrings,
            ),
            (
                ",\"key_ops\":[\"verify\",null]",
                "key_ops",
                MemberFault::NotStrings,
            ),
            (",\"kid\":1", "kid", MemberFault::NotAString),
            (",\"alg\":[]", "alg", MemberFault::NotAString),
        ] {
            check(more, Err(InvalidKey::MemberMalformed { member, fault }));
        }
        check(
            &format!(",\"kid\":\"{}\"", "k".repeat(257)),
            Err(InvalidKey::KeyIdTooLong),
        );
        check(
            ",\"kty\":\"EC\"",
            Err(InvalidKey::Json(crate::InvalidJson::DuplicateMember {
                offset: 126,
            })),
        );
    }

    #[test]
    fn f4_a2_null_and_an_empty_list_count_as_absent() {
        for member in [
            "use", "alg", "kid", "key_ops", "x5c", "x5t", "x5t#S256", "x5u", "d", "n", "oth",
        ] {
            check(&format!(",\"{member}\":null"), Ok(()));
        }
        check(r#","use":"sig","key_ops":[],"oth":[],"x5c":[]"#, Ok(()));
        let null_point = P256.replace(r#""y":"#, r#""y":null,"z":"#);
        assert_eq!(
            Jwk::parse(&format!("{{{null_point}}}")),
            Err(InvalidKey::MemberMissing { member: "y" })
        );
    }

    #[test]
    fn prints_what_it_reads() {
        let json = format!(
            r#"{{"kty":"EC","use":"sig","kid":"a\"b","alg":"ES256",{}}}"#,
            &P256[11..]
        );
        assert_eq!(Jwk::parse(&json).unwrap().to_json(), json);
    }
}
