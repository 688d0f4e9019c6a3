//! What a management operation is.
//!
//! Each stands in [`operations`](crate::operations) once, as a type: what it is called and asked for, and the function that does
//! it. The HTTP face, the OpenAPI document and the scopes are read off these types, so that none of them can say something else.

use core::future::Future;
use core::net::IpAddr;
use std::collections::BTreeMap;

use http::Method;
use m2m_authority::TraceId;
use m2m_jwt::UnixTime;
use m2m_store::Actor;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::face::RequestBody;
use crate::{Field, Host, Manager, OperationError};

/// A management operation.
pub trait Operation: Sized + Send + Sync + 'static {
    /// Its name in the OpenAPI document, such as `createApi`.
    const ID: &'static str;
    /// Its method. Most show something.
    const METHOD: Method = Method::GET;
    /// Its path, with the names of its parts in braces.
    const PATH: &'static str;
    /// The scope that a management token needs for it.
    const SCOPE: &'static str;
    /// The parts of a request that need more scopes, wherever the same can be set by another operation.
    const FIELDS: &'static [Field] = &[];
    /// What it does, in one line.
    const SUMMARY: &'static str;
    /// The code of a success, such as `API_CREATED`.
    const CODE: &'static str = "OK";
    /// The message of a success.
    const MESSAGE: &'static str = "Success";
    /// The status of a success.
    const STATUS: u16 = 200;
    /// The statuses of refusals beyond those that every operation has.
    const REFUSALS: &'static [u16] = &[];
    /// A body as an example, in JSON.
    const EXAMPLE: Option<&'static str> = None;
    /// Whether it answers as the token endpoint does, refusals included. One does.
    const ANSWERS_AS_TOKEN_ENDPOINT: bool = false;
    /// Whether its answers have an entity tag, for `If-Match`. Most have none.
    const HAS_ENTITY_TAG: bool = false;

    /// The memory that it may need. Most show or change one record.
    const WEIGHT: Weight = Weight::Record;

    /// What it takes behind the `?`.
    type Query: DeserializeOwned + JsonSchema + Send + Sync;
    /// What it takes as its body.
    type Body: RequestBody;
    /// What it answers beside code and message.
    type Answer: Serialize + JsonSchema + Send;

    /// Does it.
    ///
    /// # Errors
    ///
    /// An [`OperationError`] that says what to change. Then nothing was changed.
    fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> impl Future<Output = Result<Self::Answer, OperationError>> + Send;

    /// The whole response, of an operation that answers as another endpoint does. Most do not.
    #[must_use]
    fn whole(_answer: &mut Self::Answer) -> Option<http::Response<bytes::Bytes>> {
        None
    }

    /// The entity tag of an answer, for `If-Match`. Most have none.
    #[must_use]
    fn entity_tag(_answer: &Self::Answer) -> Option<&str> {
        None
    }
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
#[derive(Debug)]
pub struct Call<O: Operation> {
    /// Who asks.
    pub operator: Operator,
    /// The names in the path, decoded.
    pub names: Names,
    /// What stood behind the `?`.
    pub query: O::Query,
    /// The body.
    pub body: O::Body,
    /// The version that the change was decided at, if the caller says so.
    pub if_match: Option<String>,
}

/// Who asks for an operation, and when.
#[derive(Debug, Clone)]
pub struct Operator {
    /// The client id of the application whose token it is.
    pub client_id: Box<str>,
    /// The scopes of the token that the application still has.
    pub scopes: Box<[Box<str>]>,
    /// The id of the token.
    pub jwt_id: Box<str>,
    /// When the token was issued.
    pub issued_at: UnixTime,
    /// The scopes that the request needs: that of the operation, and those of the fields that it sets.
    pub needs: Vec<&'static str>,
    /// The name of the answer.
    pub trace_id: TraceId,
    /// Where the request came from.
    pub address: Option<IpAddr>,
    /// When it came.
    pub now: UnixTime,
}

/// The names in a path, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(pub(crate) BTreeMap<&'static str, String>);

/// An operation that takes nothing behind the `?`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoQuery {}

/// An operation that answers nothing but code and message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Done {}

impl Operator {
    /// Who made the change, for the audit log.
    pub(crate) fn actor(&self) -> Actor {
        Actor {
            name: self.client_id.clone(),
            trace_id: Some(self.trace_id),
            address: self.address,
        }
    }
}

impl Names {
    /// The name at this place of the path. A place that the path does not have is named by nothing.
    #[must_use]
    pub fn at(&self, place: &str) -> &str {
        self.0.get(place).map_or("", String::as_str)
    }
}

impl<O: Operation> Call<O> {
    /// The name at this place of the path.
    pub(crate) fn named(&self, place: &str) -> &str {
        self.names.at(place)
    }

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
            Err(OperationError::version_changed(current))
        }
    }
}
