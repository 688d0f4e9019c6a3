//! What a registry in memory keeps.

use std::collections::{BTreeMap, HashMap, VecDeque};

use m2m_authority::TraceId;
use m2m_authority::registry::{
    Api, Application, Deletion, KeyState, Organization, Property, Records,
};
use m2m_jwt::UnixTime;
use m2m_store::{
    AuditEvent, Change, Changes, CommitError, Found, Frame, KeyRecord, RecordId, Refused,
    SecretUse, Snapshot, Sought, Stale, StoreError, Stored, UsageBatch, Version, Write,
};

/// What a registry in memory keeps. Names of records sort by age.
#[derive(Debug)]
pub(super) struct State {
    version: Version,
    apis: BTreeMap<RecordId, Stored<Api>>,
    organizations: BTreeMap<RecordId, Stored<Organization>>,
    properties: BTreeMap<RecordId, Stored<Property>>,
    applications: BTreeMap<RecordId, Stored<Application>>,
    deleted: Vec<Deletion>,
    keys: Vec<KeyRecord>,
    /// What the latest changes made stale, the latest last.
    stale: VecDeque<Stale>,
    most_stale: usize,
    audit: Vec<AuditEvent>,
    /// By client id, minute and audience.
    issued: BTreeMap<(Box<str>, u64, Box<str>), u64>,
    /// By client id and name of the secret.
    secrets_used: HashMap<(Box<str>, Box<str>), UnixTime>,
    refused: VecDeque<Refused>,
    /// Until when, by `jti`.
    revoked: HashMap<Box<str>, UnixTime>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            version: Version::default(),
            apis: BTreeMap::new(),
            organizations: BTreeMap::new(),
            properties: BTreeMap::new(),
            applications: BTreeMap::new(),
            deleted: Vec::new(),
            keys: Vec::new(),
            stale: VecDeque::new(),
            most_stale: MOST_STALE,
            audit: Vec::new(),
            issued: BTreeMap::new(),
            secrets_used: HashMap::new(),
            refused: VecDeque::new(),
            revoked: HashMap::new(),
        }
    }
}

impl State {
    pub(super) fn remember_changes(&mut self, most: usize) {
        self.most_stale = most;
        self.forget_stale();
    }

    fn forget_stale(&mut self) {
        let surplus = self.stale.len().saturating_sub(self.most_stale);
        self.stale.drain(..surplus);
    }

    pub(super) fn frame(&self) -> Frame {
        let keys = self.keys.iter();
        Frame {
            version: self.version,
            apis: values(&self.apis),
            keys: keys
                .filter(|key| key.state != KeyState::Retired)
                .cloned()
                .collect(),
            applications: u64::try_from(self.applications.len()).unwrap_or(u64::MAX),
        }
    }

    pub(super) fn find(&self, client_id: &str) -> Option<Found> {
        if let Some(application) = self.application(client_id) {
            let organization = self.organization_of(application).cloned();
            return Some(Found::Application(
                Box::new(application.clone()),
                organization,
            ));
        }
        let mut deleted = self.deleted.iter().rev();
        let deletion = deleted.find(|deletion| *deletion.client_id == *client_id)?;
        Some(Found::Deleted(deletion.clone()))
    }

    fn application(&self, client_id: &str) -> Option<&Application> {
        let mut applications = self.applications.values().map(|stored| &stored.value);
        applications.find(|application| *application.client_id == *client_id)
    }

    fn organization_of(&self, application: &Application) -> Option<&Organization> {
        let code = application.organization.as_deref()?;
        let mut organizations = self.organizations.values().map(|stored| &stored.value);
        organizations.find(|organization| *organization.code == *code)
    }

