//! A server in one process as its operator uses it: over HTTP, with every header and body, and from several threads at once.

mod calls;

use core::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Response, Uri};
use m2m_admin::http_api::{Answered, Circumstances, HttpApi, openapi};
use m2m_admin::{
    Clock, ExpiryReport, ExpiryWatch, Host as _, KeyStep, KeysKept, PresetCredentials, Prune,
};
use m2m_authority::flow::{Exchange, RawRequest, RefusedEvent};
use m2m_authority::{RecordedClientId, RequestId, TraceId};
use m2m_errors::{Cause, Profile};
use m2m_jwt::UnixTime;
use m2m_store::{Actor, Backend as _, KeyRecord, RegistryCache, Sqlite, Version, Write};
use m2m_testkit::World;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::managed::audited;
use crate::managed::host::InProcess;
use crate::managed::keys::{ALL_KEYS, FEW_KEYS};
use crate::managed::log::Log;

pub(crate) use m2m_testkit::{
    HttpAnswer as Answer, Made, ManagementCalls, assigned, bearer, claims, encoded, merge,
    registry_file, shape,
};

/// The client id of the application that manages these servers from their start.
pub(crate) const OPERATOR: &str = "operator";

/// The secret of this application.
pub(crate) const OPERATOR_SECRET: &str = "the-secret-of-the-operator-0123456789";

/// All profiles.
pub(crate) const PROFILES: [&str; 4] = ["rfc", "kinde", "trusted-application", "generic"];

/// The address of all callers.
const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A server with its registry in SQLite, its management API, its token endpoint, and a clock that tests advance. It starts as `m2m serve`
/// does, with one application that manages it: [`OPERATOR`].
pub(crate) struct Server {
    management: HttpApi<InProcess<Sqlite>>,
    runtime: Runtime,
    profile: Profile,
    /// The time. Unit: seconds.
    now: AtomicU64,
    requests: AtomicU64,
    /// A token with all scopes of the management API.
    pub(crate) token: String,
    /// The folder of the registry, if the registry outlasts the server.
    folder: Option<TempDir>,
}

impl Server {
    /// Starts a server with only the application that manages it.
    pub(crate) fn start() -> Self {
        Self::in_profile("rfc")
    }

    /// Starts a server in this dialect.
    pub(crate) fn in_profile(profile: &str) -> Self {
        let backend = Sqlite::in_memory().unwrap();
        Self::first_start(backend, profile.parse().unwrap(), &FEW_KEYS, None)
    }

    /// Starts a server with keys of all algorithms, which take long to generate.
    pub(crate) fn with_all_keys() -> Self {
        let backend = Sqlite::in_memory().unwrap();
        Self::first_start(backend, Profile::Rfc, &ALL_KEYS, None)
    }

    /// Starts a server with this key as the only one for its algorithm, so that the test knows the key.
    pub(crate) fn with_key(profile: &str, key: KeyRecord) -> Self {
        let mut keys = FEW_KEYS.clone();
        keys.retain(|own| own.algorithm != key.algorithm);
        keys.push(key);
        let backend = Sqlite::in_memory().unwrap();
        Self::first_start(backend, profile.parse().unwrap(), &keys, None)
    }

    /// Starts a server with a registry that outlasts it, so that it can be restarted.
    pub(crate) fn in_folder() -> Self {
        // In memory if the system has such a folder: the tests with a process cover the disk.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let folder = folder.unwrap();
        let backend = Sqlite::open(&data(folder.path())).unwrap();
        Self::first_start(backend, Profile::Rfc, &FEW_KEYS, Some(folder))
    }

    /// Starts a server with a registry from a file, as `m2m serve --world` does, and with the token of an application in it.
    pub(crate) fn of_file(world: &str, client_id: &str, secret: &str) -> Self {
        let backend = Sqlite::in_memory().unwrap();
        let mut server = Self::without_applications(backend, Profile::Rfc, &FEW_KEYS);
        let file = m2m_admin::World::parse(world).unwrap();
        let actor = Actor::command("m2m serve");
        let mut randomness = server.host().randomness();
        let (registry, now) = (server.registry(), server.now());
        let keep = Prune::Keep;
        let filled = m2m_admin::apply(registry, &file, keep, &actor, &mut randomness, now);
        server.runtime.block_on(filled).unwrap();
        drop(randomness);
        server.token = server.management_token(client_id, secret);
        server.host().make_read_only();
        server
    }

