//! Tests of versions, conflicts, and each kind of record.

use m2m_authority::registry::{
    Api, ClaimSet, Ending, KeyOrigin, KeyState, Lifetime, Organization, Property, PropertyContext,
    PropertyKind, PropertyValue, Quota, QuotaMode, SecretHash, StoredSecret, Values,
};
use m2m_jwt::Algorithm;

use super::{
    NOW, application, change, commit, delete, event, id, put, said, snapshot, stored, told,
};
use crate::{
    Actor, AuditEvent, Backend, Change, CommitError, KeyRecord, SealedKey, Stored, Version, Write,
};

/// Tests changes: compared with the version, whole or not at all, of each kind of record, with their events.
///
/// # Panics
///
/// If the backend violates the contract.
pub async fn registry<B: Backend>(make: impl AsyncFn() -> B) {
    starts_empty(&make().await).await;
    counts_versions(&make().await).await;
    keeps_every_member(&make().await).await;
    replaces_in_place(&make().await).await;
    deletes(&make().await).await;
    refuses_what_does_not_fit(&make().await).await;
    reports_changes(&make().await).await;
}

async fn starts_empty(backend: &impl Backend) {
    let empty = snapshot(backend).await;
    assert_eq!(said(&empty), said(&crate::Snapshot::default()));
    let frame = backend.frame().await.expect("a frame");
    assert_eq!((frame.version, frame.applications), (Version(0), 0));
}

async fn counts_versions(backend: &impl Backend) {
    let unaudited = Change {
        writes: vec![put(1, application("a"))],
        events: Vec::new(),
    };
    assert_eq!(
        backend.commit(Version(0), unaudited).await,
        Err(CommitError::Unaudited)
    );
    let first = backend.commit(Version(0), change([put(1, application("a"))]));
    assert_eq!(first.await, Ok(Version(1)));
    for wrong in [Version(0), Version(2)] {
        let late = backend.commit(wrong, change([put(2, application("b"))]));
        assert_eq!(late.await, Err(CommitError::Conflict));
    }
    // A change that only has events is a change too.
    assert_eq!(backend.commit(Version(1), change([])).await, Ok(Version(2)));
    let kept = snapshot(backend).await;
    assert_eq!(kept.version, Version(2));
    assert_eq!(kept.applications.len(), 1);
    assert_eq!(backend.frame().await.map(|frame| frame.applications), Ok(1));
}

/// Returns one record of each kind with every field set.
fn full() -> [Write; 5] {
    let mut api = Api::new("Näme", "https://api.example").with_scopes(&["b", "a"]);
    api.description = "What it is for".parse().ok();
    api.aliases = vec!["urn:api".into()];
    api.token_lifetime = Lifetime::MAX;
    api.signing_alg = Algorithm::EdDsa;
    api.claims = ClaimSet::Kinde;
    api.introspection_clients = vec!["full".into()];
    let organization = Organization {
        handle: Some("org-1".into()),
        external_id: Some("7".into()),
        suspended: true,
        feature_flags: Values::from([("beta".into(), PropertyValue::Boolean(true))]),
        ..Organization::new("org", "Organization \"1\"")
    };
    let property = Property {
        description: "What they pay".parse().expect("a text"),
        private: true,
        kind: PropertyKind::MultiLineText,
        context: PropertyContext::Organization,
        category_id: Some("cat".into()),
        ..Property::new("tier", "Tier")
    };
    let ending = Ending::RotatedOut {
        at: NOW,
        at_once: true,
        by: "operator".into(),
    };
    let mut full = application("full")
        .authorized("https://api.example", &["a"])
        .with_secret(StoredSecret::new("1", SecretHash::of(b"1"), NOW).ending(ending))
        .with_secret(StoredSecret::new("2", SecretHash::of(b"2"), NOW));
    full.spec.description = "What it does".parse().ok();
    full.spec.owner = "Team A".parse().ok();
    full.spec.contact = "a@example.com".parse().ok();
    full.spec.purpose = "Why\nit exists".parse().ok();
    full.spec.organization = Some("org".into());
    full.spec.not_before = Some(NOW);
    full.spec.expires_at = Some(NOW.saturating_add_seconds(9));
    full.spec.allowed_addresses = vec!["2001:db8::/32".parse().expect("a block")];
    full.spec.token_quota = Some(Quota {
        tokens: 5,
        per: "1m".parse().expect("a minute"),
        mode: QuotaMode::Warn,
    });
    full.spec.properties = Values::from([
        ("z".into(), PropertyValue::Integer(-1)),
        ("tier".into(), PropertyValue::Text("gold".into())),
    ]);
    full.spec.feature_flags = Values::from([("beta".into(), PropertyValue::Boolean(false))]);
    let later = NOW.saturating_add_seconds(9);
    [
        Write::PutApi(stored(1, api)),
        Write::PutOrganization(stored(2, organization)),
        Write::PutProperty(Stored {
            updated_at: later,
            ..stored(3, property)
        }),
        put(4, full),
        Write::PutKey(key("kid", KeyState::Active)),
    ]
}

