//! Who is told how a store fares.

use core::fmt;

use m2m_authority::TraceId;

use crate::StoreError;

/// Is told how a store fares: of every failure, whoever met it, and of the first success after it. It is called on the threads that serve
/// requests, and must not wait.
pub trait Observer: fmt::Debug + Send + Sync + 'static {
    /// The store failed.
    fn failed(&self, access: Access, error: &StoreError);

    /// The store did what it was asked to.
    fn succeeded(&self, access: Access);

    /// It is known now what became of a change that [`StoreError::Unknown`] was answered to.
    fn settled(&self, settled: &Settled);
}

/// The way in which a store was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// To read.
    Read,
    /// To write.
    Write,
}

/// The outcome of a change of which it was not known whether it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The name of the answer that left it open, if it was one over HTTP.
    pub trace_id: Option<TraceId>,
    /// The name of the first record that the change was of.
    pub name: Box<str>,
    /// Whether it was made.
    pub made: bool,
}
