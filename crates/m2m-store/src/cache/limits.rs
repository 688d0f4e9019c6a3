//! The limits of the cache of a node.

/// The limits of the cache of a node: the number of entries, and the time without contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheLimits {
    /// The number of applications in memory, each of about [`BYTES_PER_APPLICATION`](Self::BYTES_PER_APPLICATION). Beyond it, those
    /// that are requested least are dropped, and read again when they are requested.
    pub applications: usize,
    /// The number of client ids in memory that no application has. They are kept apart, so that random ones push out no application.
    pub absent: usize,
    /// The time for which a node serves from memory without knowing what has changed. Unit: seconds.
    pub max_store_outage_seconds: u64,
}

impl CacheLimits {
    /// The maximum size of an ordinary application, with a secret and one or two APIs. Unit: bytes.
    pub const BYTES_PER_APPLICATION: u32 = 1_000;

    /// The default limits: about 100 MB at most, and five minutes.
    pub const DEFAULT: Self = Self {
        applications: 100_000,
        absent: 10_000,
        max_store_outage_seconds: 300,
    };
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