fn key(kid: &str, state: KeyState) -> KeyRecord {
    KeyRecord {
        kid: kid.into(),
        algorithm: Algorithm::Es256,
        state,
        origin: KeyOrigin::Imported,
        created_at: NOW,
        state_since: NOW.saturating_add_seconds(1),
        public_jwk: "{}".into(),
        sealed: SealedKey::from_bytes([0, 1, 255]),
    }
}

async fn keeps_every_member(backend: &impl Backend) {
    let writes = full();
    let mut expected = crate::Snapshot {
        version: Version(1),
        ..crate::Snapshot::default()
    };
    for write in writes.clone() {
        match write {
            Write::PutApi(stored) => expected.apis.push(stored),
            Write::PutOrganization(stored) => expected.organizations.push(stored),
            Write::PutProperty(stored) => expected.properties.push(stored),
            Write::PutApplication(stored) => expected.applications.push(*stored),
            Write::PutKey(key) => expected.keys.push(key),
            Write::DeleteApi(_)
            | Write::DeleteOrganization(_)
            | Write::DeleteProperty(_)
            | Write::DeleteApplication(..)
            | Write::DeleteKey(_)
            | Write::PutMaintenance(_) => unreachable!("this change deletes nothing"),
        }
    }
    commit(backend, writes).await;
    assert_eq!(said(&snapshot(backend).await), said(&expected));
}

async fn replaces_in_place(backend: &impl Backend) {
    commit(backend, full()).await;
    commit(backend, [put(9, application("younger"))]).await;
    // A record is replaced by its id: all else may change, the client id included.
    commit(backend, [put(4, application("renamed"))]).await;
    commit(backend, [Write::PutKey(key("kid", KeyState::Retired))]).await;
    let now = snapshot(backend).await;
    let client_ids: Vec<&str> = now
        .applications
        .iter()
        .map(|stored| &*stored.value.client_id)
        .collect();
    assert_eq!(
        client_ids,
        ["renamed", "younger"],
        "by age, not by the time of the change"
    );
    assert!(now.deleted.is_empty());
    assert_eq!(now.keys, [key("kid", KeyState::Retired)]);
    let found = backend.find("full").await.expect("an answer");
    assert!(found.is_none(), "{found:?}");
}

async fn deletes(backend: &impl Backend) {
    commit(backend, full()).await;
    commit(
        backend,
        [
            delete(4, "full"),
            Write::DeleteApi(id(1)),
            Write::DeleteOrganization(id(2)),
            Write::DeleteProperty(id(3)),
            Write::DeleteKey("kid".into()),
        ],
    )
    .await;
    let now = snapshot(backend).await;
    assert!(now.apis.is_empty() && now.organizations.is_empty() && now.properties.is_empty());
    assert!(now.applications.is_empty() && now.keys.is_empty());
    assert_eq!(now.deleted.len(), 1);
    assert_eq!(backend.frame().await.map(|frame| frame.applications), Ok(0));
    // A name is free again within the same change.
    commit(backend, full()).await;
    let taken_and_made = [delete(4, "full"), put(5, application("full"))];
    commit(backend, taken_and_made).await;
    let now = snapshot(backend).await;
    let ids: Vec<_> = now.applications.iter().map(|stored| stored.id).collect();
    assert_eq!(ids, [id(5)]);
    assert_eq!(
        now.deleted.len(),
        1,
        "only the latest deletion of a client id is kept"
    );
}

async fn refuses_what_does_not_fit(backend: &impl Backend) {
    commit(backend, full()).await;
    let before = said(&snapshot(backend).await);
    let mut homeless = application("homeless");
    homeless.spec.organization = Some("none".into());
    let refused = [
        put(9, application("full")),
        Write::PutApi(stored(9, Api::new("", "https://api.example"))),
        Write::PutOrganization(stored(9, Organization::new("org", ""))),
        put(9, homeless),
        Write::DeleteOrganization(id(2)),
    ];
    for write in refused {
        let text = format!("{write:?}");
        // The first write is good, and must not stay.
        let writes = change([put(8, application("good")), write]);
        let answer = backend.commit(Version(1), writes).await;
        assert!(
            matches!(answer, Err(CommitError::Inconsistent { .. })),
            "{answer:?} to {text}"
        );
        assert_eq!(said(&snapshot(backend).await), before, "after {text}");
    }
    // The audit log contains only changes that were made.
    assert_eq!(told(backend, 9).await.len(), 1);
}

async fn reports_changes(backend: &impl Backend) {
    let outside = AuditEvent {
        actor: Actor {
            name: "operator".into(),
            trace_id: Some(m2m_authority::TraceId::from_random([200; 16])),
            address: Some([192, 0, 2, 1].into()),
        },
        before: Some("{\"name\":\"old\"}".into()),
        after: Some("{}".into()),
        ..event("third")
    };
    let changes = [vec![event("first")], vec![event("second"), outside.clone()]];
    for (version, events) in (0..).map(Version).zip(changes) {
        let writes = Vec::new();
        let next = backend.commit(version, Change { writes, events }).await;
        next.expect("a change at the current version");
    }
    assert_eq!(
        told(backend, 2).await,
        [outside.clone(), event("second")],
        "the latest events, the latest first"
    );
    assert_eq!(told(backend, 9).await.len(), 3);
    assert_eq!(told(backend, 0).await, []);
}
