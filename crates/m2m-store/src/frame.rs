//! What the hot path reads.

use m2m_authority::registry::{Api, Application, Deletion, Organization, SecretHash};

use crate::{KeyRecord, RecordId, Version};

/// What all applications have in common, at one version.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// The version.
    pub version: Version,
    /// All APIs, by age.
    pub apis: Vec<Api>,
    /// All signing keys that are not retired, by age.
    pub keys: Vec<KeyRecord>,
    /// How many applications there are.
    pub applications: u64,
    /// Whether callers are answered with 503, and only management works.
    pub maintenance: Maintenance,
}

/// Whether callers are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Maintenance {
    /// They are.
    #[default]
    Off,
    /// They are answered with 503; management works.
    On,
}

/// What there is under a client id.
#[derive(Debug, Clone)]
pub enum Found {
    /// An application with the name of its record, and its organization if it has one.
    Application(RecordId, Box<Application>, Option<Organization>),
    /// One that was deleted.
    Deleted(Deletion),
}

/// What a diagnosis looks for: whatever a refused request presented.
#[derive(Debug, Clone, Default)]
pub struct Sought<'s> {
    /// The client id as presented.
    pub client_id: &'s str,
    /// Hashes that secrets of applications may have.
    pub secrets: &'s [SecretHash],
    /// How many applications with nearly this client id are wanted at most.
    pub most_near: usize,
}
