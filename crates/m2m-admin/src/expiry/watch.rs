//! The watch for everything in a registry that expires soon. Each warning is given once.

use std::collections::HashSet;

use m2m_authority::redacted;
use m2m_authority::registry::time_text;
use m2m_jwt::UnixTime;
use m2m_store::{
    Action, Actor, Backend, CommitError, Cursor, EventQuery, List, Sort, StoreError, Subject,
};

use serde_json::{Value, json};

use super::{Expiring, Horizon, needs_uses};
use crate::attempts::Attempts;
use crate::draft::Draft;

/// The place where warnings that were given are remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recording {
    /// The audit log, so that no node and no later process gives them again.
    AuditLog,
    /// The memory of this process, for a registry that is read from a file.
    Memory,
}

/// A watch over a registry.
#[derive(Debug)]
pub struct ExpiryWatch {
    recording: Recording,
    /// The warnings that were given, as the audit log has them.
    given: HashSet<String>,
}

/// The result of one look at a registry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ExpiryReport {
    /// The warnings that were not given before, the most urgent first, at most a hundred of them.
    pub warnings: Vec<Expiring>,
    /// The number of other warnings. They are given at the next looks.
    pub more: usize,
    /// The numbers of secrets and applications that expire soon.
    pub counts: Vec<ExpiryCount>,
}

/// The number of secrets or applications that expire within a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExpiryCount {
    /// `application` or `secret`.
    pub kind: &'static str,
    /// The time.
    pub within: Horizon,
    /// The number of all that expire within the time, those that expire within a shorter one included.
    pub number: i64,
}

impl ExpiryReport {
    /// Returns the lines of the log: one for each warning, and one for the number of the others.
    #[must_use]
    pub fn log_lines(&self, now: UnixTime) -> Vec<Value> {
        let time = time_text(now);
        let warnings = self.warnings.iter();
        let mut lines: Vec<Value> = warnings.map(|own| own.log_line(&time)).collect();
        if self.more > 0 {
            lines.push(json!({
                "time": time,
                "event": "expiring",
                "message": "more secrets and applications expire soon; the others are listed in the next hours",
                "more": self.more,
            }));
        }
        lines
    }
}

impl ExpiryWatch {
    /// The actor of the events of a watch.
    pub const ACTOR: &'static str = "m2m serve (expiry)";

    /// Returns a watch that has not given any warning.
    #[must_use]
    pub fn new(recording: Recording) -> Self {
        Self {
            recording,
            given: HashSet::new(),
        }
    }

    /// Looks at all applications, page by page, and returns the warnings that were not given before. With an audit log, they are recorded in it first.
    ///
    /// # Errors
    ///
    /// [`CommitError`] if the store fails. Nothing counts as given then.
    pub async fn look<B: Backend>(
        &mut self,
        backend: &B,
        now: UnixTime,
    ) -> Result<ExpiryReport, CommitError> {
        let found = all(backend, now).await?;
        let counts = counts(&found);
        let mut attempts = Attempts::new();
        let (warnings, more) = loop {
            let outcome = self.record(backend, &found, now).await;
            if attempts.settled(&outcome) {
                break outcome?;
            }
        };
        // Those that are not found any more have expired, or were changed.
        let current: HashSet<String> = found.iter().map(key).collect();
        self.given.retain(|key| current.contains(key));
        self.given.extend(warnings.iter().map(key));
        Ok(ExpiryReport {
            warnings,
            more,
            counts,
        })
    }

