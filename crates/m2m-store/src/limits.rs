//! The limits beyond which a store deletes the oldest entries.

use crate::Revocation;

/// The limits of a store. Entries beyond them are deleted, the oldest first; revocations are never deleted before their tokens have expired.
///
/// ```
/// use m2m_store::StoreLimits;
///
/// let limits = StoreLimits { audit_events: 10_000, ..StoreLimits::default() };
/// assert_eq!(limits.refusals, 100_000);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreLimits {
    /// The maximum number of refused requests of all clients together. Beyond it the client that has most of them loses its oldest, so
    /// that a client that floods the log pushes out its own. Requests that authenticated keep half of the room if they need it, and the
    /// others the other half.
    pub refusals: u64,
    /// The maximum number of refused requests of one client that authenticated, and of those that only named it: any stranger can send
    /// these.
    pub refusals_of_a_client: u64,
    /// The maximum number of refused requests that named no application, together: any stranger can send these.
    pub refusals_of_unknown: u64,
    /// The time for which a refused request is kept. Unit: days.
    pub refusal_days: u64,
    /// The maximum number of audit events.
    pub audit_events: u64,
    /// The time for which counts of issued tokens are kept. Unit: days.
    pub issued_days: u64,
    /// The maximum number of counts of issued tokens: one per application, API and minute in which there was a token.
    pub issued_counts: u64,
    /// The maximum number of revoked tokens that have not expired. Beyond it a revocation by a client is refused.
    pub revocations: u64,
    /// The number of further revocations that only operators can make.
    pub revocations_by_operators: u64,
    /// The maximum number of records of deleted applications.
    pub deletions: u64,
    /// The maximum number of client ids in the change log. A node that is further behind forgets everything.
    pub changes: u64,
    /// The maximum size of the database file. Beyond it nothing more is written, as if the disk were full. Unit: bytes.
    pub file_bytes: Option<u64>,
}

impl Default for StoreLimits {
    /// Returns the default limits. Refused requests of about half a kilobyte each take 50 MB, and audit events of about a kilobyte each
    /// take at most 1 GB. People look back a month at refused requests, and a quarter at counts.
    fn default() -> Self {
        Self {
            refusals: 100_000,
            refusals_of_a_client: 1_000,
            refusals_of_unknown: 10_000,
            refusal_days: 30,
            audit_events: 1_000_000,
            issued_days: 90,
            issued_counts: 1_000_000,
            revocations: 1_000_000,
            revocations_by_operators: 10_000,
            deletions: 100_000,
            changes: 10_000,
            file_bytes: None,
        }
    }
}

impl StoreLimits {
    /// Returns the number of revocations at which there is no more room for this one.
    pub(crate) const fn revocations_of(&self, revocation: &Revocation) -> u64 {
        let operators = if revocation.is_by_operator {
            self.revocations_by_operators
        } else {
            0
        };
        self.revocations.saturating_add(operators)
    }
}
