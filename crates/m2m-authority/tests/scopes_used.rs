//! The scopes that a request used, by their positions, for the record of their last use.

use std::borrow::Cow;

use m2m_authority::flow::{
    Authenticated, Header, Issued, Operator, RawRequest, TestRequest, Usage, accept, authenticate,
    authorize, issue, vouched,
};
use m2m_authority::registry::{Api, Application, Records, SecretHash, StoredSecret};
use m2m_authority::{Authority, JwtId, Registry};
use m2m_errors::Profile;
use m2m_jwt::{Algorithm, SigningKey, UnixTime};

const NOW: UnixTime = UnixTime::from_seconds(1_767_225_600);
const BOTH: [&str; 2] = ["https://a.example", "https://b.example"];

/// Returns two APIs that both define `shared`, and an application with these scopes on both.
fn registry() -> Registry {
    let secret = StoredSecret::new("s", SecretHash::of(b"secret"), NOW);
    let [a, b] = BOTH;
    Registry::assemble(Records {
        apis: vec![
            Api::new("A", a).with_scopes(&["first", "shared", "never"]),
            Api::new("B", b).with_scopes(&["other", "shared"]),
        ],
        applications: vec![
            Application::new("Job", "job")
                .with_secret(secret)
                .authorized(a, &["first", "shared"])
                .authorized(b, &["other", "shared"]),
        ],
        ..Records::default()
    })
    .expect("the records are valid")
}

fn authority() -> Authority {
    let limits = oauth_proto::MessageLimits::DEFAULT;
    Authority::new("https://issuer.example", Profile::Rfc, limits).expect("an issuer")
}

fn token(registry: &Registry, authenticated: Authenticated<'_>) -> Issued {
    let authority = authority();
    let policy = registry.policy("job").expect("a policy");
    let authorized =
        authorize(authenticated, policy, Usage::default(), &authority).expect("a granted request");
    let (key, _) = SigningKey::generate(Algorithm::Es256, None).expect("a key");
    let jwt_id = JwtId::from_random([7; 16]);
    issue(authorized, Some(&key), &authority, jwt_id, NOW).expect("a token")
}

/// Returns the positions that a request uses, each as API and scope, and whether it named them.
fn used(parameters: &str) -> (Vec<(usize, usize)>, bool) {
    let registry = registry();
    let body =
        format!("grant_type=client_credentials&client_id=job&client_secret=secret&{parameters}");
    let request = RawRequest {
        method: "POST",
        query: None,
        content_type: Header::Once(b"application/x-www-form-urlencoded"),
        authorization: Header::Absent,
        body: body.as_bytes(),
        address: None,
    };
    let authority = authority();
    let accepted = accept(request, &authority).expect("a well-formed request");
    let client = registry.client("job");
    let authenticated = authenticate(accepted, client, NOW).expect("the secret is right");
    let issued = token(&registry, authenticated);
    let scopes = issued.scopes_used().expect("the application asked itself");
    let positions = scopes.positions().iter();
    let positions = positions.map(|position| (position.api, position.scope));
    (positions.collect(), scopes.is_requested())
}

#[test]
fn a_requested_scope_is_used_on_every_api_of_the_token_that_defines_it() {
    let a = "audience=https%3A%2F%2Fa.example";
    let both = "audience=https%3A%2F%2Fa.example&audience=https%3A%2F%2Fb.example";
    assert_eq!(used(&format!("{a}&scope=shared")), (vec![(0, 1)], true));
    assert_eq!(
        used(&format!("{both}&scope=shared+other+shared")),
        (vec![(0, 1), (1, 0), (1, 1)], true)
    );
}

#[test]
fn a_request_without_scope_uses_all_scopes_and_names_none() {
    let a = "audience=https%3A%2F%2Fa.example";
    let both = "audience=https%3A%2F%2Fa.example&audience=https%3A%2F%2Fb.example";
    assert_eq!(used(a), (vec![(0, 0), (0, 1)], false));
    assert_eq!(used(both), (vec![(0, 0), (0, 1), (1, 0), (1, 1)], false));
}

#[test]
fn a_test_token_uses_no_scope() {
    let registry = registry();
    let request = TestRequest {
        audiences: vec![Cow::Borrowed("https://a.example")],
        scope: Some(Cow::Borrowed("shared")),
        address: None,
    };
    let operator = Operator::danger_unchecked("operator");
    let client = registry.client("job");
    let authenticated = vouched(&operator, "job", client, request, NOW).expect("an application");
    assert_eq!(token(&registry, authenticated).scopes_used(), None);
}
