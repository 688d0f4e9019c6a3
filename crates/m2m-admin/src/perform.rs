//! The work of a management operation.
//!
//! `m2m-api` declares each operation; [`operations`](crate::operations) has the function that performs it.

use core::fmt;
use core::future::Future;

use m2m_api::Operation;

use crate::{Host, Manager, OperationError, Operator, Outcome};

/// A management operation that this crate performs.
pub trait Perform: Operation {
    /// The memory that it may need. Most show or change one record.
    const WEIGHT: Weight = Weight::Record;

    /// Performs it.
    ///
    /// # Errors
    ///
    /// An [`OperationError`] that says what to change. Then nothing was changed.
    fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> impl Future<Output = Result<Outcome<Self::Answer>, OperationError>> + Send;
}

/// The memory that an operation may need, which decides how many of its kind are performed at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weight {
    /// As much as a record.
    Record,
    /// As much as a page of a list.
    Page,
    /// As much as the registry as a file that is answered.
    Registry,
    /// As much as the registry as a file that is sent.
    File,
}

/// An operation that is asked for.
pub struct Call<O: Operation> {
    /// Who asks.
    pub operator: Operator,
    /// The names in the path, decoded.
    pub names: O::Names,
    /// What stood behind the `?`.
    pub query: O::Query,
    /// The body.
    pub body: O::Body,
    /// The version that the change was decided at, if the caller says so.
    pub if_match: Option<String>,
}

impl<O: Operation> fmt::Debug for Call<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Some bodies have a secret in them.
        f.debug_struct("Call")
            .field("operation", &O::SPEC.id)
            .field("operator", &self.operator)
            .finish_non_exhaustive()
    }
}

impl<O: Operation> Call<O> {
    /// Refuses a change that was decided at another version than the one that there is (RFC 9110, section 13.1.1).
    ///
    /// A weak tag counts as the strong one: it can only be one of ours that a proxy has weakened because it has compressed the answer.
    pub(crate) fn check_version(&self, current: &str) -> Result<(), OperationError> {
        let Some(wanted) = &self.if_match else {
            return Ok(());
        };
        let mut tags = wanted.split(',').map(str::trim);
        if tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == current) {
            Ok(())
        } else {
            Err(OperationError::VersionChanged {
                current: current.into(),
            })
        }
    }
}