    pub(super) fn suspects(&self, sought: &Sought<'_>) -> Records {
        let all = || self.applications.values().map(|stored| &stored.value);
        let has_secret = |application: &Application| {
            application.secrets.iter().any(|secret| {
                let same = |hash| bool::from(secret.hash.constant_time_eq(hash));
                sought.secrets.iter().any(same)
            })
        };
        let mut near: Vec<(usize, &str)> = all()
            .map(|application| &*application.client_id)
            .map(|client_id| {
                (
                    strsim::damerau_levenshtein(client_id, sought.client_id),
                    client_id,
                )
            })
            .filter(|(errors, _)| (1..=MOST_ERRORS).contains(errors))
            .collect();
        near.sort_unstable();
        near.truncate(sought.most_near);
        let is_sought = |application: &&Application| {
            let client_id = &*application.client_id;
            *client_id == *sought.client_id
                || has_secret(application)
                || near.iter().any(|(_, near)| *near == client_id)
        };
        let applications: Vec<Application> = all().filter(is_sought).cloned().collect();
        let mut organizations: Vec<Organization> = applications
            .iter()
            .filter_map(|application| self.organization_of(application).cloned())
            .collect();
        organizations.sort_by(|a, b| a.code.cmp(&b.code));
        organizations.dedup();
        let deleted = self.deleted.iter();
        Records {
            apis: values(&self.apis),
            organizations,
            properties: Vec::new(),
            applications,
            deleted: deleted
                .filter(|deletion| *deletion.client_id == *sought.client_id)
                .cloned()
                .collect(),
        }
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot {
            version: self.version,
            apis: self.apis.values().cloned().collect(),
            organizations: self.organizations.values().cloned().collect(),
            properties: self.properties.values().cloned().collect(),
            applications: self.applications.values().cloned().collect(),
            deleted: self.deleted.clone(),
            keys: self.keys.clone(),
        }
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
        let mut client_ids = Vec::new();
        let mut everything = false;
        for write in change.writes {
            match write {
                Write::PutApplication(application) => {
                    client_ids.push(application.value.client_id.clone());
                    self.applications.insert(application.id, *application);
                }
                Write::DeleteApplication(id, deletion) => {
                    client_ids.push(deletion.client_id.clone());
                    self.applications.remove(&id);
                    self.deleted.push(deletion);
                }
                Write::PutProperty(property) => {
                    self.properties.insert(property.id, property);
                }
                Write::DeleteProperty(id) => {
                    self.properties.remove(&id);
                }
                Write::PutApi(api) => {
                    everything = true;
                    self.apis.insert(api.id, api);
                }
                Write::DeleteApi(id) => {
                    everything = true;
                    self.apis.remove(&id);
                }
                Write::PutOrganization(organization) => {
                    everything = true;
                    self.organizations.insert(organization.id, organization);
                }
                Write::DeleteOrganization(id) => {
                    everything = true;
                    self.organizations.remove(&id);
                }
                Write::PutKey(key) => {
                    everything = true;
                    match self.keys.iter_mut().find(|own| own.kid == key.kid) {
                        Some(own) => *own = key,
                        None => self.keys.push(key),
                    }
                }
                Write::DeleteKey(kid) => {
                    everything = true;
                    self.keys.retain(|key| key.kid != kid);
                }
            }
        }
        self.audit.extend(change.events);
        self.stale.push_back(if everything {
            Stale::Everything
        } else {
            Stale::Applications(client_ids)
        });
        self.forget_stale();
        self.version = Version(self.version.0 + 1);
        Ok(self.version)
    }

    pub(super) fn changes_since(&self, version: Version) -> Changes {
        let remembered = self.version.0.checked_sub(version.0);
        let remembered = remembered.and_then(|changes| usize::try_from(changes).ok());
        let missed = remembered
            .and_then(|changes| self.stale.len().checked_sub(changes))
            .map(|seen| self.stale.iter().skip(seen));
        let mut client_ids: Vec<Box<str>> = Vec::new();
        let stale = match missed {
            None => Stale::Everything,
            Some(missed) => {
                let mut everything = false;
                for stale in missed {
                    match stale {
                        Stale::Everything => everything = true,
                        Stale::Applications(more) => client_ids.extend_from_slice(more),
                    }
                }
                client_ids.sort_unstable();
                client_ids.dedup();
                if everything {
                    Stale::Everything
                } else {
                    Stale::Applications(client_ids)
                }
            }
        };
        Changes {
            version: self.version,
            stale,
        }
    }

