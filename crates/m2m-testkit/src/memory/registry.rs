//! The records of a registry in memory.

use core::ops::ControlFlow;
use std::collections::{BTreeMap, HashSet};

use m2m_authority::registry::{
    Api, Application, Deletion, KeyState, Organization, Property, Records,
};
use m2m_store::{
    AnyRecord, CommitError, Found, Frame, KeyRecord, Maintenance, RecordId, Snapshot, Sought,
    Stored, Version, Write,
};

/// The records of a registry in memory, the change log apart.
#[derive(Debug, Clone, Default)]
pub(super) struct Registry {
    apis: Table<Api>,
    pub(super) organizations: Table<Organization>,
    properties: Table<Property>,
    pub(super) applications: Table<Application>,
    deleted: Vec<Deletion>,
    keys: Vec<KeyRecord>,
    maintenance: Maintenance,
}

/// Records by their ids, which sort by age.
pub(super) type Table<T> = BTreeMap<RecordId, Stored<T>>;

/// The entries that writes made stale.
#[derive(Debug, Clone, Default)]
pub(super) struct Touched {
    pub(super) client_ids: Vec<Box<str>>,
    pub(super) everything: bool,
}

impl Registry {
    pub(super) fn frame(&self, version: Version) -> Frame {
        let announced = |key: &&KeyRecord| key.state != KeyState::Retired;
        Frame {
            version,
            apis: values(&self.apis).cloned().collect(),
            keys: self.keys.iter().filter(announced).cloned().collect(),
            applications: u64::try_from(self.applications.len()).unwrap_or(u64::MAX),
            maintenance: self.maintenance,
        }
    }

    pub(super) fn authorized_for(&self, audience: &str, most: usize) -> Vec<Box<str>> {
        let authorized = values(&self.applications).filter(|application| {
            let mut authorizations = application.spec.authorize.iter();
            authorizations.any(|authorization| *authorization.audience == *audience)
        });
        let client_ids = authorized.map(|application| application.client_id.clone());
        client_ids.take(most).collect()
    }

    pub(super) fn snapshot(&self, version: Version) -> Snapshot {
        Snapshot {
            version,
            apis: self.apis.values().cloned().collect(),
            organizations: self.organizations.values().cloned().collect(),
            properties: self.properties.values().cloned().collect(),
            applications: self.applications.values().cloned().collect(),
            deleted: self.deleted.clone(),
            keys: self.keys.clone(),
        }
    }

    pub(super) fn find(&self, client_id: &str) -> Option<Found> {
        let mut applications = self.applications.values();
        if let Some(stored) = applications.find(|stored| *stored.value.client_id == *client_id) {
            let organization = self.organization_of(&stored.value).cloned();
            return Some(Found::Application(
                stored.id,
                Box::new(stored.value.clone()),
                organization,
            ));
        }
        let mut deleted = self.deleted.iter();
        let deletion = deleted.find(|deletion| *deletion.client_id == *client_id)?;
        Some(Found::Deleted(deletion.clone()))
    }

    pub(super) fn application(&self, client_id: &str) -> Option<&Application> {
        values(&self.applications).find(|application| *application.client_id == *client_id)
    }

    fn organization_of(&self, application: &Application) -> Option<&Organization> {
        let code = application.spec.organization.as_deref()?;
        values(&self.organizations).find(|organization| *organization.code == *code)
    }

    pub(super) fn suspects(&self, sought: &Sought) -> Records {
        let has_secret = |application: &Application| {
            application.secrets.iter().any(|secret| {
                let same = |hash| bool::from(secret.hash.constant_time_eq(hash));
                sought.secrets.iter().any(same)
            })
        };
        let near = self.near(&sought.client_id, sought.most_near);
        let is_sought = |application: &&Application| {
            let client_id = &*application.client_id;
            *client_id == *sought.client_id || has_secret(application) || near.contains(client_id)
        };
        let applications: Vec<Application> = values(&self.applications)
            .filter(is_sought)
            .cloned()
            .collect();
        let mut organizations: Vec<Organization> = applications
            .iter()
            .filter_map(|application| self.organization_of(application).cloned())
            .collect();
        organizations.sort_by(|a, b| a.code.cmp(&b.code));
        organizations.dedup();
        let deleted = self.deleted.iter();
        Records {
            organizations,
            applications,
            deleted: deleted
                .filter(|deletion| *deletion.client_id == *sought.client_id)
                .cloned()
                .collect(),
            ..Records::default()
        }
    }

    /// Returns the client ids that are most similar to this one, regardless of case and punctuation.
    fn near(&self, client_id: &str, most: usize) -> HashSet<&str> {
        if client_id.is_empty() || client_id.len() > LONGEST {
            return HashSet::new();
        }
        let folded = fold(client_id);
        let mut near: Vec<(usize, &str)> = values(&self.applications)
            .map(|application| &*application.client_id)
            .map(|other| (strsim::damerau_levenshtein(&fold(other), &folded), other))
            .filter(|(errors, _)| *errors <= MAX_ERRORS)
            .collect();
        near.sort_unstable();
        near.into_iter()
            .take(most)
            .map(|(_, other)| other)
            .collect()
    }

