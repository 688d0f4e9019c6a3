//! The one table of all operations.

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
use crate::perform::{Outcome, Perform, Weight};
use crate::{Host, Manager, OperationError};

/// What there is to know of an operation without performing it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Description {
    /// Its name in the OpenAPI document.
    pub id: &'static str,
    /// Its method.
    pub method: Method,
    /// Its path, with the names of its parts in braces.
    pub path: &'static str,
    /// The scope that it needs.
    pub scope: &'static str,
    /// The parts of a request that need more scopes.
    pub fields: &'static [Field],
    /// How large its body may be. Unit: bytes.
    pub max_body_bytes: usize,
    pub(super) describe: fn(&mut openapi::Schemas) -> Value,
}

/// An operation of the table, with the function that performs it.
pub(super) struct Row<H> {
    pub(super) description: Description,
    pub(super) weight: Weight,
    pub(super) perform: fn(Arc<Manager<H>>, Raw) -> Performed,
    /// Reads a request, and says why it is not one for the operation.
    pub(super) read: Reader,
}

/// What reads a request for an operation.
pub(super) type Reader = fn(Raw) -> Result<(), OperationError>;

/// What comes of performing an operation.
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

/// Reads, performs, answers. What somebody else was faster with is decided again.
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

/// Reads a request for an operation and does not perform it: what a fuzzer looks at.
fn read<O: Operation>(raw: Raw) -> Result<(), OperationError> {
    raw.read::<O>().map(drop)
}

/// Makes all views of the table from one list.
macro_rules! table {
    ($($operation:ident),+ $(,)?) => {
        /// All operations, for whoever performs them.
        pub(super) fn rows<H: Host>() -> Vec<Row<H>> {
            vec![$(row::<H, operations::$operation>()),+]
        }

        /// All operations, for whoever only reads requests for them.
        pub(super) fn readers() -> Vec<(Description, Reader)> {
            vec![$((describe::<operations::$operation>(), read::<operations::$operation>)),+]
        }

        /// All operations.
        #[must_use]
        pub fn descriptions() -> Vec<Description> {
            vec![$(describe::<operations::$operation>()),+]
        }
    };
}

operations!(table);
