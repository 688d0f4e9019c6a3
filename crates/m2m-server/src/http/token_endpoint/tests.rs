//! Tests of the endpoint without HTTP: requests of operators, and maintenance.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use m2m_admin::{TestTokenParameters, WouldGrant};
use m2m_authority::diagnose::Suspect;
use m2m_authority::registry::{Api, Records, SecretHash};
use m2m_errors::Profile;
use m2m_explain::Operating;
use m2m_host::world::World;
use m2m_jwt::Unverified;
use m2m_recorder::{Entry as Logged, EventStore, StoreHealth, Worker};
use m2m_store::{
    Actor, Backend as _, CacheLimits, Change, Maintenance, StoreError, UsageBatch, Write,
};
use oauth_proto::{Issuer, MessageLimits};
use serde_json::Value;

use super::*;
use crate::store;

const ISSUER: &str = "https://id.example";
const SECRET: &str = "a-test-secret-0123456789-0123456789";
const ORDERS: &str = "https://orders.example/api";

fn world() -> String {
    let secret = SecretHash::of(SECRET.as_bytes()).to_base64();
    let job = |client_id: &str, more: &str| {
        format!(
            "[[application]]\nname = \"{client_id}\"\nclient_id = \"{client_id}\"\nsecret_sha256 = \"{secret}\"\n{more}\n"
        )
    };
    let orders = format!("{{ audience = \"{ORDERS}\", scopes = [\"read:orders\"] }}");
    let management = "{ audience = \"{issuer}/api\", scopes = [\"update:maintenance\"] }";
    [
        format!(
            "[[api]]\nname = \"Orders\"\naudience = \"{ORDERS}\"\nscopes = [\"read:orders\", \"write:orders\"]\ntoken_lifetime = 600\n"
        ),
        "[[api]]\nname = \"Management\"\naudience = \"{issuer}/api\"\nscopes = [\"update:maintenance\"]\n".to_owned(),
        "[[organization]]\ncode = \"org_acme\"\nname = \"Acme\"\n".to_owned(),
        job("job", &format!("organization = \"org_acme\"\nauthorize = [{orders}]")),
        job("disabled", &format!("enabled = false\nauthorize = [{orders}]")),
        job("frugal", &format!("token_quota = {{ tokens = 1, per = \"1h\", mode = \"enforce\" }}\nauthorize = [{orders}]")),
        job("warned", &format!("token_quota = {{ tokens = 1, per = \"1h\", mode = \"warn\" }}\nauthorize = [{orders}]")),
        job("inside", &format!("allowed_addresses = [\"10.0.0.0/8\"]\nauthorize = [{orders}]")),
        job("operator", &format!("authorize = [{management}, {orders}]")),
        format!("[[application]]\nname = \"Public\"\nclient_id = \"public\"\nclient_type = \"public\"\nauthorize = [{orders}]\n"),
    ]
    .join("\n")
}

/// The time within which a test expects an immediate event.
const PATIENCE: Duration = Duration::from_secs(20);

/// A store that discards everything.
struct DiscardingStore;

impl EventStore for DiscardingStore {
    fn records(&self, suspects: &[&Suspect]) -> Vec<Records> {
        suspects.iter().map(|_| Records::default()).collect()
    }

    fn apis(&self) -> Arc<[Api]> {
        Arc::default()
    }

    fn operating(&self) -> Operating<'_> {
        Operating::RegistryFile
    }

    fn counts(&self, _: UnixTime) -> UsageBatch {
        UsageBatch::default()
    }

    fn keep(&self, _: UsageBatch) -> Result<(), StoreError> {
        Ok(())
    }
}

struct Bench {
    /// The time of all events: the moment at which the store was opened.
    now: UnixTime,
    endpoint: TokenEndpoint,
    logged: Receiver<Logged>,
    _worker: Worker,
}

impl Bench {
    async fn new() -> Self {
        let world = World::parse("world.toml", &world()).expect("the world is one");
        let issuer = Issuer::parse(ISSUER).unwrap();
        let metrics = Arc::new(Metrics::new());
        let health = Arc::new(StoreHealth::new(Arc::clone(&metrics)));
        let opened = store::of_world(&world, None, health, &issuer, CacheLimits::default())
            .await
            .expect("the world can be served");
        let (publish, logged) = channel();
        let publish = move |entry| {
            let _ = publish.send(entry);
            None
        };
        let (recorder, worker) =
            Recorder::start(DiscardingStore, Arc::clone(&metrics), publish).unwrap();
        let authority = Authority::new(ISSUER, Profile::Rfc, MessageLimits::DEFAULT).unwrap();
        Self {
            now: clock::now(),
            endpoint: TokenEndpoint::new(
                authority,
                opened.cache,
                recorder,
                metrics,
                RevocationSupport::Full,
            ),
            logged,
            _worker: worker,
        }
    }

