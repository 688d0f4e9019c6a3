//! A server that is managed, in one process.

mod commands;
pub(crate) mod host;
pub(crate) mod keys;
pub(crate) mod log;

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::collections::HashMap;
use std::sync::LazyLock;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use m2m_admin::Host as _;
use m2m_admin::http_api::{Circumstances, HttpApi, Refused};
use m2m_authority::flow::{Exchange, respond};
use m2m_authority::{Refusal, TraceId};
use m2m_errors::{Cause, Profile};
use m2m_jwt::{Jwk, UnixTime};
use m2m_store::{
    Action, Actor, AuditEvent, Backend as _, Change, Named, RegistryCache, Snapshot, Subject,
    Uptime, Version, Write,
};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use host::InProcess;
use keys::KEYS;
use m2m_testkit::{MemoryBackend, Request, SECRET, WRONG_SECRET, World};

/// A server with its registry in memory, its management API, and a clock that tests advance. It starts as `m2m serve` does, with one
/// application that manages it: [`MANAGER`], whose secret is [`SECRET`]. Operations are called with real tokens of
/// any application, and commands change the same registry.
pub(crate) struct ManagedServer {
    face: HttpApi<InProcess<MemoryBackend>>,
    runtime: Runtime,
    now: UnixTime,
    requests: u128,
    /// The secrets that are known of each application, the newest last.
    secrets: HashMap<Box<str>, Vec<String>>,
    tokens: Tokens,
    refused: Option<Refused>,
}

/// Tokens that were issued in the current state of the registry.
#[derive(Default)]
struct Tokens {
    version: Version,
    now: Option<UnixTime>,
    by_client_id: HashMap<Box<str>, String>,
}

/// The client id of the application that manages a server from its start.
pub(crate) const MANAGER: &str = "manager";

/// The addresses that applications call from. Each uses the first of these that is allowed for it.
pub(crate) const ADDRESSES: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)),
    IpAddr::V4(Ipv4Addr::new(10, 0, 0, 7)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7)),
];

impl ManagedServer {
    /// Returns a server at its first start.
    ///
    /// # Panics
    ///
    /// If anything of the start fails.
    #[must_use]
    pub(crate) fn new() -> Self {
        static FIRST: LazyLock<(MemoryBackend, u64)> = LazyLock::new(|| {
            let writes = KEYS.iter().cloned().map(Write::PutKey).collect();
            let backend = MemoryBackend::new();
            let mut server = ManagedServer::over(backend.node(), World::BEGINNING, 0);
            server.runtime.block_on(async {
                let committed = backend.commit(Version(0), audited(writes)).await;
                committed.expect("the registry is empty");
                let refreshed = server.registry().refresh(Uptime::ZERO).await;
                refreshed.expect("the registry is in memory");
            });
            server.bootstrap().expect("the registry is empty");
            (backend, server.host().drawn())
        });
        let (first, drawn) = &*FIRST;
        let mut server = Self::over(first.copy(), World::BEGINNING, *drawn);
        server.learn(MANAGER, SECRET);
        server
    }

    /// Returns another server whose registry begins with a copy of this one. A token of one server is valid at the other.
    ///
    /// # Panics
    ///
    /// If the registry cannot be read.
    #[must_use]
    pub(crate) fn copy(&self) -> Self {
        let backend = self.registry().backend().copy();
        Self {
            secrets: self.secrets.clone(),
            ..Self::over(backend, self.now, self.host().drawn())
        }
    }

    /// Returns a server with this registry. Its randomness begins after this number of draws.
    fn over(backend: MemoryBackend, now: UnixTime, drawn: u64) -> Self {
        let runtime = Builder::new_current_thread()
            .build()
            .expect("a runtime without a driver needs nothing");
        let host = runtime.block_on(InProcess::open(backend, Profile::Rfc, drawn));
        Self {
            face: HttpApi::new(host),
            runtime,
            now,
            requests: 0,
            secrets: HashMap::new(),
            tokens: Tokens::default(),
            refused: None,
        }
    }

    /// The time at the server.
    #[must_use]
    pub(crate) const fn now(&self) -> UnixTime {
        self.now
    }

    /// Lets time pass. Unit: seconds.
    ///
    /// # Panics
    ///
    /// If the registry cannot be read.
    pub(crate) fn advance(&mut self, seconds: u64) {
        self.now = self.now.saturating_add_seconds(seconds);
        let refreshed = self.runtime.block_on(self.registry().refresh(Uptime::ZERO));
        refreshed.expect("the registry is in memory");
    }

    /// Corrects a clock that was ahead. Unit: seconds.
    ///
    /// # Panics
    ///
    /// If the registry cannot be read.
    pub(crate) fn set_back(&mut self, seconds: u64) {
        self.now = self.now.saturating_sub_seconds(seconds);
        self.advance(0);
    }

