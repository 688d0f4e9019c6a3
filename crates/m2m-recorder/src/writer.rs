//! The thread that writes the log, so that no other thread waits for its reader.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel};
use std::thread;
use std::time::Duration;

use m2m_host::error::Failure;
use m2m_host::output;
use serde_json::Value;

use crate::counters::Counters;
use crate::entry::Entry;
use crate::log::{line, log_last};

/// The thread that writes the log.
#[derive(Debug)]
pub struct LogWriter {
    /// Disconnected when all entries have been written.
    ended: Receiver<()>,
}

/// The channel to the thread. It accepts an entry, or returns it at once if too many wait.
#[derive(Debug)]
pub struct Lines(SyncSender<Entry>);

impl LogWriter {
    /// Starts a writer, and returns it with the channel to it.
    ///
    /// # Errors
    ///
    /// If the operating system cannot start another thread.
    pub fn start(counters: Arc<impl Counters>) -> Result<(Self, Lines), Failure> {
        Self::start_with(counters, output::write_log_lines)
    }

    /// Starts a writer that writes lines with this function.
    fn start_with(
        counters: Arc<impl Counters>,
        mut write: impl FnMut(&[Value]) -> std::io::Result<()> + Send + 'static,
    ) -> Result<(Self, Lines), Failure> {
        let (lines, waiting) = sync_channel(MAX_LINES);
        let (alive, ended) = channel();
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || {
                while let Some(entries) = next(&waiting) {
                    let lines: Vec<Value> = entries.iter().map(line).collect();
                    if write(&lines).is_err() {
                        counters.log_writes_failed(lines.len());
                    }
                }
                drop(alive);
            })
            .map_err(|error| {
                Failure::refused("cannot start a thread").because(error.to_string())
            })?;
        Ok((Self { ended }, Lines(lines)))
    }

    /// Writes the last entry behind all others, but does not wait for long: a pipe that is not read must not keep the process.
    ///
    /// All [`Lines`] have to be dropped before; as long as there are any, the thread waits for more entries.
    pub fn finish(self, last: Entry) {
        let _ = self.ended.recv_timeout(DRAIN_TIME);
        log_last(last);
    }
}

/// Returns the entries that wait, or `None` if there will be no more.
fn next(waiting: &Receiver<Entry>) -> Option<Vec<Entry>> {
    let first = match waiting.try_recv() {
        Ok(first) => first,
        Err(_) => {
            let first = waiting.recv().ok()?;
            // Waking a thread and writing to a file for each line costs more than the line: those that follow soon are taken together.
            thread::sleep(GATHERING_TIME);
            first
        }
    };
    let others = waiting.try_iter().take(MAX_AT_ONCE - 1);
    Some(core::iter::once(first).chain(others).collect())
}

impl Lines {
    /// Accepts the entry, or returns it if there is no room. Never waits.
    pub fn write(&self, entry: Entry) -> Option<Entry> {
        match self.0.try_send(entry) {
            Ok(()) => None,
            Err(TrySendError::Full(entry) | TrySendError::Disconnected(entry)) => Some(entry),
        }
    }
}

/// The maximum number of entries that wait to be written, at some hundred bytes each.
const MAX_LINES: usize = 1024;

/// The maximum number of entries that are written together.
const MAX_AT_ONCE: usize = 64;

/// The time for which the thread waits for more after the first entry.
const GATHERING_TIME: Duration = Duration::from_millis(5);

/// The time for writing the entries that wait when the process ends.
const DRAIN_TIME: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dropped;
    use crate::tests::Counted;

    fn entry() -> Entry {
        Entry::Dropped(Dropped::default())
    }

    #[test]
    fn f10_a_line_that_cannot_be_written_is_counted() {
        let counters = Arc::new(Counted::default());
        let full = |_: &[Value]| Err(std::io::ErrorKind::StorageFull.into());
        let (writer, lines) = LogWriter::start_with(Arc::clone(&counters), full).unwrap();
        for _ in 0..3 {
            assert!(lines.write(entry()).is_none());
        }
        drop(lines);
        let _ = writer.ended.recv();
        assert_eq!(counters.numbers().unwritten_lines, 3);
    }

    #[test]
    fn f10_a_log_that_is_not_read_returns_entries_at_once() {
        let (release, wait) = channel::<()>();
        let blocked = move |_: &[Value]| {
            let _ = wait.recv();
            Ok(())
        };
        let (writer, lines) = LogWriter::start_with(Arc::new(Counted::default()), blocked).unwrap();
        // The thread may hold some.
        let sent = MAX_LINES + MAX_AT_ONCE + 10;
        let given_back = (0..sent).filter(|_| lines.write(entry()).is_some());
        assert!((10..=MAX_AT_ONCE + 10).contains(&given_back.count()));
        drop(release);
        drop(lines);
        let _ = writer.ended.recv();
    }
}
