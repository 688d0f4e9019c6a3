//! From an issuer to a token, over a transport that the caller provides.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use m2m_client::{
    AccessToken, AccessTokenRequest, AuthenticationMethod, BoxError, Client, Credentials,
    DiscoveryError, TokenError, TransportFailure,
};
use m2m_errors::Cause;
use oauth_proto::Issuer;
use oauth_proto::UnixTime;
use tower_service::Service;

type Answers = dyn Fn(&Request<Bytes>) -> Result<Response<Bytes>, BoxError> + Send + Sync;

/// A server that is a function, and the requests that it receives.
#[derive(Clone)]
struct Fake {
    answers: Arc<Answers>,
    asked: Arc<Mutex<Vec<String>>>,
}

#[expect(clippy::unwrap_used, reason = "a test takes its own input for granted")]
impl Service<Request<Bytes>> for Fake {
    type Response = Response<Bytes>;
    type Error = BoxError;
    type Future = Ready<Result<Response<Bytes>, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let asked = format!("{} {}", request.method(), request.uri());
        self.asked.lock().unwrap().push(asked);
        ready((self.answers)(&request))
    }
}

const SECRET: &str = "hunter2-hunter2";

/// Returns a client of `https://id.example/tenant`, and the requests that its server receives.
#[expect(clippy::unwrap_used, reason = "a test takes its own input for granted")]
fn client(
    answers: impl Fn(&Request<Bytes>) -> Result<Response<Bytes>, BoxError> + Send + Sync + 'static,
) -> (Client<Fake>, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let fake = Fake {
        answers: Arc::new(answers),
        asked: Arc::clone(&asked),
    };
    let issuer = Issuer::parse("https://id.example/tenant").unwrap();
    let credentials = Credentials::new("billing-job", SECRET).unwrap();
    (Client::new(issuer, credentials, fake), asked)
}

#[expect(clippy::unwrap_used, reason = "a test takes its own input for granted")]
fn ask(client: &Client<Fake>) -> Result<AccessToken, TokenError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let now = UnixTime::from_seconds(1_800_000_000);
    runtime
        .unwrap()
        .block_on(client.token(&AccessTokenRequest::new(), now))
}

fn answer(status: u16, body: impl Into<Bytes>) -> Result<Response<Bytes>, BoxError> {
    Ok(Response::builder().status(status).body(body.into())?)
}

const TOKEN: &str = r#"{"access_token":"a.b.c","token_type":"Bearer","expires_in":60}"#;
const METADATA: &str =
    r#"{"issuer":"https://id.example/tenant","token_endpoint":"https://id.example/t"}"#;

const FIRST: &str = "GET https://id.example/.well-known/oauth-authorization-server/tenant";
const SECOND: &str = "GET https://id.example/tenant/.well-known/openid-configuration";
const ENDPOINT: &str = "POST https://id.example/t";

