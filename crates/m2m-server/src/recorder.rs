//! What becomes of the outcomes of requests: tokens are counted, refusals queue for a worker that logs and diagnoses them.
//!
//! The worker is a thread of its own, since writing a log can block and a diagnosis takes time; neither is for the threads that
//! answer callers. The queue is bounded: what does not fit is counted, and its caller has been answered all the same.

mod log;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use m2m_authority::Registry;
use m2m_authority::TraceId;
use m2m_authority::diagnose::{Diagnosis, Suspect, diagnose};
use m2m_authority::flow::{Event, IssuedEvent, RefusedEvent};

use crate::error::Failure;

pub(crate) use log::log;

/// Where events go.
#[derive(Debug, Clone)]
pub(crate) struct Recorder {
    queue: SyncSender<Queued>,
    counts: Arc<Counts>,
}

/// The thread that empties the queue. Ends when the last [`Recorder`] is gone.
#[derive(Debug)]
pub(crate) struct Worker {
    thread: JoinHandle<()>,
    counts: Arc<Counts>,
}

/// How many events there were since the start.
#[derive(Debug, Default)]
struct Counts {
    issued: AtomicU64,
    refused: AtomicU64,
    dropped: AtomicU64,
}

/// What the worker makes known.
#[derive(Debug)]
pub(crate) enum Entry {
    /// A request was refused: at once, with its exact cause.
    Refused(RefusedEvent),
    /// The evidence for it.
    Diagnosed {
        /// The name of the answer.
        trace_id: TraceId,
        /// What is known of it.
        diagnosis: Diagnosis,
    },
    /// The process ends, after so many events.
    Stopped {
        /// Tokens that were issued.
        issued: u64,
        /// Requests that were refused.
        refused: u64,
        /// Refusals that did not fit into the queue, which are among the refused.
        dropped: u64,
    },
}

#[derive(Debug)]
struct Queued {
    event: RefusedEvent,
    suspect: Option<Box<Suspect>>,
}

/// How many refusals can wait. At some 300 bytes each, the whole is small; a flood fills it whatever its size.
const QUEUE_LENGTH: usize = 4096;

impl Recorder {
    /// A recorder and its worker, which hands what it makes known to `publish`.
    ///
    /// # Errors
    ///
    /// If the operating system gives no thread.
    pub(crate) fn start(
        registry: Arc<Registry>,
        publish: impl FnMut(Entry) + Send + 'static,
    ) -> Result<(Self, Worker), Failure> {
        let (queue, refusals) = sync_channel(QUEUE_LENGTH);
        let counts = Arc::new(Counts::default());
        let thread = std::thread::Builder::new()
            .name("recorder".to_owned())
            .spawn(move || work(&refusals, &registry, publish))
            .map_err(|error| {
                Failure::refused("no thread can be started").because(error.to_string())
            })?;
        Ok((
            Self {
                queue,
                counts: Arc::clone(&counts),
            },
            Worker { thread, counts },
        ))
    }

    /// Keeps an event, and with a refusal what its diagnosis starts from. Never waits.
    pub(crate) fn keep(&self, event: Event, suspect: Option<Box<Suspect>>) {
        match event {
            Event::Issued(IssuedEvent { .. }) => self.counts.issued.fetch_add(1, Ordering::Relaxed),
            Event::Refused(event) => {
                if self.queue.try_send(Queued { event, suspect }).is_err() {
                    self.counts.dropped.fetch_add(1, Ordering::Relaxed);
                }
                self.counts.refused.fetch_add(1, Ordering::Relaxed)
            }
        };
    }
}

impl Worker {
    /// Waits until the queue is empty. Every [`Recorder`] has to be gone.
    pub(crate) fn finish(self) -> Entry {
        // A worker that panicked has said so through the panic hook.
        let _ = self.thread.join();
        Entry::Stopped {
            issued: self.counts.issued.load(Ordering::Relaxed),
            refused: self.counts.refused.load(Ordering::Relaxed),
            dropped: self.counts.dropped.load(Ordering::Relaxed),
        }
    }
}

fn work(refusals: &Receiver<Queued>, registry: &Registry, mut publish: impl FnMut(Entry)) {
    for Queued { event, suspect } in refusals {
        let trace_id = event.trace_id;
        publish(Entry::Refused(event));
        if let Some(suspect) = suspect {
            let diagnosis = diagnose(&suspect, registry.records());
            publish(Entry::Diagnosed {
                trace_id,
                diagnosis,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use m2m_authority::RecordedClientId;
    use m2m_authority::registry::Records;
    use m2m_errors::Cause;
    use m2m_jwt::UnixTime;

    use super::*;

    fn refused() -> Event {
        Event::Refused(RefusedEvent {
            time: UnixTime::from_seconds(1_800_000_000),
            trace_id: TraceId::from_random([1; 16]),
            request_id: None,
            address: None,
            client_id: RecordedClientId::None,
            cause: Cause::PathUnknown,
        })
    }

    #[test]
    fn a_full_queue_drops_and_counts() {
        let registry = Arc::new(Registry::assemble(Records::default()).unwrap());
        let (release, wait) = std::sync::mpsc::channel::<()>();
        let (recorder, worker) = Recorder::start(registry, move |_| {
            let _ = wait.recv();
        })
        .unwrap();
        let sent = QUEUE_LENGTH + 10;
        (0..sent).for_each(|_| recorder.keep(refused(), None));
        drop((recorder, release));
        let Entry::Stopped {
            refused, dropped, ..
        } = worker.finish()
        else {
            panic!("the worker stopped")
        };
        assert_eq!(refused, u64::try_from(sent).unwrap());
        assert!((9..=10).contains(&dropped), "{dropped}");
    }
}
