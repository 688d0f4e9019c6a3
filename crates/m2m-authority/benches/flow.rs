//! The six steps together, raw request to reply, compared with the signature that they contain.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use m2m_authority::flow::{
    Exchange, Header, RawRequest, Reply, Usage, accept, authenticate, authorize, issue, record,
    respond,
};
use m2m_authority::registry::{Api, Application, Records, SecretHash, SigningKeys, StoredSecret};
use m2m_authority::{Authority, JwtId, Registry, TraceId};
use m2m_errors::Profile;
use m2m_jwt::{Algorithm, Signature, Signer, SigningKey, UnixTime};

const BODY: &[u8] = b"grant_type=client_credentials&client_id=bench\
    &client_secret=bench-secret-0123456789abcdef0123456789abcdef\
    &scope=api%3Aread&audience=https%3A%2F%2Fapi.example.com";
const NOW: UnixTime = UnixTime::from_seconds(1_767_225_600);

fn registry() -> Registry {
    let secret = SecretHash::of(b"bench-secret-0123456789abcdef0123456789abcdef");
    Registry::assemble(Records {
        apis: vec![Api::new("Bench", "https://api.example.com").with_scopes(&["api:read"])],
        applications: vec![
            Application::new("Bench", "bench")
                .with_secret(StoredSecret::new("s", secret, UnixTime::from_seconds(0)))
                .authorized("https://api.example.com", &["api:read"]),
        ],
        ..Records::default()
    })
    .expect("the records are consistent")
}

fn answer(registry: &Registry, authority: &Authority, keys: &SigningKeys) -> Reply {
    let request = RawRequest {
        method: "POST",
        query: None,
        content_type: Header::Once(b"application/x-www-form-urlencoded"),
        authorization: Header::Absent,
        body: black_box(BODY),
        address: None,
    };
    let exchange = Exchange {
        trace_id: TraceId::from_random([7; 16]),
        request_id: None,
        address: None,
    };
    let accepted = accept(request, authority).expect("the request is well-formed");
    let client = registry.client(accepted.client_id());
    let authenticated = authenticate(accepted, client, NOW).expect("the secret is right");
    let policy = registry
        .policy(authenticated.client_id())
        .expect("a client has a policy");
    let authorized =
        authorize(authenticated, policy, Usage::default(), authority).expect("all is assigned");
    let key = keys.signing(authorized.algorithm());
    let issued =
        issue(authorized, key, authority, JwtId::from_random([9; 16]), NOW).expect("the key signs");
    black_box(record(Ok(&issued), &exchange, NOW));
    respond(Ok(&issued), &exchange, authority)
}

fn flow(criterion: &mut Criterion) {
    let registry = registry();
    let authority = Authority::new(
        "https://issuer.example",
        Profile::Rfc,
        oauth_proto::MessageLimits::DEFAULT,
    )
    .expect("the issuer is an issuer identifier");
    let (key, _) = SigningKey::generate(Algorithm::Es256, None)
        .expect("the library generates this kind of key");
    let (same, _) = SigningKey::generate(Algorithm::Es256, None).expect("the same");
    let keys = SigningKeys::active([same]);

    let mut group = criterion.benchmark_group("token request");
    // The signed text has the length of header and claims of the token that the steps issue.
    let signing_input = [b'a'; 420];
    group.bench_function("the ES256 signature alone", |bencher| {
        let mut signature = Signature::default();
        bencher.iter(|| key.sign(black_box(&signing_input), &mut signature));
    });
    group.bench_function("all six steps with ES256", |bencher| {
        bencher.iter(|| answer(&registry, &authority, &keys));
    });
    group.finish();
}

criterion_group!(benches, flow);
criterion_main!(benches);
