// The README has an example that needs the feature, and is compiled with it.
#![cfg_attr(any(not(doctest), feature = "http"), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]
//!
//! ## Where things are
//!
//! | for | use |
//! |---|---|
//! | the check | [`Guard`], [`Requirement`], [`Leeway`], [`Limits`], [`IssuerProfile`], [`Profile`] |
//! | what is checked | [`Call`], [`KeySet`], [`JwkSet`], [`UnixTime`] |
//! | the outcome | [`Caller`] with its claims ([`JsonValue`]), or [`Denied`] with its [`Cause`] and [`Evidence`] |
//! | texts about causes, other JWTs | the crates [`m2m_errors`] and [`m2m_jwt`], which are re-exported |

// The input, and the requirements for it.
mod call;
mod guard;
mod requirement;

// The outcome.
mod caller;
mod denied;
mod evidence;
mod extension;
mod issuer_claims;
mod sent_scheme;

mod limits;

#[doc(hidden)]
pub mod fuzzing;

/// The taxonomy of errors, for [`Cause::entry`] and its texts.
pub use m2m_errors;
/// The library that verifies tokens, for keys and other JWTs.
pub use m2m_jwt;

pub use m2m_errors::{Cause, Entry, ErrorCode, Profile, Status};
pub use m2m_jwt::{
    Algorithm, Claim, Claims, Condition, InvalidJwkSet, InvalidLeeway, InvalidToken, IssuerProfile,
    JsonArray, JsonNumber, JsonObject, JsonString, JsonValue, JwkSet, KeySet, Leeway, Limits,
    UnixTime, UnknownIssuerProfile, VerificationKey, VerifySignature,
};
pub use oauth_proto::InvalidBearer;

pub use call::Call;
pub use caller::Caller;
pub use denied::Denied;
pub use evidence::Evidence;
pub use extension::malformed_claim;
pub use guard::Guard;
pub use limits::MAX_AUTHORIZATION_BYTES;
pub use requirement::Requirement;
pub use sent_scheme::SentScheme;
