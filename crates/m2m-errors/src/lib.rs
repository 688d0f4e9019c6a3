#![doc = include_str!("../README.md")]

mod advice;
mod catalogue;
mod catalogued;
mod cause;
mod code;
mod fault;
mod profile;
mod source;
mod status;
mod wire;

pub use advice::Advice;
pub use cause::{Cause, Entry, UnknownCause};
pub use code::{CodeEntry, ErrorCode, UnknownCode};
pub use fault::{Disclosure, Fault};
pub use profile::{MissingAudience, Profile, ScopeInAnswer, SystemUserRule, UnknownProfile};
pub use source::Source;
pub use status::{Status, StatusEntry, UnknownStatus};
pub use wire::{Text, Wire, WireForms};
