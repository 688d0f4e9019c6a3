//! What management reads: one record by its name, or a page of many.

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

/// Which records of a kind are wanted, and how many at once.
#[derive(Debug, Clone, Copy)]
pub struct List<'l> {
    /// Which.
    pub filter: Filter<'l>,
    /// In which order.
    pub sort: Sort,
    /// Only what comes after this in that order: where an earlier page ended.
    pub after: Option<&'l Cursor>,
    /// How many at most.
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
    /// How many at most.
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
    /// How many at most.
    pub most: usize,
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

/// A page of applications.
pub type ApplicationPage = Page<Application>;
