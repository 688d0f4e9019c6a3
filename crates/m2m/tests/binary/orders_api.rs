//! The rows of an API, over HTTP: the example `orders_api` of m2m-guard, with tokens of a server process, in the profiles `rfc` and `kinde`.

#[path = "../../../m2m-guard/examples/orders_api.rs"]
#[expect(dead_code, reason = "the test starts the API itself")]
pub(crate) mod example;

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use axum::Router;
use m2m_authority::registry::SecretHash;
use m2m_errors::{Cause, Profile};
use m2m_guard::{Credentials, UnixTime};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::support::{Answer, SECRET, Serving, send_to};

const AUDIENCE: &str = "https://orders.example/api";

/// A server, and the API that trusts it.
struct Orders {
    server: Serving,
    profile: Profile,
    api: SocketAddr,
    /// The same API, whose clock is two hours ahead.
    late: SocketAddr,
    /// The same API, which asks the server about each token.
    asking: SocketAddr,
    _runtime: Runtime,
}

/// Starts both in each profile.
fn each_profile() -> [Orders; 2] {
    [Profile::Rfc, Profile::Kinde].map(Orders::start)
}

impl Orders {
    fn start(profile: Profile) -> Self {
        let server = Serving::of(&world(), &["--profile", profile.as_str()]);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let guard = example::guard(&server.issuer(), AUDIENCE, profile, None).unwrap();
        let api = Credentials::new("orders-api", SECRET).unwrap();
        let asking = guard.clone().with_introspection(api, Duration::ZERO);
        let late = guard.clone().with_clock(two_hours_ahead);
        Self {
            api: listen(&runtime, example::router(&guard)),
            late: listen(&runtime, example::router(&late)),
            asking: listen(&runtime, example::router(&asking)),
            server,
            profile,
            _runtime: runtime,
        }
    }

    /// A token of this application for an API.
    fn token(&self, client_id: &str, audience: &str) -> String {
        let more = format!("&audience={audience}");
        self.server.token(client_id, SECRET, &more).access_token()
    }

    /// A token of this application for this API, as a header field.
    fn bearer(&self, client_id: &str) -> String {
        bearer(&self.token(client_id, AUDIENCE))
    }

    /// Calls the API with these header fields.
    fn call(&self, method: &str, path: &str, headers: &str) -> Answer {
        call(self.api, method, path, headers)
    }

    /// Asserts that a call is refused with this status and code, with a challenge that names the page of the cause.
    #[track_caller]
    fn assert_refused(&self, answer: &Answer, (status, code): (u16, &str), cause: Cause) {
        let challenge = answer.header("www-authenticate").unwrap_or_default();
        assert_eq!(answer.status, status, "{}: {challenge}", self.profile);
        for expected in [
            format!("Bearer error=\"{code}\", error_description=\""),
            format!("error_uri=\"{}/errors/{cause}\"", self.server.issuer()),
        ] {
            assert!(
                challenge.contains(&expected),
                "{}: {challenge}",
                self.profile
            );
        }
        // The page exists.
        let page = self.server.call("GET", &format!("/errors/{cause}"), "");
        assert_eq!(page.status, 200, "{cause}");
    }
}

#[expect(clippy::disallowed_methods, reason = "the API has a wrong clock")]
fn two_hours_ahead() -> UnixTime {
    UnixTime::from(SystemTime::now()).saturating_add_seconds(7200)
}

fn listen(runtime: &Runtime, router: Router) -> SocketAddr {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async { axum::serve(listener, router).await });
    address
}

fn call(api: SocketAddr, method: &str, path: &str, headers: &str) -> Answer {
    let head =
        format!("{method} {path} HTTP/1.1\r\nhost: {api}\r\nconnection: close\r\n{headers}\r\n");
    send_to(api, head.as_bytes())
}

fn bearer(token: &str) -> String {
    format!("authorization: Bearer {token}\r\n")
}

