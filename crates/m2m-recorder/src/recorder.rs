//! The recorder of the outcomes of requests: tokens are counted for each application, and refusals are queued for a worker that logs,
//! diagnoses and stores them.
//!
//! The worker is a thread of its own, since a diagnosis takes time, and the log has another, since writing it can block; neither is for
//! the threads that answer callers. The queues are bounded: what does not fit is counted, and its caller has been answered all the same.
//! Refusals beyond a few a second are counted too, by cause and block of addresses, and the counts are logged together.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use m2m_admin::DiagnosisRecord;
use m2m_authority::RecordedClientId;
use m2m_authority::diagnose::Suspect;
use m2m_authority::flow::{Event, IssuedEvent, RefusedEvent, Requester};
use m2m_explain::remedies;
use m2m_host::clock;
use m2m_host::error::Failure;
use m2m_jwt::UnixTime;
use m2m_store::{AuditEvent, CachedApplication, IssuedCount, IssuedTotal};

use crate::counters::Counters;
use crate::entry::{Changed, Entry, Refused, RefusedOperation};
use crate::queues::{Next, QueuedEvent, Queues};
use crate::report::Report;
use crate::sampling::CallerKind;
use crate::store_writer::{EventStore, compare};
use crate::unwritten::Unwritten;

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
struct Shared {
    queues: Queues,
    counters: Arc<dyn Counters>,
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

impl Shared {
    /// Counts an entry that the log had no room for.
    fn lost(&self, entry: &Entry) {
        match entry {
            Entry::Summary(summary) => self.queues.put_back(summary),
            Entry::Refused(refused) if !refused.is_of_known() => {
                self.queues.drop_one(|dropped| dropped.of_others += 1);
            }
            Entry::Refused(_) | Entry::TestToken { .. } | Entry::Changed(_) => {
                self.queues
                    .drop_one(|dropped| dropped.of_known_clients += 1);
            }
            Entry::Diagnosed { .. } => self.queues.drop_one(|dropped| dropped.diagnoses += 1),
            Entry::ChangedOthers { .. }
            | Entry::Issued(_)
            | Entry::IssuedToOthers { .. }
            | Entry::Store(_)
            | Entry::Dropped(_)
            | Entry::Stopped { .. } => self.queues.drop_one(|dropped| dropped.lines += 1),
        }
    }

