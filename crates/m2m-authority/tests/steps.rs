//! The parts of a request that a shell may read between the steps.

use m2m_authority::flow::{
    Exchange, Header, RawRequest, Usage, accept, authenticate, authorize, issue, respond,
};
use m2m_authority::registry::{Api, Application, Records, SecretHash, StoredSecret};
use m2m_authority::{Authority, JwtId, Refusal, Registry, RequestId, TraceId};
use m2m_errors::{Cause, Profile};
use m2m_jwt::{Algorithm, SigningKey, UnixTime};

#[test]
fn each_step_names_what_to_load_for_the_next() {
    let now = UnixTime::from_seconds(1_767_225_600);
    let secret = StoredSecret::new("s", SecretHash::of(b"secret"), now);
    let registry = Registry::assemble(Records {
        apis: vec![Api::new("Orders", "https://orders.example").with_scopes(&["read", "write"])],
        applications: vec![
            Application::new("Billing", "billing")
                .with_secret(secret)
                .authorized("https://orders.example", &["read", "write"]),
        ],
        ..Records::default()
    })
    .unwrap();
    let limits = oauth_proto::MessageLimits::DEFAULT;
    let authority = Authority::new("https://issuer.example", Profile::Rfc, limits).unwrap();
    let request = RawRequest {
        method: "POST",
        query: None,
        content_type: Header::Once(b"application/x-www-form-urlencoded"),
        authorization: Header::Absent,
        body: b"grant_type=client_credentials&client_id=billing&client_secret=secret&scope=write",
        address: None,
    };

    let accepted = accept(request, &authority).unwrap();
    assert_eq!(accepted.client_id(), "billing");
    let client = registry.client(accepted.client_id()).unwrap();
    let authenticated = authenticate(accepted, Some(client), now).unwrap();
    assert_eq!(&**authenticated.client_id(), "billing");
    let policy = registry.policy(authenticated.client_id()).unwrap();
    let authorized = authorize(authenticated, policy, Usage::default(), &authority).unwrap();
    assert_eq!(authorized.algorithm(), Algorithm::Es256);
    let audiences: Vec<&str> = authorized
        .audiences()
        .iter()
        .map(|audience| &**audience)
        .collect();
    assert_eq!(audiences, ["https://orders.example"]);
    assert!(authorized.scopes().eq(["write"]));
    let refusal = authorized.refuse(Refusal::of(Cause::QuotaExceeded));
    assert_eq!(refusal.client_id().to_string(), "billing");

    let (key, _) = SigningKey::generate(authorized.algorithm(), None).unwrap();
    let jwt_id = JwtId::from_random([7; 16]);
    let issued = issue(authorized, Some(&key), &authority, jwt_id, now).unwrap();
    let exchange = Exchange {
        trace_id: TraceId::from_random([7; 16]),
        request_id: RequestId::parse(b"caller-1"),
        address: None,
    };
    let reply = respond(Ok(&issued), &exchange, &authority);
    let sent = String::from_utf8(reply.body().to_vec()).unwrap();
    let token = format!("\"access_token\":\"{}\"", issued.access_token_secret());
    assert!(sent.contains(&token), "{sent}");
    assert!(!format!("{issued:?} {reply:?}").contains(issued.access_token_secret()));
    let named = reply.headers().find(|(name, _)| *name == "x-request-id");
    assert_eq!(named.unwrap().1, "caller-1");
    assert_eq!(reply.into_body(), sent.as_bytes());
}

#[test]
fn the_debug_output_of_a_request_has_no_secret() {
    let request = RawRequest {
        method: "POST",
        query: Some(b"client_secret=hidden"),
        content_type: Header::Absent,
        authorization: Header::Once(b"Basic hidden"),
        body: b"client_secret=hidden",
        address: None,
    };
    let printed = format!("{request:?}");
    assert!(
        printed.contains("POST") && !printed.contains("hidden"),
        "{printed}"
    );
}
