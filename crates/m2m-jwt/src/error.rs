//! The errors, one enum per operation, each case with its cause.

mod member;
mod set;

pub use member::{MemberFault, ShortText};
pub use set::InvalidJwkSet;

use core::fmt;

use m2m_errors::Cause;
use thiserror::Error;

use crate::algorithm::{Algorithm, KeyType};
use crate::claim::Claim;
use crate::expectations::Condition;
use crate::key_form::KeyForm;
use oauth_proto::UnixTime;

/// The name is not that of a supported algorithm. Names are case-sensitive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the algorithm is not supported")]
pub struct UnknownAlgorithm;

impl UnknownAlgorithm {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        Cause::KeyUnsupported
    }
}

/// The name is not that of a [`KeyType`](crate::KeyType).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the key type must be `P-256`, `P-384`, `Ed25519` or `RSA`")]
pub struct UnknownKeyType;

impl UnknownKeyType {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        Cause::KeyUnsupported
    }
}

/// The name is not that of a [`Claim`]. A token may have the claim nevertheless: see [`Claims::get`](crate::Claims::get).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the claim is not one of the registered claims that this library reads")]
pub struct UnknownClaim;

/// The name is not that of an [`IssuerProfile`](crate::IssuerProfile).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "the issuer profile must be `auth0`, `cognito`, `duende`, `entra`, `keycloak`, `kubernetes` or `okta`"
)]
pub struct UnknownIssuerProfile;

/// The text is not the base64url spelling of a byte string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the text must be base64url, without padding (=) at the end")]
pub struct InvalidBase64Url;

impl InvalidBase64Url {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        Cause::TokenMalformed
    }
}

/// The text is not a JSON object as this crate reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidJson {
    /// A byte that is not UTF-8.
    #[error("the text is not valid UTF-8")]
    NotUtf8,
    /// The outermost value is not an object.
    #[error("the text is not a JSON object")]
    NotAnObject,
    /// The text at this offset does not fit the grammar, or ends there.
    #[error("the text is not valid JSON at byte {offset}")]
    Syntax {
        /// Offset in bytes, counted from 0.
        offset: usize,
    },
    /// A name appears twice in one object.
    #[error("a JSON object in the text has the same member name twice, at byte {offset}")]
    DuplicateMember {
        /// Offset in bytes of the second of the two, counted from 0.
        offset: usize,
    },
    /// More levels than [`MAX_JSON_DEPTH`](crate::limits::MAX_JSON_DEPTH), or in a token than [`Limits::max_json_depth`](crate::Limits::max_json_depth).
    #[error("the text is nested too deeply at byte {offset}")]
    TooDeep {
        /// Offset in bytes, counted from 0.
        offset: usize,
    },
    /// More members than [`MAX_JSON_MEMBERS`](crate::limits::MAX_JSON_MEMBERS), or in a token than
    /// [`Limits::max_json_members`](crate::Limits::max_json_members).
    #[error("the text has too many members at byte {offset}")]
    TooManyMembers {
        /// Offset in bytes, counted from 0.
        offset: usize,
    },
}

impl InvalidJson {
    /// Returns the cause in the taxonomy of errors, if the text is the claims of a token.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::NotUtf8
            | Self::NotAnObject
            | Self::Syntax { .. }
            | Self::DuplicateMember { .. } => Cause::TokenClaimMalformed,
            Self::TooDeep { .. } | Self::TooManyMembers { .. } => Cause::TokenTooLong,
        }
    }
}

