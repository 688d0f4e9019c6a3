//! The recorder of the outcomes of requests: tokens are counted for each application, and refusals are queued for a worker that logs,
//! diagnoses and stores them.
//!
//! The worker is a thread of its own, since a diagnosis takes time, and the log has another, since writing it can block; neither is for
//! the threads that answer callers. The queues are bounded: what does not fit is counted, and its caller has been answered all the same.
//! Refusals beyond a few a second are counted too, by cause and block of addresses, and the counts are logged together.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use m2m_authority::RecordedClientId;
use m2m_authority::diagnose::Suspect;
use m2m_authority::flow::{Event, IssuedEvent, RefusedEvent, Requester};
use m2m_host::error::Failure;
use m2m_store::{AuditEvent, CachedApplication};

use crate::counters::Counters;
use crate::entry::{Changed, Entry, Refused, RefusedOperation};
use crate::queues::{QueuedEvent, Queues};
use crate::sampling::CallerKind;
use crate::store_writer::EventStore;
use crate::work::work;

/// The handle through which events reach the worker.
#[derive(Debug, Clone)]
pub struct Recorder {
    shared: Arc<Shared>,
}

/// The thread that empties the queues.
#[derive(Debug)]
pub struct Worker {
    shared: Arc<Shared>,
    /// Disconnected when the thread has come to its end, in whatever way.
    ended: Receiver<()>,
}

/// The state shared by the threads that answer callers and the worker.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) queues: Queues,
    pub(crate) counters: Arc<dyn Counters>,
}

/// The time within which the remaining events have to be written when the process ends. The service manager (systemd, Kubernetes) waits
/// some ten seconds for the end of the process, and requests may need part of them.
const DRAIN_TIME: Duration = Duration::from_secs(2);

impl Recorder {
    /// Starts a recorder and its worker, which passes entries for the log to `publish`, and data for the store to `store_writer`. `publish`
    /// returns an entry that it has no room for.
    ///
    /// # Errors
    ///
    /// If the operating system cannot start another thread.
    pub fn start(
        store_writer: impl EventStore,
        counters: Arc<impl Counters>,
        publish: impl FnMut(Entry) -> Option<Entry> + Send + 'static,
    ) -> Result<(Self, Worker), Failure> {
        let counters: Arc<dyn Counters> = counters;
        let shared = Arc::new(Shared {
            queues: Queues::new(Arc::clone(&counters)),
            counters,
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
                work(&shared, &store_writer, publish);
                // First the store, so that it is closed and tidy when the process ends.
                drop(store_writer);
                drop(alive);
            })
            .map_err(|error| {
                Failure::refused("cannot start a thread").because(error.to_string())
            })?;
        Ok((recorder, worker))
    }

    /// Records an event: a token in the counts of its application, a test token in the log as well, a refusal with the data that its
    /// diagnosis starts from. Never waits.
    pub fn keep(
        &self,
        event: Event,
        suspect: Option<Box<Suspect>>,
        application: Option<&CachedApplication>,
    ) {
        match event {
            Event::Issued(event) => {
                if event.is_reused {
                    self.shared.counters.token_reused();
                } else {
                    self.shared.counters.issued();
                }
                if let Some(application) = application {
                    count(application, &event);
                }
                if let Requester::Vouched { .. } = event.requester {
                    self.shared.counters.test_token_issued();
                    self.shared.queues.push(QueuedEvent::Issued(event), None);
                }
            }
            Event::Refused(event) => {
                self.shared.counters.refused(event.cause);
                let refused = Refused {
                    caller: CallerKind::of(&event),
                    event,
                    operation: None,
                };
                self.shared
                    .queues
                    .push(QueuedEvent::Refused(refused), suspect);
            }
        }
    }

