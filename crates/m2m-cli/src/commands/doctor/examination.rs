//! The steps, in their order, over any transport.

use bytes::Bytes;
use http::{Request, Uri};
use m2m_client::{
    AccessToken, AccessTokenRequest, AuthenticationMethod, AuthorizationServerMetadata, Client,
    Credentials, Issuer, TokenError, Transport, TransportFailure, discover, exchange,
    token_endpoint,
};
use m2m_errors::Cause;
use m2m_jwt::{JwkSet, KeySet, UnixTime};
use serde_json::Value;

use super::observed::{Exchange, Observed, without_credentials};
use super::problem::Problem;
use super::redaction::Redaction;
use super::step::{Step, Topic};
use super::token::Expected;
use super::{clock, metadata, token};

/// The server, and the call that should work.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) issuer: Issuer,
    pub(super) credentials: Option<Credentials>,
    pub(super) method: AuthenticationMethod,
    /// True if plain http to other machines is allowed.
    pub(super) is_exposed: bool,
    pub(super) request: AccessTokenRequest,
    /// The request in words.
    pub(super) request_text: String,
    /// A token that was obtained already.
    pub(super) token: Option<String>,
    pub(super) expected: Expected,
}

/// Takes the steps, and reports each as soon as its result is known.
pub(super) async fn examine<T: Transport>(
    subject: Subject,
    transport: T,
    now: fn() -> UnixTime,
    mut report: impl FnMut(Step),
) {
    let redaction = Redaction::of(subject.credentials.as_ref(), subject.token.as_deref());
    let report = &mut |step: Step| report(step.cleaned(&|text| redaction.of_text(text)));
    let transport = Observed::new(transport, now);
    let found = discover(&subject.issuer, &transport).await;
    let mut exchanges = transport.take();
    report(tls(&subject.issuer, subject.is_exposed, &found));
    let (step, metadata) = discovery(&subject, found, &exchanges);
    report(step);
    let keys = match &metadata {
        None => {
            report(Step::not_tried(Topic::Keys, NO_METADATA));
            None
        }
        Some(metadata) => {
            let (step, keys) = keys(metadata, &transport).await;
            report(step);
            keys
        }
    };
    exchanges.extend(transport.take());
    let expected = subject.expected;
    let token = match (subject.token, &metadata, subject.credentials) {
        (Some(token), ..) => {
            report(Step::not_tried(Topic::TokenRequest, "a token was given"));
            Some(token)
        }
        (None, None, _) => {
            report(Step::not_tried(Topic::TokenRequest, NO_METADATA));
            None
        }
        (None, Some(_), None) => {
            report(Step::not_tried(Topic::TokenRequest, NO_CREDENTIALS));
            None
        }
        (None, Some(metadata), Some(credentials)) => {
            let tried = format!("as {}{}", credentials.client_id(), subject.request_text);
            let blemish = blemish(credentials.expose_secret());
            let result = match token_endpoint(metadata) {
                Ok(endpoint) => {
                    let client = Client::new(subject.issuer, credentials, transport.clone())
                        .with_authentication_method(subject.method)
                        .with_token_endpoint(endpoint);
                    client.token(&subject.request, now()).await
                }
                Err(error) => Err(error.into()),
            };
            let sent = transport.take();
            if let Ok(token) = &result {
                redaction.add_token(token.expose_secret());
            }
            report(token_request(&tried, blemish, &sent, &result));
            exchanges.extend(sent);
            result.ok().map(|token| token.expose_secret().to_owned())
        }
    };
    let clock = clock::compare(&exchanges);
    let Some(token) = token else {
        for topic in Topic::OF_TOKEN {
            report(Step::not_tried(topic, "there is no token"));
        }
        return report(clock);
    };
    let (steps, of_times) = token::judge(&token, keys.as_ref(), &expected, now());
    steps.into_iter().for_each(&mut *report);
    let clock = token::lifetime(clock, &token);
    report(of_times.into_iter().fold(clock, Step::fails));
}

