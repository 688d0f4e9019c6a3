#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
//!
//! ## Where things are
//!
//! | for | use |
//! |---|---|
//! | the six steps | [`flow`]: [`accept`](flow::accept), [`authenticate`](flow::authenticate), [`authorize`](flow::authorize), [`issue`](flow::issue), [`record`](flow::record), [`respond`](flow::respond) |
//! | what the steps need of the server | [`Authority`], [`JwtId`], [`TraceId`], [`RequestId`] |
//! | the records, and how they fit together | [`registry`], [`Registry`] |
//! | what the steps need of one application | [`Client`], [`Policy`] |
//! | a refusal and its evidence | [`Refusal`], [`Check`], [`diagnose`] |
//! | introspection and revocation | [`inspection`] |
//! | the claims of tokens | [`AccessTokenClaims`] |
//! | the words of an audit log | [`audit`] |

mod access_token;
pub mod audit;
mod authority;
mod check;
mod client;
pub mod diagnose;
mod error;
mod fingerprint;
pub mod flow;
#[doc(hidden)]
pub mod fuzzing;
mod identifiers;
pub mod inspection;
pub mod policy;
mod redaction;
mod refusal;
pub mod registry;

pub use m2m_errors::{Cause, ErrorCode, Profile};
pub use m2m_jwt::{Algorithm, JwkSet, Signer, SigningFailed, SigningKey, UnixTime};
pub use oauth_proto::{InvalidIssuer, MessageLimits};

pub use access_token::{AccessTokenClaims, check_access_token, sign_access_token};
pub use authority::{Authority, MAX_AUDIENCES};
pub use check::Check;
pub use client::{Client, MAX_SECRETS};
pub use error::{InvalidAuthority, IssueFailed};
pub use fingerprint::FingerprintKey;
pub use identifiers::{
    ApplicationMark, InvalidRequestId, InvalidTraceId, JwtId, RequestId, TraceId, TraceIdText,
};
pub use policy::Policy;
pub use redaction::redacted;
pub use refusal::{RecordedClientId, Refusal, TargetParameter};
pub use registry::Registry;