    /// Performs all writes. If it fails, the registry must not be used any more.
    pub(super) fn write(&mut self, writes: Vec<Write>) -> Result<Touched, CommitError> {
        let mut touched = Touched::default();
        for write in writes {
            match write {
                Write::PutApplication(application) => self.put(*application, &mut touched),
                Write::DeleteApplication(id, deletion) => {
                    self.applications.remove(&id);
                    touched.client_ids.push(deletion.client_id.clone());
                    self.deleted
                        .retain(|other| other.client_id != deletion.client_id);
                    self.deleted.push(deletion);
                }
                Write::PutProperty(property) => {
                    self.properties.insert(property.id, property);
                }
                Write::DeleteProperty(id) => {
                    self.properties.remove(&id);
                }
                Write::PutApi(api) => {
                    touched.everything = true;
                    self.apis.insert(api.id, api);
                }
                Write::DeleteApi(id) => {
                    touched.everything = true;
                    self.apis.remove(&id);
                }
                Write::PutOrganization(organization) => {
                    touched.everything = true;
                    self.organizations.insert(organization.id, organization);
                }
                Write::DeleteOrganization(id) => {
                    touched.everything = true;
                    self.organizations.remove(&id);
                }
                Write::PutKey(key) => {
                    touched.everything = true;
                    match self.keys.iter_mut().find(|own| own.kid == key.kid) {
                        Some(own) => *own = key,
                        None => self.keys.push(key),
                    }
                }
                Write::DeleteKey(kid) => {
                    touched.everything = true;
                    self.keys.retain(|key| key.kid != kid);
                }
                Write::PutMaintenance(maintenance) => {
                    touched.everything = true;
                    self.maintenance = maintenance;
                }
            }
        }
        self.check()?;
        Ok(touched)
    }

    fn put(&mut self, application: Stored<Application>, touched: &mut Touched) {
        let client_id = application.value.client_id.clone();
        if let Some(before) = self.applications.insert(application.id, application)
            && before.value.client_id != client_id
        {
            touched.client_ids.push(before.value.client_id);
        }
        touched.client_ids.push(client_id);
    }

    /// Checks that no two records have the same name, and that the organizations that applications name exist.
    fn check(&self) -> Result<(), CommitError> {
        let codes = values(&self.organizations).map(|organization| &*organization.code);
        let codes = each_once(codes, "organization")?;
        each_once(values(&self.apis).map(|api| &*api.audience), "audience")?;
        let client_ids = values(&self.applications).map(|application| &*application.client_id);
        each_once(client_ids, "client id")?;
        let mut applications = values(&self.applications);
        let homeless = applications.any(|application| {
            let code = application.spec.organization.as_deref();
            code.is_some_and(|code| !codes.contains(code))
        });
        if homeless {
            return Err(inconsistent("an application of no organization"));
        }
        Ok(())
    }
}

fn values<T>(table: &Table<T>) -> impl Iterator<Item = &T> {
    table.values().map(|stored| &stored.value)
}

fn each_once<'n>(
    names: impl Iterator<Item = &'n str>,
    kind: &str,
) -> Result<HashSet<&'n str>, CommitError> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(inconsistent(&format!("two of one {kind}")));
        }
    }
    Ok(seen)
}

fn inconsistent(what: &str) -> CommitError {
    CommitError::Inconsistent { what: what.into() }
}

fn fold(client_id: &str) -> String {
    let characters = client_id.chars().filter(char::is_ascii_alphanumeric);
    characters.map(|one| one.to_ascii_lowercase()).collect()
}

/// The maximum number of typing errors between two similar client ids.
const MAX_ERRORS: usize = 4;

/// The maximum length of a text that is taken for a mistyped client id. Unit: bytes.
const LONGEST: usize = 256;

/// Passes the records to `each`, one by one, until it breaks.
pub(super) fn walk<S>(
    snapshot: Snapshot,
    mut state: S,
    each: fn(&mut S, AnyRecord) -> ControlFlow<()>,
) -> S {
    let apis = snapshot.apis.into_iter().map(Box::new);
    let organizations = snapshot.organizations.into_iter().map(Box::new);
    let properties = snapshot.properties.into_iter().map(Box::new);
    let applications = snapshot.applications.into_iter().map(Box::new);
    let records = apis
        .map(AnyRecord::Api)
        .chain(organizations.map(AnyRecord::Organization))
        .chain(properties.map(AnyRecord::Property))
        .chain(applications.map(AnyRecord::Application));
    for record in records {
        if each(&mut state, record).is_break() {
            break;
        }
    }
    state
}
