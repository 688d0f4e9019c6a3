//! The pages of lists.

use m2m_api::{DEFAULT_PAGE, Order, PageSize, PageToken};
use m2m_authority::registry::Application;
use m2m_store::{Backend, Cursor, Filter, List, Page, PageBudget, RecordId, Sort, Stored};
use serde::Serialize;

use super::Result;

/// Returns the maximum number of records on a page.
pub(super) fn page_size(size: Option<PageSize>) -> usize {
    usize::from(size.map_or(DEFAULT_PAGE, PageSize::as_u16))
}

/// Returns the requested order of a list; by default, the oldest record comes first.
pub(super) const fn sort(order: Option<Order>) -> Sort {
    match order {
        None => Sort::Age,
        Some(Order::NameAsc) => Sort::NameAscending,
        Some(Order::NameDesc) => Sort::NameDescending,
    }
}

/// Returns a page of records that are few and all in memory.
pub(super) fn page_of<T: Clone + Serialize>(
    all: &[Stored<T>],
    list: &List<'_>,
    name: impl Fn(&T) -> &str,
) -> Page<T> {
    let key = |stored: &Stored<T>| match list.sort {
        Sort::Age => (String::new(), stored.id),
        Sort::NameAscending | Sort::NameDescending => (name(&stored.value).to_owned(), stored.id),
    };
    let mut sorted: Vec<&Stored<T>> = all.iter().collect();
    sorted.sort_by_cached_key(|stored| key(stored));
    if list.sort == Sort::NameDescending {
        sorted.reverse();
    }
    let is_after = |stored: &Stored<T>| {
        let Some(cursor) = list.after else {
            return true;
        };
        let own = key(stored);
        match list.sort {
            Sort::Age => own.1 > cursor.id,
            Sort::NameAscending => own > (cursor.name.to_string(), cursor.id),
            Sort::NameDescending => own < (cursor.name.to_string(), cursor.id),
        }
    };
    let mut budget = PageBudget::default();
    let rest = sorted.into_iter().filter(|stored| is_after(stored));
    let mut records: Vec<Stored<T>> = Vec::new();
    let mut has_more = false;
    for stored in rest {
        let bytes = serde_json::to_string(&stored.value).map_or(0, |document| document.len());
        if records.len() >= list.most || !budget.takes(bytes) {
            has_more = true;
            break;
        }
        records.push(stored.clone());
    }
    let last = records.last().filter(|_| has_more);
    let next = last.map(|last| Cursor {
        name: name(&last.value).into(),
        id: last.id,
    });
    Page { records, next }
}

/// Returns the first applications of a list, the oldest first, and true if there are more. They are read in pages, of which one at a time is in
/// memory.
pub(super) async fn first<B: Backend, T>(
    registry: &B,
    filter: Filter<'_>,
    most: usize,
    shown: impl Fn(&Stored<Application>) -> T,
) -> Result<(Vec<T>, bool)> {
    let mut found = Vec::new();
    let mut after: Option<Cursor> = None;
    loop {
        let list = List {
            filter,
            sort: Sort::Age,
            after: after.as_ref(),
            most: most.saturating_sub(found.len()),
        };
        let page = registry.applications(list).await?;
        found.extend(page.records.iter().map(&shown));
        after = page.next;
        if after.is_none() || found.len() >= most {
            return Ok((found, after.is_some()));
        }
    }
}

/// Returns the position after which the page begins.
pub(super) fn cursor(token: Option<&PageToken>) -> Option<Cursor> {
    token.map(|token| Cursor {
        name: token.name.clone(),
        id: RecordId::from_bytes(token.record),
    })
}

/// Returns the token of the next page, if there is one.
pub(super) fn next_token<T>(page: &Page<T>) -> Option<PageToken> {
    page.next.as_ref().map(|next| PageToken {
        record: *next.id.as_bytes(),
        name: next.name.clone(),
    })
}
