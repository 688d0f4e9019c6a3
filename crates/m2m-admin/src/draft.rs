//! A change in preparation: its writes, its audit events and its plan.

use m2m_authority::redacted;
use m2m_authority::registry::{Application, Deletion};
use m2m_jwt::UnixTime;
use m2m_store::{
    Action, Actor, AuditEvent, Backend, Change, CommitError, RecordId, Stored, Subject, Version,
    Write,
};
use serde_json::{Map, Value};

use crate::randomness::bytes;
use crate::record::Managed;
use crate::{GeneratedCredentials, Randomness};
use m2m_api::{FieldChange, Plan, SecretStep, Step};

/// A change that was decided and is not committed yet: its plan, and the secrets that it would make valid.
///
/// [`commit`](Self::commit) makes the change, unless others have changed the registry in the meantime.
#[derive(Debug)]
#[must_use = "nothing is changed until it is committed"]
pub struct Prepared {
    plan: Plan,
    /// The positions of the steps that create an application with a generated client id.
    nameless: Vec<usize>,
    credentials: Vec<GeneratedCredentials>,
    version: Version,
    change: Change,
}

/// A change that was made, durably and with its audit events.
#[derive(Debug)]
pub struct Applied {
    /// The changes that were made.
    pub plan: Plan,
    /// The generated secrets. They cannot be read again later.
    pub credentials: Vec<GeneratedCredentials>,
    /// The version of the registry after the change.
    pub version: Version,
}

impl Prepared {
    /// Returns the plan of the change.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Returns the secrets that the change would make valid. A caller that must not lose them stores them before the commit.
    #[must_use]
    pub fn credentials(&self) -> &[GeneratedCredentials] {
        &self.credentials
    }

    /// Returns only the plan, and does not make the change. Client ids that were generated for the change are not part of it.
    #[must_use]
    pub fn into_plan(mut self) -> Plan {
        for position in self.nameless {
            if let Some(step) = self.plan.steps.get_mut(position) {
                step.name = None;
            }
        }
        self.plan
    }

    /// Returns true if the change is about APIs, so that the keys have to be settled after it.
    pub(crate) fn is_about_apis(&self) -> bool {
        let mut writes = self.change.writes.iter();
        writes.any(|write| matches!(write, Write::PutApi(_) | Write::DeleteApi(_)))
    }

    /// Makes the change. A change that does nothing is not written.
    ///
    /// # Errors
    ///
    /// [`CommitError::Conflict`] if others have changed the registry in the meantime: then the change is to be decided again.
    pub async fn commit<B: Backend>(self, backend: &B) -> Result<Applied, CommitError> {
        let version = if self.change.events.is_empty() {
            self.version
        } else {
            backend.commit(self.version, self.change).await?
        };
        Ok(Applied {
            plan: self.plan,
            credentials: self.credentials,
            version,
        })
    }
}

/// A change in preparation.
pub(crate) struct Draft {
    actor: Actor,
    now: UnixTime,
    plan: Plan,
    nameless: Vec<usize>,
    change: Change,
    credentials: Vec<GeneratedCredentials>,
}

impl Draft {
    pub(crate) fn new(actor: &Actor, now: UnixTime) -> Self {
        Self {
            actor: actor.clone(),
            now,
            plan: Plan::default(),
            nameless: Vec::new(),
            change: Change::default(),
            credentials: Vec::new(),
        }
    }

    /// Returns the actor of the change.
    pub(crate) const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Returns the time of the change.
    pub(crate) const fn now(&self) -> UnixTime {
        self.now
    }

    /// Creates a record.
    pub(crate) fn create<T: Managed>(
        &mut self,
        value: T,
        secret: Option<SecretStep>,
        randomness: &mut dyn Randomness,
    ) -> RecordId {
        let id = RecordId::new(self.now, bytes(randomness));
        let view = value.view();
        self.tell(
            Action::Created,
            T::SUBJECT,
            value.identifier(),
            None,
            Some(&view),
        );
        self.plan.steps.push(Step {
            action: Action::Created,
            subject: T::SUBJECT,
            name: Some(value.identifier().into()),
            title: value.title().into(),
            secret,
            changes: Vec::new(),
        });
        self.write(T::put(Stored::new(id, value, self.now)));
        id
    }

