//! The registry: the types of its records, and a whole registry in memory. It decides which application may request which tokens.
//!
//! The records (`Api`, `Application`, `Organization`, `Property`) are plain data, and each has one spelling: its serde implementation,
//! which is the spelling of a registry file and of everything that is derived from one. [`Records::check`] finds the first place where
//! records do not fit together; the decision uses them as the projections [`Client`] and [`Policy`].
//!
//! Records and their words are exhaustive: a program that stores, shows or compares them has to handle a new field or word, and the
//! compiler names the places. Each record has a constructor with what it needs and methods for the rest.

mod address;
mod api;
mod application;
mod at;
mod check;
mod claim_set;
mod issuer;
mod lifetime;
mod line;
mod management;
mod obstacle;
mod organization;
mod path;
mod period;
mod problem;
mod property;
mod quota;
#[cfg(feature = "schema")]
mod schema;
mod secret;
mod signing_keys;
mod spelling;
mod text;
mod token_size;

use std::collections::HashMap;
use std::sync::Arc;

pub use address::{AddressBlock, InvalidAddressBlock};
pub use api::{Api, ScopeDefinition};
pub use application::{
    Application, ApplicationSpec, AuthenticationMethod, AuthenticationMethods, Authorization,
    ClientType, Deletion, GrantType, GrantTypes, Values,
};
pub use claim_set::ClaimSet;
pub use issuer::{ISSUER_PLACEHOLDER, fill_in_issuer};
pub use lifetime::{InvalidLifetime, Lifetime};
pub use line::{InvalidLine, Line};
pub use management::{MANAGEMENT_ALIAS, MANAGEMENT_AUDIENCE, MIN_MANAGEMENT_LIFETIME};
pub use obstacle::Obstacle;
pub use organization::Organization;
pub use path::{Path, Record, Step};
pub use period::{InvalidPeriod, Period};
pub use problem::{InvalidRegistry, Kind, Problem};
pub use property::{Property, PropertyContext, PropertyKind, PropertyValue};
pub use quota::{Quota, QuotaMode};
pub use secret::{
    Ending, InvalidSecretHash, SecretHash, StoredSecret, generate_secret, is_generated_secret,
};
pub(crate) use secret::{GENERATED_CHARACTERS, GENERATED_PREFIX};
pub use signing_keys::{KeyOrigin, KeyState, SigningKeys};
pub use spelling::{UnknownWord, parse_time, time_text};
#[cfg(feature = "schema")]
pub use text::NAME_PATTERN;
pub use text::{InvalidText, NAME_EXPECTED, Text, is_hidden, is_name};

use crate::{Client, Policy, policy::Targets};

/// The records that a registry is assembled from.
#[derive(Debug, Clone, Default)]
pub struct Records {
    /// The APIs that tokens are for.
    pub apis: Vec<Api>,
    /// The organizations that applications can belong to.
    pub organizations: Vec<Organization>,
    /// The properties that applications can carry.
    pub properties: Vec<Property>,
    /// The applications that may ask for tokens.
    pub applications: Vec<Application>,
    /// The deletions of applications.
    pub deleted: Vec<Deletion>,
}

/// The records that a diagnosis compares with, wherever they are.
#[derive(Debug, Clone, Copy, Default)]
pub struct RecordsView<'r> {
    /// The APIs that tokens are for.
    pub apis: &'r [Api],
    /// The organizations of the applications.
    pub organizations: &'r [Organization],
    /// The applications that may ask for tokens.
    pub applications: &'r [Application],
    /// The deletions of applications.
    pub deleted: &'r [Deletion],
}

impl<'r> From<&'r Records> for RecordsView<'r> {
    fn from(records: &'r Records) -> Self {
        Self {
            apis: &records.apis,
            organizations: &records.organizations,
            applications: &records.applications,
            deleted: &records.deleted,
        }
    }
}

/// One consistent registry in memory. It is immutable; a change creates another registry.
#[derive(Debug)]
pub struct Registry {
    records: Records,
    entries: HashMap<Box<str>, Entry>,
    targets: Arc<Targets>,
}

/// The parts of one application that a token request needs.
#[derive(Debug)]
struct Entry {
    /// The position of its record; `None` for a deleted application.
    position: Option<usize>,
    client: Client,
    policy: Policy,
}

impl Registry {
    /// Parses records into a registry.
    ///
    /// # Errors
    ///
    /// As [`Records::check`].
    pub fn assemble(records: Records) -> Result<Self, InvalidRegistry> {
        records.check()?;
        let targets = Arc::new(Targets::of(&records.apis));
        let organizations: HashMap<&str, &Organization> = records
            .organizations
            .iter()
            .map(|organization| (&*organization.code, organization))
            .collect();
        let mut entries = HashMap::with_capacity(records.applications.len());
        for (position, application) in records.applications.iter().enumerate() {
            let organization = application
                .spec
                .organization
                .as_deref()
                .and_then(|code| organizations.get(code).copied());
            let client = Client::of(application);
            let policy = Policy::of(application, organization, Arc::clone(&targets));
            entries.insert(
                application.client_id.clone(),
                Entry {
                    position: Some(position),
                    client,
                    policy,
                },
            );
        }
        for deletion in &records.deleted {
            let client = Client::deleted(deletion);
            let policy = Policy::nothing(Arc::clone(&targets));
            entries.entry(deletion.client_id.clone()).or_insert(Entry {
                position: None,
                client,
                policy,
            });
        }
        Ok(Self {
            records,
            entries,
            targets,
        })
    }

    /// Returns the part of the application with this client id that authentication needs, also of a deleted one.
    #[must_use]
    pub fn client(&self, client_id: &str) -> Option<&Client> {
        self.entries.get(client_id).map(|entry| &entry.client)
    }

    /// Returns the part of the application with this client id that authorization needs, also of a deleted one, whose policy grants nothing.
    #[must_use]
    pub fn policy(&self, client_id: &str) -> Option<&Policy> {
        self.entries.get(client_id).map(|entry| &entry.policy)
    }

    /// The record of the application with this client id.
    #[must_use]
    pub fn application(&self, client_id: &str) -> Option<&Application> {
        let position = self.entries.get(client_id)?.position?;
        self.records.applications.get(position)
    }

    /// The records that the registry was assembled from.
    #[must_use]
    pub const fn records(&self) -> &Records {
        &self.records
    }

    /// All APIs, in the form that the decision uses.
    #[must_use]
    pub const fn targets(&self) -> &Arc<Targets> {
        &self.targets
    }
}
