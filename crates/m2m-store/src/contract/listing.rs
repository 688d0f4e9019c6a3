//! Tests of pages of records: in each order, with each filter, while records are created and deleted.

use m2m_authority::registry::{Application, Organization, PropertyValue, Values};

use super::{application, commit, delete, id, put, stored};
use crate::{Backend, Cursor, Filter, List, Maintenance, Named, Sort, Write};

/// Tests reading records one by one and page by page.
///
/// # Panics
///
/// If the backend violates the contract.
pub async fn listing<B: Backend>(make: impl AsyncFn() -> B) {
    reads_one(&make().await).await;
    pages_in_each_order(&make().await).await;
    pages_of_organizations(&make().await).await;
    continues_while_records_are_created_and_deleted(&make().await).await;
    filters(&make().await).await;
    knows_system_users(&make().await).await;
    keeps_maintenance(&make().await).await;
}

async fn reads_one(backend: &impl Backend) {
    let acme = Organization::new("acme", "Acme");
    commit(
        backend,
        [
            put(1, application("one")),
            put(2, application("two")),
            Write::PutOrganization(stored(3, acme.clone())),
        ],
    )
    .await;
    let two = format!("{:?}", Some(stored(2, application("two"))));
    assert_eq!(client(backend, Named::Id(id(2))).await, two);
    assert_eq!(client(backend, Named::ClientId("two")).await, two);
    for absent in [Named::Id(id(3)), Named::ClientId("Two")] {
        assert_eq!(client(backend, absent).await, "None", "{absent:?}");
    }
    assert_eq!(
        backend.organization("acme").await,
        Ok(Some(stored(3, acme)))
    );
    assert_eq!(backend.organization("Acme").await, Ok(None));
    commit(backend, [delete(2, "two")]).await;
    assert_eq!(client(backend, Named::ClientId("two")).await, "None");
}

async fn client(backend: &impl Backend, named: Named<'_>) -> String {
    let found = backend.application(named).await.expect("an answer");
    format!("{found:?}")
}

/// The names of the records. Many have the same name, so that pages end between them.
const NAMES: [&str; 9] = ["b", "a", "b", "b", "", "b", "B", "b", "é"];

/// The numbers of the records in the order of their names.
const BY_NAME: [u8; 9] = [5, 7, 2, 1, 3, 4, 6, 8, 9];

pub(super) const SORTS: [Sort; 3] = [Sort::Age, Sort::NameAscending, Sort::NameDescending];

fn expected(sort: Sort) -> Vec<u8> {
    let mut numbers = BY_NAME.to_vec();
    match sort {
        Sort::Age => numbers.sort_unstable(),
        Sort::NameAscending => {}
        Sort::NameDescending => numbers.reverse(),
    }
    numbers
}

async fn put_named(backend: &impl Backend) {
    let writes = (1..).zip(NAMES).map(|(number, name)| named(number, name));
    commit(backend, writes).await;
}

pub(super) fn named(number: u8, name: &str) -> Write {
    put(number, Application::new(name, &format!("client-{number}")))
}

