//! The reads of the management API: one record by its name, or a page of many, bounded in number and in bytes.

use core::net::IpAddr;

use m2m_authority::registry::Application;
use m2m_errors::Cause;
use m2m_jwt::UnixTime;

use crate::{AuditEvent, RecordId, Refused, Stored, Subject};

/// The identifier by which an application is requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named<'n> {
    /// The name of its record.
    Id(RecordId),
    /// Its client id.
    ClientId(&'n str),
}

/// The maximum size of the documents of a page. A page ends before it would exceed this, and has the cursor of the next page; it always
/// has one record, however large. Unit: bytes.
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

/// A query for records of one kind, with the maximum number of them in a page.
#[derive(Debug, Clone, Copy)]
pub struct List<'l> {
    /// The filter that the records match.
    pub filter: Filter<'l>,
    /// The order of the records.
    pub sort: Sort,
    /// The end of an earlier page: only records after it in that order are returned.
    pub after: Option<&'l Cursor>,
    /// The maximum number of records. A page has fewer if their documents would exceed [`MAX_PAGE_BYTES`].
    pub most: usize,
}

/// A condition on records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filter<'l> {
    /// All records.
    #[default]
    All,
    /// Records with this text in their name or their identifier (client id, code), in any case of ASCII letters.
    Containing(&'l str),
    /// Applications that are authorized for an API. The audience is the one in the records, with its placeholder if it has one. No
    /// organization matches.
    AuthorizedFor(&'l str),
    /// Applications with this default audience, as the records have it, whether they are authorized for it or not. No organization matches.
    WithDefaultAudience(&'l str),
    /// Applications of the organization with this code. No organization matches.
    OfOrganization(&'l str),
    /// Applications with this owner, character by character. No organization matches.
    OfOwner(&'l str),
    /// Applications that have a value of the property with this key. No organization matches.
    WithProperty(&'l str),
}

/// An order of records. Records with the same name are in the order of age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// The oldest first.
    #[default]
    Age,
    /// By name, byte by byte.
    NameAscending,
    /// The reverse of [`NameAscending`](Self::NameAscending), age included.
    NameDescending,
}

/// The end of a page. It stays valid when records are created and deleted.
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
    /// The `after` of the next page; absent on the last page.
    pub next: Option<Cursor>,
}

/// A query for audit events. The latest come first.
#[derive(Debug, Clone, Copy, Default)]
pub struct EventQuery<'q> {
    /// Only events of this kind of record.
    pub subject: Option<Subject>,
    /// Only events of the record with this identifier.
    pub name: Option<&'q str>,
    /// Only events of this actor.
    pub actor: Option<&'q str>,
    /// Only entries at this time or later.
    pub since: Option<UnixTime>,
    /// Only entries at this time or earlier.
    pub until: Option<UnixTime>,
    /// The number of the last entry of an earlier page: only entries before it are returned.
    pub before: Option<u64>,
    /// The number of an entry: only entries that were added after it are returned.
    pub after: Option<u64>,
    /// The maximum number of entries. A page has fewer if their documents would exceed [`MAX_PAGE_BYTES`].
    pub most: usize,
}

/// A query for refused requests. The latest come first.
#[derive(Debug, Clone, Copy, Default)]
pub struct RefusalQuery<'q> {
    /// Only requests of the application with this client id.
    pub client_id: Option<&'q str>,
    /// Only requests to which the caller gave this id.
    pub request_id: Option<&'q str>,
    /// Only requests from this address.
    pub address: Option<IpAddr>,
    /// Only requests that were refused for this cause.
    pub cause: Option<Cause>,
    /// Only entries at this time or later.
    pub since: Option<UnixTime>,
    /// Only entries at this time or earlier.
    pub until: Option<UnixTime>,
    /// The number of the last entry of an earlier page: only entries before it are returned.
    pub before: Option<u64>,
    /// The number of an entry: only entries that were added after it are returned.
    pub after: Option<u64>,
    /// The maximum number of entries. A page has fewer if their documents would exceed [`MAX_PAGE_BYTES`].
    pub most: usize,
}

/// Some entries of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPage<T> {
    /// The entries, the latest first.
    pub entries: Vec<Numbered<T>>,
    /// The `before` of the next page; absent on the last page.
    pub next: Option<u64>,
}

/// An entry of a log, with its number: later ones have greater numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered<T> {
    /// Its number.
    pub number: u64,
    /// The entry itself.
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