    pub(super) fn authorized_for(&self, audience: &str, most: usize) -> Vec<Box<str>> {
        let applications = self.applications.values().map(|stored| &stored.value);
        let authorized = applications.filter(|application| {
            let mut authorizations = application.authorizations.iter();
            authorizations.any(|authorization| *authorization.audience == *audience)
        });
        let client_ids = authorized.map(|application| application.client_id.clone());
        client_ids.take(most).collect()
    }

    pub(super) fn add_usage(&mut self, batch: UsageBatch) {
        for issued in batch.issued {
            let name = (issued.client_id, issued.minute, issued.audience);
            *self.issued.entry(name).or_default() += issued.tokens;
        }
        for used in batch.secrets {
            let name = (used.client_id, used.secret_id);
            let at = self.secrets_used.entry(name).or_insert(used.at);
            *at = used.at.max(*at);
        }
        for refused in batch.refused {
            // What a diagnosis found comes after the refusal, under the same name.
            match self
                .refused
                .iter_mut()
                .find(|own| own.trace_id == refused.trace_id)
            {
                Some(own) => *own = refused,
                None => self.refused.push_back(refused),
            }
        }
        let surplus = self.refused.len().saturating_sub(MOST_REFUSED);
        self.refused.drain(..surplus);
    }

    pub(super) fn tokens_since(&self, client_id: &str, since: UnixTime) -> u64 {
        let first = since.as_seconds() / 60;
        let issued = self.issued.iter();
        issued
            .filter(|((own, minute, _), _)| **own == *client_id && *minute >= first)
            .map(|(_, tokens)| tokens)
            .sum()
    }

    pub(super) fn secret_uses(&self, client_id: &str) -> Vec<SecretUse> {
        let mut uses: Vec<SecretUse> = self
            .secrets_used
            .iter()
            .filter(|((own, _), _)| **own == *client_id)
            .map(|((client_id, secret_id), at)| SecretUse {
                client_id: client_id.clone(),
                secret_id: secret_id.clone(),
                at: *at,
            })
            .collect();
        uses.sort_by(|one, other| one.secret_id.cmp(&other.secret_id));
        uses
    }

    pub(super) fn refused(&self, trace_id: TraceId) -> Option<Refused> {
        let mut refused = self.refused.iter();
        refused
            .find(|refused| refused.trace_id == trace_id)
            .cloned()
    }

    pub(super) fn audit(&self, most: usize) -> Vec<AuditEvent> {
        self.audit.iter().rev().take(most).cloned().collect()
    }

    pub(super) fn revoke(
        &mut self,
        jti: &str,
        expires_at: UnixTime,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        self.revoked.retain(|_, expires_at| *expires_at > now);
        if self.revoked.len() >= MOST_REVOKED && !self.revoked.contains_key(jti) {
            return Err(StoreError::TooManyRevocations);
        }
        self.revoked.insert(jti.into(), expires_at);
        Ok(())
    }

    pub(super) fn is_revoked(&self, jti: &str) -> bool {
        self.revoked.contains_key(jti)
    }
}

fn values<T: Clone>(stored: &BTreeMap<RecordId, Stored<T>>) -> Vec<T> {
    stored.values().map(|stored| stored.value.clone()).collect()
}

/// Changes that are remembered one by one.
const MOST_STALE: usize = 1_000;

/// Refusals that are remembered.
const MOST_REFUSED: usize = 1_000;

/// Revocations that are kept.
const MOST_REVOKED: usize = 10_000;

/// Typing errors up to which a client id is nearly another.
const MOST_ERRORS: usize = 4;