async fn pages_in_each_order(backend: &impl Backend) {
    put_named(backend).await;
    for sort in SORTS {
        for most in [1, 2, 3, 8, 9, 10, usize::MAX] {
            let mut found = Vec::new();
            let mut after = None;
            loop {
                let (numbers, next) = page(backend, Filter::All, sort, after.as_ref(), most).await;
                assert!(numbers.len() <= most && !numbers.is_empty());
                found.extend(numbers);
                after = next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(found, expected(sort), "{sort:?}, pages of {most}");
        }
        let nothing = page(backend, Filter::All, sort, None, 0).await;
        assert_eq!(nothing, (Vec::new(), None));
    }
}

async fn pages_of_organizations(backend: &impl Backend) {
    let organizations = (1..).zip(NAMES).map(|(number, name)| {
        let organization = Organization::new(&format!("org_{number}"), name);
        Write::PutOrganization(stored(number, organization))
    });
    commit(backend, organizations).await;
    let listed = async |filter, sort, after: Option<&Cursor>, most| {
        let list = List {
            filter,
            sort,
            after,
            most,
        };
        let page = backend.organizations(list).await.expect("a page");
        let numbers = page.records.iter().map(|stored| number(stored.id));
        (numbers.collect::<Vec<u8>>(), page.next)
    };
    for sort in SORTS {
        let (mut first, next) = listed(Filter::All, sort, None, 4).await;
        assert!(next.is_some());
        let (rest, end) = listed(Filter::All, sort, next.as_ref(), 9).await;
        assert_eq!(end, None);
        first.extend(rest);
        assert_eq!(first, expected(sort), "{sort:?}");
    }
    for (filter, numbers) in [
        (Filter::Containing("G_7"), vec![7]),
        (Filter::Containing("b"), vec![1, 3, 4, 6, 7, 8]),
        (Filter::Containing("none of them"), vec![]),
        (Filter::AuthorizedFor("org_7"), vec![]),
        (Filter::WithDefaultAudience("org_7"), vec![]),
        (Filter::OfOrganization("org_7"), vec![]),
        (Filter::OfOwner("org_7"), vec![]),
        (Filter::WithProperty("org_7"), vec![]),
    ] {
        let (found, next) = listed(filter, Sort::Age, None, 9).await;
        assert_eq!((found, next), (numbers, None), "{filter:?}");
    }
}

async fn continues_while_records_are_created_and_deleted(backend: &impl Backend) {
    for sort in SORTS {
        put_named(backend).await;
        let order = expected(sort);
        let (mut found, next) = page(backend, Filter::All, sort, None, 3).await;
        let [first, _, last] = *found else {
            panic!("expected a page of three, found {found:?}");
        };
        assert!(order.starts_with(&found), "{found:?}");
        // The record at the end of the page is deleted, one that was shown gets another name, and others are created before the place and after it.
        let mut shown = named(first, "b");
        if let Write::PutApplication(stored) = &mut shown {
            stored.value.spec.name = if sort == Sort::NameDescending {
                "z"
            } else {
                ""
            }
            .into();
        }
        let before = if sort == Sort::NameDescending {
            "z"
        } else {
            "!"
        };
        commit(
            backend,
            [
                delete(last, &format!("client-{last}")),
                shown,
                named(0, before),
            ],
        )
        .await;
        let late = if sort == Sort::NameDescending {
            ""
        } else {
            "ü"
        };
        commit(backend, [named(99, late)]).await;
        let mut after = next;
        while let Some(cursor) = after {
            let (numbers, next) = page(backend, Filter::All, sort, Some(&cursor), 2).await;
            found.extend(numbers);
            after = next;
        }
        // In the order of names the new record is in its place: at the end, or before a record that has the same name and is younger.
        let mut all = order;
        match sort {
            Sort::Age | Sort::NameAscending => all.push(99),
            Sort::NameDescending => all.insert(all.len() - 1, 99),
        }
        assert_eq!(found, all, "{sort:?}");
        let (numbers, _) = page(backend, Filter::All, Sort::Age, None, 99).await;
        let gone = numbers
            .iter()
            .map(|number| delete(*number, &format!("client-{number}")));
        commit(backend, gone).await;
    }
}

async fn filters(backend: &impl Backend) {
    let organization = |number, code| {
        Write::PutOrganization(stored(number, Organization::new(code, "Organization")))
    };
    let full = |number: u8, name: &str| {
        let mut application = Application::new(name, &format!("client-{number}"))
            .authorized("{issuer}/api", &["read"])
            .authorized("https://api.example", &[]);
        application.spec.organization = Some("acme".into());
        application.spec.owner = "Team Ä".parse().ok();
        application.spec.default_audience = Some("{issuer}/api/".into());
        application.spec.properties = Values::from([
            ("tier".into(), PropertyValue::Integer(1)),
            ("region".into(), PropertyValue::Text("tiers".into())),
        ]);
        put(number, application)
    };
    commit(
        backend,
        [
            organization(100, "acme"),
            organization(101, "acme2"),
            full(1, "b"),
            named(2, "a"),
            full(3, "a"),
            full(4, "b"),
            put(
                5,
                application("five").authorized("https://api.example/", &[]),
            ),
        ],
    )
    .await;
    let all = [
        Filter::AuthorizedFor("{issuer}/api"),
        Filter::AuthorizedFor("https://api.example"),
        Filter::WithDefaultAudience("{issuer}/api/"),
        Filter::OfOrganization("acme"),
        Filter::OfOwner("Team Ä"),
        Filter::WithProperty("tier"),
        Filter::WithProperty("region"),
    ];
    for filter in all {
        for (sort, expected) in SORTS.into_iter().zip([[1, 3, 4], [3, 1, 4], [4, 1, 3]]) {
            let (mut found, next) = page(backend, filter, sort, None, 2).await;
            assert!(next.is_some(), "{filter:?} {sort:?}");
            let (rest, end) = page(backend, filter, sort, next.as_ref(), 2).await;
            found.extend(rest);
            assert_eq!((&*found, end), (&expected[..], None), "{filter:?} {sort:?}");
        }
    }
    for filter in [
        Filter::AuthorizedFor("https://api.exampl"),
        Filter::AuthorizedFor("HTTPS://API.EXAMPLE"),
        Filter::WithDefaultAudience("{issuer}/api"),
        Filter::OfOrganization("acme2"),
        Filter::OfOrganization(""),
        Filter::OfOwner("Team A"),
        Filter::OfOwner("team ä"),
        Filter::OfOwner("Team"),
        Filter::WithProperty("gold"),
        Filter::WithProperty("tiers"),
    ] {
        let nothing = page(backend, filter, Sort::Age, None, 9).await;
        assert_eq!(nothing, (Vec::new(), None), "{filter:?}");
    }
    // The filters follow the records: one is changed, one loses its values, one is deleted.
    commit(
        backend,
        [full(1, "A"), named(3, "a"), delete(4, "client-4")],
    )
    .await;
    for filter in all {
        let (found, _) = page(backend, filter, Sort::NameAscending, None, 9).await;
        assert_eq!(found, [1], "{filter:?}");
    }
    commit(backend, [delete(1, "client-1")]).await;
    for filter in all {
        let (found, _) = page(backend, filter, Sort::Age, None, 9).await;
        assert!(found.is_empty(), "{filter:?}");
    }
}

async fn knows_system_users(backend: &impl Backend) {
    let of = |number, user: Option<&str>| {
        let mut application = application(&format!("client-{number}"));
        application.spec.system_user = user.map(Into::into);
        put(number, application)
    };
    let has = async |name: &str| backend.has_system_user(name).await.expect("an answer");
    assert!(!has("svc").await);
    commit(
        backend,
        [of(1, Some("svc")), of(2, Some("svc")), of(3, None)],
    )
    .await;
    assert!(has("svc").await && !has("SVC").await && !has("").await && !has("client-1").await);
    commit(backend, [of(1, Some("other"))]).await;
    assert!(has("svc").await && has("other").await);
    commit(backend, [delete(2, "client-2"), of(1, None)]).await;
    assert!(!has("svc").await && !has("other").await);
}

async fn keeps_maintenance(backend: &impl Backend) {
    let now = async || backend.frame().await.expect("a frame").maintenance;
    assert_eq!(now().await, Maintenance::Off);
    for maintenance in [Maintenance::On, Maintenance::On, Maintenance::Off] {
        let before = super::version(backend).await;
        commit(backend, [Write::PutMaintenance(maintenance)]).await;
        assert_eq!(now().await, maintenance);
        // Every node that serves has to learn of it.
        let changes = backend.changes_since(before).await.expect("changes");
        assert_eq!(changes.stale, crate::Stale::Everything);
    }
}

/// Reads a page, and returns the numbers of its records and the cursor of the next page.
pub(super) async fn page(
    backend: &impl Backend,
    filter: Filter<'_>,
    sort: Sort,
    after: Option<&Cursor>,
    most: usize,
) -> (Vec<u8>, Option<Cursor>) {
    let list = List {
        filter,
        sort,
        after,
        most,
    };
    let page = backend.applications(list).await.expect("a page");
    let numbers = page.records.iter().map(|stored| number(stored.id));
    (numbers.collect(), page.next)
}

fn number(id: crate::RecordId) -> u8 {
    let [first, ..] = *id.as_bytes();
    first
}