    fn first_start(
        backend: Sqlite,
        profile: Profile,
        keys: &[KeyRecord],
        folder: Option<TempDir>,
    ) -> Self {
        let mut server = Self::without_applications(backend, profile, keys);
        let preset = PresetCredentials::new(OPERATOR, OPERATOR_SECRET).unwrap();
        let actor = Actor::command("m2m serve");
        let mut randomness = server.host().randomness();
        let (registry, now) = (server.registry(), server.now());
        let made = m2m_admin::bootstrap(registry, Some(&preset), &actor, &mut randomness, now);
        server.runtime.block_on(made).unwrap();
        drop(randomness);
        server.folder = folder;
        server.token = server.management_token(OPERATOR, OPERATOR_SECRET);
        server
    }

    fn without_applications(backend: Sqlite, profile: Profile, keys: &[KeyRecord]) -> Self {
        let writes = keys.iter().cloned().map(Write::PutKey).collect();
        let announced = backend.commit(Version(0), audited(writes));
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(announced).unwrap();
        Self::open(backend, profile, World::BEGINNING, 0)
    }

    fn open(backend: Sqlite, profile: Profile, now: UnixTime, requests: u64) -> Self {
        let runtime = Builder::new_current_thread().build().unwrap();
        // A server never draws this often in a test.
        let drawn = requests << 32;
        let host = runtime.block_on(InProcess::open(backend, profile, drawn));
        Self {
            management: HttpApi::new(host.with_log(Log::default())),
            runtime,
            profile,
            now: AtomicU64::new(now.as_seconds()),
            requests: AtomicU64::new(requests),
            token: String::new(),
            folder: None,
        }
    }

    /// Stops the server, which writes its counts, and starts another one with the same registry.
    pub(crate) fn restart(self) -> Self {
        self.write_counts();
        let (now, requests) = (self.now(), self.requests.load(Ordering::SeqCst));
        let Self {
            management,
            profile,
            folder,
            token,
            ..
        } = self;
        // This releases the folder.
        drop(management);
        let folder = folder.expect("only a server in a folder can be restarted");
        let backend = Sqlite::open(&data(folder.path())).unwrap();
        Self {
            folder: Some(folder),
            token,
            ..Self::open(backend, profile, now, requests + 1)
        }
    }

    /// The time at the server.
    pub(crate) fn now(&self) -> UnixTime {
        UnixTime::from_seconds(self.now.load(Ordering::SeqCst))
    }

    /// Lets time pass. Unit: seconds.
    pub(crate) fn advance(&self, seconds: u64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Writes the counts, as a server does every minute and when it stops. Returns the number of rows.
    pub(crate) fn write_counts(&self) -> usize {
        let counted = self.registry().take_usage(self.now());
        let rows = counted.issued.len() + counted.secrets.len() + counted.scopes.len();
        let added = self.runtime.block_on(self.registry().add_usage(counted));
        added.unwrap();
        rows
    }

    pub(crate) const fn issuer(&self) -> &'static str {
        World::ISSUER
    }

    /// The log.
    pub(crate) fn log(&self) -> &Log {
        self.host().log().unwrap()
    }

    /// Brings the keys to the states that are due, as a server does every minute, and returns the steps.
    pub(crate) fn settle(&self) -> Vec<KeyStep> {
        let kept = self.keep_keys(Clock::Steady);
        assert_eq!(kept.refused, []);
        kept.steps
    }

    /// Takes the steps of keys that are due, with this trust in the clock.
    pub(crate) fn keep_keys(&self, clock: Clock) -> KeysKept {
        let (host, now) = (self.host(), self.now());
        let schedule = host.key_schedule();
        let sealing = host.sealing().unwrap();
        let mut randomness = host.randomness();
        let randomness = &mut randomness;
        let registry = self.registry();
        let kept = m2m_admin::keep_keys(registry, clock, schedule, sealing, randomness, now);
        self.runtime.block_on(kept).unwrap()
    }

    /// Looks for everything that expires soon, as a server does every hour.
    pub(crate) fn expiring(&self, watch: &mut ExpiryWatch) -> ExpiryReport {
        let look = watch.look(self.registry(), self.now());
        self.runtime.block_on(look).unwrap()
    }