    async fn switch(&self, maintenance: Maintenance) {
        let cache = self.endpoint.cache();
        let mut change = Change::default();
        change.writes.push(Write::PutMaintenance(maintenance));
        change.events.push(m2m_store::AuditEvent {
            time: self.now,
            actor: Actor::command("a test"),
            action: m2m_store::Action::Updated,
            subject: m2m_store::Subject::Maintenance,
            name: "".into(),
            before: None,
            after: None,
        });
        let version = cache.common().version;
        cache.commit(version, change).await.unwrap();
    }

    /// Returns the answer to an application that asks for itself.
    async fn post(&self, body: &str) -> Reply {
        let request = RawRequest {
            method: "POST",
            query: None,
            content_type: Header::Once(b"application/x-www-form-urlencoded"),
            authorization: Header::Absent,
            body: body.as_bytes(),
            address: None,
        };
        let decision = self.endpoint.decide(request, self.now).await;
        self.endpoint.conclude(decision, &nameless(), self.now)
    }

    async fn token(&self, client_id: &str, secret: &str, more: &str) -> Reply {
        let form = format!(
            "grant_type=client_credentials&client_id={client_id}&client_secret={secret}{more}"
        );
        self.post(&form).await
    }

    /// Returns a request of an operator on behalf of this application.
    const fn of<'a>(&self, client_id: &'a str) -> TestTokenParameters<'a> {
        TestTokenParameters {
            operator: "operator",
            operator_address: None,
            client_id,
            address: None,
            audiences: &[],
            scope: None,
            trace_id: NAMELESS,
            now: self.now,
        }
    }

    async fn vouch(&self, ask: TestTokenParameters<'_>) -> Reply {
        self.endpoint.vouch(&ask).await
    }

    async fn check(&self, ask: TestTokenParameters<'_>) -> Result<WouldGrant, Cause> {
        let checked = self.endpoint.check(&ask).await;
        checked.map_err(|refusal| refusal.cause())
    }

    /// Returns the number of tokens that were counted for applications since the last call.
    fn counted(&self) -> u64 {
        let issued = self.endpoint.cache().take_usage(self.now).issued;
        issued.iter().map(|count| count.tokens).sum()
    }

    fn has_metric(&self, line: &str) -> bool {
        self.endpoint.metrics.text().lines().any(|own| own == line)
    }
}

/// The one name of all exchanges, so that their answers can be compared.
const NAMELESS: TraceId = TraceId::from_random([7; 16]);

fn nameless() -> Exchange {
    Exchange {
        trace_id: NAMELESS,
        request_id: None,
        address: None,
    }
}

fn member(reply: &Reply, name: &str) -> String {
    let body: Value = serde_json::from_slice(reply.body()).unwrap();
    body[name].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "current_thread")]
async fn a_test_token_is_the_one_that_the_application_would_get_and_is_marked() {
    let bench = Bench::new().await;
    let request = TestTokenParameters {
        audiences: &[ORDERS],
        scope: Some("read:orders"),
        ..bench.of("job")
    };
    let vouched = bench.vouch(request).await;
    assert_eq!(vouched.status(), 200);
    let token = member(&vouched, "access_token");
    let unverified = Unverified::parse(&token, &m2m_jwt::Limits::DEFAULT).unwrap();
    let claims = unverified.unverified_claims().unwrap();
    assert_eq!(claims.client_id(), Some("job"));
    let organization = claims.get("org_code").unwrap();
    assert!(organization.as_string().unwrap().equals("org_acme"));
    assert!(claims.is_for(ORDERS) && claims.has_scope("read:orders"));
    let logged = bench.logged.recv().unwrap();
    let Logged::TestToken { event, operator } = logged else {
        panic!("{logged:?}")
    };
    assert_eq!((&*operator, &*event.client_id), ("operator", "job"));
    assert_eq!(bench.counted(), 1);
    assert!(bench.has_metric("m2m_test_tokens_issued_total 1"));
    assert!(bench.has_metric("m2m_tokens_issued_total 1"));
    // A token that the application gets itself is not a test token.
    assert_eq!(bench.token("job", SECRET, "").await.status(), 200);
    assert!(bench.has_metric("m2m_test_tokens_issued_total 1"));
    assert!(bench.has_metric("m2m_tokens_issued_total 2"));
}