    /// Records that a request of the management API was refused. Never waits.
    pub fn keep_management(&self, event: RefusedEvent, operation: RefusedOperation) {
        self.shared.counters.refused(event.cause);
        self.shared.counters.management_refused(&operation.code);
        let client_id = match &event.client_id {
            RecordedClientId::Known(client_id) => Some(&**client_id),
            RecordedClientId::None | RecordedClientId::Withheld { .. } => None,
        };
        let refused = Refused {
            caller: CallerKind::of_management(event.cause, client_id),
            event,
            operation: Some(Box::new(operation)),
        };
        self.shared.queues.push(QueuedEvent::Refused(refused), None);
    }

    /// Makes a change of the registry known. Never waits.
    pub fn changed(&self, events: &[AuditEvent]) {
        let changed = Changed::of(events);
        self.shared.queues.push(QueuedEvent::Changed(changed), None);
    }
}

impl Worker {
    /// Ends the worker once it has logged which requests were refused, but does not wait for long: `publish` can block forever, on a pipe
    /// that is not read.
    pub fn finish(self) -> Entry {
        self.finish_within(DRAIN_TIME)
    }

    fn finish_within(self, time: Duration) -> Entry {
        let shared = &*self.shared;
        shared.queues.close();
        // A worker that panicked has reported it through the panic hook. One that has finished has left only entries that the log had no room for.
        let _ = self.ended.recv_timeout(time);
        shared.queues.abandon();
        let (issued, refused) = shared.counters.issued_and_refused();
        Entry::Stopped {
            issued,
            refused,
            dropped: shared.queues.dropped(),
        }
    }
}

fn count(application: &CachedApplication, event: &IssuedEvent) {
    event.ignored.iter().for_each(|it| application.ignored(*it));
    if event.is_reused {
        application.count_reused(event.api);
    } else {
        application.count(event.api);
    }
    if event.quota_exceeded {
        application.count_beyond_quota(event.api);
    }
    match event.requester {
        Requester::TokenEndpoint { secret } => {
            application.secret_used(usize::from(secret), event.time)
        }
        Requester::Vouched { .. } => {}
    }
}

#[cfg(test)]
mod tests {
    use m2m_authority::registry::{Api, Records};
    use m2m_explain::Operating;
    use std::sync::mpsc::Sender;

    use m2m_authority::{Refusal, TraceId};
    use m2m_errors::Cause;
    use m2m_jwt::UnixTime;
    use m2m_store::{StoreError, UsageBatch};

    use super::*;
    use crate::queues::MAX_EVENTS;
    use crate::tests::{Counted, KNOWN, OTHER, refused};

    /// A store without records.
    struct Empty;

    impl EventStore for Empty {
        fn records(&self, suspects: &[&Suspect]) -> Vec<Records> {
            suspects.iter().map(|_| Records::default()).collect()
        }

        fn apis(&self) -> Arc<[Api]> {
            Arc::default()
        }

        fn operating(&self) -> Operating<'_> {
            Operating::RegistryFile
        }

        fn counts(&self, _: UnixTime) -> UsageBatch {
            UsageBatch::default()
        }

