//! The audit log.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::values::{Identifier, Search, Sequence, Time};
use crate::{NoBody, NoNames, Operation, PageSize, Spec, Subject};

/// Lists the events of the audit log, the latest first.
#[derive(Debug)]
pub struct ListEvents;

/// The query parameters of a list of events.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListEventsQuery {
    /// A kind of record. Only events of records of this kind are listed.
    pub subject: Option<SubjectKind>,
    /// The identifier of a record: a client id, an audience as files write it, a code, a key, a `kid`. Only events of this record are listed.
    pub name: Option<Identifier>,
    /// The client id of an application, or the name of a command. Only events that it caused are listed.
    pub actor: Option<Search>,
    /// A time. Only events at this time or later are listed.
    pub since: Option<Time>,
    /// A time. Only events at this time or earlier are listed.
    pub until: Option<Time>,
    /// A number. Only events before the one with this number are listed: for the next page, send the `next` of this page.
    pub before: Option<Sequence>,
    /// A number. Only events after the one with this number are listed.
    pub after: Option<Sequence>,
    /// The maximum number of events on a page.
    pub page_size: Option<PageSize>,
}

/// The kind of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
#[expect(missing_docs, reason = "the name says it")]
pub enum SubjectKind {
    Api,
    Organization,
    Property,
    Application,
    Key,
    Maintenance,
    #[serde(rename = "test_token")]
    TestToken,
    Token,
    #[serde(rename = "secret_hashes")]
    SecretHashes,
}

/// A page of the audit log.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EventsAnswer {
    /// The events.
    pub events: Vec<EventShown>,
    /// The number to send as `before` for the next page. Null on the last page.
    pub next: Option<u64>,
}

/// An event of the audit log.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EventShown {
    /// The number of the event.
    pub number: u64,
    /// The time of the event.
    pub time: String,
    /// The client id of the application that caused the event, or the name of a command.
    pub actor: String,
    /// The trace id of the request that caused the event, if a request caused it.
    pub trace_id: Option<String>,
    /// The address of the caller, if it is known.
    pub address: Option<String>,
    /// The action: `created`, `updated`, `deleted` or `read`; `expiring` for a warning that the application, or one of its secrets, expires soon.
    pub action: String,
    /// The kind of the record.
    pub subject: String,
    /// The identifier of the record.
    pub name: String,
    /// The record before the event, without secrets and without the values of private properties.
    #[schemars(with = "Option<Value>")]
    pub before: Option<Box<RawValue>>,
    /// The record after the event, without secrets and without the values of private properties. For a warning, what expires and when.
    #[schemars(with = "Option<Value>")]
    pub after: Option<Box<RawValue>>,
}

impl Operation for ListEvents {
    const SPEC: Spec = Spec {
        id: "listEvents",
        path: "/api/v1/events",
        scope: "read:events",
        summary: "List the events of the audit log, the latest first",
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = ListEventsQuery;
    type Body = NoBody;
    type Answer = EventsAnswer;
}

impl From<SubjectKind> for Subject {
    fn from(kind: SubjectKind) -> Self {
        match kind {
            SubjectKind::Api => Self::Api,
            SubjectKind::Organization => Self::Organization,
            SubjectKind::Property => Self::Property,
            SubjectKind::Application => Self::Application,
            SubjectKind::Key => Self::Key,
            SubjectKind::Maintenance => Self::Maintenance,
            SubjectKind::TestToken => Self::TestToken,
            SubjectKind::Token => Self::Token,
            SubjectKind::SecretHashes => Self::SecretHashes,
        }
    }
}
