//! The costs of the embedded store: a lookup of one application among 100,000, a page of them, all of them, a change, a start.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use m2m_authority::registry::{
    Api, Application, Ending, PropertyValue, SecretHash, StoredSecret, Values,
};
use m2m_jwt::UnixTime;
use m2m_store::{
    Action, Actor, AuditEvent, Backend as _, Change, Cursor, EventQuery, Filter, List, Named,
    RecordId, RevokedToken, Sort, Sought, Sqlite, Stored, Subject, UsageBatch, Write,
};
use tokio::runtime::{Builder, Runtime};

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);
const APPLICATIONS: u32 = 100_000;

/// Returns the write of an application whose document has about 1 kB.
fn application(number: u32) -> Write {
    let client_id = client_id(number);
    let secret = |id: &str| {
        let hash = SecretHash::of(format!("{client_id}{id}").as_bytes());
        StoredSecret::new(id, hash, NOW)
    };
    let ending = Ending::RotatedOut {
        at: NOW,
        at_once: false,
        by: "operator".into(),
    };
    // Half of them have a text that the other half does not have: frequent, and far from the beginning of every order.
    let kind = if number < APPLICATIONS / 2 {
        "Application"
    } else {
        "Zebra"
    };
    let mut application = Application::new(&format!("{kind} {number}"), &client_id)
        .with_secret(secret("first").ending(ending))
        .with_secret(secret("second"))
        .authorized(
            "https://api.example/billing",
            &["read:invoices", "write:invoices"],
        )
        .authorized(
            "https://api.example/orders",
            &["read:orders", "write:orders"],
        );
    application.spec.properties = Values::from([
        ("region".into(), PropertyValue::Text("eu-central-1".into())),
        ("tier".into(), PropertyValue::Integer(3)),
        (
            "owner".into(),
            PropertyValue::Text("team-payments@example.com".into()),
        ),
    ]);
    application.spec.token_properties = vec!["region".into(), "tier".into()];
    application.spec.feature_flags = Values::from([("beta".into(), PropertyValue::Boolean(true))]);
    application.spec.allowed_addresses = ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"]
        .iter()
        .filter_map(|block| block.parse().ok())
        .collect();
    put(number, application)
}

fn put(number: u32, application: Application) -> Write {
    let id = RecordId::from_bytes(u128::from(number).to_be_bytes());
    Write::PutApplication(Box::new(Stored::new(id, application, NOW)))
}

/// Returns the client id of an application. Like random ones, client ids are not in the order of age.
fn client_id(number: u32) -> String {
    format!(
        "{:08x}-service-{number}",
        number.wrapping_mul(2_654_435_761)
    )
}

fn change(writes: Vec<Write>) -> Change {
    Change {
        writes,
        events: vec![AuditEvent {
            time: NOW,
            actor: Actor::command("bench"),
            action: Action::Created,
            subject: Subject::Application,
            name: "bench".into(),
            before: None,
            after: None,
        }],
    }
}

fn fill(runtime: &Runtime, folder: &Path) -> Sqlite {
    let store = Sqlite::open(folder).expect("a store");
    runtime.block_on(async {
        let mut version = store.frame().await.expect("a frame").version;
        let apis = [
            ("billing", ["read:invoices", "write:invoices"]),
            ("orders", ["read:orders", "write:orders"]),
        ];
        let mut writes: Vec<Write> = (1..=2_u128)
            .zip(apis)
            .map(|(number, (name, scopes))| {
                let id = RecordId::from_bytes((number << 64).to_be_bytes());
                let api = Api::new(name, &format!("https://api.example/{name}"));
                Write::PutApi(Stored::new(id, api.with_scopes(&scopes), NOW))
            })
            .collect();
        for start in (0..APPLICATIONS).step_by(10_000) {
            writes.extend((start..start + 10_000).map(application));
            let next = store.commit(version, change(core::mem::take(&mut writes)));
            version = next.await.expect("room");
        }
    });
    store
}

