//! The counters that the metrics of a process show.

use core::fmt;

use m2m_errors::Cause;
use m2m_store::FailureKind;

/// The counters of a process, which its metrics show. Threads that answer callers call them, so an implementation must not wait.
pub trait Counters: fmt::Debug + Send + Sync + 'static {
    /// Counts an issued access token.
    fn issued(&self);

    /// Counts a request that got a token again, within the reuse window of the API.
    fn token_reused(&self);

    /// Sets the number of applications that asked for a token so often in the last minute that they probably do so for each call.
    fn applications_asking_often(&self, applications: usize);

    /// Counts an issued token as a test token.
    fn test_token_issued(&self);

    /// Counts a refused request by its cause.
    fn refused(&self, cause: Cause);

    /// Counts a refused request of the management API by the code of its answer.
    fn management_refused(&self, code: &str);

    /// Adds refusals, diagnoses and lines of the log that were dropped.
    fn events_dropped(&self, more: u64);

    /// Adds refusals that are in the log as a count.
    fn refusals_summarized(&self, more: u64);

    /// Counts lines of the log that could not be written.
    fn log_writes_failed(&self, lines: usize);

    /// Counts a failed read or write of the store.
    fn store_failed(&self, kind: FailureKind);

    /// Returns the number of issued tokens and the number of refused requests since the start.
    fn issued_and_refused(&self) -> (u64, u64);
}
