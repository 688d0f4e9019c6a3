//! How much a node holds, and for how long.

/// How much a node holds, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheLimits {
    /// Applications in memory, each of about [`BYTES_PER_APPLICATION`](Self::BYTES_PER_APPLICATION). Of more, those that are
    /// asked for least are read again.
    pub applications: usize,
    /// Client ids in memory that no application has. They are kept apart, so that random ones push out no application.
    pub absent: usize,
    /// How long it serves from memory without knowing what has changed. Unit: seconds.
    pub most_seconds_out_of_contact: u64,
}

impl CacheLimits {
    /// What an ordinary application, with a secret and an API or two, takes at most. Unit: bytes.
    pub const BYTES_PER_APPLICATION: u32 = 1_000;

    /// About 100 MB at most, and five minutes.
    pub const DEFAULT: Self = Self {
        applications: 100_000,
        absent: 10_000,
        most_seconds_out_of_contact: 300,
    };
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