        fn keep(&self, _: UsageBatch) -> Result<(), StoreError> {
            Ok(())
        }
    }

    /// Returns a recorder whose log accepts nothing until the sender is dropped, and then everything that the receiver gets.
    fn blocked() -> (Recorder, Worker, Sender<()>, Receiver<Entry>) {
        blocked_and_counted(Arc::default())
    }

    fn blocked_and_counted(
        counted: Arc<Counted>,
    ) -> (Recorder, Worker, Sender<()>, Receiver<Entry>) {
        let (release, wait) = channel::<()>();
        let (publish, entries) = channel();
        let (recorder, worker) = Recorder::start(Empty, counted, move |entry| {
            let _ = wait.recv();
            let _ = publish.send(entry);
            None
        })
        .unwrap();
        (recorder, worker, release, entries)
    }

    fn keep(recorder: &Recorder, trace_id: TraceId) {
        let suspect = Refusal::of(Cause::SecretWrong).take_suspect();
        recorder.keep(Event::Refused(refused(trace_id)), Some(suspect), None);
    }

    /// Refusals of strangers, all of them within the budgets.
    fn flood(recorder: &Recorder, refusals: usize) {
        let seconds = 0..u64::try_from(refusals).unwrap();
        for second in seconds {
            let suspect = Refusal::of(Cause::SecretWrong).take_suspect();
            let mut event = refused(OTHER);
            event.time = event.time.saturating_add_seconds(second);
            recorder.keep(Event::Refused(event), Some(suspect), None);
        }
    }

    #[test]
    fn a_refusal_is_logged_and_then_diagnosed() {
        let (recorder, _worker, release, entries) = blocked();
        drop(release);
        keep(&recorder, KNOWN);
        assert!(
            matches!(entries.recv(), Ok(Entry::Refused(refused)) if refused.event.trace_id == KNOWN)
        );
        assert!(
            matches!(entries.recv(), Ok(Entry::Diagnosed { trace_id, .. }) if trace_id == KNOWN)
        );
    }

    #[test]
    fn events_beyond_the_queue_are_reported_while_it_is_full() {
        let (recorder, _worker, release, entries) = blocked();
        flood(&recorder, MAX_EVENTS + 10);
        keep(&recorder, KNOWN);
        drop(release);
        // The worker may hold one of the flood already.
        let first = entries.iter().take(4).collect::<Vec<_>>();
        assert!(first.iter().any(
            |entry| matches!(entry, Entry::Dropped(dropped) if dropped.of_known_clients == 0 && dropped.of_others >= 9)
        ));
        assert!(first.iter().any(
            |entry| matches!(entry, Entry::Refused(refused) if refused.event.trace_id == KNOWN)
        ));
    }

    #[test]
    fn a_full_queue_drops_and_counts() {
        let (recorder, worker, release, _entries) = blocked();
        let sent = MAX_EVENTS + 10;
        flood(&recorder, sent);
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
    fn x26_each_refusal_of_a_flood_is_a_line_or_in_a_count() {
        let counters = Arc::new(Counted::default());
        let (recorder, worker, release, entries) = blocked_and_counted(Arc::clone(&counters));
        drop(release);
        (0..20_000).for_each(|_| keep(&recorder, OTHER));
        let Entry::Stopped { dropped, .. } = worker.finish_within(Duration::MAX) else {
            panic!("the worker stopped")
        };
        let (mut lines, mut counted) = (0, 0);
        for entry in entries.try_iter() {
            if let Entry::Summary(summary) = &entry {
                counted += summary.count;
            }
            lines += u64::from(matches!(entry, Entry::Refused(_)));
        }
        assert_eq!(lines + counted + dropped.of_others, 20_000);
        assert_eq!(lines, 50);
        assert_eq!(counters.numbers().summarized, 19_950);
    }

    #[test]
    fn f10_a_log_without_room_loses_no_count_and_no_diagnosis() {
        let (diagnosed, diagnoses) = channel();
        let counters = Arc::new(Counted::default());
        let publish = move |entry: Entry| {
            if matches!(entry, Entry::Diagnosed { .. }) {
                let _ = diagnosed.send(());
            }
            Some(entry)
        };
        let (recorder, worker) = Recorder::start(Empty, Arc::clone(&counters), publish).unwrap();
        (0..1_000).for_each(|_| keep(&recorder, OTHER));
        // The 50 that are kept one by one are diagnosed, though the log accepts nothing.
        assert_eq!(diagnoses.iter().take(50).count(), 50);
        drop(recorder);
        let Entry::Stopped { dropped, .. } = worker.finish_within(Duration::MAX) else {
            panic!("the worker stopped")
        };
        assert_eq!((dropped.of_others, dropped.diagnoses), (1_000, 50));
        assert_eq!(counters.numbers().dropped, dropped.total());
    }

    #[test]
    fn a_log_that_is_not_read_does_not_keep_the_process() {
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