#[tokio::test(flavor = "current_thread")]
async fn an_operator_sees_the_refusal_that_the_application_would_get() {
    let bench = Bench::new().await;
    for (client_id, audiences, scope) in [
        ("disabled", &[][..], None),
        ("public", &[], None),
        ("unknown", &[], None),
        ("job", &["https://unknown.example"], None),
        ("job", &[ORDERS, "https://unknown.example"], None),
        ("job", &[ORDERS; 17], None),
        ("job", &[ORDERS], Some("write:orders")),
        ("job", &[], Some("\"")),
        ("operator", &[], None),
    ] {
        let request = TestTokenParameters {
            audiences,
            scope,
            ..bench.of(client_id)
        };
        let parameters = audiences.iter().map(|audience| ("audience", *audience));
        let more: String = parameters
            .chain(scope.map(|scope| ("scope", scope)))
            .map(|(name, value)| format!("&{name}={value}"))
            .collect();
        let alone = bench.token(client_id, SECRET, &more).await;
        let vouched = bench.vouch(request).await;
        assert_eq!(vouched, alone, "{request:?}");
        let cause = bench.check(request).await.unwrap_err();
        let wire = cause.entry().wire.of(bench.endpoint.authority().profile());
        assert_eq!(wire.status.code(), alone.status(), "{request:?}");
    }
    assert_eq!(bench.counted(), 0);
    let mut logged = core::iter::from_fn(|| bench.logged.recv_timeout(PATIENCE).ok());
    let of_operator = logged.any(|entry| {
        matches!(entry, Logged::Refused(refused) if refused.event.operator.as_deref() == Some("operator"))
    });
    assert!(of_operator, "a refused test token is marked as one too");
}

#[tokio::test(flavor = "current_thread")]
async fn a_check_decides_alike_and_leaves_no_trace() {
    let bench = Bench::new().await;
    let granted = bench.check(bench.of("job")).await.unwrap();
    assert_eq!(
        granted,
        WouldGrant {
            audiences: vec![ORDERS.into()],
            scope: "read:orders".into(),
            expires_in: 600,
            quota_exceeded: false,
        }
    );
    // The quota is one token: a check only reads it, and an issued token uses it up.
    for _ in 0..3 {
        assert!(bench.check(bench.of("frugal")).await.is_ok());
    }
    assert_eq!(bench.vouch(bench.of("frugal")).await.status(), 200);
    assert_eq!(
        bench.check(bench.of("frugal")).await,
        Err(Cause::QuotaExceeded)
    );
    assert_ne!(bench.vouch(bench.of("frugal")).await.status(), 200);
    // A quota that only warns refuses nothing, and the check reports that it is used up.
    assert!(
        !bench
            .check(bench.of("warned"))
            .await
            .unwrap()
            .quota_exceeded
    );
    assert_eq!(bench.vouch(bench.of("warned")).await.status(), 200);
    assert!(
        bench
            .check(bench.of("warned"))
            .await
            .unwrap()
            .quota_exceeded
    );
    // An address counts if one is given.
    let from = |address: &str| TestTokenParameters {
        address: address.parse().ok(),
        ..bench.of("inside")
    };
    assert!(bench.check(bench.of("inside")).await.is_ok());
    assert!(bench.check(from("10.1.2.3")).await.is_ok());
    assert_eq!(
        bench.check(from("192.0.2.1")).await,
        Err(Cause::AddressNotAllowed)
    );
    assert_eq!(bench.counted(), 2, "those that were vouched for");
    assert!(bench.has_metric("m2m_tokens_issued_total 2"));
    assert!(bench.has_metric("m2m_refusals_total{cause=\"address-not-allowed\"} 0"));
}