const NO_METADATA: &str = "the discovery failed";
const NO_CREDENTIALS: &str =
    "no client id and secret are given: use --client-id and M2M_CLIENT_SECRET, or --token";

/// Returns the step about the connection, which the first request has shown.
fn tls<M>(issuer: &Issuer, is_exposed: bool, found: &Result<M, TokenError>) -> Step {
    let url = issuer.as_str();
    match found {
        Err(TokenError::Transport(error)) if is_of_tls(error.failure()) => {
            Step::new(Topic::Tls, format!("connect to {url}")).fails(Problem::of_transport(error))
        }
        Err(TokenError::Transport(error)) if !had_connection(error.failure()) => {
            Step::not_tried(Topic::Tls, "there was no connection to the server")
        }
        _ if issuer.is_https() => Step::new(Topic::Tls, format!("connect to {url}"))
            .found("a certificate for this host, of an authority that this machine trusts"),
        _ => without_tls(
            Step::new(Topic::Tls, format!("connect to {url}")),
            is_exposed,
        ),
    }
}

fn without_tls(step: Step, is_exposed: bool) -> Step {
    let step = step.found("plain http");
    if !is_exposed {
        return step;
    }
    step.warns(
        Problem::new("everyone on the way to the server can read the secret and the tokens, and change them")
            .fix("serve the issuer over https, unless the whole network path is protected by other means"),
    )
}

/// Returns true for failures after the connection was established.
const fn had_connection(failure: TransportFailure) -> bool {
    matches!(
        failure,
        TransportFailure::TimedOut
            | TransportFailure::AnswerTooLarge
            | TransportFailure::ConnectionLost
            | TransportFailure::AnswerNotHttp
    )
}

/// Returns true for failures of the certificate and the handshake.
fn is_of_tls(failure: TransportFailure) -> bool {
    matches!(
        failure,
        TransportFailure::PlainHttp
            | TransportFailure::CertificateUntrusted
            | TransportFailure::CertificateNameMismatch
            | TransportFailure::CertificateNotValidNow
            | TransportFailure::CertificateIsCa
            | TransportFailure::CertificatePurposeMismatch
            | TransportFailure::CertificateRevoked
            | TransportFailure::CertificateMalformed
            | TransportFailure::CertificateUnsupported
            | TransportFailure::CertificateRejected
            | TransportFailure::TlsFailed
    )
}

fn discovery(
    subject: &Subject,
    found: Result<AuthorizationServerMetadata, TokenError>,
    exchanges: &[Exchange],
) -> (Step, Option<AuthorizationServerMetadata>) {
    let step = step_of(Topic::Discovery, exchanges, "");
    match found {
        Ok(metadata) => (
            metadata::judge(step, &metadata, subject.method),
            Some(metadata),
        ),
        // The step about TLS has the reason.
        Err(TokenError::Transport(error)) if is_of_tls(error.failure()) => {
            let because = "there was no secure connection to the server";
            (Step::not_tried(Topic::Discovery, because), None)
        }
        Err(error) => (step.fails(Problem::of_token_error(&error, None)), None),
    }
}