/// The token is not accepted.
///
/// The variants are in the order in which they are checked; [`verify()`](crate::verify()) lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidToken {
    /// Longer than [`Limits::max_token_bytes`](crate::Limits::max_token_bytes).
    #[error("the token is longer than {limit} bytes")]
    TooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// Not three parts with two dots between them.
    #[error("the token is not three parts separated by dots")]
    NotCompact,
    /// A part is not base64url.
    #[error("each part of the token must be base64url, without padding (=) at the end")]
    Encoding,
    /// The header is not a JSON object.
    #[error("the header cannot be parsed: {0}")]
    Header(InvalidJson),
    /// The header does not have the member, or its value is not a string.
    #[error("the header parameter `{member}` is missing or is not a string")]
    HeaderMember {
        /// `alg`, `kid` or `typ`.
        member: &'static str,
    },
    /// The header's `kid` is longer than [`Limits::max_key_id_bytes`](crate::Limits::max_key_id_bytes).
    #[error("the header parameter `kid` is longer than {limit} bytes")]
    KeyIdTooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The header has `crit`. None of the extensions that it could name is supported.
    #[error("the header parameter `crit` requires an extension that is not supported")]
    CriticalExtension,
    /// The header has a `b64` that is not `true`.
    #[error("the header parameter `b64` must be `true`: unencoded payloads are not supported")]
    PayloadNotEncoded,
    /// The header has `zip`.
    #[error("the header parameter `zip` is not allowed: compressed payloads are not supported")]
    PayloadCompressed,
    /// The header's `alg` is not supported by this crate; `none` is not supported either.
    #[error("the algorithm of the token is not supported")]
    AlgorithmUnknown,
    /// The header's `alg` is not one of the expected algorithms.
    #[error("the algorithm of the token is not one of the accepted algorithms")]
    AlgorithmUnexpected,
    /// The header has no `typ`.
    #[error("the header parameter `typ` is missing")]
    TypeMissing,
    /// The header's `typ` is not one of the expected types.
    #[error("the header parameter `typ` is not one of the accepted types")]
    TypeMismatch,
    /// No key has the header's `kid`, and the signature is not one of a key without a key id.
    #[error("no key has the key id of the token")]
    KeyUnknown,
    /// The key that the header names is for another algorithm than the header's.
    #[error("the algorithm of the token is not the algorithm of the key")]
    AlgorithmNotOfKey,
    /// More keys match than are tried, and none of those that were tried created the signature.
    #[error(
        "more keys match the token than are tried, which are {}; tokens and keys need key ids",
        crate::limits::MAX_KEY_TRIALS
    )]
    TooManyCandidates,
    /// The signature does not belong to header, payload and key.
    #[error("the signature is invalid")]
    Signature,
    /// The claims are not a JSON object.
    #[error("the claims cannot be parsed: {0}")]
    Claims(InvalidJson),
    /// A claim has another type than its specification requires.
    #[error("the claim `{0}` has the wrong type")]
    ClaimMalformed(Claim),
    /// A claim that every access token of the issuer has is absent.
    #[error("the claim `{claim}` is missing")]
    MarkMissing {
        /// The name of the claim.
        claim: &'static str,
    },
    /// A claim shows that the token is another kind of token of the issuer, such as an ID token.
    #[error("{}", Unmet(*.0))]
    ConditionUnmet(Condition),
    /// A required claim is absent.
    #[error("the claim `{0}` is missing")]
    ClaimMissing(Claim),
    /// `iss` is not the expected issuer.
    #[error("the token is from another issuer")]
    IssuerMismatch,
    /// `aud` does not name an expected audience.
    #[error("the token is for another audience")]
    AudienceMismatch,
    /// The time `exp` has been reached.
    #[error("the token expired at {expired_at}")]
    Expired {
        /// The second from which on it is refused.
        expired_at: UnixTime,
    },
    /// The time `nbf` has not been reached.
    #[error("the token is not valid before {not_before}")]
    NotYetValid {
        /// The second from which on it is accepted, without the leeway.
        not_before: UnixTime,
    },
    /// The time `iat` has not been reached.
    #[error("the token was issued in the future, at {issued_at}")]
    IssuedInFuture {
        /// The time at which it claims to be issued.
        issued_at: UnixTime,
    },
    /// The time from `iat`, or from now, to `exp` is longer than [`Expectations::max_lifetime_seconds`](crate::Expectations::max_lifetime_seconds).
    #[error("the token is valid until {expires_at}, longer than the maximum of {limit} seconds{}", milliseconds(*.expires_at))]
    LifetimeTooLong {
        /// The time `exp`.
        expires_at: UnixTime,
        /// The maximum. Unit: seconds.
        limit: u64,
    },
}

