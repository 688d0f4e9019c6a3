//! The data that the hot path reads.

use m2m_authority::registry::{Api, Application, Deletion, Organization, SecretHash};

use crate::{KeyRecord, RecordId, Version};

/// The data that all applications share, at one version.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// The version.
    pub version: Version,
    /// All APIs, by age.
    pub apis: Vec<Api>,
    /// All signing keys that are not retired, by age.
    pub keys: Vec<KeyRecord>,
    /// The number of applications.
    pub applications: u64,
    /// The state of the maintenance mode, in which callers are answered with 503, and only management works.
    pub maintenance: Maintenance,
}

/// The state of the maintenance mode, in which callers are not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Maintenance {
    /// Callers are served.
    #[default]
    Off,
    /// Callers are answered with 503; management works.
    On,
}

/// The application with a client id, or the record of its deletion.
#[derive(Debug, Clone)]
pub enum Found {
    /// An application with the name of its record, and its organization if it has one.
    Application(RecordId, Box<Application>, Option<Organization>),
    /// The record of a deleted application.
    Deleted(Deletion),
}

/// The values that a diagnosis looks for, as a refused request presented them.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    /// The client id as presented.
    pub client_id: Box<str>,
    /// Hashes that secrets of applications may have.
    pub secrets: Vec<SecretHash>,
    /// The maximum number of applications with nearly this client id.
    pub most_near: usize,
}

impl Sought {
    /// Returns true if no record can match.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.client_id.is_empty() && self.secrets.is_empty()
    }
}