    /// All records of the registry.
    ///
    /// # Panics
    ///
    /// If the registry cannot be read.
    #[must_use]
    pub(crate) fn snapshot(&self) -> Snapshot {
        let snapshot = self.runtime.block_on(self.registry().snapshot());
        snapshot.expect("the registry is in memory")
    }

    /// Returns the key ids in the JWK set, and the public keys with which tokens are verified.
    pub(crate) fn announced(&self) -> [Vec<String>; 2] {
        let keys = self.host().keys();
        [keys.jwk_set(), keys.signed()].map(|set| {
            let key_ids = set.keys().iter().filter_map(Jwk::key_id);
            key_ids.map(str::to_owned).collect()
        })
    }

    /// Writes to the registry without the checks of the management API.
    ///
    /// # Panics
    ///
    /// If the records do not form a valid registry.
    pub(crate) fn write(&mut self, writes: Vec<Write>) {
        let version = self.version();
        let committed = self.registry().commit(version, audited(writes));
        let committed = self.runtime.block_on(committed);
        committed.expect("there is no other writer");
    }

    /// Notes the secret of an application, which its requests for tokens try from now on. Those that the management API and the commands
    /// show are noted already.
    pub(crate) fn learn(&mut self, client_id: &str, secret: &str) {
        let secrets = self.secrets.entry(client_id.into()).or_default();
        if !secrets.iter().any(|own| own == secret) {
            secrets.push(secret.to_owned());
        }
    }

    /// Returns a token for the management API, issued by the flow for this application with one of its known secrets.
    ///
    /// # Errors
    ///
    /// The refusal of the newest secret, if none of them gets a token.
    pub(crate) fn token(&mut self, client_id: &str) -> Result<String, Box<Refusal>> {
        let version = self.version();
        if self.tokens.version != version || self.tokens.now != Some(self.now) {
            self.tokens = Tokens {
                version,
                now: Some(self.now),
                by_client_id: HashMap::new(),
            };
        }
        if let Some(token) = self.tokens.by_client_id.get(client_id) {
            return Ok(token.clone());
        }
        let issued = self.issue(client_id);
        if let Ok(token) = &issued {
            let tokens = &mut self.tokens.by_client_id;
            tokens.insert(client_id.into(), token.clone());
        }
        issued
    }

    fn issue(&self, client_id: &str) -> Result<String, Box<Refusal>> {
        let known = self.secrets.get(client_id).map(Vec::as_slice);
        self.issue_for(client_id, known.unwrap_or_default())
    }

    /// Returns a token for the management API, issued by the flow for this application with one of these secrets.
    ///
    /// # Errors
    ///
    /// The refusal of the newest secret, if none of them gets a token.
    pub(crate) fn issue_for(
        &self,
        client_id: &str,
        secrets: &[String],
    ) -> Result<String, Box<Refusal>> {
        let audience = format!("{}/api", World::ISSUER);
        let address = self.address_of(client_id);
        let known = secrets.iter().map(String::as_str);
        let mut first = None;
        for secret in known.rev().chain([WRONG_SECRET]) {
            for request in [
                Request::token(client_id).secret(secret),
                Request::token_by_header(client_id, secret),
            ] {
                let request = request.audience(&audience).from_address(address);
                let body = request.body_bytes();
                let decision = self.host().decide(request.raw(&body), self.now);
                match self.runtime.block_on(decision) {
                    Ok(granted) => return Ok(granted.issued.access_token_secret().to_owned()),
                    Err(refusal) => first = first.or(Some(refusal)),
                }
            }
        }
        Err(Box::new(first.expect("at least one secret is tried")))
    }

    /// Returns the first of [`ADDRESSES`] that the application may call from.
    pub(crate) fn address_of(&self, client_id: &str) -> IpAddr {
        let found = self.registry().application(Named::ClientId(client_id));
        let found = self.runtime.block_on(found);
        let stored = found.expect("the registry is in memory");
        let blocks = stored.map(|stored| stored.value.spec.allowed_addresses);
        let blocks = blocks.unwrap_or_default();
        let [first, ..] = ADDRESSES;
        let may = |address: &IpAddr| blocks.iter().any(|block| block.contains(*address));
        ADDRESSES.into_iter().find(may).unwrap_or(first)
    }

    /// Returns the last call of the management API as the log keeps it, if it was refused.
    pub(crate) const fn refused(&self) -> Option<&Refused> {
        self.refused.as_ref()
    }

