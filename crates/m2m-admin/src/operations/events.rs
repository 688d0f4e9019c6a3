//! The audit log.

use std::collections::HashSet;

use m2m_store::{Backend as _, EventQuery, NumberedEvent, Subject};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Result;
use super::list::{self, PageSize};
use super::moment::Time;
use super::text::{Identifier, Search};
use super::whole::Sequence;
use crate::face::NoBody;
use crate::operation::{Call, Operation};
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
    before: Option<Value>,
    /// The record after, in the same way.
    after: Option<Value>,
}

impl Operation for ListEvents {
    const ID: &'static str = "listEvents";
    const PATH: &'static str = "/api/v1/events";
    const SCOPE: &'static str = "read:events";
    const SUMMARY: &'static str = "List what was changed, by whom: the latest first";
    type Query = ListEventsQuery;
    type Body = NoBody;
    type Answer = EventsAnswer;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<EventsAnswer> {
        let query = &call.query;
        let most = list::page_size(query.page_size);
        let wanted = EventQuery {
            subject: query.subject.map(Subject::from),
            name: query.name.as_ref().map(Identifier::as_str),
            actor: query.actor.as_ref().map(Search::as_str),
            since: query.since.map(|time| time.0),
            before: query.before.map(|number| number.0),
            after: query.after.map(|number| number.0),
            most: most + 1,
        };
        let mut events = manager.host().registry().events(wanted).await?;
        let has_more = events.len() > most;
        events.truncate(most);
        let outline = manager.host().registry().outline().await?;
        let shared = outline.properties.into_iter().map(|stored| stored.value);
        let shared: HashSet<Box<str>> = shared
            .filter(|property| !property.private)
            .map(|property| property.key)
            .collect();
        Ok(EventsAnswer {
            next: events.last().filter(|_| has_more).map(|last| last.number),
            events: (events.iter().map(|event| shown(event, &shared))).collect(),
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
fn shown(numbered: &NumberedEvent, shared: &HashSet<Box<str>>) -> EventShown {
    let event = &numbered.entry;
    let document = |text: &Option<Box<str>>| {
        let text = text.as_deref()?;
        let mut view: Value = serde_json::from_str(text).ok()?;
        if let Some(Value::Object(properties)) = view.get_mut("properties") {
            hide_private(properties, shared);
        }
        Some(view)
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
        before: document(&event.before),
        after: document(&event.after),
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