/// Returns the error for these metadata.
#[track_caller]
fn discovery_error(metadata: &'static str) -> DiscoveryError {
    let (client, asked) = client(move |_| answer(200, metadata));
    match ask(&client) {
        Err(TokenError::Discovery(error)) => {
            assert_eq!(*asked.lock().expect("not poisoned"), [FIRST]);
            error
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a37_the_token_endpoint_is_discovered_once() {
    let (client, asked) = client(|request| match request.uri().path() {
        "/t" => answer(200, TOKEN),
        _ => answer(200, METADATA),
    });
    for _ in 0..2 {
        assert_eq!(ask(&client).unwrap().expose_secret(), "a.b.c");
    }
    assert_eq!(*asked.lock().unwrap(), [FIRST, ENDPOINT, ENDPOINT]);
}

#[test]
fn a37_openid_configuration_is_the_second_try() {
    let (client, asked) = client(|request| match request.uri().path() {
        "/t" => answer(200, TOKEN),
        "/tenant/.well-known/openid-configuration" => answer(200, METADATA),
        _ => answer(404, "<html>"),
    });
    assert!(ask(&client).is_ok());
    assert_eq!(*asked.lock().unwrap(), [FIRST, SECOND, ENDPOINT]);
}

#[test]
fn a37_metadata_of_another_issuer_are_not_used() {
    for other in [
        "https://id.example/tenant/",
        "https://id.example",
        "https://ID.example/tenant",
        "http://id.example/tenant",
    ] {
        let (client, asked) = client(move |_| {
            let document =
                format!(r#"{{"issuer":"{other}","token_endpoint":"https://x.example/"}}"#);
            answer(200, document)
        });
        let error = ask(&client).unwrap_err();
        let TokenError::Discovery(DiscoveryError::OtherIssuer { named, .. }) = &error else {
            panic!("{error:?}")
        };
        assert_eq!(named, other);
        assert_eq!(error.cause(), Cause::MetadataIssuerMismatch);
        assert!(!error.fixes().is_empty());
        assert!(
            asked
                .lock()
                .unwrap()
                .iter()
                .all(|asked| asked.starts_with("GET"))
        );
    }
}

#[test]
fn credentials_go_to_no_endpoint_in_the_clear() {
    for document in [
        r#"{"issuer":"https://id.example/tenant","token_endpoint":"http://id.example/t"}"#,
        r#"{"issuer":"https://id.example/tenant","token_endpoint":"/t"}"#,
        r#"{"issuer":"https://id.example/tenant","token_endpoint":"file:///t"}"#,
        r#"{"issuer":"https://id.example/tenant","token_endpoint":""}"#,
    ] {
        let error = discovery_error(document);
        assert!(
            matches!(error, DiscoveryError::TokenEndpointUnusable { .. }),
            "{error:?}"
        );
    }
    let error = discovery_error(r#"{"issuer":"https://id.example/tenant"}"#);
    assert!(matches!(error, DiscoveryError::TokenEndpointMissing { .. }));
}

#[test]
fn the_more_informative_of_two_failures_is_reported() {
    let error_text = |first: u16, second: u16| {
        let (client, _) = client(move |request| {
            let is_first = request.uri().path().starts_with("/.well-known");
            match if is_first { first } else { second } {
                200 => answer(200, "<html>"),
                status => answer(status, ""),
            }
        });
        let error = ask(&client).unwrap_err();
        assert!(first == 503 || second != 404 || error.cause() == Cause::MetadataNotFound);
        error.to_string()
    };
    assert!(error_text(404, 503).contains("503"));
    assert!(error_text(503, 404).contains("503"));
    assert!(error_text(404, 200).contains("not issuer metadata"));
    assert!(error_text(404, 404).contains("404"));
}

#[test]
fn the_error_of_a_custom_transport_is_kept_without_the_secret() {
    let (client, _) = client(|_| Err(format!("the pool is full of {SECRET}").into()));
    let error = ask(&client).unwrap_err();
    let TokenError::Transport(transport) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(transport.failure(), TransportFailure::Other);
    assert_eq!(error.cause(), Cause::RequestNotSent);
    assert_eq!(transport.detail(), Some("the pool is full of [redacted]"));
    assert!(!error.fixes().is_empty());
}

#[test]
fn a_token_endpoint_that_is_known_is_not_discovered() {
    let (client, asked) = client(|request| {
        assert!(request.headers().get("authorization").is_none());
        assert!(request.body().ends_with(SECRET.as_bytes()));
        answer(200, TOKEN)
    });
    let client = client
        .with_token_endpoint("https://id.example/t".parse().unwrap())
        .with_authentication_method(AuthenticationMethod::ClientSecretPost);
    assert!(ask(&client).is_ok());
    assert_eq!(*asked.lock().unwrap(), [ENDPOINT]);
}

#[test]
fn f5_x28_metadata_need_only_what_is_used() {
    for unused in [
        r#""scopes_supported":{"read":1}"#,
        r#""scopes_supported":null,"tls_client_certificate_bound_access_tokens":null"#,
        r#""jwks_uri":7,"grant_types_supported":"client_credentials""#,
        r#""x":1,"x":2,"op_policy_uri":["a"]"#,
    ] {
        let metadata = METADATA.replacen('{', &format!("{{{unused},"), 1);
        let (client, _) = client(move |request| match request.uri().path() {
            "/t" => answer(200, TOKEN),
            _ => answer(200, metadata.clone()),
        });
        assert!(ask(&client).is_ok(), "{unused}");
    }
    let error = discovery_error(
        r#"{"issuer":"https://id.example/tenant","token_endpoint":["https://id.example/t"]}"#,
    );
    assert_eq!(
        error.to_string(),
        "the token_endpoint in the metadata of https://id.example/tenant is a list instead of a string"
    );
    let error = discovery_error(
        r#"{"issuer":"https://id.example/tenant","token_endpoint":"a","token_endpoint":"b"}"#,
    );
    assert!(
        error.to_string().ends_with("appears more than once"),
        "{error}"
    );
    let error = discovery_error(r#"{"issuer":"https://id.example/tenant","token_endpoint":null}"#);
    assert!(matches!(error, DiscoveryError::TokenEndpointMissing { .. }));
}

#[test]
fn f8_an_issuer_that_is_a_template_is_refused_with_the_tenant_to_name() {
    let refused = |named: &'static str| {
        let (client, asked) = client(move |_| {
            let document = serde_json::json!({
                "issuer": named, "token_endpoint": "https://id.example/t", "scopes_supported": 1,
            });
            answer(200, document.to_string())
        });
        let error = ask(&client).unwrap_err();
        let asked = asked.lock().unwrap();
        assert!(asked.iter().all(|asked| asked.starts_with("GET")));
        let TokenError::Discovery(discovery) = &error else {
            panic!("{error:?}")
        };
        let DiscoveryError::OtherIssuer { named: found, .. } = discovery else {
            panic!("{error:?}")
        };
        assert_eq!(found, named);
        (discovery.clone(), error.fixes().join(" "))
    };
    for template in [
        "https://login.microsoftonline.com/{tenantid}/v2.0",
        "https://sts.windows.net/{tenantid}/",
        "https://id.example/%7Btenant%7D",
    ] {
        let (error, fixes) = refused(template);
        assert_eq!(error.issuer_template(), Some(template));
        assert!(error.to_string().contains(template), "{error}");
        assert!(
            fixes.contains("instead of common or organizations"),
            "{fixes}"
        );
        assert!(
            !fixes.contains("exactly as it is in its metadata"),
            "{fixes}"
        );
    }
    let (error, fixes) = refused("https://id.ex\u{e4}mple");
    assert!(
        error.to_string().contains("https://id.ex\u{e4}mple"),
        "{error}"
    );
    assert_eq!(
        (error.issuer_template(), error.usable_issuer()),
        (None, None)
    );
    assert!(fixes.contains("xn--"), "{fixes}");
    let (error, fixes) = refused("https://id.example/other");
    assert_eq!(error.usable_issuer(), Some("https://id.example/other"));
    assert!(
        fixes.contains("exactly as it is in its metadata"),
        "{fixes}"
    );
}

/// A service with any error type is a transport, and the future can move between threads.
#[test]
fn every_service_that_can_be_cloned_is_a_transport() {
    #[derive(Clone)]
    struct Never;

    impl Service<Request<Bytes>> for Never {
        type Response = Response<Bytes>;
        type Error = Infallible;
        type Future = Ready<Result<Response<Bytes>, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Pending
        }

        fn call(&mut self, _: Request<Bytes>) -> Self::Future {
            ready(Ok(Response::default()))
        }
    }

    fn can_move<F: Future + Send>(_: F) {}

    let client = Client::new(
        Issuer::parse("https://id.example").unwrap(),
        Credentials::new("a", "b").unwrap(),
        Never,
    );
    can_move(client.token(&AccessTokenRequest::new(), UnixTime::from_seconds(0)));
}
