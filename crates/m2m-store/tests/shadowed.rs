//! A test that no other API passes for the management API.

use m2m_authority::Authority;
use m2m_authority::flow::{Header, RawRequest, Usage, accept, authenticate, authorize};
use m2m_authority::registry::{Api, Application, SecretHash, StoredSecret};
use m2m_errors::{Cause, Profile};
use m2m_jwt::UnixTime;
use m2m_store::{
    Action, Actor, AuditEvent, Backend as _, CacheLimits, Change, RecordId, RegistryCache, Sqlite,
    StoreError, Stored, Subject, Uptime, Version, Write,
};

const ISSUER: &str = "https://id.example";
const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);
const SECRET: &str = "a-test-secret-0123456789-0123456789";

fn stored<T>(number: u8, value: T) -> Stored<T> {
    Stored::new(RecordId::new(NOW, [number; 10]), value, NOW)
}

#[tokio::test]
async fn an_api_that_spells_out_the_management_audience_is_not_served() {
    let management = Api {
        aliases: vec!["{issuer}/api/v1".into()],
        ..Api::new("Management", "{issuer}/api").with_scopes(&["read:keys"])
    };
    let impostor = Api::new("Impostor", "https://id.example/api").with_scopes(&["read:keys"]);
    let secret = StoredSecret::new("s", SecretHash::of(SECRET.as_bytes()), NOW);
    let application = Application::new("Impostor", "impostor")
        .with_secret(secret)
        .authorized("https://id.example/api", &["read:keys"]);
    let change = Change {
        // The impostor is older.
        writes: vec![
            Write::PutApi(stored(1, impostor)),
            Write::PutApi(stored(2, management)),
            Write::PutApplication(Box::new(stored(3, application))),
        ],
        events: vec![AuditEvent {
            time: NOW,
            actor: Actor::command("test"),
            action: Action::Created,
            subject: Subject::Api,
            name: "all".into(),
            before: None,
            after: None,
        }],
    };
    let store = Sqlite::in_memory().unwrap();
    store.commit(Version(0), change).await.unwrap();
    let no_key = |_: &_| -> Result<_, StoreError> { Err(StoreError::Busy) };
    let limits = CacheLimits::default();
    let directory = RegistryCache::open(store, ISSUER, no_key, limits, Uptime::ZERO)
        .await
        .unwrap();

    assert_eq!(directory.common().apis.len(), 1);
    assert_eq!(
        &*directory.common().shadowed,
        ["https://id.example/api".into()]
    );

    let entry = directory.load("impostor", NOW).await.unwrap().unwrap();
    let authority =
        Authority::new(ISSUER, Profile::Rfc, oauth_proto::MessageLimits::DEFAULT).unwrap();
    let body = format!(
        "grant_type=client_credentials&client_id=impostor&client_secret={SECRET}&audience=https://id.example/api"
    );
    let request = RawRequest {
        method: "POST",
        query: None,
        content_type: Header::Once(b"application/x-www-form-urlencoded"),
        authorization: Header::Absent,
        body: body.as_bytes(),
        address: None,
    };
    let accepted = accept(request, &authority).unwrap();
    let authenticated = authenticate(accepted, Some(entry.client()), NOW).unwrap();
    let refusal =
        authorize(authenticated, entry.policy(), Usage::default(), &authority).unwrap_err();
    assert_eq!(refusal.cause(), Cause::AudienceNotAuthorized);
}
