//! Tests of the search for records that contain a text.

use m2m_authority::registry::Application;

use super::listing::{SORTS, named, page};
use super::{NOW, commit, delete, put};
use crate::{Backend, Cursor, Filter, List, Sort, Stored, Write};

/// Tests the search for records that contain a text.
///
/// # Panics
///
/// If the backend violates the contract.
pub async fn search<B: Backend>(make: impl AsyncFn() -> B) {
    searches(&make().await).await;
    searches_among_many(&make().await).await;
}

/// Searches for texts that have a special meaning in some search language, in names, in client ids, and in no record.
async fn searches(backend: &impl Backend) {
    let names = [
        "Billing",
        "billing job",
        "100 % sure",
        "under_score",
        "quo\"ted\"",
        "star*red",
        "é🦀ß",
        "'or' 1=1",
        "NEAR(a b)",
        "back\\slash",
    ];
    let writes = (1..).zip(names).map(|(number, name)| {
        put(
            number,
            Application::new(name, &format!("client.{number}/x")),
        )
    });
    commit(backend, writes).await;
    for (text, expected) in [
        ("", (1..=10).collect()),
        ("billing", vec![1, 2]),
        ("BILL", vec![1, 2]),
        ("g j", vec![2]),
        ("%", vec![3]),
        ("0 % s", vec![3]),
        ("_", vec![4]),
        ("r_s", vec![4]),
        ("rxs", vec![]),
        ("\"", vec![5]),
        ("\"ted\"", vec![5]),
        ("*", vec![6]),
        ("star*", vec![6]),
        ("bil*", vec![]),
        ("é🦀ß", vec![7]),
        ("É🦀ß", vec![]),
        ("🦀", vec![7]),
        ("' OR", vec![]),
        ("'OR'", vec![8]),
        ("NEAR(a", vec![9]),
        ("star OR billing", vec![]),
        ("name:billing", vec![]),
        ("k\\s", vec![10]),
        ("CLIENT.1", vec![1, 10]),
        (".3/X", vec![3]),
        ("billing\0", vec![]),
        ("no such text", vec![]),
    ] {
        for sort in SORTS {
            let (mut found, next) = page(backend, Filter::Containing(text), sort, None, 99).await;
            found.sort_unstable();
            assert_eq!((found, next), (expected.clone(), None), "{text:?} {sort:?}");
        }
    }
    // The search follows the records.
    commit(backend, [named(1, "Invoices"), delete(2, "client.2/x")]).await;
    for (text, expected) in [
        ("billing", vec![]),
        ("nvoice", vec![1]),
        ("client-1", vec![1]),
    ] {
        let (found, _) = page(backend, Filter::Containing(text), Sort::Age, None, 99).await;
        assert_eq!(found, expected, "{text:?}");
    }
}

/// Searches among more records than a search looks at one by one.
async fn searches_among_many(backend: &impl Backend) {
    let many = (0..20_000_u32).map(|number| {
        let name = match number {
            7 | 19_000 | 19_999 => format!("Rare \"{number}\""),
            _ => format!("Common {number}"),
        };
        let application = Application::new(&name, &format!("client-{number}"));
        let id = crate::RecordId::from_bytes(u128::from(number + 1).to_be_bytes());
        Write::PutApplication(Box::new(Stored::new(id, application, NOW)))
    });
    commit(backend, many).await;
    let search = async |text: &str, sort, after: Option<&Cursor>, most| {
        let list = List {
            filter: Filter::Containing(text),
            sort,
            after,
            most,
        };
        let page = backend.applications(list).await.expect("a page");
        let names = page
            .records
            .iter()
            .map(|stored| stored.value.spec.name.clone());
        (names.collect::<Vec<_>>().join(" "), page.next)
    };
    let three = [r#"Rare "7""#, r#"Rare "19000""#, r#"Rare "19999""#];
    let [seven, nineteen, last] = three;
    for (sort, first, rest) in [
        (Sort::Age, format!("{seven} {nineteen}"), last),
        (Sort::NameAscending, format!("{nineteen} {last}"), seven),
        (Sort::NameDescending, format!("{seven} {last}"), nineteen),
    ] {
        for text in ["rare", "e \""] {
            let (found, next) = search(text, sort, None, 2).await;
            assert_eq!(found, first, "{text} {sort:?}");
            let (found, end) = search(text, sort, next.as_ref(), 2).await;
            assert_eq!((&*found, end), (rest, None), "{text} {sort:?}");
        }
    }
    for (text, expected) in [
        ("e\"", ""),
        ("rare*", ""),
        ("no such text", ""),
        ("zq", ""),
        ("COMMON 19998", "Common 19998"),
        ("client-19998", "Common 19998"),
    ] {
        let found = search(text, Sort::NameAscending, None, 9).await;
        assert_eq!(found, (expected.to_owned(), None), "{text}");
    }
}
