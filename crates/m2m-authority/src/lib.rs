#![doc = include_str!("../README.md")]

mod access_token;
pub mod audit;
mod authority;
mod check;
mod client;
pub mod diagnose;
mod error;
pub mod flow;
#[doc(hidden)]
pub mod fuzzing;
mod identifiers;
pub mod policy;
mod redaction;
mod refusal;
pub mod registry;

pub use m2m_errors::{Cause, ErrorCode, Profile};
pub use m2m_jwt::{Algorithm, JwkSet, Signer, SigningFailed, SigningKey, UnixTime};
pub use oauth_proto::{InvalidIssuer, Limits};

pub use access_token::{AccessTokenClaims, check_access_token, sign_access_token};
pub use authority::{Authority, MAX_AUDIENCES};
pub use check::Check;
pub use client::{Client, MAX_SECRETS};
pub use error::{InvalidAuthority, IssueFailed};
pub use identifiers::{
    ApplicationMark, InvalidRequestId, InvalidTraceId, JwtId, RequestId, TraceId, TraceIdText,
};
pub use policy::Policy;
pub use redaction::redacted;
pub use refusal::{RecordedClientId, Refusal, TargetParameter};
pub use registry::Registry;