    /// Returns the warnings that were not given before, and the number of those that are left for later. With an audit log, they are recorded.
    async fn record<B: Backend>(
        &self,
        backend: &B,
        found: &[Expiring],
        now: UnixTime,
    ) -> Result<(Vec<Expiring>, usize), CommitError> {
        let is_new = |own: &&Expiring| !self.given.contains(&key(own));
        let mut new: Vec<&Expiring> = found.iter().filter(is_new).collect();
        if new.is_empty() {
            return Ok((Vec::new(), 0));
        }
        let version = match self.recording {
            Recording::Memory => None,
            Recording::AuditLog => {
                // The version first: an event that another node adds afterwards is a conflict.
                let version = backend.frame().await?.version;
                let recorded = recorded(backend, now).await?;
                new.retain(|own| !recorded.contains(&key(own)));
                Some(version)
            }
        };
        new.sort_by_key(|own| own.at);
        let more = new.len().saturating_sub(MAX_WARNINGS);
        new.truncate(MAX_WARNINGS);
        if let Some(version) = version
            && !new.is_empty()
        {
            let mut draft = Draft::new(&Actor::command(Self::ACTOR), now);
            for own in &new {
                let (action, subject) = (Action::Expiring, Subject::Application);
                let document = own.document();
                draft.tell(action, subject, &own.client_id, None, Some(&document));
            }
            draft.prepared(version).commit(backend).await?;
        }
        Ok((new.into_iter().cloned().collect(), more))
    }
}

/// Returns everything that expires soon. A page of applications is in memory at a time.
async fn all<B: Backend>(backend: &B, now: UnixTime) -> Result<Vec<Expiring>, StoreError> {
    let mut found = Vec::new();
    let mut after: Option<Cursor> = None;
    loop {
        let list = List {
            filter: m2m_store::Filter::All,
            sort: Sort::Age,
            after: after.as_ref(),
            most: PAGE,
        };
        let page = backend.applications(list).await?;
        for application in page.records.iter().map(|stored| &stored.value) {
            let uses = if needs_uses(application, now) {
                backend.secret_uses(&application.client_id).await?
            } else {
                Vec::new()
            };
            found.extend(Expiring::of(application, &uses, now));
        }
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
    }
}

/// Returns the warnings that the audit log has.
async fn recorded<B: Backend>(backend: &B, now: UnixTime) -> Result<HashSet<String>, StoreError> {
    let mut recorded = HashSet::new();
    let mut before = None;
    // A clock that was set back does not repeat a warning.
    let since = now.saturating_sub_seconds(Horizon::TwoWeeks.seconds() + 86_400);
    loop {
        let query = EventQuery {
            actor: Some(ExpiryWatch::ACTOR),
            subject: Some(Subject::Application),
            since: Some(since),
            before,
            most: EVENTS,
            ..EventQuery::default()
        };
        let page = backend.events(query).await?;
        let events = page.entries.into_iter().map(|numbered| numbered.entry);
        recorded.extend(events.map(|event| {
            let after = event.after.as_deref().unwrap_or_default();
            format!("{}\n{after}", event.name)
        }));
        before = page.next;
        if before.is_none() {
            return Ok(recorded);
        }
    }
}

/// Returns the warning as its event in the audit log has it.
fn key(own: &Expiring) -> String {
    // A map of JSON values always serializes.
    let document = serde_json::to_string(&own.document()).unwrap_or_default();
    format!("{}\n{}", redacted(&own.client_id), redacted(&document))
}

fn counts(found: &[Expiring]) -> Vec<ExpiryCount> {
    let kinds = ["application", "secret"].into_iter();
    let counts = kinds.flat_map(|kind| Horizon::ALL.map(|within| (kind, within)));
    counts
        .map(|(kind, within)| {
            let own = found.iter();
            let own = own.filter(|own| own.what.kind() == kind && own.within <= within);
            ExpiryCount {
                kind,
                within,
                number: i64::try_from(own.count()).unwrap_or(i64::MAX),
            }
        })
        .collect()
}

/// The maximum number of warnings of one look, so that a registry in which everything expires at once fills neither log.
const MAX_WARNINGS: usize = 100;

/// The number of applications that are read at once.
const PAGE: usize = 100;

/// The number of events that are read at once.
const EVENTS: usize = 1000;