fn world() -> String {
    let hash = SecretHash::of(SECRET.as_bytes()).to_base64();
    let application = |client_id: &str, organization: &str, scopes: &str| {
        format!(
            r#"
[[application]]
name = "{client_id}"
client_id = "{client_id}"
secret_sha256 = "{hash}"
{organization}
authorize = [
  {{ audience = "{AUDIENCE}", scopes = [{scopes}] }},
  {{ audience = "https://other.example/api" }},
]
"#
        )
    };
    let both = r#""read:orders", "write:orders""#;
    let applications = [
        application("clerk", "organization = \"org_acme\"", both),
        application("reader", "organization = \"org_acme\"", r#""read:orders""#),
        application("global", "", both),
        application("orders-api", "", ""),
    ];
    format!(
        r#"
[[organization]]
code = "org_acme"
name = "Acme"

[[api]]
name = "Orders"
audience = "{AUDIENCE}"
scopes = ["read:orders", "write:orders"]
token_lifetime = 3600
introspection_clients = ["orders-api"]

[[api]]
name = "Another API"
audience = "https://other.example/api"
{}"#,
        applications.concat()
    )
}

#[test]
fn k15_g2_a_call_without_a_token_gets_a_challenge_without_an_error() {
    for orders in each_profile() {
        for headers in ["", "authorization: Basic YTpi\r\n"] {
            let answer = orders.call("GET", "/orders", headers);
            assert_eq!(answer.status, 401);
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
        let answer = orders.call("GET", "/open", "");
        assert_eq!((answer.status, &*answer.body), (200, "open to everyone\n"));
    }
}

#[test]
fn k16_g2_g17_a_token_is_refused_after_its_end() {
    for orders in each_profile() {
        let bearer = orders.bearer("clerk");
        assert_eq!(orders.call("GET", "/orders", &bearer).status, 200);
        let answer = call(orders.late, "GET", "/orders", &bearer);
        orders.assert_refused(&answer, (401, "invalid_token"), Cause::TokenExpired);
    }
}

#[test]
fn k17_a_header_that_cannot_be_read_is_refused_in_the_dialect_of_the_profile() {
    for orders in each_profile() {
        let status = if orders.profile == Profile::Kinde {
            401
        } else {
            400
        };
        let token = orders.token("clerk", AUDIENCE);
        for header in [
            "authorization: Bearer\r\n".to_owned(),
            format!("authorization: Bearer {token} {token}\r\n"),
            format!("authorization: Bearer \"{token}\"\r\n"),
            [bearer(&token), bearer(&token)].concat(),
        ] {
            let answer = orders.call("GET", "/orders", &header);
            let cause = Cause::AuthorizationHeaderMalformed;
            orders.assert_refused(&answer, (status, "invalid_request"), cause);
        }
    }
}

#[test]
fn k18_g3_g18_a_token_of_another_organization_is_refused_by_the_path_and_by_the_loaded_order() {
    for orders in each_profile() {
        let bearer = orders.bearer("clerk");
        for (path, expected) in [
            ("/orgs/org_acme/orders", "1: ten anvils for org_acme\n"),
            ("/orders/1", "1: ten anvils for org_acme\n"),
        ] {
            let answer = orders.call("GET", path, &bearer);
            assert_eq!((answer.status, &*answer.body), (200, expected));
        }
        for path in ["/orgs/org_globex/orders", "/orders/2"] {
            let answer = orders.call("GET", path, &bearer);
            let cause = Cause::OrganizationMismatch;
            orders.assert_refused(&answer, (403, "insufficient_scope"), cause);
        }
        assert_eq!(orders.call("GET", "/orders/3", &bearer).status, 404);
    }
}

#[test]
fn k19_g3_g18_a_token_without_the_scope_is_refused_and_the_challenge_names_the_scope() {
    for orders in each_profile() {
        let answer = orders.call("POST", "/orders", &orders.bearer("clerk"));
        assert_eq!((answer.status, &*answer.body), (201, "created for clerk\n"));
        let answer = orders.call("POST", "/orders", &orders.bearer("reader"));
        let cause = Cause::ScopeInsufficient;
        orders.assert_refused(&answer, (403, "insufficient_scope"), cause);
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.contains("scope=\"write:orders\""), "{challenge}");
    }
}

#[test]
fn k20_g3_a_token_of_a_global_application_is_refused_on_the_route_of_an_organization() {
    for orders in each_profile() {
        let bearer = orders.bearer("global");
        assert_eq!(orders.call("GET", "/orders", &bearer).status, 200);
        for path in ["/orgs/org_acme/orders", "/orders/1"] {
            let answer = orders.call("GET", path, &bearer);
            let cause = Cause::OrganizationMissing;
            orders.assert_refused(&answer, (403, "insufficient_scope"), cause);
        }
    }
}

#[test]
fn k32_g17_a_token_for_another_audience_is_refused() {
    for orders in each_profile() {
        let other = orders.token("clerk", "https://other.example/api");
        let answer = orders.call("GET", "/orders", &bearer(&other));
        let cause = Cause::AudienceMismatch;
        orders.assert_refused(&answer, (401, "invalid_token"), cause);
    }
}

#[test]
fn g17_a_token_that_is_malformed_forged_or_of_another_issuer_is_refused() {
    let [orders, other] = each_profile();
    let token = orders.token("clerk", AUDIENCE);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    let forged = format!("{signed}.{first}{}", signature.get(1..).unwrap());
    for (token, cause) in [
        ("abc".to_owned(), Cause::TokenMalformed),
        (forged, Cause::TokenSignatureWrong),
        (other.token("clerk", AUDIENCE), Cause::TokenKeyUnknown),
    ] {
        let answer = orders.call("GET", "/orders", &bearer(&token));
        orders.assert_refused(&answer, (401, "invalid_token"), cause);
    }
}

#[test]
fn g2_g17_a_token_that_was_revoked_is_refused_by_an_api_that_asks() {
    for orders in each_profile() {
        let token = orders.token("clerk", AUDIENCE);
        let ask = || call(orders.asking, "GET", "/orders", &bearer(&token));
        assert_eq!(ask().status, 200);
        let form = format!("client_id=clerk&client_secret={SECRET}&token={token}");
        assert_eq!(orders.server.post("/oauth2/revoke", "", &form).status, 200);
        orders.assert_refused(&ask(), (401, "invalid_token"), Cause::TokenRevoked);
        // An API that does not ask accepts the token up to its end.
        assert_eq!(orders.call("GET", "/orders", &bearer(&token)).status, 200);
    }
}

#[test]
fn r7_a_token_in_the_query_is_refused() {
    for orders in each_profile() {
        let token = orders.token("clerk", AUDIENCE);
        let path = format!("/orders?access_token={token}");
        let answer = orders.call("GET", &path, "");
        orders.assert_refused(&answer, (400, "invalid_request"), Cause::TokenInUrl);
        let answer = orders.call("GET", &path, &bearer(&token));
        orders.assert_refused(&answer, (400, "invalid_request"), Cause::TokenSentTwice);
    }
}
