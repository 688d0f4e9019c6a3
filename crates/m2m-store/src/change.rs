//! Changes that are written in one transaction: records and the audit events that describe them.

use core::net::IpAddr;

use m2m_authority::TraceId;
use m2m_authority::audit::{Action, Subject};
use m2m_authority::registry::{Api, Application, Deletion, Organization, Property};
use m2m_jwt::UnixTime;

use crate::{KeyRecord, Maintenance, RecordId, Stored, Version};

/// Records and audit events that are written in one transaction, all or nothing.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// The records.
    pub writes: Vec<Write>,
    /// The audit events that describe the change. A change without an event is refused, so that every change has an actor.
    pub events: Vec<AuditEvent>,
}

/// A write or a deletion of one record.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names describe the writes")]
pub enum Write {
    PutApi(Stored<Api>),
    DeleteApi(RecordId),
    PutOrganization(Stored<Organization>),
    DeleteOrganization(RecordId),
    PutProperty(Stored<Property>),
    DeleteProperty(RecordId),
    PutApplication(Box<Stored<Application>>),
    /// Deletes an application, and keeps a record of the deletion.
    DeleteApplication(RecordId, Deletion),
    PutKey(KeyRecord),
    /// Deletes a key by its `kid`.
    DeleteKey(Box<str>),
    /// Switches maintenance on or off.
    PutMaintenance(Maintenance),
}

/// An entry of the audit log: a change, its actor, and the record before and after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// The time of the change.
    pub time: UnixTime,
    /// The actor that made the change.
    pub actor: Actor,
    /// The kind of change.
    pub action: Action,
    /// The kind of record that was changed.
    pub subject: Subject,
    /// The identifier of the record as people know it: a client id, an audience, a code, a key, a `kid`.
    pub name: Box<str>,
    /// The record before, as JSON without secrets and without their hashes.
    pub before: Option<Box<str>>,
    /// The record after, in the same way.
    pub after: Option<Box<str>>,
}

/// The application or command that makes a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The client id of the application, or the name of a command that ran on the data directory, as in `m2m apply`.
    pub name: Box<str>,
    /// The trace id of the request that made the change, if it was made by a request.
    pub trace_id: Option<TraceId>,
    /// The address that the change came from, if it came over the network.
    pub address: Option<IpAddr>,
}

/// The changes since a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The version now.
    pub version: Version,
    /// The entries that a cache has to drop.
    pub stale: Stale,
}

/// The entries that a cache has to drop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stale {
    /// These client ids, and nothing else.
    Applications(Vec<Box<str>>),
    /// Everything: an API, an organization or a key was changed, or more than is remembered.
    Everything,
}

impl Actor {
    /// Returns a command that ran on the data directory, as in `m2m apply`.
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
    fn every_word_is_parsed_back() {
        for action in Action::ALL {
            assert_eq!(Action::parse(action.as_str()), Some(*action));
        }
        for subject in Subject::ALL {
            assert_eq!(Subject::parse(subject.as_str()), Some(*subject));
        }
        assert_eq!(Subject::parse("Api"), None);
    }
}