/// The sentence about a condition that a token does not meet.
struct Unmet(Condition);

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Condition::Present { claim } => write!(f, "the claim `{claim}` is missing"),
            Condition::Absent { claim } => write!(
                f,
                "the token has the claim `{claim}`, which access tokens of the issuer do not have"
            ),
            Condition::Equal { claim, value } => {
                write!(
                    f,
                    "the claim `{claim}` is not {value:?}, as in an access token"
                )
            }
            Condition::Prefix { claim, prefix } => write!(
                f,
                "the claim `{claim}` does not begin with {prefix:?}, as in an access token"
            ),
        }
    }
}

/// A time in seconds of twelve digits or more is 1,200 years ahead at least, and in milliseconds it is between 1973 and our time.
const fn milliseconds(time: UnixTime) -> &'static str {
    if time.as_seconds() >= 100_000_000_000 {
        "; it seems to be in milliseconds instead of seconds"
    } else {
        ""
    }
}

impl InvalidToken {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::TooLong { .. } => Cause::TokenTooLong,
            Self::Header(InvalidJson::TooDeep { .. } | InvalidJson::TooManyMembers { .. }) => {
                Cause::TokenTooLong
            }
            Self::NotCompact
            | Self::Encoding
            | Self::Header(_)
            | Self::HeaderMember { .. }
            | Self::KeyIdTooLong { .. } => Cause::TokenMalformed,
            Self::CriticalExtension | Self::PayloadNotEncoded | Self::PayloadCompressed => {
                Cause::TokenCriticalHeader
            }
            Self::AlgorithmUnknown | Self::AlgorithmUnexpected | Self::AlgorithmNotOfKey => {
                Cause::TokenAlgorithmWrong
            }
            Self::TypeMissing | Self::TypeMismatch | Self::ConditionUnmet(_) => {
                Cause::TokenTypeWrong
            }
            Self::KeyUnknown => Cause::TokenKeyUnknown,
            Self::TooManyCandidates => Cause::TokenKeyAmbiguous,
            Self::Signature => Cause::TokenSignatureWrong,
            Self::Claims(error) => error.cause(),
            Self::ClaimMalformed(_) | Self::LifetimeTooLong { .. } => Cause::TokenClaimMalformed,
            Self::ClaimMissing(_) | Self::MarkMissing { .. } => Cause::TokenClaimMissing,
            Self::IssuerMismatch => Cause::IssuerMismatch,
            Self::AudienceMismatch => Cause::AudienceMismatch,
            Self::Expired { .. } => Cause::TokenExpired,
            Self::NotYetValid { .. } => Cause::TokenNotYetValid,
            Self::IssuedInFuture { .. } => Cause::TokenIssuedInFuture,
        }
    }
}

