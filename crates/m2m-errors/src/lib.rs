#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
//!
//! ## Where things are
//!
//! | for | use |
//! |---|---|
//! | the most exact thing that went wrong, and its entry | [`Cause`], [`Entry`], [`Fault`], [`Disclosure`] |
//! | the code in `error`, and the status | [`ErrorCode`], [`CodeEntry`], [`Status`], [`StatusEntry`] |
//! | causes and fixes, and where a rule is written | [`Advice`], [`Source`] |
//! | what an operator of a server of this product can do | [`Task`] |
//! | the form on the wire in each dialect | [`Profile`], [`Wire`], [`WireForms`], [`Text`] |

mod advice;
mod catalogue;
mod catalogued;
mod cause;
mod code;
mod fault;
mod profile;
mod source;
mod status;
mod task;
mod wire;

pub use advice::Advice;
pub use cause::{Cause, Entry, UnknownCause};
pub use code::{CodeEntry, ErrorCode, UnknownCode};
pub use fault::{Disclosure, Fault};
pub use profile::{MissingAudience, Profile, ScopeInAnswer, SystemUserRule, UnknownProfile};
pub use source::Source;
pub use status::{Status, StatusEntry, UnknownStatus};
pub use task::Task;
pub use wire::{Text, Wire, WireForms};
