//! What becomes of the outcomes of requests: tokens are counted for each application, refusals queue for a worker that logs and
//! diagnoses them.
//!
//! The worker is a thread of its own, since writing a log can block and a diagnosis takes time; neither is for the threads that
//! answer callers. The queues are bounded: what does not fit is counted, and its caller has been answered all the same.

mod log;
mod queues;
mod report;
mod tally;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use m2m_authority::Registry;
use m2m_authority::TraceId;
use m2m_authority::diagnose::{Diagnosis, Suspect, diagnose};
use m2m_authority::flow::{Event, IssuedEvent, RefusedEvent};
use m2m_jwt::UnixTime;

use crate::clock;
use crate::error::Failure;

use queues::{Next, Queues};
use report::{REPORT_INTERVAL, Report};
use tally::Tally;

pub(crate) use log::{log, log_last};
pub(crate) use queues::Dropped;

/// Where events go.
#[derive(Debug, Clone)]
pub(crate) struct Recorder {
    shared: Arc<Shared>,
}

/// The thread that empties the queues.
#[derive(Debug)]
pub(crate) struct Worker {
    shared: Arc<Shared>,
    /// Disconnected when the thread has come to its end, in whatever way.
    ended: Receiver<()>,
}

/// What those who answer callers and the worker have in common.
#[derive(Debug)]
struct Shared {
    queues: Queues,
    tally: Tally,
    issued: AtomicU64,
    refused: AtomicU64,
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
    /// An application was issued so many tokens since the last time that it was told, which is each minute.
    Issued {
        /// To whom.
        client_id: Box<str>,
        /// How many. At least 1.
        tokens: u64,
    },
    /// More is refused than can be made known. Counted from the start.
    Dropped(Dropped),
    /// The process ends, after so many events.
    Stopped {
        /// Tokens that were issued.
        issued: u64,
        /// Requests that were refused.
        refused: u64,
        /// What was not made known of the refused.
        dropped: Dropped,
    },
}

/// How long events may take to be written when the process ends. Whoever waits for its end (systemd, Kubernetes) has some ten
/// seconds of patience, and requests may need them too.
const DRAIN_TIME: Duration = Duration::from_secs(2);

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
        let shared = Arc::new(Shared {
            queues: Queues::default(),
            tally: Tally::new(&registry),
            issued: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        });
        let (alive, ended) = channel();
        let recorder = Self {
            shared: Arc::clone(&shared),
        };
        let worker = Worker {
            shared: Arc::clone(&shared),
            ended,
        };
        std::thread::Builder::new()
            .name("recorder".to_owned())
            .spawn(move || {
                work(&shared, &registry, publish);
                drop(alive);
            })
            .map_err(|error| {
                Failure::refused("no thread can be started").because(error.to_string())
            })?;
        Ok((recorder, worker))
    }

    /// Keeps an event, and with a refusal what its diagnosis starts from. Never waits.
    pub(crate) fn keep(&self, event: Event, suspect: Option<Box<Suspect>>) {
        match event {
            Event::Issued(IssuedEvent { client_id, .. }) => {
                self.shared.tally.count(&client_id);
                self.shared.issued.fetch_add(1, Ordering::Relaxed);
            }
            Event::Refused(event) => {
                self.shared.refused.fetch_add(1, Ordering::Relaxed);
                self.shared.queues.push(event, suspect);
            }
        }
    }
}

impl Worker {
    /// Ends the worker when it has made known which requests were refused, but does not wait for long: `publish` can block for
    /// ever, on a pipe that nobody reads.
    pub(crate) fn finish(self) -> Entry {
        self.finish_within(DRAIN_TIME)
    }

    fn finish_within(self, time: Duration) -> Entry {
        let Shared {
            queues,
            issued,
            refused,
            tally: _,
        } = &*self.shared;
        queues.close();
        match self.ended.recv_timeout(time) {
            Err(RecvTimeoutError::Timeout) => queues.abandon(),
            // A worker that panicked has said so through the panic hook.
            Err(RecvTimeoutError::Disconnected) | Ok(()) => {}
        }
        Entry::Stopped {
            issued: issued.load(Ordering::Relaxed),
            refused: refused.load(Ordering::Relaxed),
            dropped: queues.dropped(),
        }
    }
}

fn work(shared: &Shared, registry: &Registry, mut publish: impl FnMut(Entry)) {
    let mut report = Report::default();
    let mut minute = minute_of(clock::now());
    loop {
        match shared.queues.next(REPORT_INTERVAL) {
            Next::Event(event) => publish(Entry::Refused(event)),
            Next::Suspect(trace_id, suspect) => {
                let diagnosis = diagnose(&suspect, registry.records());
                publish(Entry::Diagnosed {
                    trace_id,
                    diagnosis,
                });
            }
            Next::Idle => {}
            Next::End => break,
        }
        let now = clock::now();
        if let Some(dropped) = report.due(shared.queues.dropped(), now) {
            publish(Entry::Dropped(dropped));
        }
        if minute_of(now) != minute {
            minute = minute_of(now);
            publish_issued(&shared.tally, &mut publish);
        }
    }
    // What was dropped since it was last told stands in the entry that comes after these.
    publish_issued(&shared.tally, &mut publish);
}

