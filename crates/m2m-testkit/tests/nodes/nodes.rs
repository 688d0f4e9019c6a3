//! Two nodes, a wire between them, and a clock.

use core::time::Duration;
use std::sync::Arc;

use m2m_authority::flow::{
    Event, Exchange, Issued, accept, authenticate, authorize, issue, record,
};
use m2m_authority::registry::{Api, Application, KeyOrigin, KeyState};
use m2m_authority::{Authority, JwtId, TraceId};
use m2m_errors::{Cause, Profile};
use m2m_jwt::{Algorithm, SigningKey, UnixTime};
use m2m_store::{
    Action, Actor, AuditEvent, Backend, CacheLimits, CachedApplication, Change, CommitError, Found,
    KeyRecord, Lookup, RecordId, RegistryCache, SealedKey, StoreError, Stored, Subject, Uptime,
    Version, Write,
};
use m2m_testkit::{
    Delivery, MemoryBackend, ORDERS, PLAIN_ID, Request, Wire, World, standard_records,
};

/// The cache that a node serves requests from, in tests.
pub(crate) type Node = Arc<RegistryCache<MemoryBackend>>;

/// Two nodes over one registry.
pub(crate) struct Nodes {
    /// The node on which changes are made.
    pub(crate) near: Node,
    /// The other node, which is notified of changes over the wire and asks for them every two seconds.
    pub(crate) far: Node,
    pub(crate) wire: Wire,
    milliseconds: u64,
}

impl Nodes {
    /// Two nodes over the standard registry, with a key.
    pub(crate) async fn standard() -> Self {
        let near = standard_node(CacheLimits::DEFAULT).await;
        let far = open(near.backend().node(), CacheLimits::DEFAULT).await;
        Self {
            near,
            far,
            wire: Wire::default(),
            milliseconds: 0,
        }
    }

    /// The time since the start of both nodes.
    pub(crate) fn uptime(&self) -> Uptime {
        Uptime::new(Duration::from_millis(self.milliseconds))
    }

    pub(crate) fn now(&self) -> UnixTime {
        World::BEGINNING.saturating_add_seconds(self.milliseconds / 1000)
    }

    /// Makes a change on the near node, and notifies the far one.
    pub(crate) async fn change(&mut self, write: Write, delivery: Delivery) {
        let version = commit(&*self.near, write).await.unwrap();
        let before = Version(version.0 - 1);
        let changes = self.near.backend().changes_since(before).await.unwrap();
        self.wire.send(changes, delivery);
    }

    /// Lets time pass, a tenth of a second at a time. Unit: milliseconds.
    pub(crate) async fn pass(&mut self, milliseconds: u64) {
        for _ in 0..milliseconds / 100 {
            self.milliseconds += 100;
            for changes in self.wire.advance(100) {
                self.far.notified(&changes);
            }
            if self.milliseconds.is_multiple_of(2_000) {
                for node in [&self.near, &self.far] {
                    // If it fails, the node continues to serve from memory.
                    let _ = node.refresh(self.uptime()).await;
                }
            }
        }
    }
}

/// Returns a separate node over the standard registry, with a key.
pub(crate) async fn standard_node(limits: CacheLimits) -> Node {
    let backend = MemoryBackend::new();
    let records = standard_records(Profile::Rfc);
    let now = World::BEGINNING;
    let mut names = 0..;
    let mut name = || RecordId::new(now, [0, 0, 0, 0, 0, 0, 0, 0, 0, names.next().unwrap()]);
    let mut writes = vec![Write::PutKey(key_record(KeyState::Active).1)];
    writes
        .extend((records.apis.into_iter()).map(|api| Write::PutApi(Stored::new(name(), api, now))));
    writes.extend(
        (records.organizations.into_iter())
            .map(|organization| Write::PutOrganization(Stored::new(name(), organization, now))),
    );
    writes.extend(
        (records.applications.into_iter()).map(|application| {
            Write::PutApplication(Box::new(Stored::new(name(), application, now)))
        }),
    );
    let change = Change {
        writes,
        events: vec![event()],
    };
    backend.commit(Version(0), change).await.unwrap();
    open(backend, limits).await
}

/// Returns a node over this backend.
pub(crate) async fn open(backend: MemoryBackend, limits: CacheLimits) -> Node {
    let opened = RegistryCache::open(backend, World::ISSUER, open_key, limits, Uptime::ZERO).await;
    Arc::new(opened.unwrap())
}

/// Returns the record of a key, which tests store unsealed.
pub(crate) fn key_record(state: KeyState) -> (SigningKey, KeyRecord) {
    let (key, document) = SigningKey::generate(Algorithm::Es256, None).unwrap();
    let record = KeyRecord {
        kid: key.public_jwk().key_id().unwrap().into(),
        algorithm: Algorithm::Es256,
        state,
        origin: KeyOrigin::Generated,
        created_at: World::BEGINNING,
        state_since: World::BEGINNING,
        public_jwk: Box::default(),
        sealed: SealedKey::from_bytes(document.secret_der()),
    };
    (key, record)
}

fn open_key(record: &KeyRecord) -> Result<SigningKey, StoreError> {
    let key = SigningKey::from_pkcs8_der(record.algorithm, None, record.sealed.as_bytes());
    key.map_err(|_| StoreError::WrongSealingKey {
        kid: record.kid.clone(),
    })
}

