// The README has an example that needs the feature, and is compiled with it.
#![cfg_attr(any(not(doctest), feature = "http"), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]
//!
//! ## Where things are
//!
//! | for | use |
//! |---|---|
//! | the check | [`Guard`], [`Requirement`], [`Leeway`], [`Profile`] |
//! | what is checked | [`Call`], [`KeySet`], [`JwkSet`], [`UnixTime`] |
//! | the outcome | [`Caller`], or [`Denied`] with its [`Cause`] and [`Evidence`] |

// The input, and the requirements for it.
mod call;
mod guard;
mod requirement;

// The outcome.
mod caller;
mod denied;
mod evidence;
mod extension;

mod limits;

#[doc(hidden)]
pub mod fuzzing;

pub use m2m_errors::{Cause, ErrorCode, Profile};
pub use m2m_jwt::{
    Algorithm, InvalidToken, JwkSet, KeySet, Leeway, UnixTime, VerificationKey, VerifySignature,
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
