//! The audit log.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::values::{Identifier, Search, Sequence, Time};
use crate::{NoBody, NoNames, Operation, PageSize, Spec, Subject};

/// Lists what was changed, by whom: the latest first.
#[derive(Debug)]
pub struct ListEvents;

/// Which events are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListEventsQuery {
    /// Of this kind of record.
    pub subject: Option<SubjectKind>,
    /// Of the record with this identifier: a client id, an audience as files write it, a code, a key, a `kid`.
    pub name: Option<Identifier>,
    /// Made by the application with this client id, or by this command.
    pub actor: Option<Search>,
    /// At this time or later.
    pub since: Option<Time>,
    /// Only those before the one with this number: the `next` of an earlier page.
    pub before: Option<Sequence>,
    /// Only those after the one with this number.
    pub after: Option<Sequence>,
    /// How many at most.
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
    #[serde(rename = "secret_hashes")]
    SecretHashes,
}

/// A page of the audit log.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EventsAnswer {
    /// The events.
    pub events: Vec<EventShown>,
    /// What `before` is for the next page; none at the end.
    pub next: Option<u64>,
}

/// A change of the audit log.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EventShown {
    /// The number.
    pub number: u64,
    /// The time.
    pub time: String,
    /// The client id of the application that made the change, or the name of a command.
    pub actor: String,
    /// The trace id of the request that made it, if it was one.
    pub trace_id: Option<String>,
    /// The address of the caller, if it is known.
    pub address: Option<String>,
    /// What was done: `created`, `updated`, `deleted` or `read`.
    pub action: String,
    /// The kind of the record.
    pub subject: String,
    /// The identifier of the record.
    pub name: String,
    /// The record before, without secrets and without the values of private properties.
    #[schemars(with = "Option<Value>")]
    pub before: Option<Box<RawValue>>,
    /// The record after, in the same way.
    #[schemars(with = "Option<Value>")]
    pub after: Option<Box<RawValue>>,
}

impl Operation for ListEvents {
    const SPEC: Spec = Spec {
        id: "listEvents",
        path: "/api/v1/events",
        scope: "read:events",
        summary: "List what was changed, by whom: the latest first",
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
            SubjectKind::SecretHashes => Self::SecretHashes,
        }
    }
}
