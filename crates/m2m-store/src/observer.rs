//! The interface through which a store reports failures and recoveries.

use core::fmt;

use m2m_authority::TraceId;

use crate::StoreError;

/// Receives reports from a store: every failure and every success, of any caller. It is called on threads that serve requests and must not
/// block.
pub trait Observer: fmt::Debug + Send + Sync + 'static {
    /// Receives a failed access.
    fn failed(&self, access: Access, error: &StoreError);

    /// Receives a successful access.
    fn succeeded(&self, access: Access);

    /// Receives the outcome of a change that was answered with [`StoreError::Unknown`], once it is known.
    fn settled(&self, settled: &Settled);
}

/// The kind of access to a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// A read.
    Read,
    /// A write.
    Write,
    /// Copying the journal into the database. Until it succeeds the journal grows, and nothing is lost.
    Checkpoint,
    /// Writing the file with the identity of the store. Until it succeeds an older copy of the database may not be reported at a start.
    Identity,
}

impl Access {
    /// All kinds of access, in their order.
    pub const ALL: [Self; 4] = [Self::Read, Self::Write, Self::Checkpoint, Self::Identity];

    /// Returns the name of the kind in logs and in the answer of `/readyz`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Checkpoint => "checkpoint",
            Self::Identity => "identity",
        }
    }
}

/// The outcome of a change that was unknown at first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The trace id of the answer that reported it as unknown, for a change over HTTP.
    pub trace_id: Option<TraceId>,
    /// The name of the first record in the change.
    pub name: Box<str>,
    /// True if the change was made.
    pub made: bool,
}