/// Fetches the keys.
async fn keys<T: Transport>(
    metadata: &AuthorizationServerMetadata,
    transport: &Observed<T>,
) -> (Step, Option<KeySet>) {
    let Some(jwks_uri) = &metadata.jwks_uri else {
        let step = Step::new(Topic::Keys, "find the keys in the metadata");
        return (step.fails(metadata::without_keys(metadata)), None);
    };
    let step = Step::new(
        Topic::Keys,
        format!("GET {}", without_credentials(jwks_uri)),
    );
    let mut request = Request::new(Bytes::new());
    let uri = jwks_uri.parse().ok();
    let uri = uri.filter(|uri: &Uri| metadata.issuer.permits_scheme(uri.scheme_str()));
    let Some(uri) = uri else {
        let problem = Problem::new("the jwks_uri in the metadata is not an https URL: an API that trusts an https issuer does not use keys that come in the clear")
            .caused_by(Cause::KeysUnavailable)
            .fix("set jwks_uri in the metadata of the server to an https URL");
        return (step.fails(problem), None);
    };
    *request.uri_mut() = uri;
    let response = match exchange(transport, request).await {
        Ok(response) => response,
        Err(error) => return (step.fails(Problem::of_transport(&error)), None),
    };
    let of_keys = &["correct jwks_uri in the metadata of the server, or the proxy in front of it"];
    let status = response.status();
    let step = step.found(format!("{status}, {} bytes", response.body().len()));
    if !status.is_success() {
        let problem = Problem::of(Cause::KeysUnavailable).fixes(of_keys);
        return (step.fails(problem), None);
    }
    let set = match JwkSet::parse(response.body()) {
        Ok(set) => set,
        Err(error) => {
            let problem = Problem::new(format!("the answer is not a JWK set: {error}"));
            return (
                step.fails(problem.caused_by(Cause::KeysUnavailable).fixes(of_keys)),
                None,
            );
        }
    };
    let keys = KeySet::new(&set);
    let mut step = step;
    for key in set.keys() {
        let algorithm = key.algorithm().map_or("any algorithm", |own| own.as_str());
        let key_id = key.key_id().unwrap_or("without kid");
        step = step.found(format!("key {key_id}, {algorithm}"));
    }
    for refused in keys.refused() {
        step = step.found(format!("without effect: {refused}"));
    }
    if let Some(key_id) = private_key(response.body()) {
        step = step.fails(
            Problem::new(format!(
                "the JWK set contains the private half of the key {key_id}: everyone can sign tokens with it"
            ))
            .caused_by(Cause::KeyUnusable)
            .fix("remove the private members, such as d, from the JWK set, and replace the key"),
        );
    }
    if keys.keys().is_empty() {
        let problem = Problem::new("the JWK set has no key that can verify a token")
            .caused_by(Cause::TokenKeyUnknown)
            .fix("publish the public key that the server signs with in its JWK set");
        return (step.fails(problem), None);
    }
    (step, Some(keys))
}

/// Returns the key id of a private key among the keys, which are public.
fn private_key(body: &[u8]) -> Option<String> {
    let document: Value = serde_json::from_slice(body).ok()?;
    let keys = document.get("keys")?.as_array()?;
    let is_private = |key: &&Value| key.get("kty") != Some(&"oct".into()) && key.get("d").is_some();
    let key = keys.iter().find(is_private)?;
    let key_id = key.get("kid").and_then(Value::as_str);
    Some(key_id.unwrap_or("without kid").to_owned())
}

/// Returns a mark that a secret rarely has, and that shells, files and editors add.
fn blemish(secret: &str) -> Option<&'static str> {
    if secret.ends_with(['\n', '\r']) {
        return Some("the client secret ends with a line break: remove it");
    }
    if secret.trim() != secret {
        return Some("the client secret begins or ends with a space: remove it");
    }
    let is_quoted =
        |mark: char| secret.len() > 1 && secret.starts_with(mark) && secret.ends_with(mark);
    (is_quoted('"') || is_quoted('\''))
        .then_some("the client secret is in quotation marks: remove them")
}

fn token_request(
    request: &str,
    blemish: Option<&str>,
    exchanges: &[Exchange],
    result: &Result<AccessToken, TokenError>,
) -> Step {
    let step = step_of(Topic::TokenRequest, exchanges, request);
    match result {
        Ok(token) => match token.scope() {
            Some(scope) => step.found(format!("a token with the scopes {scope}")),
            None => step.found("a token"),
        },
        Err(error) => step.fails(Problem::of_token_error(error, blemish)),
    }
}

/// Returns a step that sent these requests, with their answers.
fn step_of(topic: Topic, exchanges: &[Exchange], request: &str) -> Step {
    let requests: Vec<String> = exchanges.iter().map(Exchange::request).collect();
    let tried = match &*requests {
        [] => request.trim_start().to_owned(),
        requests => format!("{} {request}", requests.join(", then ")),
    };
    let answers = exchanges.iter().filter_map(Exchange::outcome);
    answers.fold(Step::new(topic, tried.trim_end()), Step::found)
}
