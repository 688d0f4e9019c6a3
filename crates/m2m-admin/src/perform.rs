//! The interface of management operations that are performed.
//!
//! `m2m-api` declares each operation; [`operations`](crate::operations) implements it.

use core::fmt;
use core::future::Future;

use m2m_api::Operation;

use crate::{Host, Manager, OperationError, Operator, Outcome};

/// A management operation that this crate performs.
pub trait Perform: Operation {
    /// The memory that the operation may need. Most operations read or change one record.
    const WEIGHT: Weight = Weight::Record;

    /// Performs the operation.
    ///
    /// # Errors
    ///
    /// An [`OperationError`] that tells the caller what to change. Nothing was changed then, except possibly for [`OperationError::ChangeUnknown`].
    fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> impl Future<Output = Result<Outcome<Self::Answer>, OperationError>> + Send;
}

/// The memory that an operation may need, which determines how many operations of this weight are performed at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weight {
    /// The memory of one record.
    Record,
    /// The memory of a page of a list.
    Page,
    /// The memory of the registry as a file in the answer.
    Registry,
    /// The memory of the registry as a file in the request.
    File,
}

/// A call of an operation.
pub struct Call<O: Operation> {
    /// The caller.
    pub operator: Operator,
    /// The names in the path, decoded.
    pub names: O::Names,
    /// The query parameters.
    pub query: O::Query,
    /// The body.
    pub body: O::Body,
    /// The version that the change was decided at, if the caller sends it.
    pub if_match: Option<String>,
}

impl<O: Operation> fmt::Debug for Call<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The body can have a secret in it.
        f.debug_struct("Call")
            .field("operation", &O::SPEC.id)
            .field("operator", &self.operator)
            .finish_non_exhaustive()
    }
}

impl<O: Operation> Call<O> {
    /// Refuses a change that was decided at another version than the current one (RFC 9110, section 13.1.1).
    ///
    /// A weak tag counts as the strong one: it is one of this server that a proxy has weakened because it compressed the answer.
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
