//! The work of the thread that empties the queues: it logs, diagnoses and stores what the recorder kept.

use std::sync::Arc;
use std::time::Duration;

use m2m_admin::DiagnosisRecord;
use m2m_authority::diagnose::Suspect;
use m2m_authority::flow::Requester;
use m2m_explain::remedies;
use m2m_host::clock;
use m2m_jwt::UnixTime;
use m2m_store::{IssuedCount, IssuedTotal};

use crate::entry::{Changed, Entry};
use crate::queues::{Next, QueuedEvent};
use crate::recorder::Shared;
use crate::report::Report;
use crate::store_writer::{EventStore, compare};
use crate::unwritten::Unwritten;

/// The time for which the worker sleeps while there is nothing to do.
const PATIENCE: Duration = Duration::from_secs(1);

/// The maximum number of applications that the log lists in a minute; the store has the counts of all.
const MAX_TOLD: usize = 100;

/// The time between two logs of the counts of refusals.
const SUMMARY_INTERVAL: Duration = Duration::from_secs(10);

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

/// Takes events from the queues until they are closed and empty, and passes entries for the log to `publish`, which returns one that it
/// has no room for.
pub(crate) fn work(
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

const fn minute_of(time: UnixTime) -> u64 {
    time.as_seconds() / 60
}

#[cfg(test)]
mod tests {
    use m2m_authority::diagnose::Ignored;

    use super::*;
    use crate::log;

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
}
