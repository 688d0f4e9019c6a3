#![doc = include_str!("../README.md")]

mod backend;
mod cache;
mod change;
#[cfg(feature = "contract")]
pub mod contract;
mod entry;
mod error;
mod frame;
mod key;
mod limits;
mod observer;
mod page;
mod quota;
mod revocation;
mod seal;
mod sqlite;
mod stored;
mod tally;
mod uptime;
mod usage;

pub use backend::Backend;
pub use cache::{CacheLimits, Common, Contact, Lookup, RegistryCache};
pub use change::{Actor, AuditEvent, Change, Changes, Stale, Write};
pub use entry::CachedApplication;
pub use error::{CommitError, FailureKind, Obstacle, StoreError};
pub use frame::{Found, Frame, Maintenance, Sought};
pub use key::{KeyRecord, SealedKey};
pub use limits::StoreLimits;
pub use m2m_authority::audit::{Action, Subject};
pub use observer::{Access, Observer, Settled};
pub use page::{
    ApplicationPage, Cursor, EventPage, EventQuery, Filter, List, LogPage, MAX_PAGE_BYTES, Named,
    Numbered, NumberedEvent, NumberedRefusal, Page, PageBudget, RefusalPage, RefusalQuery, Sort,
};
pub use quota::{Meter, Reservation};
pub use revocation::{Revocation, RevocationPage, RevokedToken};
pub use seal::{InvalidSealingKey, SealingKey, reseal};
pub use sqlite::{RolledBack, SEALING_KEY_FILE, Sqlite};
pub use stored::{AnyRecord, RecordId, Snapshot, Stored, Version};
pub use uptime::Uptime;
pub use usage::{
    Diagnosed, IssuedCount, IssuedTotal, RefusalRoom, Refused, ScopeTimes, ScopeUse, SecretUse,
    UsageBatch, UsedApplication, UsedPage,
};
