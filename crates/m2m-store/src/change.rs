//! What is written at once: records and the audit events that tell of them.

use core::net::IpAddr;

use m2m_authority::TraceId;
use m2m_authority::audit::{Action, Subject};
use m2m_authority::registry::{Api, Application, Deletion, Organization, Property};
use m2m_jwt::UnixTime;

use crate::{KeyRecord, Maintenance, RecordId, Stored, Version};

/// What is written in one transaction: all of it or nothing.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// The records.
    pub writes: Vec<Write>,
    /// What the audit log says of it. A change without an event is refused: nothing is changed by nobody.
    pub events: Vec<AuditEvent>,
}

/// One record that is written or taken away.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each says what it does")]
pub enum Write {
    PutApi(Stored<Api>),
    DeleteApi(RecordId),
    PutOrganization(Stored<Organization>),
    DeleteOrganization(RecordId),
    PutProperty(Stored<Property>),
    DeleteProperty(RecordId),
    PutApplication(Box<Stored<Application>>),
    /// Takes an application away, and remembers that it was there.
    DeleteApplication(RecordId, Deletion),
    PutKey(KeyRecord),
    /// Forgets a key, by its `kid`.
    DeleteKey(Box<str>),
    /// Switches maintenance on or off.
    PutMaintenance(Maintenance),
}

/// Who made a change, what it was, and what was there before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// When.
    pub time: UnixTime,
    /// Who.
    pub actor: Actor,
    /// What was done.
    pub action: Action,
    /// To what kind of record.
    pub subject: Subject,
    /// Its identifier as people know it: a client id, an audience, a code, a key, a `kid`.
    pub name: Box<str>,
    /// The record before, as JSON without secrets and without their hashes.
    pub before: Option<Box<str>>,
    /// The record after, in the same way.
    pub after: Option<Box<str>>,
}

/// Who makes a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The client id of the application, or the name of a command that ran on the data directory, as in `m2m apply`.
    pub name: Box<str>,
    /// The request that made it, if it was one.
    pub trace_id: Option<TraceId>,
    /// Where it came from, if from outside.
    pub address: Option<IpAddr>,
}

/// What changed since a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The version now.
    pub version: Version,
    /// What is to be forgotten.
    pub stale: Stale,
}

/// What a cache has to forget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stale {
    /// These client ids, and nothing else.
    Applications(Vec<Box<str>>),
    /// Everything: an API, an organization or a key was changed, or more than is remembered.
    Everything,
}

impl Actor {
    /// A command on the data directory, as in `m2m apply`.
    #[must_use]
    pub fn command(name: &str) -> Self {
        Self {
            name: name.into(),
            trace_id: None,
            address: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        for action in Action::ALL {
            assert_eq!(Action::parse(action.as_str()), Some(*action));
        }
        for subject in Subject::ALL {
            assert_eq!(Subject::parse(subject.as_str()), Some(*subject));
        }
        assert_eq!(Subject::parse("Api"), None);
    }
}
