//! The size of an application in the memory of a node.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use m2m_authority::registry::{Api, Application, SecretHash, StoredSecret};
use m2m_store::{
    Action, Actor, AuditEvent, Backend as _, CacheLimits, Change, Lookup, RecordId, RegistryCache,
    StoreError, Stored, Subject, Uptime, Version, Write,
};
use m2m_testkit::{MemoryBackend, ORDERS, World};

/// The number of applications, large enough that tables are not nearly empty.
const APPLICATIONS: u16 = 2_000;

fn client_id(number: u16) -> String {
    format!("application-{number:020}")
}

/// Returns a registry of ordinary applications, each with a secret, an API and two scopes.
async fn registry() -> MemoryBackend {
    let now = World::BEGINNING;
    let name = |number: u16| {
        let mut randomness = [0; 10];
        randomness[8..].copy_from_slice(&number.to_be_bytes());
        RecordId::new(now, randomness)
    };
    let api = Api::new("Orders", ORDERS).with_scopes(&["read:orders", "write:orders"]);
    let mut writes = vec![Write::PutApi(Stored::new(name(0), api, now))];
    writes.extend((0..APPLICATIONS).map(|number| {
        let hash = SecretHash::from_bytes([7; 32]);
        let application = Application::new("Billing of some customer", &client_id(number))
            .with_secret(StoredSecret::new("AAAAAAAAAAAAAAAA", hash, now))
            .authorized(ORDERS, &["read:orders", "write:orders"]);
        Write::PutApplication(Box::new(Stored::new(name(number), application, now)))
    }));
    let event = AuditEvent {
        time: now,
        actor: Actor::command("a test"),
        action: Action::Created,
        subject: Subject::Application,
        name: "all".into(),
        before: None,
        after: None,
    };
    let backend = MemoryBackend::new();
    let change = Change {
        writes,
        events: vec![event],
    };
    backend.commit(Version(0), change).await.unwrap();
    backend
}

#[test]
fn an_application_takes_no_more_memory_than_the_limits_say() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let now = World::BEGINNING;
    let cache = runtime.block_on(async {
        let no_keys = |_: &_| Err(StoreError::Busy);
        let limits = CacheLimits::DEFAULT;
        RegistryCache::open(
            registry().await,
            World::ISSUER,
            no_keys,
            limits,
            Uptime::ZERO,
        )
        .await
        .unwrap()
    });
    let load = allocation_counter::measure(|| {
        runtime.block_on(async {
            for number in 0..APPLICATIONS {
                cache.load(&client_id(number), now).await.unwrap();
            }
        });
    });
    let each = load.bytes_current / i64::from(APPLICATIONS);
    assert!(
        (0..=i64::from(CacheLimits::BYTES_PER_APPLICATION)).contains(&each),
        "{each} bytes"
    );
}

#[test]
fn a_hit_allocates_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let now = World::BEGINNING;
    let id = client_id(1);
    let cache = runtime.block_on(async {
        let no_keys = |_: &_| Err(StoreError::Busy);
        let limits = CacheLimits::DEFAULT;
        let cache = RegistryCache::open(
            registry().await,
            World::ISSUER,
            no_keys,
            limits,
            Uptime::ZERO,
        )
        .await
        .unwrap();
        let entry = cache.load(&id, now).await.unwrap().unwrap();
        entry.count(0);
        cache
    });
    let hit = allocation_counter::measure(|| {
        let Lookup::Hit(entry) = cache.look_up(&id, Uptime::ZERO) else {
            panic!("the entry is in memory");
        };
        entry.meter(now).take().unwrap().keep();
        entry.count(0);
        entry.secret_used(0, now);
        assert_eq!(cache.common_guard().applications, 2_000);
    });
    assert_eq!(hit.count_total, 0);
}