/// The text is not a key that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidKey {
    /// Longer than the limit for its format, which is the same for all, see [`limits`](crate::limits).
    #[error("the key is longer than {} bytes", crate::limits::MAX_JWK_BYTES)]
    TooLong,
    /// Not a JSON object.
    #[error("the key cannot be parsed: {0}")]
    Json(InvalidJson),
    /// A member that the key's type needs is missing.
    #[error("the key's member `{member}` is missing")]
    MemberMissing {
        /// Its name.
        member: &'static str,
    },
    /// A member has another type, encoding, length or value than it must have.
    #[error("the key's member `{member}` {fault}")]
    MemberMalformed {
        /// Its name.
        member: &'static str,
        /// The reason.
        fault: MemberFault,
    },
    /// The key id is longer than [`MAX_KEY_ID_BYTES`](crate::limits::MAX_KEY_ID_BYTES).
    #[error("the key id is longer than {} bytes", crate::limits::MAX_KEY_ID_BYTES)]
    KeyIdTooLong,
    /// `kty` is not supported.
    #[error("the key type is not supported; supported types are RSA, EC and Ed25519")]
    TypeUnsupported,
    /// `crv` is not supported.
    #[error("the key's curve is not supported; supported curves are P-256, P-384 and Ed25519")]
    CurveUnsupported,
    /// `alg` is not supported.
    #[error("the key's algorithm `{name}` is not supported")]
    AlgorithmUnsupported {
        /// The value of `alg`.
        name: ShortText,
    },
    /// The algorithm is for keys of another type, or not the one that the key is for.
    #[error("the key is for another algorithm")]
    AlgorithmMismatch,
    /// The algorithm is for keys of another type than the one of the document.
    #[error(
        "the key type is {key_type}, and {algorithm} needs a key of the type {}",
        algorithm.key_type()
    )]
    TypeMismatch {
        /// The type of the key.
        key_type: KeyType,
        /// The requested algorithm.
        algorithm: Algorithm,
    },
    /// A key in PKCS#8 or a public key in DER of a type, or on a curve, that is not supported.
    #[error(
        "the key is {found}, which is not supported; supported keys are RSA keys, EC keys on P-256 and P-384, and Ed25519 keys"
    )]
    KindUnsupported {
        /// The kind of the key, as in "an EC key on secp256k1".
        found: &'static str,
    },
    /// The key is too short or too long for the algorithm.
    #[error("the key has {bits} bits; it must have {expected}")]
    SizeUnsupported {
        /// The size of the key. Unit: bits.
        bits: usize,
        /// The sizes that are supported, as in "2048 to 8192 bits".
        expected: &'static str,
    },
    /// The public exponent of an RSA key is too small for a key that signs.
    #[error(
        "the public exponent of the RSA key is too small; a key that signs must have 65537 or more"
    )]
    ExponentUnsupported,
    /// The key is on a curve that is described by numbers, and not by its name.
    /// Convert it with `openssl pkey -ec_param_enc named_curve`.
    #[error("the EC key describes its curve by explicit parameters; it must name the curve")]
    CurveExplicit,
    /// The RSA key is one of those of CVE-2017-15361 ("ROCA"): its private key can be computed from the public one.
    #[error(
        "the RSA key is vulnerable to ROCA (CVE-2017-15361): its private key can be computed from its public key"
    )]
    Roca,
    /// `use` is not `sig`, the only use that RFC 7517 has for signatures.
    #[error(
        "the key's members `use` and `key_ops` must allow signatures; `use` is `{purpose}` instead of `sig`"
    )]
    OtherUse {
        /// The value of `use`, such as `enc`.
        purpose: ShortText,
    },
    /// `key_ops` restricts the key to operations other than signatures.
    #[error(
        "the key's members `use` and `key_ops` must allow signatures; `key_ops` does not contain `verify`"
    )]
    NotForSignatures,
    /// A public key where a private key is needed.
    #[error("the key is not a private key")]
    NotPrivate,
    /// Not a PEM text with a key, or a key that is truncated or not in base64.
    #[error("the text has no complete key in PEM")]
    PemMalformed,
    /// A PEM text with two keys of the kind that is read, so that it is not clear which one is meant.
    #[error("the text has two keys, at line {first} and at line {second}; it must have one")]
    SeveralKeys {
        /// The line at which the first begins, counted from 1.
        first: usize,
        /// The line at which the second begins, counted from 1.
        second: usize,
    },
    /// A document that is in another form than the one that is read, or is not a key.
    #[error("{0}")]
    Form(KeyForm),
    /// `ENCRYPTED PRIVATE KEY`, or a traditional private key with a `Proc-Type` that says so; decrypt it with
    /// `openssl pkcs8 -topk8 -nocrypt`.
    #[error("the private key is encrypted with a password")]
    Encrypted,
    /// `RSA PRIVATE KEY` or `EC PRIVATE KEY`; convert it with `openssl pkcs8 -topk8 -nocrypt`.
    #[error("the private key is in a form of RSA or EC keys (PKCS#1 or SEC 1) and not in PKCS#8")]
    NotPkcs8,
    /// An EC private key without its public key; complete it with `openssl ec`, and convert it with `openssl pkcs8 -topk8 -nocrypt`.
    #[error("the EC private key lacks its public key")]
    PublicKeyMissing,
    /// A point of an EC key is compressed; convert the key with `openssl pkey -ec_conv_form uncompressed`.
    #[error("the public key of the EC key is compressed; it must be uncompressed")]
    PointCompressed,
    /// The point of an EC key is not on its curve.
    #[error("the public key of the EC key is not a point on its curve")]
    PointNotOnCurve,
    /// Not a `SubjectPublicKeyInfo`.
    #[error("the public key is malformed")]
    PublicKeyMalformed,
    /// Not a private key in PKCS#8, or one whose parts contradict each other.
    #[error("the private key is malformed, or its parts do not belong together")]
    PrivateKeyMalformed,
}