pub(crate) fn event() -> AuditEvent {
    AuditEvent {
        time: World::BEGINNING,
        actor: Actor::command("a test"),
        action: Action::Updated,
        subject: Subject::Application,
        name: "anything".into(),
        before: None,
        after: None,
    }
}

/// Makes a change at the current version of the registry.
pub(crate) async fn commit(backend: &impl Backend, write: Write) -> Result<Version, CommitError> {
    let version = backend.frame().await?.version;
    let change = Change {
        writes: vec![write],
        events: vec![event()],
    };
    backend.commit(version, change).await
}

/// Returns the write of a changed application of the registry.
pub(crate) async fn changed(
    backend: &impl Backend,
    client_id: &str,
    change: impl FnOnce(&mut Application),
) -> Write {
    let applications = backend.snapshot().await.unwrap().applications;
    let mut applications = applications.into_iter();
    let mut stored = applications
        .find(|stored| *stored.value.client_id == *client_id)
        .unwrap();
    change(&mut stored.value);
    Write::PutApplication(Box::new(stored))
}

/// Returns the write of a changed API for orders.
pub(crate) async fn changed_orders(backend: &impl Backend, change: impl FnOnce(&mut Api)) -> Write {
    let mut apis = backend.snapshot().await.unwrap().apis.into_iter();
    let mut stored = apis
        .find(|stored| &*stored.value.audience == ORDERS)
        .unwrap();
    change(&mut stored.value);
    Write::PutApi(stored)
}

/// Returns the id of the record of an application that tests create.
pub(crate) fn name_of(client_id: &str) -> RecordId {
    let mut randomness = [0; 10];
    for (place, byte) in randomness.iter_mut().zip(client_id.bytes()) {
        *place = byte;
    }
    RecordId::new(World::BEGINNING, randomness)
}

/// Returns the write of a new application.
pub(crate) fn created(client_id: &str) -> Write {
    let id = name_of(client_id);
    let application = Application::new(client_id, client_id);
    Write::PutApplication(Box::new(Stored::new(id, application, World::BEGINNING)))
}

/// Returns the time since the start of the nodes, for a clock that was not set.
pub(crate) fn uptime_at(now: UnixTime) -> Uptime {
    let since = now
        .as_seconds()
        .saturating_sub(World::BEGINNING.as_seconds());
    Uptime::new(Duration::from_secs(since))
}

/// Returns the entry that a node has for a client id, from memory or else loaded.
pub(crate) async fn entry(
    node: &Node,
    client_id: &str,
    now: UnixTime,
) -> Result<Option<Arc<CachedApplication>>, StoreError> {
    match node.look_up(client_id, uptime_at(now)) {
        Lookup::Hit(entry) => Ok(Some(entry)),
        Lookup::Absent => Ok(None),
        Lookup::Miss => node.load(client_id, now).await,
        Lookup::OutOfContact => Err(StoreError::Busy),
    }
}

/// Requests a token for orders as an ordinary application, and returns the cause if the request is refused.
pub(crate) async fn ask(node: &Node, now: UnixTime) -> Result<(), Cause> {
    ask_for(node, &Request::token(PLAIN_ID).audience(ORDERS), now)
        .await
        .map(|_| ())
}

/// Serves a request as the token endpoint does, and returns the token or the cause of the refusal.
pub(crate) async fn ask_for(
    node: &Node,
    request: &Request,
    now: UnixTime,
) -> Result<Issued, Cause> {
    let limits = oauth_proto::MessageLimits::DEFAULT;
    let authority = Authority::new(World::ISSUER, Profile::Rfc, limits).unwrap();
    let body = request.body_bytes();
    let accepted = accept(request.raw(&body), &authority).map_err(|refusal| refusal.cause())?;
    let entry = entry(node, accepted.client_id(), now)
        .await
        .map_err(|_| Cause::StoreUnavailable)?;
    let client = entry.as_ref().map(|entry| entry.client());
    let authenticated = authenticate(accepted, client, now).map_err(|refusal| refusal.cause())?;
    let entry = entry.as_ref().unwrap();
    let meter = entry.meter(now);
    let authorized = authorize(authenticated, entry.policy(), meter.usage(), &authority)
        .map_err(|refusal| refusal.cause())?;
    let reservation = meter.take().map_err(|refusal| refusal.cause())?;
    let common = node.common_guard();
    let key = common.keys.signing(authorized.algorithm());
    let jwt_id = JwtId::from_random([1; 16]);
    let issued =
        issue(authorized, key, &authority, jwt_id, now).map_err(|refusal| refusal.cause())?;
    reservation.keep();
    let exchange = Exchange {
        trace_id: TraceId::from_random([1; 16]),
        request_id: None,
        address: None,
    };
    // It counts for the API that the event names.
    let Event::Issued(event) = record(Ok(&issued), &exchange, now) else {
        panic!("a token was issued instead of a refusal");
    };
    entry.count(event.api);
    Ok(issued)
}

/// Returns true if the registry has an application with this client id.
pub(crate) async fn is_there(backend: &impl Backend, client_id: &str) -> bool {
    let found = backend.find(client_id).await.unwrap();
    matches!(found, Some(Found::Application(..)))
}
