//! The number of allocations for a token (docs/architecture.md, budgets).

use std::cell::Cell;

use m2m_authority::flow::{
    Exchange, Header, RawRequest, Reply, Usage, accept, authenticate, authorize, issue, record,
    respond,
};
use m2m_authority::registry::{Api, Application, Records, SecretHash, StoredSecret};
use m2m_authority::{Authority, JwtId, Registry, TraceId};
use m2m_errors::Profile;
use m2m_jwt::{
    AccessTokenHeader, Algorithm, Signature, Signer, SigningFailed, SigningKey, UnixTime,
};

/// A key that counts the allocations of its own signatures, which are not those of the steps: one of the crypto libraries allocates, the
/// other does not.
struct Counted {
    key: SigningKey,
    allocations: Cell<u64>,
}

impl Signer for Counted {
    fn access_token_header(&self) -> &AccessTokenHeader {
        self.key.access_token_header()
    }

    fn sign(&self, signing_input: &[u8], signature: &mut Signature) -> Result<(), SigningFailed> {
        let mut outcome = Ok(());
        let count =
            allocation_counter::measure(|| outcome = self.key.sign(signing_input, signature));
        self.allocations.set(count.count_total);
        outcome
    }
}

const BODY: &[u8] = b"grant_type=client_credentials&client_id=bench\
    &client_secret=bench-secret-0123456789abcdef0123456789abcdef\
    &scope=api%3Aread&audience=https%3A%2F%2Fapi.example.com";
const NOW: UnixTime = UnixTime::from_seconds(1_767_225_600);

fn answer(
    registry: &Registry,
    authority: &Authority,
    key: &Counted,
    request: RawRequest<'_>,
) -> Reply {
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
        .expect("every client has a policy");
    let authorized = authorize(authenticated, policy, Usage::default(), authority)
        .expect("all scopes are assigned");
    let issued = issue(
        authorized,
        Some(key),
        authority,
        JwtId::from_random([9; 16]),
        NOW,
    )
    .expect("a key");
    let _event = record(Ok(&issued), &exchange, NOW);
    respond(Ok(&issued), &exchange, authority)
}

#[test]
fn a_token_by_body_and_by_header_takes_at_most_twelve_allocations() {
    let secret = SecretHash::of(b"bench-secret-0123456789abcdef0123456789abcdef");
    let registry = Registry::assemble(Records {
        apis: vec![Api::new("Bench", "https://api.example.com").with_scopes(&["api:read"])],
        applications: vec![
            Application::new("Bench", "bench")
                .with_secret(StoredSecret::new("s", secret, UnixTime::from_seconds(0)))
                .authorized("https://api.example.com", &["api:read"]),
        ],
        ..Records::default()
    })
    .unwrap();
    let limits = oauth_proto::MessageLimits::DEFAULT;
    let authority = Authority::new("https://issuer.example", Profile::Rfc, limits).unwrap();
    let (key, _) = SigningKey::generate(Algorithm::Es256, None).unwrap();
    let counted = Counted {
        key,
        allocations: Cell::new(0),
    };
    let by_body = RawRequest {
        method: "POST",
        query: None,
        content_type: Header::Once(b"application/x-www-form-urlencoded"),
        authorization: Header::Absent,
        body: BODY,
        address: None,
    };
    let header = oauth_proto::BasicCredentials::write(
        "bench",
        "bench-secret-0123456789abcdef0123456789abcdef",
    );
    let by_header = RawRequest {
        authorization: Header::Once(header.as_bytes()),
        body:
            b"grant_type=client_credentials&scope=api%3Aread&audience=https%3A%2F%2Fapi.example.com",
        ..by_body
    };
    let with_unknown = [BODY, b"&tenant=x&scopes=y"].concat();
    let with_unknown = RawRequest {
        query: Some(b"tenant=x&audience=y"),
        body: &with_unknown,
        ..by_body
    };
    for (name, request, limit) in [
        ("body", by_body, 12),
        ("header", by_header, 12),
        // One more for the unknown names, which must not repeat.
        ("body with unknown parameters", with_unknown, 13),
    ] {
        let mut status = 0;
        let whole = allocation_counter::measure(|| {
            status = answer(&registry, &authority, &counted, request).status();
        });
        let signature = counted.allocations.get();
        let own = whole.count_total - signature;
        println!("by {name}: {own} allocations, and {signature} in the signature");
        assert_eq!(status, 200);
        assert!(own <= limit, "by {name}: {own} allocations");
    }
}