#[tokio::test(flavor = "current_thread")]
async fn g7_in_maintenance_all_callers_but_managers_get_the_same_answer() {
    let bench = Bench::new().await;
    bench.switch(Maintenance::On).await;
    let expected = bench.token("job", SECRET, "").await;
    assert_eq!(expected.status(), 503);
    assert_eq!(member(&expected, "error"), "temporarily_unavailable");
    let retry_after = expected.headers().find(|(name, _)| *name == "retry-after");
    assert_eq!(
        retry_after.map(|(_, value)| value.into_owned()).as_deref(),
        Some("30")
    );
    let api = format!("&audience={ISSUER}/api");
    for (client_id, secret, more) in [
        ("job", "wrong", ""),
        ("unknown", SECRET, ""),
        ("disabled", SECRET, ""),
        ("job", SECRET, "&audience=https://unknown.example"),
        ("job", SECRET, &api),
        ("job", SECRET, "&scope=a&scope=b"),
        ("operator", "wrong", &api),
        ("operator", SECRET, ""),
        ("operator", SECRET, &format!("&audience={ORDERS}")),
        ("operator", SECRET, &format!("{api}&audience={ORDERS}")),
        ("operator", SECRET, &format!("{api}&scope=read:orders")),
    ] {
        let answer = bench.token(client_id, secret, more).await;
        assert_eq!(answer, expected, "{client_id} {secret} {more}");
    }
    assert_eq!(bench.post("no form at all").await, expected);
    assert_eq!(bench.vouch(bench.of("job")).await, expected);
    assert_eq!(bench.check(bench.of("job")).await, Err(Cause::Maintenance));
    assert_eq!(bench.token("frugal", SECRET, "").await, expected);
    assert_eq!(bench.counted(), 0);

    for audience in [
        &api,
        &format!("{api}/v1"),
        &format!("{api}&audience={ISSUER}/api/v1"),
    ] {
        let answer = bench.token("operator", SECRET, audience).await;
        assert_eq!(answer.status(), 200, "{audience}");
    }

    bench.switch(Maintenance::Off).await;
    assert_eq!(bench.token("job", SECRET, "").await.status(), 200);
    assert_eq!(bench.token("job", "wrong", "").await.status(), 401);
    // Maintenance used up no quota.
    assert_eq!(bench.token("frugal", SECRET, "").await.status(), 200);
}

#[tokio::test(flavor = "current_thread")]
async fn x29_withheld_values_have_fingerprints_that_two_processes_do_not_share() {
    const GUESSED: &str = "a-secret-as-client-id";
    let mut all = Vec::new();
    for _ in 0..2 {
        let bench = Bench::new().await;
        let body = format!("grant_type=client_credentials&client_id={GUESSED}&client_secret=x");
        for body in [&*body, &body, &format!("client_id={GUESSED}")] {
            let _ = bench.post(body).await;
        }
        let _ = bench.vouch(bench.of(GUESSED)).await;
        let _ = bench
            .token(
                "job",
                SECRET,
                "&audience=https://orders.example/api%3Fkey=hunter2",
            )
            .await;
        let recorded = core::iter::from_fn(|| bench.logged.recv_timeout(PATIENCE).ok());
        let mut recorded = recorded.filter_map(|entry| {
            if let Logged::Refused(refused) = &entry {
                return Some(refused.event.client_id.to_string());
            }
            let Logged::Diagnosed { diagnosis, .. } = entry else {
                return None;
            };
            let mut evidence = diagnosis.evidence.iter();
            let fingerprint = evidence.find_map(|found| {
                serde_json::to_value(found).ok()?["requested"]["fingerprint"].as_u64()
            });
            fingerprint.map(|fingerprint| fingerprint.to_string())
        });
        let mut of_process: Vec<String> = recorded.by_ref().take(6).collect();
        of_process.retain(|text| text != "job");
        let [first, ..] = &*of_process else {
            panic!("nothing is recorded")
        };
        let bytes = GUESSED.len();
        assert!(
            first.starts_with(&format!("({bytes} bytes, ")),
            "{of_process:?}"
        );
        assert!(of_process[..4].iter().all(|other| other == first));
        all.extend([first.clone(), of_process[4].clone()]);
    }
    let distinct: std::collections::HashSet<&String> = all.iter().collect();
    assert_eq!(distinct.len(), 4, "{all:?}");
}

#[tokio::test]
async fn a_token_counts_the_scopes_that_its_request_named_and_a_test_token_none() {
    let bench = Bench::new().await;
    let used = || -> Vec<(Option<Box<str>>, UnixTime)> {
        let scopes = bench.endpoint.cache().take_usage(bench.now).scopes;
        scopes
            .into_iter()
            .map(|used| (used.scope, used.at))
            .collect()
    };
    let audience = format!("&audience={ORDERS}");
    let named = format!("{audience}&scope=read:orders");
    assert_eq!(bench.token("job", SECRET, &named).await.status(), 200);
    assert_eq!(used(), [(Some("read:orders".into()), bench.now)]);
    assert_eq!(bench.token("job", SECRET, &audience).await.status(), 200);
    assert_eq!(used(), [(None, bench.now)]);
    assert_eq!(bench.vouch(bench.of("job")).await.status(), 200);
    assert_eq!(bench.token("job", "wrong", &named).await.status(), 401);
    assert_eq!(used(), []);
}