    /// Returns the key ids in the JWK set.
    pub(crate) fn announced(&self) -> Vec<String> {
        let set = self.host().keys().jwk_set();
        let keys = set.keys().iter();
        keys.map(|key| {
            assert!(!key.to_json().contains("\"d\""));
            key.key_id().unwrap().to_owned()
        })
        .collect()
    }

    /// Sends a request with these header lines.
    pub(crate) fn send(&self, method: &str, target: &str, headers: &str, body: &str) -> Answer {
        let (mut parts, ()) = http::Request::new(()).into_parts();
        parts.method = Method::from_bytes(method.as_bytes()).unwrap();
        parts.uri = target.parse::<Uri>().unwrap();
        for line in headers.lines() {
            let (name, value) = line.split_once(':').unwrap();
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            let value = HeaderValue::from_str(value.trim()).unwrap();
            parts.headers.append(name, value);
        }
        let number = self.requests.fetch_add(1, Ordering::SeqCst);
        let request_id = parts.headers.get("x-request-id");
        let exchange = Exchange {
            trace_id: TraceId::from_random(u128::from(number + 1).to_be_bytes()),
            request_id: request_id.and_then(|id| RequestId::parse(id.as_bytes())),
            address: Some(ADDRESS),
        };
        let answered = self.respond(&parts, body.as_bytes(), &exchange);
        answer(self.runtime.block_on(answered))
    }

    async fn respond(&self, parts: &Parts, body: &[u8], exchange: &Exchange) -> Response<Bytes> {
        let now = self.now();
        match parts.uri.path() {
            "/oauth2/token" => {
                let request = RawRequest::from_http(parts, body, exchange.address);
                self.host().answer(request, exchange, now).await
            }
            "/.well-known/jwks.json" => {
                let keys = self.host().keys().jwk_set().to_json();
                Response::new(keys.into_bytes().into())
            }
            "/api/v1/openapi.json" => Response::new(openapi().to_string().into()),
            path if path.starts_with("/api/v1/") => {
                let circumstances = Circumstances {
                    trace_id: exchange.trace_id,
                    address: exchange.address,
                    now,
                };
                let read = |most: usize| {
                    let length = body.len().max(announced_length(parts));
                    let body = if length > most {
                        Err(Cause::BodyTooLarge)
                    } else {
                        Ok(Bytes::copy_from_slice(body))
                    };
                    async { body }
                };
                let answered = self
                    .management
                    .respond(parts, path, read, circumstances)
                    .await;
                self.noted(answered, exchange).await
            }
            path => panic!("{path} is only tested with a process"),
        }
    }

    /// Returns the response of an answer, and logs the refusal if it is one.
    async fn noted(&self, answered: Answered, exchange: &Exchange) -> Response<Bytes> {
        if let Some(refused) = answered.refused {
            let client_id = refused.client_id.as_deref().map(Into::into);
            let event = RefusedEvent {
                time: self.now(),
                trace_id: exchange.trace_id,
                request_id: exchange.request_id.clone(),
                address: exchange.address,
                client_id: client_id.map_or(RecordedClientId::None, RecordedClientId::Known),
                cause: refused.cause,
                operator: None,
            };
            let log = self.log();
            log.keep_operation(&event, refused, self.registry()).await;
        }
        answered.response
    }

    fn host(&self) -> &InProcess<Sqlite> {
        self.management.manager().host()
    }

    fn registry(&self) -> &RegistryCache<Sqlite> {
        self.host().registry()
    }
}

/// Returns the length of the body that the header announces, or 0.
fn announced_length(parts: &Parts) -> usize {
    let length = parts.headers.get(CONTENT_LENGTH);
    length.map_or(0, |length| length.to_str().unwrap().parse().unwrap())
}

/// Returns the path of the data directory in a folder.
fn data(folder: &Path) -> std::path::PathBuf {
    folder.join("data")
}

/// Reads the answer of a response. The body is text, as in all answers.
fn answer(response: Response<impl AsRef<[u8]>>) -> Answer {
    let (parts, body) = response.into_parts();
    let mut head = format!("HTTP/1.1 {}", parts.status);
    for (name, value) in &parts.headers {
        head.push_str(&format!("\r\n{name}: {}", value.to_str().unwrap()));
    }
    Answer {
        status: parts.status.as_u16(),
        head,
        body: String::from_utf8(body.as_ref().to_vec()).unwrap(),
    }
}
