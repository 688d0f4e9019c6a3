//! Tests of the records that a diagnosis looks for.

use m2m_authority::registry::{Api, Application, Organization, Records, SecretHash, StoredSecret};

use super::{NOW, application, commit, delete, put, stored};
use crate::{Backend, Sought, Write};

/// Tests the records that a diagnosis looks for: by name, by secret, by similarity.
///
/// # Panics
///
/// If the backend violates the contract.
pub async fn diagnosis<B: Backend>(make: impl AsyncFn() -> B) {
    let backend = make().await;
    fill(&backend).await;
    finds_the_named_application(&backend).await;
    finds_applications_with_a_secret(&backend).await;
    finds_applications_with_similar_client_ids(&backend).await;
}

fn with_secret(client_id: &str, secret: &str) -> Application {
    let hash = SecretHash::of(secret.as_bytes());
    application(client_id).with_secret(StoredSecret::new("1", hash, NOW))
}

async fn fill(backend: &impl Backend) {
    let mut member = with_secret("billing-service", "shared");
    member.spec.organization = Some("org".into());
    commit(
        backend,
        [
            Write::PutApi(stored(1, Api::new("A", "a"))),
            Write::PutOrganization(stored(2, Organization::new("org", "Organization"))),
            Write::PutOrganization(stored(3, Organization::new("other", "Other"))),
            put(4, member),
            put(5, with_secret("https.//my.app/worker", "shared")),
            put(6, with_secret("deleted", "gone")),
            put(7, with_secret("changed", "before")),
        ],
    )
    .await;
    commit(backend, [delete(6, "deleted")]).await;
    commit(backend, [put(7, with_secret("changed", "after"))]).await;
    for number in 10..200_u8 {
        commit(
            backend,
            [put(number, application(&format!("filler{number:03}")))],
        )
        .await;
    }
}

async fn suspects(
    backend: &impl Backend,
    client_id: &str,
    secrets: &[&str],
    most_near: usize,
) -> Records {
    let secrets = secrets
        .iter()
        .map(|secret| SecretHash::of(secret.as_bytes()));
    let sought = Sought {
        client_id: client_id.into(),
        secrets: secrets.collect(),
        most_near,
    };
    // Between others, so that each call also shows that the results have the order of the diagnoses.
    let sought = vec![Sought::default(), sought, Sought::default()];
    let found = backend.suspects(sought).await.expect("records");
    let [first, records, last] = <[Records; 3]>::try_from(found).expect("one for each");
    assert!(first.applications.is_empty() && last.applications.is_empty());
    assert!(records.applications.len() < 300);
    records
}

fn client_ids(records: &Records) -> Vec<&str> {
    let mut client_ids: Vec<_> = records
        .applications
        .iter()
        .map(|application| &*application.client_id)
        .collect();
    client_ids.sort_unstable();
    client_ids
}

async fn finds_the_named_application(backend: &impl Backend) {
    let records = suspects(backend, "billing-service", &[], 0).await;
    assert_eq!(client_ids(&records), ["billing-service"]);
    let codes: Vec<_> = records
        .organizations
        .iter()
        .map(|organization| &*organization.code)
        .collect();
    assert_eq!(
        codes,
        ["org"],
        "the organizations of the applications that were found"
    );
    let records = suspects(backend, "deleted", &[], 0).await;
    assert!(records.applications.is_empty());
    assert_eq!(records.deleted.len(), 1);
    let records = suspects(backend, "", &[], 0).await;
    assert!(records.applications.is_empty() && records.deleted.is_empty());
}

async fn finds_applications_with_a_secret(backend: &impl Backend) {
    let records = suspects(backend, "absent", &["none", "shared"], 0).await;
    let sharing = ["billing-service", "https.//my.app/worker"];
    assert_eq!(client_ids(&records), sharing);
    for gone in ["gone", "before"] {
        let records = suspects(backend, "absent", &[gone], 0).await;
        assert!(records.applications.is_empty(), "{gone}");
    }
    let records = suspects(backend, "changed", &["after", "shared"], 0).await;
    assert_eq!(records.applications.len(), 3, "each application once");
}

async fn finds_applications_with_similar_client_ids(backend: &impl Backend) {
    for (presented, meant) in [
        ("billing-servise", "billing-service"),
        ("Billing-Service", "billing-service"),
        (" billing-service\n", "billing-service"),
        ("bilingservice", "billing-service"),
        ("xilling-service", "billing-service"),
        ("https.//my.app/worker/", "https.//my.app/worker"),
        ("filler07", "filler070"),
        ("filer123", "filler123"),
    ] {
        let records = suspects(backend, presented, &[], 16).await;
        let found = client_ids(&records);
        assert!(found.contains(&meant), "{presented:?}: {found:?}");
    }
    let long = "x".repeat(100_000);
    for presented in ["", "\0", "%", "日本語", &long] {
        let records = suspects(backend, presented, &[], 16).await;
        assert!(records.applications.len() <= 16, "{presented:?}");
    }
}
