//! The one table of all operations.

use core::future::Future;
use core::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Response};
use serde_json::Value;

use super::request::{Raw, RequestBody as _};
use super::{answer, openapi};
use crate::attempts::Attempts;
use crate::operation::{Operation, Weight};
use crate::{Field, Host, Manager, OperationError, operations};

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
        id: O::ID,
        method: O::METHOD,
        path: O::PATH,
        scope: O::SCOPE,
        fields: O::FIELDS,
        max_body_bytes: O::Body::MAX_BYTES,
        describe: openapi::operation::<O>,
    }
}

fn row<H: Host, O: Operation>() -> Row<H> {
    Row {
        description: describe::<O>(),
        weight: O::WEIGHT,
        perform: |manager, raw| Box::pin(perform::<H, O>(manager, raw)),
        read: read::<O>,
    }
}

/// Reads, performs, answers. What somebody else was faster with is decided again.
async fn perform<H: Host, O: Operation>(
    manager: Arc<Manager<H>>,
    raw: Raw,
) -> Result<Response<Bytes>, OperationError> {
    let call = raw.read::<O>()?;
    let mut attempts = Attempts::new();
    let mut done = loop {
        let outcome = O::perform(&manager, &call).await;
        if attempts.settled(&outcome) {
            break outcome?;
        }
    };
    Ok(O::whole(&mut done).unwrap_or_else(|| answer::done::<O>(&done)))
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

table![
    GetEnvironment,
    ListApis,
    CreateApi,
    GetApi,
    UpdateApi,
    DeleteApi,
    ListApiScopes,
    CreateApiScope,
    GetApiScope,
    UpdateApiScope,
    DeleteApiScope,
    UpdateApiApplications,
    AddApiApplicationScope,
    RemoveApiApplicationScope,
    ListApplications,
    CreateApplication,
    GetApplication,
    UpdateApplication,
    DeleteApplication,
    UpdateApplicationTokens,
    ListApplicationProperties,
    SetApplicationProperty,
    ListApplicationSecrets,
    RotateApplicationSecret,
    RevokeApplicationSecret,
    CheckApplication,
    GetTestToken,
    ListProperties,
    CreateProperty,
    UpdateProperty,
    DeleteProperty,
    ListOrganizations,
    GetOrganization,
    CreateOrganization,
    UpdateOrganization,
    DeleteOrganization,
    ListOrganizationFeatureFlags,
    SetOrganizationFeatureFlag,
    ListKeys,
    RotateKey,
    ImportKey,
    ListEvents,
    ListDiagnoses,
    GetDiagnosis,
    SetMaintenance,
    ApplyRegistry,
    ExportRegistry,
];
