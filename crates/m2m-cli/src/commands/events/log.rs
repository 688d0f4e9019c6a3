//! The logs of a server, its refusals and its audit events, with the position up to which each has been read.

use m2m_api::operations::{
    ListDiagnoses, ListDiagnosesQuery, ListEvents, ListEventsQuery, SubjectKind,
};
use m2m_api::values::{Identifier, Sequence, Time};
use m2m_api::{NoBody, NoNames, Operation, PageSize};
use m2m_host::error::Failure;

use crate::commands::events::EventsOptions;
use crate::commands::events::entry::Entry;
use crate::management::Management;

/// The logs that the options select.
#[derive(Debug)]
pub(super) struct Logs {
    refusals: Option<Log<ListDiagnoses>>,
    audit: Option<Log<ListEvents>>,
}

impl Logs {
    /// Returns the logs that the options select, before anything is read.
    ///
    /// # Errors
    ///
    /// If no event can be about the application that the options name.
    pub(super) fn new(options: &EventsOptions) -> Result<Self, Failure> {
        let filters = &options.filters;
        let client_id = filters.of_client_id.as_ref();
        let name: Option<Identifier> = client_id
            .map(|client_id| client_id.as_str().parse())
            .transpose()
            .map_err(|error| Failure::usage(format!("--client-id {error}")))?;
        let audit = ListEventsQuery {
            subject: client_id.map(|_| SubjectKind::Application),
            name,
            since: filters.since.map(Time),
            until: filters.until.map(Time),
            ..ListEventsQuery::default()
        };
        Ok(Self {
            refusals: (!options.audit).then(|| Log::new(filters.query())),
            audit: (!options.refusals && !filters.is_of_refusals()).then(|| Log::new(audit)),
        })
    }

    /// Returns the latest entries, at most `most`, in the order in which they happened.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, or refuses.
    pub(super) fn latest(
        &mut self,
        management: &Management,
        most: usize,
    ) -> Result<Vec<Entry>, Failure> {
        let mut entries = Vec::new();
        if let Some(refusals) = &mut self.refusals {
            entries.extend(refusals.latest(management, most)?);
        }
        if let Some(audit) = &mut self.audit {
            entries.extend(audit.latest(management, most)?);
        }
        entries.sort_by_cached_key(Entry::position);
        let skipped = entries.len().saturating_sub(most);
        Ok(entries.split_off(skipped))
    }

    /// Returns the entries since the last call, in the order in which they happened, and the last failure if a log could not be read.
    pub(super) fn newer(&mut self, management: &Management) -> (Vec<Entry>, Result<(), Failure>) {
        let refusals = self.refusals.as_mut().map(|log| log.newer(management));
        let audit = self.audit.as_mut().map(|log| log.newer(management));
        let (mut entries, mut read) = (Vec::new(), Ok(()));
        for newer in refusals.into_iter().chain(audit) {
            match newer {
                Ok(newer) => entries.extend(newer),
                Err(failure) => read = Err(failure),
            }
        }
        entries.sort_by_cached_key(Entry::position);
        (entries, read)
    }
}

/// An operation that lists entries, the latest first.
trait Lists: Operation<Query: Clone, Names = NoNames, Body = NoBody> {
    /// Restricts a query to a part of the log.
    fn set(query: &mut Self::Query, part: Part);

    /// Returns the entries of an answer, and the number before which the next page continues; `None` at the end.
    fn into_entries(answer: Self::Answer) -> (Vec<Entry>, Option<u64>);
}

/// A part of a log.
#[derive(Debug, Clone, Copy)]
struct Part {
    before: Option<Sequence>,
    after: Option<Sequence>,
    page_size: Option<PageSize>,
}

impl Lists for ListDiagnoses {
    fn set(query: &mut ListDiagnosesQuery, part: Part) {
        (query.before, query.after, query.page_size) = (part.before, part.after, part.page_size);
    }

    fn into_entries(answer: Self::Answer) -> (Vec<Entry>, Option<u64>) {
        let diagnoses = answer.diagnoses.into_iter().map(Entry::from);
        (diagnoses.collect(), answer.next)
    }
}

impl Lists for ListEvents {
    fn set(query: &mut ListEventsQuery, part: Part) {
        (query.before, query.after, query.page_size) = (part.before, part.after, part.page_size);
    }

    fn into_entries(answer: Self::Answer) -> (Vec<Entry>, Option<u64>) {
        let events = answer.events.into_iter().map(Entry::from);
        (events.collect(), answer.next)
    }
}

/// A log, with the position up to which it has been read.
#[derive(Debug)]
struct Log<O: Lists> {
    query: O::Query,
    /// The greatest number of an entry that was read.
    last: u64,
}

impl<O: Lists> Log<O> {
    const fn new(query: O::Query) -> Self {
        Self { query, last: 0 }
    }

    fn latest(&mut self, management: &Management, most: usize) -> Result<Vec<Entry>, Failure> {
        self.read(management, None, most)
    }

    fn newer(&mut self, management: &Management) -> Result<Vec<Entry>, Failure> {
        let after = self.last.try_into().ok();
        self.read(management, after, MAX_AT_ONCE)
    }

    /// Reads at most `most` entries. The latest come first, page by page.
    fn read(
        &mut self,
        management: &Management,
        after: Option<Sequence>,
        most: usize,
    ) -> Result<Vec<Entry>, Failure> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut before: Option<u64> = None;
        let mut query = self.query.clone();
        while entries.len() < most {
            let left = most - entries.len();
            let page_size = u64::try_from(left).unwrap_or(u64::MAX).min(MAX_PAGE_SIZE);
            let part = Part {
                before: before.and_then(|before| before.try_into().ok()),
                after,
                page_size: page_size.try_into().ok(),
            };
            O::set(&mut query, part);
            let answer = management.call::<O>(&NoNames, &query, &NoBody)?;
            let (more, next) = O::into_entries(answer);
            entries.extend(more.into_iter().take(left));
            match next {
                // Each page has to end before the previous one.
                Some(next) if before.is_none_or(|before| next < before) => before = Some(next),
                Some(_) | None => break,
            }
        }
        let last = entries.iter().map(Entry::number).max();
        self.last = self.last.max(last.unwrap_or_default());
        Ok(entries)
    }
}

/// The number of entries requested at once. Unit: entries.
const MAX_PAGE_SIZE: u64 = 100;

/// The maximum number of new entries read at once, more than anyone reads. Unit: entries.
const MAX_AT_ONCE: usize = 10_000;
