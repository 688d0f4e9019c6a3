//! Records as a store keeps them: with a name, and times.

use core::fmt;

use m2m_authority::ApplicationMark;
use m2m_authority::registry::{Api, Application, Deletion, Organization, Property, Records};
use m2m_jwt::UnixTime;
use uuid::Uuid;

use crate::KeyRecord;

/// The version of a registry: 0 when it is empty, one more with each change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Version(pub u64);

/// The name of a record: it does not change and is never used again. 128 bits: a time in milliseconds and randomness (UUID
/// version 7, RFC 9562, section 5.7), so that records sort by age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId(Uuid);

/// A record with its name and its times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored<T> {
    /// Its name.
    pub id: RecordId,
    /// The time at which it was created.
    pub created_at: UnixTime,
    /// The time at which it was last changed.
    pub updated_at: UnixTime,
    /// The record.
    pub value: T,
}

/// A whole registry at one version.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The version.
    pub version: Version,
    /// The APIs, by age.
    pub apis: Vec<Stored<Api>>,
    /// The organizations, by age.
    pub organizations: Vec<Stored<Organization>>,
    /// The properties, by age.
    pub properties: Vec<Stored<Property>>,
    /// The applications, by age.
    pub applications: Vec<Stored<Application>>,
    /// The records of deleted applications, the latest last.
    pub deleted: Vec<Deletion>,
    /// The signing keys, by age, retired ones included as long as they are remembered.
    pub keys: Vec<KeyRecord>,
}

/// A record of any kind, for reading a registry one record at a time.
#[derive(Debug, Clone)]
pub enum AnyRecord {
    /// An API.
    Api(Box<Stored<Api>>),
    /// An organization.
    Organization(Box<Stored<Organization>>),
    /// A property.
    Property(Box<Stored<Property>>),
    /// An application.
    Application(Box<Stored<Application>>),
}

impl RecordId {
    /// Returns a name from a time and randomness.
    #[must_use]
    pub fn new(now: UnixTime, randomness: [u8; 10]) -> Self {
        let milliseconds = now.as_seconds().saturating_mul(1000);
        Self(uuid::Builder::from_unix_timestamp_millis(milliseconds, &randomness).into_uuid())
    }

    /// Parses a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }

    /// Returns the mark of the application with this record in its tokens.
    #[must_use]
    pub fn mark(&self) -> ApplicationMark {
        ApplicationMark::of_record(self.as_bytes())
    }

    /// Returns the 16 bytes of the name.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// Returns the name with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(f)
    }
}

impl<T> Stored<T> {
    /// Returns a record that is created now.
    #[must_use]
    pub const fn new(id: RecordId, value: T, now: UnixTime) -> Self {
        Self {
            id,
            created_at: now,
            updated_at: now,
            value,
        }
    }

    /// Returns the same record with another value, changed now.
    #[must_use]
    pub fn with<U>(&self, value: U, now: UnixTime) -> Stored<U> {
        Stored {
            id: self.id,
            created_at: self.created_at,
            updated_at: now,
            value,
        }
    }
}

impl Snapshot {
    /// Returns the records without names and times, as [`Registry::assemble`](m2m_authority::Registry::assemble) takes them.
    #[must_use]
    pub fn records(&self) -> Records {
        fn values<T: Clone>(stored: &[Stored<T>]) -> Vec<T> {
            stored.iter().map(|stored| stored.value.clone()).collect()
        }
        Records {
            apis: values(&self.apis),
            organizations: values(&self.organizations),
            properties: values(&self.properties),
            applications: values(&self.applications),
            deleted: self.deleted.clone(),
        }
    }
}
