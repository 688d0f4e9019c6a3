//! What becomes of the outcomes of requests: tokens are counted for each application, refusals queue for a worker that logs,
//! diagnoses and keeps them.
//!
//! The worker is a thread of its own, since writing a log can block and a diagnosis takes time; neither is for the threads that
//! answer callers. The queues are bounded: what does not fit is counted, and its caller has been answered all the same.

mod book;
mod keeper;
mod log;
mod queues;
mod report;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use m2m_authority::TraceId;
use m2m_authority::diagnose::{Diagnosis, Suspect, diagnose};
use m2m_authority::flow::{Door, Event, IssuedEvent, RefusedEvent};
use m2m_authority::registry::Records;
use m2m_jwt::UnixTime;
use m2m_store::{Entry as Loaded, IssuedCount};

use crate::clock;
use crate::error::Failure;
use crate::metrics::Metrics;
use crate::store_health::StoreNews;

use book::Book;
use queues::{Next, Queues};
use report::Report;

pub(crate) use keeper::{Keeper, StoreKeeper, records};
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
    metrics: Arc<Metrics>,
    /// Refusals that are in the log and not in the store.
    unkept: AtomicU64,
}

impl Shared {
    /// What was not made known, or not kept, of the refused.
    fn dropped(&self) -> Dropped {
        Dropped {
            unkept: self.unkept.load(Ordering::Relaxed),
            ..self.queues.dropped()
        }
    }
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
    /// An operator got a token in the name of an application.
    TestToken {
        /// The token.
        event: IssuedEvent,
        /// The client id of the operator.
        operator: Arc<str>,
    },
    /// An application was issued so many tokens since the last time that it was told, which is each minute.
    Issued {
        /// To whom.
        client_id: Box<str>,
        /// How many. At least 1.
        tokens: u64,
    },
    /// More applications were issued tokens than are told one by one.
    IssuedToOthers {
        /// To how many more.
        applications: usize,
        /// How many.
        tokens: u64,
    },
    /// The store failed, or it is known what became of a change.
    Store(StoreNews),
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
    /// A recorder and its worker, which hands what it makes known to `publish`, and what is to stay to `keeper`.
    ///
    /// # Errors
    ///
    /// If the operating system gives no thread.
    pub(crate) fn start(
        keeper: impl Keeper,
        metrics: Arc<Metrics>,
        publish: impl FnMut(Entry) + Send + 'static,
    ) -> Result<(Self, Worker), Failure> {
        let shared = Arc::new(Shared {
            queues: Queues::default(),
            metrics,
            unkept: AtomicU64::new(0),
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
                work(&shared, &keeper, publish);
                // First the store, so that it is closed and tidy when the process ends.
                drop(keeper);
                drop(alive);
            })
            .map_err(|error| {
                Failure::refused("no thread can be started").because(error.to_string())
            })?;
        Ok((recorder, worker))
    }