fn publish_issued(tally: &Tally, publish: &mut impl FnMut(Entry)) {
    for (client_id, tokens) in tally.take() {
        publish(Entry::Issued { client_id, tokens });
    }
}

const fn minute_of(time: UnixTime) -> u64 {
    time.as_seconds() / 60
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::Sender;

    use m2m_authority::registry::Records;
    use m2m_authority::{RecordedClientId, Refusal};
    use m2m_errors::Cause;

    use super::queues::MOST_EVENTS;
    use super::*;

    /// The name of a refusal of a known client.
    pub(super) const KNOWN: TraceId = TraceId::from_random([1; 16]);
    /// The name of a refusal of anybody else.
    pub(super) const OTHER: TraceId = TraceId::from_random([2; 16]);

    pub(super) fn refused(trace_id: TraceId) -> RefusedEvent {
        RefusedEvent {
            time: UnixTime::from_seconds(1_800_000_000),
            trace_id,
            request_id: None,
            address: None,
            client_id: if trace_id == KNOWN {
                RecordedClientId::Known("billing-job".into())
            } else {
                RecordedClientId::None
            },
            cause: Cause::SecretWrong,
        }
    }

    /// A recorder whose log takes nothing until the sender is dropped, and then all that the receiver gets.
    fn blocked() -> (Recorder, Worker, Sender<()>, Receiver<Entry>) {
        let registry = Arc::new(Registry::assemble(Records::default()).unwrap());
        let (release, wait) = channel::<()>();
        let (publish, entries) = channel();
        let (recorder, worker) = Recorder::start(registry, move |entry| {
            let _ = wait.recv();
            let _ = publish.send(entry);
        })
        .unwrap();
        (recorder, worker, release, entries)
    }

    fn keep(recorder: &Recorder, trace_id: TraceId) {
        let suspect = Refusal::of(Cause::SecretWrong).take_suspect();
        recorder.keep(Event::Refused(refused(trace_id)), Some(suspect));
    }

    #[test]
    fn a_refusal_is_made_known_and_then_diagnosed() {
        let (recorder, _worker, release, entries) = blocked();
        drop(release);
        keep(&recorder, KNOWN);
        assert!(matches!(entries.recv(), Ok(Entry::Refused(event)) if event.trace_id == KNOWN));
        assert!(
            matches!(entries.recv(), Ok(Entry::Diagnosed { trace_id, .. }) if trace_id == KNOWN)
        );
    }

    #[test]
    fn what_a_flood_drops_is_made_known_while_it_lasts() {
        let (recorder, _worker, release, entries) = blocked();
        (0..MOST_EVENTS + 10).for_each(|_| keep(&recorder, OTHER));
        keep(&recorder, KNOWN);
        drop(release);
        // The worker may hold one of the flood already.
        let first = entries.iter().take(4).collect::<Vec<_>>();
        assert!(first.iter().any(
            |entry| matches!(entry, Entry::Dropped(dropped) if dropped.of_known_clients == 0 && dropped.of_others >= 9)
        ));
        assert!(
            first
                .iter()
                .any(|entry| matches!(entry, Entry::Refused(event) if event.trace_id == KNOWN))
        );
    }

    #[test]
    fn a_full_queue_drops_and_counts() {
        let (recorder, worker, release, _entries) = blocked();
        let sent = MOST_EVENTS + 10;
        (0..sent).for_each(|_| keep(&recorder, OTHER));
        drop(release);
        let Entry::Stopped {
            refused, dropped, ..
        } = worker.finish_within(Duration::MAX)
        else {
            panic!("the worker stopped")
        };
        assert_eq!(refused, u64::try_from(sent).unwrap());
        assert!((9..=10).contains(&dropped.of_others), "{dropped:?}");
    }

    #[test]
    fn a_log_that_nobody_reads_does_not_keep_the_process() {
        let (recorder, worker, _release, _entries) = blocked();
        (0..3).for_each(|_| keep(&recorder, KNOWN));
        let Entry::Stopped { dropped, .. } = worker.finish_within(Duration::ZERO) else {
            panic!("the worker stopped")
        };
        // The worker may hold one of them.
        assert!(
            (2..=3).contains(&dropped.of_known_clients) && dropped.diagnoses == 3,
            "{dropped:?}"
        );
    }
}
