//! How much a store keeps before it forgets the oldest.

/// How much a store keeps. What is beyond it is forgotten, the oldest first; revocations are never forgotten early.
///
/// ```
/// use m2m_store::StoreLimits;
///
/// let limits = StoreLimits { audit_events: 10_000, ..StoreLimits::default() };
/// assert_eq!(limits.refusals, 100_000);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreLimits {
    /// Refused requests of all clients together. Beyond it the client that has most of them loses its oldest, so that who floods
    /// pushes out his own.
    pub refusals: u64,
    /// Refused requests of one client.
    pub refusals_of_a_client: u64,
    /// Refused requests of all who named no application, together: any stranger can make these.
    pub refusals_of_unknown: u64,
    /// How long a refused request is kept. Unit: days.
    pub refusal_days: u64,
    /// Audit events.
    pub audit_events: u64,
    /// How long counts of issued tokens are kept. Unit: days.
    pub issued_days: u64,
    /// Counts of issued tokens: one per application, API and minute in which there was a token.
    pub issued_counts: u64,
    /// Revoked tokens that have not expired. Beyond it a revocation is refused.
    pub revocations: u64,
    /// What is remembered of deleted applications.
    pub deletions: u64,
    /// Client ids that the change log names. A node that is further behind forgets everything.
    pub changes: u64,
    /// How large the file may become. Beyond it nothing more is written, as if the disk were full. Unit: bytes.
    pub file_bytes: Option<u64>,
}

impl Default for StoreLimits {
    /// About half a kilobyte a refusal makes 50 MB of them, one an audit event 1 GB at the very most; a month and a quarter are
    /// what people look back.
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
            deletions: 100_000,
            changes: 10_000,
            file_bytes: None,
        }
    }
}