    /// Makes known what was counted of refusals.
    fn summarize(&self, now: UnixTime, publish: &mut impl FnMut(Entry) -> bool) {
        for summary in self.queues.take_summaries(now) {
            let count = summary.count;
            if publish(Entry::Summary(summary)) {
                self.counters.refusals_summarized(count);
            }
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

fn work(
    shared: &Shared,
    store_writer: &impl EventStore,
    mut publish: impl FnMut(Entry) -> Option<Entry>,
) {
    // True if there was room for the entry.
    let mut publish = |entry| {
        let lost = publish(entry);
        lost.iter().for_each(|entry| shared.lost(entry));
        lost.is_none()
    };
    let mut summarized_at = clock::uptime();
    let mut report = Report::default();
    let mut unwritten = Unwritten::default();
    let mut minute = minute_of(clock::now());
    loop {
        match shared.queues.next(PATIENCE) {
            Next::Event(QueuedEvent::Refused(mut refused)) => {
                let request_id = &mut refused.event.request_id;
                request_id.take_if(|own| store_writer.may_be_secret(own.as_str()));
                if !unwritten.refused(&refused) {
                    shared.queues.drop_one(|dropped| dropped.unkept += 1);
                }
                publish(Entry::Refused(refused));
            }
            Next::Event(QueuedEvent::Changed(Changed { events, more })) => {
                let last = events.last().filter(|_| more > 0).cloned();
                for event in events {
                    publish(Entry::Changed(event));
                }
                if let Some(last) = last {
                    publish(Entry::ChangedOthers { last, more });
                }
            }
            Next::Event(QueuedEvent::Issued(event)) => {
                if let Requester::Vouched { operator } = &event.requester {
                    let operator = Arc::clone(operator);
                    publish(Entry::TestToken { event, operator });
                }
            }
            Next::Suspects(suspects) => {
                // Without the store there is no evidence, but the cause is known all the same.
                let of_all: Vec<&Suspect> =
                    suspects.iter().map(|(_, suspect)| &**suspect).collect();
                let records = store_writer.records(&of_all);
                let apis = store_writer.apis();
                for ((trace_id, suspect), records) in suspects.iter().zip(&records) {
                    let diagnosis = compare(suspect, records, &apis);
                    let (diagnosis, record) = DiagnosisRecord::bounded(diagnosis);
                    unwritten.diagnosed(*trace_id, record.to_json());
                    let remedies = remedies(&diagnosis, store_writer.operating());
                    publish(Entry::Diagnosed {
                        trace_id: *trace_id,
                        diagnosis,
                        remedies,
                    });
                }
            }
            Next::Idle => {}
            Next::End => break,
        }
        let now = clock::now();
        let uptime = clock::uptime();
        if uptime.since(summarized_at) >= SUMMARY_INTERVAL {
            summarized_at = uptime;
            shared.summarize(now, &mut publish);
        }
        if let Some(dropped) = report.due(shared.queues.dropped(), now) {
            publish(Entry::Dropped(dropped));
        }
        if minute_of(now) != minute {
            minute = minute_of(now);
            // They are those of the minute that has just ended. When the machine fails, at most a minute is lost.
            let ended = UnixTime::from_seconds((minute * 60).saturating_sub(1));
            let counts = store_writer.counts(ended);
            let issued = IssuedCount::totals(&counts.issued);
            unwritten.counted(counts);
            write(&mut unwritten, store_writer, shared, now);
            let frequent = issued.iter().filter(|total| total.is_frequent());
            shared.counters.applications_asking_often(frequent.count());
            publish_issued(issued, &mut publish);
        } else if unwritten.is_due(now) {
            write(&mut unwritten, store_writer, shared, now);
        }
        for news in store_writer.news() {
            publish(Entry::Store(news));
        }
    }
    // Entries that were dropped since the last report are reported after these.
    let now = clock::now();
    let counts = store_writer.counts(now);
    let issued = IssuedCount::totals(&counts.issued);
    unwritten.counted(counts);
    write(&mut unwritten, store_writer, shared, now);
    for news in store_writer.news() {
        publish(Entry::Store(news));
    }
    publish_issued(issued, &mut publish);
    shared.summarize(now, &mut publish);
}

/// Writes the batch to the store. A batch that the store does not accept is tried again; the reason is among the news of the keeper.
fn write(
    unwritten: &mut Unwritten,
    store_writer: &impl EventStore,
    shared: &Shared,
    now: UnixTime,
) {
    while let Some(batch) = unwritten.take(now) {
        if store_writer.keep(batch.clone()).is_err() {
            let unkept = unwritten.put_back(batch);
            shared.queues.drop_one(|dropped| dropped.unkept += unkept);
            return;
        }
    }
}

/// Logs the tokens of each application, as many as are listed, and those of the others together.
fn publish_issued(issued: Vec<IssuedTotal>, publish: &mut impl FnMut(Entry) -> bool) {
    let mut issued = issued.into_iter();
    for total in issued.by_ref().take(MAX_TOLD) {
        publish(Entry::Issued(total));
    }
    let applications = issued.len();
    if applications > 0 {
        let tokens = issued.map(|total| total.tokens).sum();
        publish(Entry::IssuedToOthers {
            applications,
            tokens,
        });
    }
}

/// The time for which the worker sleeps while there is nothing to do.
const PATIENCE: Duration = Duration::from_secs(1);

/// The maximum number of applications that the log lists in a minute; the store has the counts of all.
const MAX_TOLD: usize = 100;

/// The time between two logs of the counts of refusals.
const SUMMARY_INTERVAL: Duration = Duration::from_secs(10);

const fn minute_of(time: UnixTime) -> u64 {
    time.as_seconds() / 60
}

#[cfg(test)]
mod tests {
    use m2m_authority::registry::{Api, Records};
    use m2m_explain::Operating;
    use std::sync::mpsc::Sender;

    use m2m_authority::diagnose::Ignored;
    use m2m_authority::{Refusal, TraceId};
    use m2m_errors::Cause;
    use m2m_store::{StoreError, UsageBatch};

    use super::*;
    use crate::log;
    use crate::queues::MAX_EVENTS;
    use crate::tests::{Counted, KNOWN, OTHER, refused};

    fn two_tokens(client_id: usize) -> IssuedCount {
        IssuedCount {
            minute: 7,
            client_id: format!("job-{client_id:03}").into(),
            audience: "https://orders.example/api".into(),
            tokens: 2,
            reused: 0,
            beyond_quota: 0,
            ignored: None,
        }
    }

    #[test]
    fn a1_the_line_of_a_minute_names_a_parameter_that_was_ignored() {
        let ignored = Ignored::Misspelled("scope");
        let count = |client_id, ignored| IssuedCount {
            ignored,
            ..two_tokens(client_id)
        };
        let mut counts: Vec<_> = (0..MAX_TOLD).map(|own| count(own, None)).collect();
        counts.extend([count(500, Some(ignored)), count(500, None)]);
        let mut lines = Vec::new();
        publish_issued(IssuedCount::totals(&counts), &mut |entry| {
            lines.push(log::line(&entry));
            true
        });
        assert_eq!(lines.len(), MAX_TOLD + 1);
        let first = lines.first().unwrap();
        assert_eq!(
            (&first["client_id"], &first["tokens"], &first["ignored"]),
            (
                &"job-500".into(),
                &4.into(),
                &m2m_explain::evidence_text(&ignored.into()).into()
            ),
            "it is among those that are listed"
        );
    }

    #[test]
    fn the_line_of_a_minute_has_the_tokens_beyond_a_quota_that_only_warns() {
        let count = |client_id, beyond_quota| IssuedCount {
            beyond_quota,
            ..two_tokens(client_id)
        };
        let mut counts: Vec<_> = (0..MAX_TOLD).map(|own| count(own, 0)).collect();
        counts.extend([count(500, 1), count(500, 2)]);
        let mut lines = Vec::new();
        publish_issued(IssuedCount::totals(&counts), &mut |entry| {
            lines.push(log::line(&entry));
            true
        });
        let beyond = |line: &serde_json::Value| line["beyond_quota"].as_u64();
        let listed: Vec<_> = lines.iter().filter_map(beyond).collect();
        assert_eq!(listed, [3], "no other line has the member");
        assert_eq!(
            lines[0]["client_id"], "job-500",
            "it is among those that are listed"
        );
    }

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
