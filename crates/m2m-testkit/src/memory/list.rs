//! Pages of a registry in memory.

use m2m_authority::registry::{Application, Organization};
use m2m_store::{
    ApplicationPage, Cursor, Filter, List, Named, Page, PageBudget, RecordId, Sort, Stored,
};

use super::registry::Registry;

impl Registry {
    pub(super) fn stored_application(&self, named: Named<'_>) -> Option<Stored<Application>> {
        let is_named = |stored: &&Stored<Application>| match named {
            Named::Id(id) => stored.id == id,
            Named::ClientId(client_id) => *stored.value.client_id == *client_id,
        };
        self.applications.values().find(is_named).cloned()
    }

    pub(super) fn stored_organization(&self, code: &str) -> Option<Stored<Organization>> {
        let mut organizations = self.organizations.values();
        organizations
            .find(|stored| *stored.value.code == *code)
            .cloned()
    }

    pub(super) fn has_system_user(&self, name: &str) -> bool {
        let mut applications = self.applications.values();
        applications.any(|stored| stored.value.spec.system_user.as_deref() == Some(name))
    }

    pub(super) fn list_applications(&self, list: &List<'_>) -> ApplicationPage {
        let is_wanted = |application: &Application| match list.filter {
            Filter::All => true,
            Filter::Containing(text) => {
                contains(&application.spec.name, text) || contains(&application.client_id, text)
            }
            Filter::AuthorizedFor(audience) => {
                let mut authorizations = application.spec.authorize.iter();
                authorizations.any(|authorization| *authorization.audience == *audience)
            }
            Filter::WithDefaultAudience(audience) => {
                application.spec.default_audience.as_deref() == Some(audience)
            }
            Filter::OfOrganization(code) => application.spec.organization.as_deref() == Some(code),
            Filter::OfOwner(owner) => application.spec.owner.as_deref() == Some(owner),
            Filter::WithProperty(key) => {
                let mut properties = application.spec.properties.iter();
                properties.any(|(own, _)| **own == *key)
            }
        };
        let wanted = self.applications.values();
        let wanted = wanted.filter(|stored| is_wanted(&stored.value));
        let size = |application: &Application| length(serde_json::to_string(&application.spec));
        page(wanted, |application| &application.spec.name, size, list)
    }

    pub(super) fn list_organizations(&self, list: &List<'_>) -> Page<Organization> {
        let is_wanted = |organization: &Organization| match list.filter {
            Filter::All => true,
            Filter::Containing(text) => {
                contains(&organization.name, text) || contains(&organization.code, text)
            }
            Filter::AuthorizedFor(_)
            | Filter::WithDefaultAudience(_)
            | Filter::OfOrganization(_)
            | Filter::OfOwner(_)
            | Filter::WithProperty(_) => false,
        };
        let wanted = self.organizations.values();
        let wanted = wanted.filter(|stored| is_wanted(&stored.value));
        let size = |organization: &Organization| length(serde_json::to_string(organization));
        page(wanted, |organization| &organization.name, size, list)
    }
}

fn contains(text: &str, sought: &str) -> bool {
    text.to_ascii_lowercase()
        .contains(&sought.to_ascii_lowercase())
}

/// A place in an order: a name, if the order is by name, and an id. Ids sort by age.
type Place = (Box<str>, RecordId);

/// Returns the requested page of these records.
fn page<'r, T: Clone + 'r>(
    records: impl Iterator<Item = &'r Stored<T>>,
    name: impl Fn(&T) -> &str,
    size: impl Fn(&T) -> usize,
    list: &List<'_>,
) -> Page<T> {
    let place = |name: &str, id: RecordId| -> Place {
        match list.sort {
            Sort::Age => (Box::default(), id),
            Sort::NameAscending | Sort::NameDescending => (name.into(), id),
        }
    };
    let mut sorted: Vec<(Place, &Stored<T>)> = records
        .map(|stored| (place(name(&stored.value), stored.id), stored))
        .collect();
    sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
    if list.sort == Sort::NameDescending {
        sorted.reverse();
    }
    if let Some(cursor) = list.after {
        let end = place(&cursor.name, cursor.id);
        sorted.retain(|(own, _)| match list.sort {
            Sort::Age | Sort::NameAscending => *own > end,
            Sort::NameDescending => *own < end,
        });
    }
    let found = sorted.len();
    let mut budget = PageBudget::default();
    let records: Vec<Stored<T>> = sorted
        .into_iter()
        .take(list.most)
        .take_while(|(_, stored)| budget.takes(size(&stored.value)))
        .map(|(_, stored)| stored.clone())
        .collect();
    let more = records.len() < found;
    let next = records.last().filter(|_| more).map(|last| Cursor {
        name: name(&last.value).into(),
        id: last.id,
    });
    Page { records, next }
}

/// Returns the size of a record as a document. Unit: bytes.
fn length(document: serde_json::Result<String>) -> usize {
    document.map_or(0, |document| document.len())
}
