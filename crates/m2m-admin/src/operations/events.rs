//! The audit log.

use std::collections::HashSet;

use m2m_api::operations::{EventShown, EventsAnswer, ListEvents};
use m2m_api::values::Search;
use m2m_authority::registry::{fill_in_issuer, time_text};
use m2m_store::{Backend as _, EventQuery, NumberedEvent, Subject};
use serde_json::value::to_raw_value;
use serde_json::{Map, Value};

use super::Result;
use super::list;
use crate::outcome::Outcome;
use crate::perform::{Call, Perform, Weight};
use crate::{Host, Manager, management};

impl Perform for ListEvents {
    const WEIGHT: Weight = Weight::Page;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<EventsAnswer>> {
        let query = &call.query;
        let issuer = manager.host().issuer();
        let outline = manager.host().registry().outline().await?;
        // The management API has the issuer in its audience, and events name it as the registry does, by a placeholder. Another API can
        // have the same audience spelled out.
        let is_spelled_out = |name: &str| {
            let mut apis = outline.apis.iter();
            apis.any(|api| *api.value.audience == *name)
        };
        let name = query.name.as_ref().map(|name| {
            let name = name.as_str();
            let is_management = name == fill_in_issuer(management::AUDIENCE, issuer);
            if is_management && !is_spelled_out(name) {
                management::AUDIENCE
            } else {
                name
            }
        });
        let wanted = EventQuery {
            subject: query.subject.map(Subject::from),
            name,
            actor: query.actor.as_ref().map(Search::as_str),
            since: query.since.map(|time| time.0),
            until: query.until.map(|time| time.0),
            before: query.before.map(|number| number.get()),
            after: query.after.map(|number| number.get()),
            most: list::page_size(query.page_size),
        };
        let page = manager.host().registry().events(wanted).await?;
        let shared = outline.properties.into_iter().map(|stored| stored.value);
        let shared: HashSet<Box<str>> = shared
            .filter(|property| !property.private)
            .map(|property| property.key)
            .collect();
        let entries = page.entries.into_iter();
        Ok(EventsAnswer {
            next: page.next,
            events: entries.map(|event| shown(event, &shared, issuer)).collect(),
        }
        .into())
    }
}

/// Returns an event, in which only the values of `shared` properties are visible.
fn shown(numbered: NumberedEvent, shared: &HashSet<Box<str>>, issuer: &str) -> EventShown {
    let event = numbered.entry;
    let name = if event.subject == Subject::Api {
        fill_in_issuer(&event.name, issuer).into_owned()
    } else {
        event.name.to_string()
    };
    // A tree takes a multiple of the memory of its text, and a page has many: only one is in memory at a time.
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
        name,
        before: document(event.before),
        after: document(event.after),
    }
}

/// Hides the values of properties that are private or no longer declared. A change of such a value is also not visible.
fn hide_private(properties: &mut Map<String, Value>, shared: &HashSet<Box<str>>) {
    for (key, value) in properties {
        if !shared.contains(key.as_str()) {
            *value = Value::String(PRIVATE.to_owned());
        }
    }
}

/// The text that replaces the value of a private property.
const PRIVATE: &str = "[private]";