impl InvalidKey {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::TooLong
            | Self::Json(_)
            | Self::MemberMissing { .. }
            | Self::MemberMalformed { .. }
            | Self::KeyIdTooLong
            | Self::NotPrivate
            | Self::PemMalformed
            | Self::SeveralKeys { .. }
            | Self::Form(_)
            | Self::Encrypted
            | Self::NotPkcs8
            | Self::PublicKeyMissing
            | Self::PointCompressed
            | Self::PointNotOnCurve
            | Self::PublicKeyMalformed
            | Self::PrivateKeyMalformed => Cause::KeyMalformed,
            Self::TypeUnsupported
            | Self::CurveUnsupported
            | Self::AlgorithmUnsupported { .. }
            | Self::AlgorithmMismatch
            | Self::TypeMismatch { .. }
            | Self::KindUnsupported { .. }
            | Self::SizeUnsupported { .. }
            | Self::ExponentUnsupported
            | Self::CurveExplicit => Cause::KeyUnsupported,
            Self::Roca => Cause::KeyWeak,
            Self::OtherUse { .. } | Self::NotForSignatures => Cause::KeyNotForSigning,
        }
    }
}

/// The key was not generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyNotGenerated {
    /// `ring` cannot generate RSA keys. Build with the feature `aws-lc-rs`, or generate one with `openssl genpkey -algorithm RSA -pkeyopt
    /// rsa_keygen_bits:2048` and read it with [`SigningKey::from_pkcs8_pem`](crate::SigningKey::from_pkcs8_pem).
    #[error(
        "this build cannot generate RSA keys; generate one with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048` and import it"
    )]
    RsaUnsupported,
    /// The requested key id is longer than [`MAX_KEY_ID_BYTES`](crate::limits::MAX_KEY_ID_BYTES).
    #[error("the key id is too long")]
    KeyIdTooLong,
    /// The crypto library failed, which happens only if the operating system returns no random bytes.
    #[error("the crypto library failed to generate a key")]
    Library,
}

impl KeyNotGenerated {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::RsaUnsupported => Cause::KeyUnsupported,
            Self::KeyIdTooLong => Cause::KeyMalformed,
            Self::Library => Cause::InternalError,
        }
    }
}

/// The signature was not created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SigningFailed {
    /// The signer failed. `ring` and `aws-lc-rs` fail only if the operating system returns no random bytes.
    #[error("the signer failed to create a signature")]
    Signer,
    /// The signer's signature is longer than a [`Signature`](crate::Signature) can be.
    #[error("the signature is longer than {} bytes", crate::Signature::CAPACITY)]
    SignatureTooLong,
    /// The access token would be longer than [`MAX_ISSUED_TOKEN_BYTES`](crate::limits::MAX_ISSUED_TOKEN_BYTES).
    #[error(
        "the token would have {bytes} bytes; the maximum is {}",
        crate::limits::MAX_ISSUED_TOKEN_BYTES
    )]
    TokenTooLong {
        /// The length that it would have. Unit: bytes.
        bytes: usize,
    },
}

impl SigningFailed {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::Signer | Self::SignatureTooLong => Cause::SigningFailed,
            Self::TokenTooLong { .. } => Cause::IssuedTokenTooLong,
        }
    }
}

/// The leeway is longer than [`Leeway::MAX`](crate::Leeway::MAX).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a leeway of {seconds} seconds is longer than the maximum of {max} seconds", max = crate::Leeway::MAX.as_seconds())]
#[non_exhaustive]
pub struct InvalidLeeway {
    /// The requested leeway, in seconds.
    pub seconds: u64,
}

impl InvalidLeeway {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        Cause::InternalError
    }
}
