//! The table of all operations.

use core::future::Future;
use core::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Response};
use m2m_api::{Body as _, Field, Operation, operations};
use serde_json::Value;

use super::request::Raw;
use super::{answer, openapi};
use crate::attempts::Attempts;
use crate::outcome::Outcome;
use crate::perform::{Perform, Weight};
use crate::{Host, Manager, OperationError};

/// The description of an operation.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Description {
    /// The id of the operation in the OpenAPI document.
    pub id: &'static str,
    /// The method.
    pub method: Method,
    /// The path, with its placeholders in braces.
    pub path: &'static str,
    /// The scope that the operation needs.
    pub scope: &'static str,
    /// The parts of a request that need more scopes.
    pub fields: &'static [Field],
    /// The maximum size of the body. Unit: bytes.
    pub max_body_bytes: usize,
    pub(super) describe: fn(&mut openapi::Schemas) -> Value,
}

/// An operation of the table, with the function that performs it.
pub(super) struct Row<H> {
    pub(super) description: Description,
    pub(super) weight: Weight,
    pub(super) perform: fn(Arc<Manager<H>>, Raw) -> Performed,
    /// Reads a request, and returns an error if it is not valid for the operation.
    pub(super) read: Reader,
}

/// A function that reads a request for an operation.
pub(super) type Reader = fn(Raw) -> Result<(), OperationError>;

/// The future result of performing an operation.
type Performed = Pin<Box<dyn Future<Output = Result<Response<Bytes>, OperationError>> + Send>>;

impl<H> core::fmt::Debug for Row<H> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.description.fmt(f)
    }
}

fn describe<O: Operation>() -> Description {
    Description {
        id: O::SPEC.id,
        method: O::SPEC.method.into(),
        path: O::SPEC.path,
        scope: O::SPEC.scope,
        fields: O::SPEC.fields,
        max_body_bytes: O::Body::FORM.max_bytes(),
        describe: openapi::operation::<O>,
    }
}

fn row<H: Host, O: Perform>() -> Row<H> {
    Row {
        description: describe::<O>(),
        weight: O::WEIGHT,
        perform: |manager, raw| Box::pin(perform::<H, O>(manager, raw)),
        read: read::<O>,
    }
}

/// Reads a request, performs its operation and writes the answer. After a conflict the operation is performed again.
async fn perform<H: Host, O: Perform>(
    manager: Arc<Manager<H>>,
    raw: Raw,
) -> Result<Response<Bytes>, OperationError> {
    let call = raw.read::<O>()?;
    let mut attempts = Attempts::new();
    let outcome = loop {
        let outcome = O::perform(&manager, &call).await;
        if attempts.settled(&outcome) {
            break outcome?;
        }
    };
    Ok(match outcome {
        Outcome::Answer(answer) => answer::done::<O>(&answer, None),
        Outcome::Tagged(answer, tag) => answer::done::<O>(&answer, Some(&tag)),
        Outcome::TokenEndpoint(answer) => answer.response,
    })
}

/// Reads a request for an operation without performing it.
fn read<O: Operation>(raw: Raw) -> Result<(), OperationError> {
    raw.read::<O>().map(drop)
}

/// Defines all views of the table from one list.
macro_rules! table {
    ($($operation:ident),+ $(,)?) => {
        /// Returns all operations with the functions that perform them.
        pub(super) fn rows<H: Host>() -> Vec<Row<H>> {
            vec![$(row::<H, operations::$operation>()),+]
        }

        /// Returns all operations with the functions that only read requests.
        pub(super) fn readers() -> Vec<(Description, Reader)> {
            vec![$((describe::<operations::$operation>(), read::<operations::$operation>)),+]
        }

        /// Returns the descriptions of all operations.
        #[must_use]
        pub fn descriptions() -> Vec<Description> {
            vec![$(describe::<operations::$operation>()),+]
        }
    };
}

operations!(table);
