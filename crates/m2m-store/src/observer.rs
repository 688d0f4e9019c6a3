//! The interface through which a store reports failures and recoveries.

use core::fmt;

use m2m_authority::TraceId;

use crate::StoreError;

/// Receives reports from a store: every failure and every success, of any caller. It is called on threads that serve requests and must not
/// block.
pub trait Observer: fmt::Debug + Send + Sync + 'static {
    /// An access failed.
    fn failed(&self, access: Access, error: &StoreError);

    /// An access succeeded.
    fn succeeded(&self, access: Access);

    /// The outcome of a change that was answered with [`StoreError::Unknown`] is known now.
    fn settled(&self, settled: &Settled);
}

/// The kind of access to a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// A read.
    Read,
    /// A write.
    Write,
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
