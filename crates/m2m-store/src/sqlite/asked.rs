//! Queries as they are sent to a thread: without references.

use crate::{Cursor, Filter, List, Named, RecordId, Sort};

/// The identifier by which an application is requested.
#[derive(Debug)]
pub(super) enum Name {
    Id(RecordId),
    ClientId(Box<str>),
}

impl Name {
    pub(super) fn of(named: Named<'_>) -> Self {
        match named {
            Named::Id(id) => Self::Id(id),
            Named::ClientId(client_id) => Self::ClientId(client_id.into()),
        }
    }

    pub(super) const fn named(&self) -> Named<'_> {
        match self {
            Self::Id(id) => Named::Id(*id),
            Self::ClientId(client_id) => Named::ClientId(client_id),
        }
    }
}

/// A query for records of one kind.
#[derive(Debug)]
pub(super) struct Listing {
    /// The filter of a text.
    filter: for<'t> fn(&'t str) -> Filter<'t>,
    text: Box<str>,
    sort: Sort,
    after: Option<Cursor>,
    most: usize,
}

impl Listing {
    pub(super) fn of(list: List<'_>) -> Self {
        let (filter, text): (for<'t> fn(&'t str) -> Filter<'t>, _) = match list.filter {
            Filter::All => (|_| Filter::All, ""),
            Filter::Containing(text) => (|text| Filter::Containing(text), text),
            Filter::AuthorizedFor(audience) => (|text| Filter::AuthorizedFor(text), audience),
            Filter::WithDefaultAudience(audience) => {
                (|text| Filter::WithDefaultAudience(text), audience)
            }
            Filter::OfOrganization(code) => (|text| Filter::OfOrganization(text), code),
            Filter::OfOwner(owner) => (|text| Filter::OfOwner(text), owner),
            Filter::WithProperty(key) => (|text| Filter::WithProperty(text), key),
        };
        Self {
            filter,
            text: text.into(),
            sort: list.sort,
            after: list.after.cloned(),
            most: list.most,
        }
    }

    pub(super) fn list(&self) -> List<'_> {
        List {
            filter: (self.filter)(&self.text),
            sort: self.sort,
            after: self.after.as_ref(),
            most: self.most,
        }
    }
}