    /// Keeps an event: a token in the counts of its application, a test token in the log as well, a refusal with what its diagnosis
    /// starts from. Never waits.
    pub(crate) fn keep(
        &self,
        event: Event,
        suspect: Option<Box<Suspect>>,
        application: Option<&Loaded>,
    ) {
        match event {
            Event::Issued(event) => {
                self.shared.metrics.issued();
                if let Some(application) = application {
                    count(application, &event);
                }
                if let Door::Vouched { .. } = event.door {
                    self.shared.metrics.test_token_issued();
                    self.shared.queues.push(Event::Issued(event), None);
                }
            }
            Event::Refused(event) => {
                self.shared.metrics.refused(event.cause);
                self.shared.queues.push(Event::Refused(event), suspect);
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
        let shared = &*self.shared;
        shared.queues.close();
        match self.ended.recv_timeout(time) {
            Err(RecvTimeoutError::Timeout) => shared.queues.abandon(),
            // A worker that panicked has said so through the panic hook.
            Err(RecvTimeoutError::Disconnected) | Ok(()) => {}
        }
        let (issued, refused) = shared.metrics.issued_and_refused();
        Entry::Stopped {
            issued,
            refused,
            dropped: shared.dropped(),
        }
    }
}

fn count(application: &Loaded, event: &IssuedEvent) {
    application.count(event.api);
    match event.door {
        Door::TokenEndpoint { secret } => application.secret_used(usize::from(secret), event.time),
        Door::Vouched { .. } => {}
    }
}

fn work(shared: &Shared, keeper: &impl Keeper, mut publish: impl FnMut(Entry)) {
    let mut report = Report::default();
    let mut book = Book::default();
    let mut issued = Issued::default();
    let mut minute = minute_of(clock::now());
    loop {
        match shared.queues.next(PATIENCE) {
            Next::Event(Event::Refused(event)) => {
                book.refused(&event);
                publish(Entry::Refused(event));
            }
            Next::Event(Event::Issued(event)) => {
                if let Door::Vouched { operator } = &event.door {
                    let operator = Arc::clone(operator);
                    publish(Entry::TestToken { event, operator });
                }
            }
            Next::Suspect(trace_id, suspect) => {
                // Without the store there is no evidence, and the cause stands all the same.
                let records = keeper.records(&suspect);
                let diagnosis = diagnose(&suspect, records.as_ref().unwrap_or(&NO_RECORDS));
                book.diagnosed(trace_id, &diagnosis);
                publish(Entry::Diagnosed {
                    trace_id,
                    diagnosis,
                });
            }
            Next::Idle => {}
            Next::End => break,
        }
        let now = clock::now();
        shared.unkept.store(book.unkept(), Ordering::Relaxed);
        let dropped = shared.dropped();
        shared.metrics.events_dropped(dropped.total());
        if let Some(dropped) = report.due(dropped, now) {
            publish(Entry::Dropped(dropped));
        }
        if minute_of(now) != minute {
            minute = minute_of(now);
            // They are those of the minute that has just ended. When the machine fails, at most a minute is lost.
            let ended = UnixTime::from_seconds((minute * 60).saturating_sub(1));
            collect(&mut book, &mut issued, keeper, ended);
            write(&mut book, keeper, now);
            issued.publish(&mut publish);
        } else if book.is_due(now) {
            write(&mut book, keeper, now);
        }
        keeper
            .news()
            .into_iter()
            .map(Entry::Store)
            .for_each(&mut publish);
    }
    // What was dropped since it was last told stands in the entry that comes after these.
    let now = clock::now();
    collect(&mut book, &mut issued, keeper, now);
    write(&mut book, keeper, now);
    keeper
        .news()
        .into_iter()
        .map(Entry::Store)
        .for_each(&mut publish);
    shared.unkept.store(book.unkept(), Ordering::Relaxed);
    issued.publish(&mut publish);
}

/// Collects what was counted up to this time.
fn collect(book: &mut Book, issued: &mut Issued, keeper: &impl Keeper, until: UnixTime) {
    let counts = keeper.counts(until);
    issued.add(&counts.issued);
    book.counted(counts);
}

/// Writes what is in the book. What the store does not take is tried again; why it did not is among the news of the keeper.
fn write(book: &mut Book, keeper: &impl Keeper, now: UnixTime) {
    while let Some(batch) = book.take(now) {
        if keeper.keep(batch.clone()).is_err() {
            book.put_back(batch);
            return;
        }
    }
}

/// What is to be told of tokens, by application.
#[derive(Debug, Default)]
struct Issued(BTreeMap<Box<str>, u64>);

impl Issued {
    fn add(&mut self, counts: &[IssuedCount]) {
        for count in counts {
            *self.0.entry(count.client_id.clone()).or_default() += count.tokens;
        }
    }

    fn publish(&mut self, publish: &mut impl FnMut(Entry)) {
        let mut issued = core::mem::take(&mut self.0).into_iter();
        for (client_id, tokens) in issued.by_ref().take(MOST_TOLD) {
            publish(Entry::Issued { client_id, tokens });
        }
        let applications = issued.len();
        if applications > 0 {
            let tokens = issued.map(|(_, tokens)| tokens).sum();
            publish(Entry::IssuedToOthers {
                applications,
                tokens,
            });
        }
    }
}

/// No application and no API.
static NO_RECORDS: Records = Records {
    apis: Vec::new(),
    organizations: Vec::new(),
    properties: Vec::new(),
    applications: Vec::new(),
    deleted: Vec::new(),
};

/// How long the worker sleeps where nothing happens.
const PATIENCE: Duration = Duration::from_secs(1);

/// Of so many applications the log tells in a minute; the store has the counts of all.
const MOST_TOLD: usize = 100;

const fn minute_of(time: UnixTime) -> u64 {
    time.as_seconds() / 60
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::Sender;

    use m2m_authority::{RecordedClientId, Refusal};
    use m2m_errors::Cause;
    use m2m_store::{StoreError, UsageBatch};

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
            operator: None,
        }
    }

    /// A store without records.
    struct Empty;

    impl Keeper for Empty {
        fn records(&self, _: &Suspect) -> Result<Records, StoreError> {
            Ok(Records::default())
        }

        fn counts(&self, _: UnixTime) -> UsageBatch {
            UsageBatch::default()
        }

        fn keep(&self, _: UsageBatch) -> Result<(), StoreError> {
            Ok(())
        }
    }

    /// A recorder whose log takes nothing until the sender is dropped, and then all that the receiver gets.
    fn blocked() -> (Recorder, Worker, Sender<()>, Receiver<Entry>) {
        let (release, wait) = channel::<()>();
        let (publish, entries) = channel();
        let (recorder, worker) = Recorder::start(Empty, Arc::new(Metrics::new()), move |entry| {
            let _ = wait.recv();
            let _ = publish.send(entry);
        })
        .unwrap();
        (recorder, worker, release, entries)
    }

    fn keep(recorder: &Recorder, trace_id: TraceId) {
        let suspect = Refusal::of(Cause::SecretWrong).take_suspect();
        recorder.keep(Event::Refused(refused(trace_id)), Some(suspect), None);
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