    /// Updates a record, if the new value differs.
    pub(crate) fn update<T: Managed>(
        &mut self,
        stored: &Stored<T>,
        value: T,
        secret: Option<SecretStep>,
    ) {
        let value = value.following(&stored.value);
        if stored.value.same(&value) {
            return;
        }
        let (before, after) = (stored.value.view(), value.view());
        let name = value.identifier();
        self.tell(
            Action::Updated,
            T::SUBJECT,
            name,
            Some(&before),
            Some(&after),
        );
        self.plan.steps.push(Step {
            action: Action::Updated,
            subject: T::SUBJECT,
            name: Some(name.into()),
            title: value.title().into(),
            secret,
            changes: FieldChange::between(&before, &after),
        });
        self.write(T::put(stored.with(value, self.now)));
    }

    /// Deletes a record.
    pub(crate) fn delete<T: Managed>(&mut self, stored: &Stored<T>, write: Write) {
        let view = stored.value.view();
        let name = stored.value.identifier();
        self.tell(Action::Deleted, T::SUBJECT, name, Some(&view), None);
        self.plan.steps.push(Step {
            action: Action::Deleted,
            subject: T::SUBJECT,
            name: Some(name.into()),
            title: stored.value.title().into(),
            secret: None,
            changes: Vec::new(),
        });
        self.write(write);
    }

    /// Deletes an application, and records the deletion of its client id.
    pub(crate) fn delete_application(&mut self, stored: &Stored<Application>) {
        let deletion = Deletion {
            client_id: stored.value.client_id.clone(),
            at: self.now,
            by: self.actor.name.clone(),
        };
        self.delete(stored, Write::DeleteApplication(stored.id, deletion));
    }

    /// Returns the application as this change leaves it, or `None` if it is deleted.
    pub(crate) fn latest<'s>(&'s self, stored: &'s Stored<Application>) -> Option<&'s Application> {
        let mut writes = self.change.writes.iter().rev();
        let is_deleted =
            |write: &Write| matches!(write, Write::DeleteApplication(id, _) if *id == stored.id);
        let latest = writes.find_map(|write| {
            if is_deleted(write) {
                return Some(None);
            }
            if let Write::PutApplication(put) = write
                && put.id == stored.id
            {
                return Some(Some(&put.value));
            }
            None
        });
        latest.unwrap_or(Some(&stored.value))
    }

    /// Adds a write that is not part of the plan.
    pub(crate) fn write(&mut self, write: Write) {
        self.change.writes.push(write);
    }

    /// Adds an event to the audit log. Texts that look like a credential are redacted.
    pub(crate) fn tell(
        &mut self,
        action: Action,
        subject: Subject,
        name: &str,
        before: Option<&Map<String, Value>>,
        after: Option<&Map<String, Value>>,
    ) {
        let text = |view: &Map<String, Value>| {
            // A map of JSON values always serializes. Credentials do not contain bytes that JSON escapes.
            let text = serde_json::to_string(view).unwrap_or_default();
            redacted(&text).into()
        };
        self.change.events.push(AuditEvent {
            time: self.now,
            actor: self.actor.clone(),
            action,
            subject,
            name: redacted(name).into(),
            before: before.map(text),
            after: after.map(text),
        });
    }

    /// Marks the next created application as one with a generated client id, which a plan that is not carried out must not contain.
    pub(crate) fn next_is_nameless(&mut self) {
        self.nameless.push(self.plan.steps.len());
    }

    /// Records that an application stays although the file does not have it.
    pub(crate) fn keep(&mut self, client_id: &str) {
        self.plan.kept.push(client_id.into());
    }

    pub(crate) fn show_once(&mut self, credentials: GeneratedCredentials) {
        self.credentials.push(credentials);
    }

    /// Returns the change, for a registry at this version.
    pub(crate) fn prepared(self, version: Version) -> Prepared {
        Prepared {
            plan: self.plan,
            nameless: self.nameless,
            credentials: self.credentials,
            version,
            change: self.change,
        }
    }
}
