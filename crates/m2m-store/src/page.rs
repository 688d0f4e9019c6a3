//! The reads of management: one record by its name, or a page of many, bounded in number and in bytes.

use m2m_authority::registry::Application;
use m2m_errors::Cause;
use m2m_jwt::UnixTime;

use crate::{AuditEvent, RecordId, Refused, Stored, Subject};

/// By what an application is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named<'n> {
    /// The name of its record.
    Id(RecordId),
    /// Its client id.
    ClientId(&'n str),
}

/// The maximum size of the documents of a page. A page ends before it would exceed this, and says where to go on; it always has
/// one record, however large. Unit: bytes.
///
/// Twice the largest audit event that a management operation writes fits into it.
pub const MAX_PAGE_BYTES: usize = 1024 * 1024;

/// The rest of the [`MAX_PAGE_BYTES`] of a page.
#[derive(Debug, Clone, Copy, Default)]
pub struct PageBudget {
    used: usize,
    has_one: bool,
}

impl PageBudget {
    /// Adds a document of this size to the page, and returns true if it fits. The first one always does.
    #[must_use]
    pub const fn takes(&mut self, bytes: usize) -> bool {
        let used = self.used.saturating_add(bytes);
        if self.has_one && used > MAX_PAGE_BYTES {
            return false;
        }
        self.used = used;
        self.has_one = true;
        true
    }
}

/// Which records of a kind are wanted, and how many at once.
#[derive(Debug, Clone, Copy)]
pub struct List<'l> {
    /// Which.
    pub filter: Filter<'l>,
    /// In which order.
    pub sort: Sort,
    /// Only what comes after this in that order: where an earlier page ended.
    pub after: Option<&'l Cursor>,
    /// How many at most. A page has fewer if their documents would exceed [`MAX_PAGE_BYTES`].
    pub most: usize,
}

/// Which records are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filter<'l> {
    /// All.
    #[default]
    All,
    /// Those with this text in their name or their identifier (client id, code), in any case of ASCII letters.
    Containing(&'l str),
    /// Applications that are authorized for an API. The audience is the one that stands in the records, with its placeholder if it
    /// has one. No organization is.
    AuthorizedFor(&'l str),
    /// Applications of the organization with this code. No organization is.
    OfOrganization(&'l str),
    /// Applications that have a value of the property with this key. No organization does.
    WithProperty(&'l str),
}

/// An order of records. Those with the same name stand by age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// The oldest first.
    #[default]
    Age,
    /// By name, byte by byte.
    NameAscending,
    /// The other way round, age included.
    NameDescending,
}

/// Where a page ended. It stays good when records come and go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The name that the last record had.
    pub name: Box<str>,
    /// The last record.
    pub id: RecordId,
}

/// Some records of many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The records.
    pub records: Vec<Stored<T>>,
    /// Where to go on; none at the end.
    pub next: Option<Cursor>,
}

/// Which audit events are wanted. The latest come first.
#[derive(Debug, Clone, Copy, Default)]
pub struct EventQuery<'q> {
    /// Of this kind of record.
    pub subject: Option<Subject>,
    /// Of the record with this identifier.
    pub name: Option<&'q str>,
    /// Made by this actor.
    pub actor: Option<&'q str>,
    /// At this time or later.
    pub since: Option<UnixTime>,
    /// Only those before this one: where an earlier page ended.
    pub before: Option<u64>,
    /// Only those after this one: what came since.
    pub after: Option<u64>,
    /// How many at most. A page has fewer if their documents would exceed [`MAX_PAGE_BYTES`].
    pub most: usize,
}

/// Which refused requests are wanted. The latest come first.
#[derive(Debug, Clone, Copy, Default)]
pub struct RefusalQuery<'q> {
    /// Of the application with this client id.
    pub client_id: Option<&'q str>,
    /// For this cause.
    pub cause: Option<Cause>,
    /// At this time or later.
    pub since: Option<UnixTime>,
    /// Only those before this one: where an earlier page ended.
    pub before: Option<u64>,
    /// Only those after this one: what came since.
    pub after: Option<u64>,
    /// How many at most. A page has fewer if their documents would exceed [`MAX_PAGE_BYTES`].
    pub most: usize,
}

/// Some entries of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPage<T> {
    /// The entries, the latest first.
    pub entries: Vec<Numbered<T>>,
    /// The `before` of the next page; none at the end.
    pub next: Option<u64>,
}

/// An entry of a log, with its number: later ones have greater numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered<T> {
    /// Its number.
    pub number: u64,
    /// What it says.
    pub entry: T,
}

/// An audit event with its number.
pub type NumberedEvent = Numbered<AuditEvent>;

/// A refused request with its number.
pub type NumberedRefusal = Numbered<Refused>;

/// A page of audit events.
pub type EventPage = LogPage<AuditEvent>;

/// A page of refused requests.
pub type RefusalPage = LogPage<Refused>;

/// A page of applications.
pub type ApplicationPage = Page<Application>;
