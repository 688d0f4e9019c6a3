#![doc = include_str!("../README.md")]

mod backend;
mod change;
#[cfg(feature = "contract")]
pub mod contract;
mod error;
mod frame;
mod key;
mod limits;
mod seal;
mod sqlite;
mod stored;
mod usage;

pub use backend::Backend;
pub use change::{Action, Actor, AuditEvent, Change, Changes, Stale, Subject, Write};
pub use error::{CommitError, StoreError};
pub use frame::{Found, Frame, Sought};
pub use key::{KeyRecord, SealedKey};
pub use limits::StoreLimits;
pub use seal::{InvalidSealingKey, SealingKey, reseal};
pub use sqlite::Sqlite;
pub use stored::{RecordId, Snapshot, Stored, Version};
pub use usage::{IssuedCount, Refused, SecretUse, UsageBatch};
