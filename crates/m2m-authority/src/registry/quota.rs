//! How many tokens an application may have.

/// A bound on the tokens of one application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Quota {
    /// Tokens per window, on each node. At least 1.
    pub tokens: u64,
    /// The window. Unit: seconds, at least 1.
    pub window_seconds: u64,
    /// What happens beyond it.
    pub mode: QuotaMode,
}

/// What happens beyond a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QuotaMode {
    /// The token is issued and the event says that the quota is used up.
    Warn,
    /// The request is refused until the next window.
    Enforce,
}