fn benches(criterion: &mut Criterion) {
    let above = tempfile::tempdir().expect("a folder");
    let folder = above.path().join("data");
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    drop(fill(&runtime, &folder));
    criterion.bench_function("open and frame", |bencher| {
        bencher.to_async(&runtime).iter(async || {
            let store = Sqlite::open(&folder).expect("a store");
            black_box(store.frame().await)
        });
    });
    let store = Sqlite::open(&folder).expect("a store");
    criterion.bench_function("find, the same", |bencher| {
        let client_id = client_id(7);
        bencher
            .to_async(&runtime)
            .iter(async || black_box(store.find(&client_id).await));
    });
    let mut number = 0_u32;
    criterion.bench_function("find, each another", |bencher| {
        bencher.iter(|| {
            number = (number + 7_919) % APPLICATIONS;
            let client_id = client_id(number);
            runtime.block_on(async { black_box(store.find(&client_id).await) })
        });
    });
    criterion.bench_function("find, unknown client id", |bencher| {
        bencher
            .to_async(&runtime)
            .iter(async || black_box(store.find("absent").await));
    });
    criterion.bench_function("a job that does nothing", |bencher| {
        bencher
            .to_async(&runtime)
            .iter(async || black_box(store.is_revoked(RevokedToken::of("")).await));
    });
    criterion.bench_function("suspects", |bencher| {
        bencher.to_async(&runtime).iter(async || {
            let sought = Sought {
                client_id: "9e3779b1-servise-1".into(),
                secrets: vec![SecretHash::of(b"none")],
                most_near: 16,
            };
            black_box(store.suspects(vec![sought]).await)
        });
    });
    criterion.bench_function("commit of one", |bencher| {
        bencher.iter(|| {
            runtime.block_on(async {
                let version = store.frame().await.expect("a frame").version;
                number = (number + 7_919) % APPLICATIONS;
                let next = store.commit(version, change(vec![application(number)]));
                next.await.expect("room")
            })
        });
    });
    criterion.bench_function("an empty batch", |bencher| {
        bencher
            .to_async(&runtime)
            .iter(async || store.add_usage(UsageBatch::default()).await);
    });
    criterion.bench_function("commit of a new one", |bencher| {
        let mut number = APPLICATIONS;
        bencher.iter(|| {
            runtime.block_on(async {
                let version = store.frame().await.expect("a frame").version;
                number += 1;
                let next = store.commit(version, change(vec![application(number)]));
                next.await.expect("room")
            })
        });
    });
    manage(criterion, &runtime, &store);
    let mut slow = criterion.benchmark_group("all");
    slow.sample_size(10);
    slow.bench_function("snapshot", |bencher| {
        bencher
            .to_async(&runtime)
            .iter(async || black_box(store.snapshot().await));
    });
}

/// Measures the reads of the management API.
fn manage(criterion: &mut Criterion, runtime: &Runtime, store: &Sqlite) {
    let middle = |sort| {
        let number = APPLICATIONS / 2;
        Cursor {
            name: match sort {
                Sort::Age => Box::default(),
                Sort::NameAscending => "Application 4".into(),
                Sort::NameDescending => "Zebra 7".into(),
            },
            id: RecordId::from_bytes(u128::from(number).to_be_bytes()),
        }
    };
    let mut page = |name: &str, filter, sort, after: Option<&Cursor>| {
        criterion.bench_function(&format!("page, {name}, {sort:?}"), |bencher| {
            bencher.to_async(runtime).iter(async || {
                let list = List {
                    filter,
                    sort,
                    after,
                    most: 50,
                };
                black_box(store.applications(list).await).expect("a page")
            });
        });
    };
    for sort in [Sort::Age, Sort::NameAscending, Sort::NameDescending] {
        let middle = middle(sort);
        page("in the middle", Filter::All, sort, Some(&middle));
        for (name, filter) in [
            (
                "authorized",
                Filter::AuthorizedFor("https://api.example/orders"),
            ),
            ("with a property", Filter::WithProperty("tier")),
            ("all contain", Filter::Containing("SERVICE")),
            ("some contain", Filter::Containing("cation 4999")),
            ("half contain", Filter::Containing("zebra")),
            (
                "half contain, at the beginning",
                Filter::Containing("applic"),
            ),
            ("none contains", Filter::Containing("no such text")),
            ("none contains two", Filter::Containing("zq")),
        ] {
            page(
                name,
                filter,
                sort,
                Some(&middle).filter(|_| !matches!(filter, Filter::Containing(_))),
            );
        }
    }
    let id = RecordId::from_bytes(u128::from(APPLICATIONS / 3).to_be_bytes());
    let client_id = client_id(APPLICATIONS / 3);
    for named in [Named::Id(id), Named::ClientId(&client_id)] {
        criterion.bench_function(&format!("application, {named:?}"), |bencher| {
            bencher
                .to_async(runtime)
                .iter(async || black_box(store.application(named).await).expect("an answer"));
        });
    }
    let query = EventQuery {
        name: Some("bench"),
        since: Some(NOW),
        most: 50,
        ..EventQuery::default()
    };
    for (name, query) in [
        (
            "the latest",
            EventQuery {
                name: None,
                since: None,
                ..query
            },
        ),
        ("of one since", query),
        (
            "of an unknown actor",
            EventQuery {
                actor: Some("absent"),
                name: None,
                ..query
            },
        ),
    ] {
        criterion.bench_function(&format!("events, {name}"), |bencher| {
            bencher
                .to_async(runtime)
                .iter(async || black_box(store.events(query).await).expect("events"));
        });
    }
}

criterion_group!(sqlite, benches);
criterion_main!(sqlite);
