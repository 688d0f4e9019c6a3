#![doc = include_str!("../README.md")]

mod backend;
mod change;
mod error;
mod frame;
mod key;
mod stored;
mod usage;

pub use backend::Backend;
pub use change::{Action, Actor, AuditEvent, Change, Changes, Stale, Subject, Write};
pub use error::{CommitError, StoreError};
pub use frame::{Found, Frame, Sought};
pub use key::{KeyRecord, SealedKey};
pub use stored::{RecordId, Snapshot, Stored, Version};
pub use usage::{IssuedCount, Refused, SecretUse, UsageBatch};
