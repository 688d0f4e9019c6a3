//! The contents of a store in memory.

use std::collections::VecDeque;

use m2m_jwt::UnixTime;
use m2m_store::{
    AuditEvent, Change, Changes, CommitError, EventPage, EventQuery, List, Named, Numbered,
    NumberedEvent, RecordId, Revocation, SecretUse, Stale, UsageBatch, UsedPage, Version, Write,
};

use super::notes::{Notes, log_page};
use super::registry::{Registry, Touched};
use super::revoked::Revoked;

/// The contents of a store in memory.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) version: Version,
    pub(super) registry: Registry,
    pub(super) notes: Notes,
    pub(super) revoked: Revoked,
    audit: Vec<AuditEvent>,
    /// The entries that the latest changes made stale, the latest change last.
    touched: VecDeque<Touched>,
    most_touched: usize,
}

impl Default for State {
    fn default() -> Self {
        Self {
            version: Version::default(),
            registry: Registry::default(),
            notes: Notes::default(),
            revoked: Revoked::default(),
            audit: Vec::new(),
            touched: VecDeque::new(),
            most_touched: MAX_TOUCHED,
        }
    }
}

impl State {
    pub(super) fn remember_changes(&mut self, most: usize) {
        self.most_touched = most;
        self.forget_changes();
    }

    fn forget_changes(&mut self) {
        let surplus = self.touched.len().saturating_sub(self.most_touched);
        self.touched.drain(..surplus);
    }

    pub(super) fn commit(
        &mut self,
        expected: Version,
        change: Change,
    ) -> Result<Version, CommitError> {
        if change.events.is_empty() {
            return Err(CommitError::Unaudited);
        }
        if expected != self.version {
            return Err(CommitError::Conflict);
        }
        let mut registry = self.registry.clone();
        let written = change.writes.iter().filter_map(|write| match write {
            Write::PutApplication(stored) => Some(stored.id),
            Write::DeleteApplication(id, _) => Some(*id),
            Write::PutApi(_)
            | Write::DeleteApi(_)
            | Write::PutOrganization(_)
            | Write::DeleteOrganization(_)
            | Write::PutProperty(_)
            | Write::DeleteProperty(_)
            | Write::PutKey(_)
            | Write::DeleteKey(_)
            | Write::PutMaintenance(_) => None,
        });
        let written: Vec<RecordId> = written.collect();
        let touched = registry.write(change.writes)?;
        for id in written {
            let before = self.registry.applications.get(&id);
            let before = before.map(|stored| &stored.value);
            self.notes
                .assign(id, before, registry.applications.get(&id));
        }
        self.registry = registry;
        self.audit.extend(change.events);
        self.touched.push_back(touched);
        self.forget_changes();
        self.version = Version(self.version.0 + 1);
        Ok(self.version)
    }

    /// Revokes tokens with their events, and returns the number of those for which there was room.
    pub(super) fn revoke(&mut self, revocations: Vec<Revocation>, now: UnixTime) -> usize {
        self.revoked.forget(now);
        let mut made = 0;
        for revocation in revocations {
            let (token, expires_at) = (revocation.token, revocation.expires_at);
            if !self.revoked.is_as_long(token, expires_at) {
                if expires_at > now && !self.revoked.add(token, expires_at) {
                    break;
                }
                self.audit.extend(revocation.event);
            }
            made += 1;
        }
        made
    }

    pub(super) fn changes_since(&self, version: Version) -> Changes {
        Changes {
            version: self.version,
            stale: self.stale_since(version).unwrap_or(Stale::Everything),
        }
    }

    /// Returns the entries that are stale since a version; `None` if that is no longer known, or everything is stale.
    fn stale_since(&self, version: Version) -> Option<Stale> {
        let missed = usize::try_from(self.version.0.checked_sub(version.0)?).ok()?;
        let seen = self.touched.len().checked_sub(missed)?;
        let mut client_ids = Vec::new();
        for touched in self.touched.iter().skip(seen) {
            if touched.everything {
                return None;
            }
            client_ids.extend_from_slice(&touched.client_ids);
        }
        client_ids.sort_unstable();
        client_ids.dedup();
        Some(Stale::Applications(client_ids))
    }

    pub(super) fn events(&self, query: &EventQuery<'_>) -> EventPage {
        let is_wanted = |(number, event): &(u64, &AuditEvent)| {
            query.subject.is_none_or(|subject| event.subject == subject)
                && query.name.is_none_or(|name| *event.name == *name)
                && query.actor.is_none_or(|actor| *event.actor.name == *actor)
                && query.since.is_none_or(|since| event.time >= since)
                && query.until.is_none_or(|until| event.time <= until)
                && query.before.is_none_or(|before| *number < before)
                && query.after.is_none_or(|after| *number > after)
        };
        let mut wanted: Vec<NumberedEvent> = (1..)
            .zip(&self.audit)
            .filter(is_wanted)
            .map(|(number, event)| Numbered {
                number,
                entry: event.clone(),
            })
            .collect();
        wanted.reverse();
        let length = |text: &Option<Box<str>>| text.as_ref().map_or(0, |text| text.len());
        log_page(wanted, query.most, |event: &AuditEvent| {
            length(&event.before).saturating_add(length(&event.after))
        })
    }

    /// Adds counts and notes.
    pub(super) fn add_usage(&mut self, mut batch: UsageBatch) {
        for used in core::mem::take(&mut batch.scopes) {
            let named = Named::ClientId(&used.client_id);
            if let Some(stored) = self.registry.stored_application(named) {
                self.notes.scope_used(stored.id, used);
            }
        }
        batch
            .secrets
            .retain(|used| self.registry.application(&used.client_id).is_some());
        self.notes.add(batch);
    }

    /// Returns a page of applications with the times of their uses.
    pub(super) fn used_applications(&self, list: &List<'_>) -> UsedPage {
        let page = self.registry.list_applications(list);
        UsedPage {
            applications: page
                .records
                .into_iter()
                .map(|stored| self.notes.with_uses(stored))
                .collect(),
            next: page.next,
            scopes_since: UnixTime::from_seconds(0),
        }
    }

    /// Returns the uses of the secrets of an application, or nothing if the application does not exist.
    pub(super) fn secret_uses(&self, client_id: &str) -> Vec<SecretUse> {
        match self.registry.application(client_id) {
            Some(_) => self.notes.secret_uses(client_id),
            None => Vec::new(),
        }
    }
}

/// The default number of changes that are remembered one by one.
const MAX_TOUCHED: usize = 1_000;
