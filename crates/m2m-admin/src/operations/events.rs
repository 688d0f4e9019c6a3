//! The audit log.

use std::collections::HashSet;

use m2m_store::{Backend as _, EventQuery, NumberedEvent, Subject};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use super::Result;
use super::list::{self, PageSize};
use super::moment::Time;
use super::text::{Identifier, Search};
use super::whole::Sequence;
use crate::face::NoBody;
use crate::operation::{Call, Operation, Weight};
use crate::{Host, Manager};
use m2m_authority::registry::time_text;

/// Lists what was changed, by whom: the latest first.
#[derive(Debug)]
pub struct ListEvents;

/// Which events are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListEventsQuery {
    /// Of this kind of record.
    subject: Option<Kind>,
    /// Of the record with this identifier: a client id, an audience as files write it, a code, a key, a `kid`.
    name: Option<Identifier>,
    /// Made by the application with this client id, or by this command.
    actor: Option<Search>,
    /// At this time or later.
    since: Option<Time>,
    /// Only those before the one with this number: the `next` of an earlier page.
    before: Option<Sequence>,
    /// Only those after the one with this number.
    after: Option<Sequence>,
    /// How many at most.
    page_size: Option<PageSize>,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Kind {
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
#[derive(Debug, Serialize, JsonSchema)]
pub struct EventsAnswer {
    events: Vec<EventShown>,
    /// What `before` is for the next page; none at the end.
    next: Option<u64>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct EventShown {
    number: u64,
    time: String,
    actor: String,
    trace_id: Option<String>,
    address: Option<String>,
    action: String,
    subject: String,
    name: String,
    /// The record before, without secrets and without the values of private properties.
    #[schemars(with = "Option<Value>")]
    before: Option<Box<RawValue>>,
    /// The record after, in the same way.
    #[schemars(with = "Option<Value>")]
    after: Option<Box<RawValue>>,
}

impl Operation for ListEvents {
    const ID: &'static str = "listEvents";
    const PATH: &'static str = "/api/v1/events";
    const SCOPE: &'static str = "read:events";
    const SUMMARY: &'static str = "List what was changed, by whom: the latest first";
    const WEIGHT: Weight = Weight::Page;
    type Query = ListEventsQuery;
    type Body = NoBody;
    type Answer = EventsAnswer;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<EventsAnswer> {
        let query = &call.query;
        let wanted = EventQuery {
            subject: query.subject.map(Subject::from),
            name: query.name.as_ref().map(Identifier::as_str),
            actor: query.actor.as_ref().map(Search::as_str),
            since: query.since.map(|time| time.0),
            before: query.before.map(|number| number.0),
            after: query.after.map(|number| number.0),
            most: list::page_size(query.page_size),
        };
        let page = manager.host().registry().events(wanted).await?;
        let outline = manager.host().registry().outline().await?;
        let shared = outline.properties.into_iter().map(|stored| stored.value);
        let shared: HashSet<Box<str>> = shared
            .filter(|property| !property.private)
            .map(|property| property.key)
            .collect();
        let entries = page.entries.into_iter();
        Ok(EventsAnswer {
            next: page.next,
            events: entries.map(|event| shown(event, &shared)).collect(),
        })
    }
}

impl From<Kind> for Subject {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Api => Self::Api,
            Kind::Organization => Self::Organization,
            Kind::Property => Self::Property,
            Kind::Application => Self::Application,
            Kind::Key => Self::Key,
            Kind::Maintenance => Self::Maintenance,
            Kind::TestToken => Self::TestToken,
            Kind::SecretHashes => Self::SecretHashes,
        }
    }
}

/// An event, in which only the values of `shared` properties are shown.
fn shown(numbered: NumberedEvent, shared: &HashSet<Box<str>>) -> EventShown {
    let event = numbered.entry;
    // A tree takes a multiple of its text, and a page has many: one at a time is in memory.
    let document = |text: Option<Box<str>>| {
        let mut view: Value = serde_json::from_str(&text?).ok()?;
        if let Some(Value::Object(properties)) = view.get_mut("properties") {
            hide_private(properties, shared);
        }
        to_raw_value(&view).ok()
    };
    EventShown {
        number: numbered.number,
        time: time_text(event.time),
        actor: event.actor.name.to_string(),
        trace_id: event.actor.trace_id.map(|trace_id| trace_id.to_string()),
        address: event.actor.address.map(|address| address.to_string()),
        action: event.action.as_str().to_owned(),
        subject: event.subject.as_str().to_owned(),
        name: event.name.to_string(),
        before: document(event.before),
        after: document(event.after),
    }
}

/// Hides the values of properties that are private, or that are no longer declared. That a value changed is not shown either.
fn hide_private(properties: &mut Map<String, Value>, shared: &HashSet<Box<str>>) {
    for (key, value) in properties {
        if !shared.contains(key.as_str()) {
            *value = Value::String(PRIVATE.to_owned());
        }
    }
}

/// The text in the place of the value of a private property.
const PRIVATE: &str = "[private]";
