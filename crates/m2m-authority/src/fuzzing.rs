//! Bodies of the fuzz targets; a normal test replays their seeds.

use std::sync::LazyLock;

use m2m_errors::Profile;
use m2m_jwt::{Algorithm, Signer as _, SigningKey, UnixTime};
use oauth_proto::MessageLimits;

use crate::diagnose::diagnose;
use crate::flow::{
    Exchange, Header, RawRequest, Usage, accept, authenticate, authorize, issue, record, respond,
};
use crate::registry::{Api, Application, Records, SecretHash, SigningKeys, StoredSecret};
use crate::{Authority, JwtId, Registry, TraceId};

const SECRET: &str = "fuzz-secret-of-more-than-thirty-two-characters";
const NOW: UnixTime = UnixTime::from_seconds(1_767_225_600);

struct World {
    registry: Registry,
    keys: SigningKeys,
    authorities: [Authority; 4],
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let secret = StoredSecret::new(
        "s",
        SecretHash::of(SECRET.as_bytes()),
        UnixTime::from_seconds(0),
    );
    let authority = |profile| {
        Authority::new("https://issuer.example", profile, MessageLimits::DEFAULT)
            .expect("a valid issuer")
    };
    let (key, _) =
        SigningKey::generate(Algorithm::EdDsa, None).expect("the library generates such keys");
    World {
        registry: Registry::assemble(Records {
            apis: vec![
                Api {
                    signing_alg: key.algorithm(),
                    ..Api::new("A", "https://a.example")
                }
                .with_scopes(&["a", "b"]),
                Api {
                    signing_alg: key.algorithm(),
                    ..Api::new("B", "https://b.example")
                }
                .with_scopes(&["b", "c"]),
            ],
            applications: vec![
                Application::new("Fuzz", "fuzz")
                    .with_secret(secret)
                    .authorized("https://a.example", &["a", "b"])
                    .authorized("https://b.example", &["c"]),
            ],
            ..Records::default()
        })
        .expect("the records are consistent"),
        keys: SigningKeys::active([key]),
        authorities: Profile::ALL.map(authority),
    }
});

/// The whole flow. The first line is the profile (its first byte), the second the `Authorization` field, the third the
/// query, each absent if it is empty; the rest is the body.
///
/// # Panics
///
/// If an answer violates one of the asserted properties, which is a finding of the fuzzer.
pub fn flow(data: &[u8]) {
    let mut lines = data.splitn(4, |byte| *byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let (profile, authorization, query, body) = (line(), line(), line(), line());
    let profile = usize::from(profile.first().copied().unwrap_or_default()) % 4;
    let Some(authority) = WORLD.authorities.get(profile) else {
        return;
    };
    let request = RawRequest {
        method: "POST",
        query: (!query.is_empty()).then_some(query),
        content_type: Header::Once(b"application/x-www-form-urlencoded"),
        authorization: if authorization.is_empty() {
            Header::Absent
        } else {
            Header::Once(authorization)
        },
        body,
        address: None,
    };
    let exchange = Exchange {
        trace_id: TraceId::from_random([7; 16]),
        request_id: None,
        address: None,
    };
    let mut decision = accept(request, authority).and_then(|accepted| {
        let client = WORLD.registry.client(accepted.client_id());
        let authenticated = authenticate(accepted, client, NOW)?;
        let policy = WORLD
            .registry
            .policy(authenticated.client_id())
            .expect("every client has a policy");
        let authorized = authorize(authenticated, policy, Usage::default(), authority)?;
        assert!(
            authorized
                .scopes()
                .all(|scope| ["a", "b", "c"].contains(&scope))
        );
        let both = authorized.audiences().len() == 2;
        assert!(
            !(both && authorized.scopes().any(|scope| scope == "b")),
            "the scope b was granted, which is not assigned on both APIs"
        );
        let key = WORLD.keys.signing(authorized.algorithm());
        issue(authorized, key, authority, JwtId::from_random([7; 16]), NOW)
    });
    if let Err(refusal) = &mut decision {
        let diagnosis = diagnose(&refusal.take_suspect(), WORLD.registry.records());
        let general = diagnosis.cause.entry().for_operator.fixes;
        let has_fix = !diagnosis.fixes.is_empty() || !general.is_empty();
        assert!(has_fix, "a refusal has no fix");
    }
    let event = record(decision.as_ref(), &exchange, NOW);
    assert!(
        !format!("{event:?}").contains(SECRET),
        "an event contains the secret"
    );
    let reply = respond(decision.as_ref(), &exchange, authority);
    assert_eq!(decision.is_ok(), reply.status() == 200);
    assert!(
        reply.body().len() < 4096,
        "the body of the answer is too long"
    );
    for (_, value) in reply.headers() {
        assert!(
            value.bytes().all(|byte| matches!(byte, 0x20..=0x7e)),
            "a header field contains an invalid byte: {value}"
        );
    }
}
