//! One of the logs of a server: its refusals, or its audit events.

use jiff::Timestamp;
use m2m_host::error::Failure;
use m2m_host::timestamp::rfc3339;
use serde_json::{Value, json};

use crate::commands::events::EventsOptions;
use crate::done::insert;
use crate::management::{ApiPath, Management};

/// Which log it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Requests that were refused.
    Refusals,
    /// Changes that were made.
    Audit,
}

/// A log, and how far it has been read.
#[derive(Debug)]
pub(super) struct Log {
    kind: Kind,
    path: ApiPath,
    /// The greatest number of an entry that was read.
    last: u64,
}

impl Log {
    /// What the options ask for of a log.
    pub(super) fn new(kind: Kind, options: &EventsOptions) -> Self {
        let since = options.since.map(rfc3339);
        let client_id = options.of_client_id.as_deref();
        let path = match kind {
            Kind::Refusals => ApiPath::of(["diagnoses"]).with_some("client_id", client_id),
            Kind::Audit => {
                let subject = client_id.map(|_| "application");
                ApiPath::of(["events"])
                    .with_some("subject", subject)
                    .with_some("name", client_id)
            }
        };
        Self {
            kind,
            path: path.with_some("since", since.as_deref()),
            last: 0,
        }
    }

    /// So many entries, the latest.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, or refuses.
    pub(super) fn latest(
        &mut self,
        management: &Management,
        most: usize,
    ) -> Result<Vec<Value>, Failure> {
        self.read(management, &self.path.clone(), most)
    }

    /// The entries that have come since.
    ///
    /// # Errors
    ///
    /// As [`Log::latest`].
    pub(super) fn newer(&mut self, management: &Management) -> Result<Vec<Value>, Failure> {
        let path = self.path.clone().with("after", &self.last.to_string());
        self.read(management, &path, MOST_AT_ONCE)
    }

    /// The latest come first, page by page.
    fn read(
        &mut self,
        management: &Management,
        path: &ApiPath,
        most: usize,
    ) -> Result<Vec<Value>, Failure> {
        let mut entries: Vec<Value> = Vec::new();
        let mut before: Option<u64> = None;
        while entries.len() < most {
            let page_size = (most - entries.len()).min(MAX_PAGE_SIZE);
            let page = path
                .clone()
                .with("page_size", &page_size.to_string())
                .with_some("before", before.map(|before| before.to_string()).as_deref());
            let mut answer = management.get(&page)?;
            let Some(more) = answer.get_mut(self.member()).and_then(Value::as_array_mut) else {
                break;
            };
            entries.extend(more.drain(..).take(most - entries.len()));
            let next = answer.get("next").and_then(Value::as_u64);
            match next {
                // Each page ends before the one that was read last.
                Some(next) if before.is_none_or(|before| next < before) => before = Some(next),
                Some(_) | None => break,
            }
        }
        for entry in &mut entries {
            insert(entry, "type", json!(self.kind.as_str()));
        }
        let last = entries.iter().map(number).max();
        self.last = self.last.max(last.unwrap_or_default());
        Ok(entries)
    }

    const fn member(&self) -> &'static str {
        match self.kind {
            Kind::Refusals => "diagnoses",
            Kind::Audit => "events",
        }
    }
}

impl Kind {
    /// What it is called in an entry.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Refusals => "refusal",
            Self::Audit => "audit",
        }
    }
}

/// Puts the entries of all logs into the order in which they happened.
pub(super) fn sort(entries: &mut [Value]) {
    entries.sort_by_cached_key(|entry| (time(entry), number(entry)));
}

fn number(entry: &Value) -> u64 {
    entry
        .get("number")
        .and_then(Value::as_u64)
        .unwrap_or_default()
}

fn time(entry: &Value) -> Option<Timestamp> {
    entry.get("time")?.as_str()?.parse().ok()
}

/// Unit: entries.
const MAX_PAGE_SIZE: usize = 100;

/// More at once than anybody reads. Unit: entries.
const MOST_AT_ONCE: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_stand_in_the_order_in_which_they_happened() {
        let mut entries = vec![
            json!({ "number": 9, "time": "2026-11-20T10:00:02Z" }),
            json!({ "number": 2, "time": "2026-11-20T11:00:01+01:00" }),
            json!({ "number": 1, "time": "2026-11-20T10:00:01Z" }),
        ];
        sort(&mut entries);
        assert_eq!(entries.iter().map(number).collect::<Vec<_>>(), [1, 2, 9]);
    }
}
