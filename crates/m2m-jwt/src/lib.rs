#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
//!
//! ## Where things are
//!
//! | to | use |
//! |---|---|
//! | sign access tokens | [`SigningKey`], [`sign_access_token`]; [`Signer`] for a key that lives elsewhere |
//! | verify access tokens | [`JwkSet`], [`KeySet`], [`Unverified`], [`Expectations`], [`verify()`], [`Claims`] |
//! | verify access tokens of issuers that do not follow RFC 9068 | [`IssuerProfile`], [`Expectations::of_issuer`] |
//! | verify with one chosen key, whatever its id | [`VerificationKey::from_spki_pem`], [`verify_with_key`] |
//! | read or write a JWS that is not an access token | [`verify_signature`], [`sign`] |
//! | work with shared secrets | [`MacKey`], [`verify_mac`], [`verify_mac_signature`] |
//! | show the content of a token that was not verified, whatever is wrong with it | [`Reading`] |
//! | read and write JSON with one meaning | [`JsonObject`], [`JsonWriter`] |

#[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
compile_error!(
    "m2m-jwt needs a crypto library: enable the feature `ring` or the feature `aws-lc-rs`"
);

// Values.
mod algorithm;
pub mod base64url;
mod claim;
mod error;
pub mod limits;
mod words;

// Keys.
mod backend;
mod curve_check;
mod der;
mod digest;
mod jwk;
mod jwk_set;
mod key_form;
mod key_kind;
mod key_set;
mod mac_key;
mod natural;
mod pem;
mod pkcs8;
mod private_key;
mod random;
mod roca;
mod signing_key;
mod spki;
mod thumbprint;
mod verification_key;

// Signing tokens.
mod access_token;
mod signer;

// Verifying tokens.
mod claims;
mod expectations;
mod header;
mod issuer_profile;
mod json;
mod jws;
mod reading;
mod unverified;
mod verified;
mod verify;

#[doc(hidden)]
pub mod fuzzing;

pub use access_token::{check_access_token, sign_access_token};
pub use algorithm::{Algorithm, KeyType};
pub use claim::Claim;
pub use claims::Claims;
pub use digest::sha256;
pub use error::{
    InvalidBase64Url, InvalidJson, InvalidJwkSet, InvalidKey, InvalidLeeway, InvalidToken,
    KeyNotGenerated, MemberFault, ShortText, SigningFailed, UnknownAlgorithm, UnknownClaim,
    UnknownIssuerProfile, UnknownKeyType,
};
pub use expectations::{ClaimForms, Condition, Expectations, Leeway, WithoutAudience, WithoutType};
pub use header::Header;
pub use issuer_profile::IssuerProfile;
pub use json::{
    JsonArray, JsonDocument, JsonNumber, JsonObject, JsonString, JsonValue, JsonWriter, Rounding,
};
pub use jwk::{Jwk, Tolerance};
pub use jwk_set::{JwkSet, RefusedKey, ToleratedMember};
pub use jws::{sign, verify_mac_signature, verify_signature, verify_signature_with_key};
pub use key_form::KeyForm;
pub use key_set::KeySet;
pub use limits::Limits;
pub use mac_key::{MacAlgorithm, MacKey};
pub use pkcs8::Pkcs8Document;
pub use reading::{Reading, Remark, TokenForm};
pub use signer::{ACCESS_TOKEN_TYPE, AccessTokenHeader, Signature, Signer};
pub use signing_key::SigningKey;
pub use thumbprint::Thumbprint;
pub use unverified::Unverified;
pub use verification_key::{VerificationKey, VerifySignature};
pub use verified::Verified;
pub use verify::{verify, verify_mac, verify_with_key};

pub use m2m_errors::Cause;
pub use oauth_proto::UnixTime;