    /// Calls the management API with a token of this application, and returns status and body. If the application cannot get a token, the
    /// answer is that of the token endpoint. `Value::Null` means a request without a body.
    pub(crate) fn call(
        &mut self,
        client_id: &str,
        method: &str,
        path: &str,
        body: &Value,
    ) -> (u16, Value) {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.call_with(client_id, method, path, "application/json", body)
    }

    /// Calls the management API with a body of another media type.
    ///
    /// # Panics
    ///
    /// If the method or the path is not valid HTTP, or the answer is not JSON.
    pub(crate) fn call_with(
        &mut self,
        client_id: &str,
        method: &str,
        path: &str,
        content_type: &str,
        body: String,
    ) -> (u16, Value) {
        let address = Some(self.address_of(client_id));
        let token = match self.token(client_id) {
            Ok(token) => token,
            Err(refusal) => {
                let exchange = Exchange {
                    trace_id: self.next_trace_id(),
                    request_id: None,
                    address,
                };
                let authority = self.host().authority();
                let reply = respond(Err(&*refusal), &exchange, authority);
                return (reply.status(), json(reply.body()));
            }
        };
        self.call_bearing(&token, address, method, path, content_type, body)
    }

    /// Calls the management API with this token, without a body, and returns the status, and the cause if the token is refused.
    pub(crate) fn call_as(
        &mut self,
        token: &str,
        method: &str,
        path: &str,
    ) -> (u16, Option<Cause>) {
        let [address, ..] = ADDRESSES;
        let (address, kind) = (Some(address), "application/json");
        let (status, _) = self.call_bearing(token, address, method, path, kind, String::new());
        (status, self.refused().map(|refused| refused.cause))
    }

    fn next_trace_id(&mut self) -> TraceId {
        self.requests += 1;
        TraceId::from_random(self.requests.to_be_bytes())
    }

    /// Calls the management API with this token, of any application, and returns status and body.
    ///
    /// # Panics
    ///
    /// If the method or the path is not valid HTTP, or the answer is not JSON.
    pub(crate) fn call_bearing(
        &mut self,
        token: &str,
        address: Option<IpAddr>,
        method: &str,
        path: &str,
        content_type: &str,
        body: String,
    ) -> (u16, Value) {
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header(CONTENT_TYPE, content_type);
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        let circumstances = Circumstances {
            trace_id: self.next_trace_id(),
            address,
            now: self.now,
        };
        let body = |_| async { Ok(Bytes::from(body)) };
        let answered = self
            .face
            .respond(&parts, parts.uri.path(), body, circumstances);
        let answered = self.runtime.block_on(answered);
        self.refused = answered.refused;
        let response = answered.response;
        let (status, answer) = (response.status().as_u16(), json(response.body()));
        self.learn_from(parts.uri.path(), &answer);
        (status, answer)
    }

    /// Notes the secrets that an answer shows.
    fn learn_from(&mut self, path: &str, answer: &Value) {
        let text = |of: &Value, at: &str| of.pointer(at).and_then(Value::as_str).map(str::to_owned);
        let of_path = path.split('/').nth(4).map(str::to_owned);
        let mut shown = vec![(of_path, text(answer, "/secret/client_secret"))];
        let made = answer.get("credentials").and_then(Value::as_array);
        let made = made.into_iter().flatten().chain(answer.get("application"));
        shown.extend(made.map(|made| (text(made, "/client_id"), text(made, "/client_secret"))));
        for (client_id, secret) in shown {
            if let (Some(client_id), Some(secret)) = (client_id, secret) {
                self.learn(&client_id, &secret);
            }
        }
    }

    fn host(&self) -> &InProcess<MemoryBackend> {
        self.face.manager().host()
    }

    fn registry(&self) -> &RegistryCache<MemoryBackend> {
        self.host().registry()
    }

    /// The version of the registry.
    ///
    /// # Panics
    ///
    /// If the registry cannot be read.
    #[must_use]
    pub(crate) fn version(&self) -> Version {
        let changes = self.registry().changes_since(self.tokens.version);
        let changes = self.runtime.block_on(changes);
        changes.expect("the registry is in memory").version
    }
}

impl Default for ManagedServer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ManagedServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagedServer")
            .field("now", &self.now)
            .field("registry", self.registry())
            .finish_non_exhaustive()
    }
}

/// Returns the body of an answer; `Value::Null` if it is empty.
fn json(body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(body).expect("every answer is JSON")
}

/// Returns these writes as a change with an event, since a change without events is refused.
pub(crate) fn audited(writes: Vec<Write>) -> Change {
    let event = AuditEvent {
        time: World::BEGINNING,
        actor: Actor::command("a test"),
        action: Action::Updated,
        subject: Subject::Application,
        name: "anything".into(),
        before: None,
        after: None,
    };
    Change {
        writes,
        events: vec![event],
    }
}
