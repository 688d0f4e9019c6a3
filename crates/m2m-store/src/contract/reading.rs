//! Tests of the reads on the way to a token, and of the entries that a cache has to drop.

use m2m_authority::registry::{Api, KeyOrigin, KeyState, Organization};
use m2m_jwt::Algorithm;

use super::{NOW, application, commit, delete, id, put, stored, version};
use crate::{Backend, Changes, Found, KeyRecord, SealedKey, Stale, Version, Write};

/// Tests the reads on the way to a token, and the entries that a cache has to drop.
///
/// # Panics
///
/// If the backend violates the contract.
pub async fn reading<B: Backend>(make: impl AsyncFn() -> B) {
    finds(&make().await).await;
    lists_authorized_applications(&make().await).await;
    frames(&make().await).await;
    reports_stale_applications(&make().await).await;
    reports_that_everything_is_stale(&make().await).await;
}

async fn finds(backend: &impl Backend) {
    let mut member = application("member");
    member.spec.organization = Some("org".into());
    commit(
        backend,
        [
            Write::PutOrganization(stored(1, Organization::new("org", "Organization"))),
            put(2, member),
            put(3, application("global")),
        ],
    )
    .await;
    match backend.find("member").await.expect("an answer") {
        Some(Found::Application(_, application, Some(organization))) => {
            assert_eq!(&*application.client_id, "member");
            assert_eq!(&*organization.name, "Organization");
        }
        other => panic!("an application with its organization, not {other:?}"),
    }
    match backend.find("global").await.expect("an answer") {
        Some(Found::Application(_, application, None)) => {
            assert_eq!(&*application.client_id, "global");
        }
        other => panic!("an application without an organization, not {other:?}"),
    }
    for absent in ["", "Member", "member ", "none", "%", "\0", "mémber"] {
        let found = backend.find(absent).await.expect("an answer");
        assert!(found.is_none(), "{absent:?}: {found:?}");
    }
    commit(backend, [delete(2, "member")]).await;
    match backend.find("member").await.expect("an answer") {
        Some(Found::Deleted(deletion)) => {
            assert_eq!((&*deletion.client_id, deletion.at), ("member", NOW));
            assert_eq!(&*deletion.by, "operator");
        }
        other => panic!("a deletion, not {other:?}"),
    }
    // An application with the client id of a deleted one is found.
    commit(backend, [put(4, application("member"))]).await;
    let found = backend.find("member").await.expect("an answer");
    assert!(matches!(found, Some(Found::Application(_, _, None))));
}

async fn lists_authorized_applications(backend: &impl Backend) {
    commit(
        backend,
        [
            put(1, application("one").authorized("{issuer}/api", &[])),
            put(2, application("other").authorized("{issuer}/api/v1", &[])),
            put(3, application("two").authorized("{issuer}/api", &[])),
            Write::PutOrganization(stored(4, Organization::new("org", "Organization"))),
            Write::PutApi(stored(5, Api::new("A", "a"))),
        ],
    )
    .await;
    let authorized = async |most| {
        let client_ids = backend.authorized_for("{issuer}/api", most).await;
        client_ids.expect("an answer").join(" ")
    };
    assert_eq!(authorized(9).await, "one two");
    assert_eq!(authorized(1).await, "one");
    let outline = backend.outline().await.expect("an answer");
    assert_eq!(outline.version, version(backend).await);
    assert!(outline.applications.is_empty() && outline.organizations.is_empty());
    assert_eq!(outline.apis.len(), 1);
    commit(backend, [put(1, application("one"))]).await;
    assert_eq!(authorized(9).await, "two");
}

async fn frames(backend: &impl Backend) {
    let key = |kid: &str, state| {
        Write::PutKey(KeyRecord {
            kid: kid.into(),
            algorithm: Algorithm::EdDsa,
            state,
            origin: KeyOrigin::Generated,
            created_at: NOW,
            state_since: NOW,
            public_jwk: "{}".into(),
            sealed: SealedKey::from_bytes([7]),
        })
    };
    commit(
        backend,
        [
            Write::PutApi(stored(1, Api::new("B", "b"))),
            Write::PutApi(stored(2, Api::new("A", "a").with_scopes(&["read"]))),
            key("z", KeyState::Retiring),
            key("old", KeyState::Retired),
            key("a", KeyState::Next),
            put(3, application("one")),
        ],
    )
    .await;
    let frame = backend.frame().await.expect("a frame");
    assert_eq!((frame.version, frame.applications), (Version(1), 1));
    let audiences: Vec<_> = frame.apis.iter().map(|api| &*api.audience).collect();
    assert_eq!(audiences, ["b", "a"], "by age");
    let kids: Vec<_> = frame.keys.iter().map(|key| &*key.kid).collect();
    assert_eq!(kids, ["z", "a"], "by age, without the retired one");
}

async fn reports_stale_applications(backend: &impl Backend) {
    commit(
        backend,
        [put(1, application("a")), put(2, application("b"))],
    )
    .await;
    let since = version(backend).await;
    assert_eq!(stale(backend, since).await, Some(Vec::new()));
    commit(backend, [put(1, application("renamed"))]).await;
    commit(backend, [delete(2, "b")]).await;
    // The old client id and the new one, and each once.
    commit(backend, [put(1, application("renamed"))]).await;
    let all = ["a", "b", "renamed"].map(Box::from).to_vec();
    assert_eq!(stale(backend, since).await, Some(all));
    let last = ["renamed"].map(Box::from).to_vec();
    assert_eq!(stale(backend, Version(3)).await, Some(last));
    // A cache that is ahead has seen changes that were lost: everything that it holds is in doubt.
    assert_eq!(stale(backend, Version(99)).await, None);
}

async fn reports_that_everything_is_stale(backend: &impl Backend) {
    let organization = Organization::new("org", "Organization");
    for write in [
        Write::PutApi(stored(1, Api::new("A", "a"))),
        Write::PutOrganization(stored(2, organization)),
        Write::DeleteApi(id(1)),
        Write::DeleteOrganization(id(2)),
        Write::DeleteKey("none".into()),
    ] {
        let text = format!("{write:?}");
        let since = version(backend).await;
        commit(backend, [write]).await;
        commit(backend, [put(3, application("a"))]).await;
        assert_eq!(stale(backend, since).await, None, "{text}");
    }
}

/// Returns the client ids that are stale, in order; `None` if everything is.
async fn stale(backend: &impl Backend, since: Version) -> Option<Vec<Box<str>>> {
    let changes: Changes = backend.changes_since(since).await.expect("changes");
    assert_eq!(changes.version, version(backend).await);
    match changes.stale {
        Stale::Applications(mut client_ids) => {
            client_ids.sort_unstable();
            Some(client_ids)
        }
        Stale::Everything => None,
    }
}
