//! Tests of pages of large records: each ends before it has too many bytes, and together they have everything.

use m2m_authority::registry::{Application, Organization, PropertyValue, Values};

use super::{commit, event, put, stored};
use crate::{
    AnyRecord, AuditEvent, Backend, Change, Cursor, EventQuery, Filter, List, MAX_PAGE_BYTES,
    RefusalQuery, Refused, Sort, UsageBatch, Write,
};

/// Tests that pages are bounded in bytes, for every kind of content.
///
/// # Panics
///
/// If the backend violates the contract.
pub async fn weight<B: Backend>(make: impl AsyncFn() -> B) {
    records(&make().await).await;
    events(&make().await).await;
    refusals(&make().await).await;
    walk(&make().await).await;
}

/// The size of a large record: three of these fit into a page, and four do not.
const LARGE: usize = MAX_PAGE_BYTES / 4 + 1;

/// The number of large records.
const RECORDS: u8 = 5;

fn text(bytes: usize) -> Box<str> {
    "x".repeat(bytes).into()
}

fn large(number: u8, bytes: usize) -> Application {
    let mut application = Application::new("large", &format!("client-{number}"));
    application.spec.properties = Values::from([("text".into(), PropertyValue::Text(text(bytes)))]);
    application
}

async fn records(backend: &impl Backend) {
    let applications = (1..=RECORDS).map(|number| put(number, large(number, LARGE)));
    commit(backend, applications).await;
    commit(backend, [put(6, large(6, MAX_PAGE_BYTES + 1))]).await;
    commit(backend, [put(7, large(7, 1))]).await;
    for (filter, sort) in [
        (Filter::All, Sort::Age),
        (Filter::Containing("large"), Sort::NameDescending),
    ] {
        let sizes = follow(async |after| {
            let page = backend.applications(list(filter, sort, after)).await;
            let page = page.expect("a page");
            (page.records.len(), page.next)
        })
        .await;
        // The record that is larger than a page has a page to itself.
        let expected: &[usize] = match sort {
            Sort::Age | Sort::NameAscending => &[3, 2, 1, 1],
            Sort::NameDescending => &[1, 1, 3, 2],
        };
        assert_eq!(sizes, expected, "{filter:?} {sort:?}");
    }
}

fn list<'l>(filter: Filter<'l>, sort: Sort, after: Option<&'l Cursor>) -> List<'l> {
    List {
        filter,
        sort,
        after,
        most: 500,
    }
}

/// Returns the sizes of all pages.
async fn follow(page: impl AsyncFn(Option<&Cursor>) -> (usize, Option<Cursor>)) -> Vec<usize> {
    let mut sizes = Vec::new();
    let mut after = None;
    loop {
        let (size, next) = page(after.as_ref()).await;
        sizes.push(size);
        after = next;
        if after.is_none() {
            return sizes;
        }
    }
}

async fn events(backend: &impl Backend) {
    let large = |before, after| AuditEvent {
        before: Some(text(before)),
        after: Some(text(after)),
        ..event("large")
    };
    let change = Change {
        writes: Vec::new(),
        events: vec![
            large(1, 1),
            large(MAX_PAGE_BYTES / 2, MAX_PAGE_BYTES),
            // The record before the change counts like the record after it.
            large(LARGE / 2, LARGE / 2),
            large(LARGE, 0),
            large(0, LARGE),
            large(LARGE, 0),
            large(LARGE, 0),
        ],
    };
    let version = super::version(backend).await;
    backend.commit(version, change).await.expect("a change");
    let mut sizes = Vec::new();
    let mut query = EventQuery {
        most: 500,
        ..EventQuery::default()
    };
    loop {
        let page = backend.events(query).await.expect("events");
        sizes.push(page.entries.len());
        query.before = page.next;
        if query.before.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [3, 2, 1, 1]);
}

async fn refusals(backend: &impl Backend) {
    let refused = (1..=RECORDS).map(|number| Refused {
        time: super::NOW,
        trace_id: m2m_authority::TraceId::from_random([number; 16]),
        cause: m2m_errors::Cause::SecretWrong,
        client_id: Some("one".into()),
        authenticated: false,
        request_id: None,
        address: None,
        diagnosis: Some(text(LARGE)),
    });
    let batch = UsageBatch {
        refused: refused.collect(),
        ..UsageBatch::default()
    };
    backend.add_usage(batch).await.expect("noted");
    let mut query = RefusalQuery {
        most: 500,
        ..RefusalQuery::default()
    };
    let first = backend.refusals(query).await.expect("refusals");
    query.before = first.next;
    let rest = backend.refusals(query).await.expect("refusals");
    assert_eq!((first.entries.len(), rest.entries.len()), (3, 2));
    assert_eq!(rest.next, None);
}

/// Tests that a walk reads the whole registry, record by record, and no further than requested.
async fn walk(backend: &impl Backend) {
    let organization = Organization::new("org_1", "organization");
    commit(
        backend,
        [
            put(1, large(1, 1)),
            put(2, large(2, 1)),
            Write::PutOrganization(stored(3, organization)),
        ],
    )
    .await;
    for (most, expected) in [
        (9, &["org_1", "client-1", "client-2"][..]),
        (2, &["org_1", "client-1"]),
    ] {
        let (_, names) = backend
            .walk((most, Vec::<Box<str>>::new()), |(most, names), record| {
                names.push(match record {
                    AnyRecord::Api(api) => api.value.audience,
                    AnyRecord::Organization(organization) => organization.value.code,
                    AnyRecord::Property(property) => property.value.key,
                    AnyRecord::Application(application) => application.value.client_id.clone(),
                });
                if names.len() < *most {
                    core::ops::ControlFlow::Continue(())
                } else {
                    core::ops::ControlFlow::Break(())
                }
            })
            .await
            .expect("a walk");
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        assert_eq!(names, expected);
    }
}
