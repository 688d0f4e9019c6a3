//! The thread that writes the log, so that nothing else waits for who reads it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel};
use std::time::Duration;

use super::Entry;
use super::log::{log_counting, log_last};
use crate::error::Failure;
use crate::metrics::Metrics;

/// The thread that writes the log.
#[derive(Debug)]
pub(crate) struct LogWriter {
    /// Disconnected when everything that came has been written.
    ended: Receiver<()>,
}

/// The way to the thread. It takes an entry, or gives it back at once if too many wait.
#[derive(Debug)]
pub(crate) struct Lines(SyncSender<Entry>);

impl LogWriter {
    /// A writer, and the way to it.
    ///
    /// # Errors
    ///
    /// If the operating system does not start another thread.
    pub(crate) fn start(metrics: Arc<Metrics>) -> Result<(Self, Lines), Failure> {
        let (lines, waiting) = sync_channel(MOST_LINES);
        let (alive, ended) = channel();
        std::thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || {
                for entry in waiting {
                    log_counting(&entry, &metrics);
                }
                drop(alive);
            })
            .map_err(|error| {
                Failure::refused("no thread can be started").because(error.to_string())
            })?;
        Ok((Self { ended }, Lines(lines)))
    }

    /// Writes the last entry behind all others, but does not wait for long: a pipe that nobody reads must not keep the process.
    ///
    /// The [`Lines`] have to be gone; as long as they are there the thread waits for more.
    pub(crate) fn finish(self, last: Entry) {
        let _ = self.ended.recv_timeout(DRAIN_TIME);
        log_last(last);
    }
}

impl Lines {
    /// Takes the entry, or gives it back if there is no room. Never waits.
    pub(crate) fn write(&self, entry: Entry) -> Option<Entry> {
        match self.0.try_send(entry) {
            Ok(()) => None,
            Err(TrySendError::Full(entry) | TrySendError::Disconnected(entry)) => Some(entry),
        }
    }
}

/// The maximum number of entries that wait to be written, at some hundred bytes each.
const MOST_LINES: usize = 1024;

/// The time that the entries may take which wait when the process ends.
const DRAIN_TIME: Duration = Duration::from_secs(1);
