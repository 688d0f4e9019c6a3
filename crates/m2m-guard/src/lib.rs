// The README has examples that need these features, and is compiled with them.
#![cfg_attr(
    any(not(doctest), all(feature = "axum", feature = "hyper", feature = "testing")),
    doc = include_str!("../README.md")
)]
#![cfg_attr(docsrs, feature(doc_cfg))]
//!
//! ## Where things are
//!
//! | for | use |
//! |---|---|
//! | the check | [`Guard`], [`Requirement`], [`Leeway`], [`Limits`], [`IssuerProfile`], [`Profile`] |
//! | what is checked | [`Call`], [`KeySet`], [`JwkSet`], [`UnixTime`] |
//! | the outcome | [`Caller`] with its claims ([`JsonValue`]), or [`Denied`] with its [`Cause`] and [`Evidence`] |
#![cfg_attr(
    feature = "tower",
    doc = "| a service behind the guard | [`ApiGuard`], [`GuardLayer`], [`IssuerKeys`], [`testing`] |"
)]
//! | texts about causes, other JWTs | the crates [`m2m_errors`] and [`m2m_jwt`], which are re-exported |

// The input, and the requirements for it.
mod call;
mod guard;
mod requirement;

// The outcome.
mod caller;
mod denied;
mod evidence;
mod explain;
mod extension;
mod issuer_claims;
mod sent_scheme;

mod limits;

// The keys of the issuer, and the guard in front of a service.
#[cfg(feature = "issuer-keys")]
mod api_guard;
#[cfg(feature = "axum")]
mod axum;
#[cfg(feature = "tower")]
mod guard_layer;
#[cfg(feature = "issuer-keys")]
mod introspection;
#[cfg(feature = "issuer-keys")]
mod issuer_keys;
#[cfg(feature = "hyper")]
mod over_hyper;

#[cfg(feature = "issuer-keys")]
mod resource_metadata;
#[cfg(feature = "issuer-keys")]
mod verified_tokens;

#[cfg(feature = "testing")]
pub mod testing;

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
pub use oauth_proto::{InvalidBearer, InvalidScope, ScopeToken};

#[cfg(feature = "issuer-keys")]
pub use api_guard::{ApiGuard, OtherIssuer};
#[cfg(feature = "axum")]
pub use axum::Unguarded;
pub use call::Call;
pub use caller::Caller;
pub use denied::Denied;
pub use evidence::Evidence;
pub use extension::malformed_claim;
pub use guard::Guard;
#[cfg(feature = "tower")]
pub use guard_layer::{GuardLayer, Guarded};
#[cfg(feature = "issuer-keys")]
pub use issuer_keys::{FetchError, FetchedKeys, IssuerKeys, KeysUnavailable};
pub use limits::MAX_AUTHORIZATION_BYTES;
#[cfg(feature = "hyper")]
pub use m2m_client::HyperTransport;
#[cfg(feature = "issuer-keys")]
pub use m2m_client::{self, Credentials, InvalidIssuer, Issuer, Transport};
#[cfg(feature = "hyper")]
pub use over_hyper::UnusableIssuer;
pub use requirement::Requirement;
#[cfg(feature = "issuer-keys")]
pub use resource_metadata::{InvalidResource, ResourceMetadata};
pub use sent_scheme::SentScheme;
