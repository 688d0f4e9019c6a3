//! The HTTP interface of the server: routes, documents, and the token endpoint.

mod body;
mod documents;
mod inspection;
mod management;
mod reply;
mod router;
mod token_endpoint;

use core::net::IpAddr;
use std::sync::Arc;

use ::http::request::Parts;
use ::http::{HeaderValue, Method, Request, header};
use arc_swap::ArcSwap;
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use m2m_authority::diagnose::Evidence;
use m2m_authority::{Authority, Refusal};
use m2m_dashboard::{ErrorPages, Page, Refused, Representation, SupportUrl, asset, preflight};
use m2m_errors::Cause;
use m2m_listen::Handler;
use m2m_recorder::Recorder;
use oauth_proto::Issuer;
use serde::de::DeserializeOwned;
use serde::de::value::{self, StrDeserializer};

use crate::metrics::Metrics;
use crate::store::RegistryCache;

pub(crate) use management::Writing;
pub(crate) use reply::Response;

use documents::Documents;
use inspection::Question;
use management::Management;
use router::{Route, Router};
use token_endpoint::{TokenEndpoint, exchange};

/// The handler of all requests.
#[derive(Debug)]
pub(crate) struct Server {
    router: Router,
    issuer: Issuer,
    endpoint: Arc<TokenEndpoint>,
    management: Management,
    pages: ErrorPages,
    documents: ArcSwap<Documents>,
}

impl Server {
    /// Returns a server of this registry.
    ///
    /// # Errors
    ///
    /// If the operating system cannot start another thread.
    pub(crate) fn new(
        authority: Authority,
        issuer: Issuer,
        support: Option<SupportUrl>,
        cache: Arc<RegistryCache>,
        writing: Writing,
        recorder: Recorder,
        metrics: Arc<Metrics>,
    ) -> std::io::Result<Self> {
        let documents = Documents::new(&issuer, &cache.common());
        let pages = ErrorPages::new(authority.profile(), &issuer, support);
        let revocation = writing.revocation();
        let endpoint = TokenEndpoint::new(authority, cache, recorder, metrics, revocation);
        let endpoint = Arc::new(endpoint);
        Ok(Self {
            router: Router::new(&issuer),
            documents: ArcSwap::from_pointee(documents),
            management: Management::new(&issuer, Arc::clone(&endpoint), writing)?,
            pages,
            issuer,
            endpoint,
        })
    }

    /// Returns the documents of the current registry.
    fn documents(&self) -> Arc<Documents> {
        let common = self.endpoint.cache().common();
        let documents = self.documents.load_full();
        if documents.version() == common.version {
            return documents;
        }
        let documents = Arc::new(Documents::new(&self.issuer, &common));
        self.documents.store(Arc::clone(&documents));
        documents
    }

    /// Returns the document of a route, if there is one.
    fn document(&self, route: Route<'_>, parts: &Parts) -> Option<Response> {
        let send = |page: Page| page.respond(&parts.headers).map(Full::new);
        let representation = || Representation::of(&parts.headers);
        match route {
            Route::Metadata | Route::OpenIdProvider => {
                Some(self.documents().metadata(&parts.headers))
            }
            Route::JwkSet => Some(self.documents().jwk_set(&parts.headers)),
            Route::Root => Some(self.documents().root(&parts.headers)),
            Route::Errors => {
                let query = parts.uri.query();
                Some(send(self.pages.index(query, representation())))
            }
            Route::Error(name) => self.pages.entry(name, representation()).map(send),
            Route::Asset(name) => asset(name).map(send),
            Route::OpenApi => Some(self.management.openapi(&parts.headers)),
            Route::Token
            | Route::Introspection
            | Route::Revocation
            | Route::Management(_)
            | Route::Unknown => None,
        }
    }

    /// Refuses a request before it is processed. A browser gets a page, except from the interfaces for programs.
    fn refuse_early(
        &self,
        refusal: impl Into<Refusal>,
        route: Route<'_>,
        parts: &Parts,
        address: IpAddr,
    ) -> Response {
        let refusal = refusal.into();
        let cause = refusal.cause();
        let repeated = refusal.echo().map(str::to_owned);
        let exchange = self.endpoint.exchange(parts, address);
        let response = self.endpoint.refuse(refusal, &exchange);
        let is_for_programs = matches!(
            route,
            Route::Token | Route::Introspection | Route::Revocation | Route::Management(_)
        );
        if is_for_programs || Representation::of(&parts.headers) == Representation::Json {
            return response;
        }
        let page = match (route, cause) {
            (Route::Error(name), Cause::PathUnknown) => self.pages.unknown(name),
            _ => {
                let trace_id = exchange.trace_id.encode();
                let refused = Refused {
                    cause,
                    status: response.status().as_u16(),
                    trace_id: trace_id.as_str(),
                };
                self.pages.refusal_repeating(&refused, repeated.as_deref())
            }
        };
        page.in_place_of(response)
    }
}

impl Handler for Server {
    type Body = Full<Bytes>;

    async fn respond(&self, request: Request<Incoming>, address: IpAddr) -> Response {
        let (parts, body) = request.into_parts();
        let route = self.router.find(parts.uri.path());
        if let Some(cause) = oversized(&parts) {
            return if let Route::Management(_) = route {
                self.management.refuse(cause, &parts, address)
            } else {
                self.refuse_early(cause, route, &parts, address)
            };
        }
        match route {
            Route::Token => self.endpoint.respond(&parts, body, address).await,
            Route::Introspection => {
                let question = Question::Introspection;
                self.endpoint.answer(question, &parts, body, address).await
            }
            Route::Revocation => {
                let question = Question::Revocation;
                self.endpoint.answer(question, &parts, body, address).await
            }
            Route::Management(path) => {
                let path = path.into();
                self.management.respond(parts, path, body, address).await
            }
            Route::Unknown => {
                let refusal = self.router.nothing_at(parts.uri.path());
                self.refuse_early(refusal, route, &parts, address)
            }
            Route::Metadata
            | Route::OpenIdProvider
            | Route::JwkSet
            | Route::Errors
            | Route::Error(_)
            | Route::Asset(_)
            | Route::OpenApi
            | Route::Root => {
                if parts.method == Method::OPTIONS {
                    return preflight(&parts.headers).map(Full::new);
                }
                if !matches!(parts.method, Method::GET | Method::HEAD) {
                    let refusal = Refusal::of(Cause::MethodNotAllowed).echoing("GET and HEAD");
                    let mut response = self.refuse_early(refusal, route, &parts, address);
                    response
                        .headers_mut()
                        .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
                    return response;
                }
                self.document(route, &parts).unwrap_or_else(|| {
                    let refusal = self.router.nothing_at(parts.uri.path());
                    self.refuse_early(refusal, route, &parts, address)
                })
            }
        }
    }

    fn refuse(&self, refusal: m2m_listen::Refusal, parts: &Parts, address: IpAddr) -> Response {
        let route = self.router.find(parts.uri.path());
        self.refuse_early(refusal_of(refusal), route, parts, address)
    }
}

/// Returns the refusal of a request, or of a connection, by the listener, with what the listener observed.
fn refusal_of(refusal: m2m_listen::Refusal) -> Refusal {
    let mut evidence = Vec::new();
    if let m2m_listen::Refusal::Malformed(own) = refusal {
        evidence.extend(named(own.name()).map(|problem| Evidence::HttpMalformed { problem }));
    } else if let m2m_listen::Refusal::HandshakeFailed(own) = refusal {
        evidence.extend(named(own.name()).map(|problem| Evidence::HandshakeFailed { problem }));
    }
    Refusal::of(cause_of(refusal)).observing(evidence)
}

/// Returns the problem with this name: listener and authority have the same names, as a test checks.
fn named<P: DeserializeOwned>(name: &str) -> Option<P> {
    P::deserialize(StrDeserializer::<value::Error>::new(name)).ok()
}

/// Returns the cause of a refusal by the listener.
const fn cause_of(refusal: m2m_listen::Refusal) -> Cause {
    use m2m_listen::Refusal;
    match refusal {
        Refusal::Malformed(_) => Cause::HttpMalformed,
        Refusal::HeadersTooLarge => Cause::HeadersTooLarge,
        Refusal::BodyTooLarge => Cause::BodyTooLarge,
        Refusal::UriTooLong => Cause::UriTooLong,
        Refusal::Timeout => Cause::RequestTimeout,
        Refusal::TlsOnPlainPort => Cause::TlsOnPlainHttpPort,
        Refusal::PlainOnTlsPort => Cause::PlainHttpOnTlsPort,
        Refusal::Overloaded => Cause::Overloaded,
        Refusal::FrameFlood => Cause::FrameFlood,
        Refusal::HandshakeFailed(_) => Cause::TlsHandshakeFailed,
        // Each refusal has a cause of its own, as a test checks.
        _ => Cause::HttpMalformed,
    }
}

/// Returns the cause of the refusal if the target or the header is larger than any request here needs.
///
/// hyper refuses what does not fit into its buffer; [`crate::listen`] answers for it.
fn oversized(parts: &Parts) -> Option<Cause> {
    let target = parts
        .uri
        .path_and_query()
        .map_or(0, |target| target.as_str().len());
    if target > MAX_TARGET_BYTES {
        return Some(Cause::UriTooLong);
    }
    let fields = parts
        .headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4);
    (fields.sum::<usize>() > MAX_HEADER_BYTES).then_some(Cause::HeadersTooLarge)
}

/// The longest request target: what every recipient should support (RFC 9110, section 4.1). Unit: bytes.
const MAX_TARGET_BYTES: usize = 8000;

/// The maximum size of all header fields together: twice that of the largest Basic header that is read. Unit: bytes.
const MAX_HEADER_BYTES: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use m2m_authority::MAX_AUDIENCES;
    use oauth_proto::MessageLimits;

    use super::*;
    use m2m_authority::diagnose::diagnose;
    use m2m_authority::registry::Records;
    use m2m_explain::{Operating, remedies};
    use m2m_listen::{HandshakeProblem, HttpProblem, MAX_REQUESTS, Refusal};

    #[test]
    fn each_refusal_of_the_listener_has_a_cause_of_its_own() {
        let causes: BTreeSet<&str> = Refusal::ALL.iter().map(|own| cause_of(*own).id()).collect();
        assert_eq!(causes.len(), Refusal::ALL.len());
        for own in Refusal::ALL {
            let status = cause_of(*own).entry().wire.rfc.status.code();
            assert_eq!(status, own.status().as_u16(), "{own:?}");
        }
    }

    #[test]
    fn f7e_f9_each_problem_that_the_listener_observes_is_evidence() {
        let malformed = HttpProblem::ALL.iter().copied().map(Refusal::Malformed);
        // The listener answers plain HTTP, with a cause of its own.
        let handshakes = HandshakeProblem::ALL.iter().copied();
        let handshakes = handshakes.filter(|problem| *problem != HandshakeProblem::PlainHttp);
        for refused in malformed.chain(handshakes.map(Refusal::HandshakeFailed)) {
            let suspect = refusal_of(refused).take_suspect();
            let diagnosis = diagnose(&suspect, &Records::default());
            assert_eq!(diagnosis.evidence.len(), 1, "{refused:?}");
            assert!(!remedies(&diagnosis, Operating::Foreign).is_empty());
        }
    }

    #[test]
    fn f7_the_diagnosis_of_a_missing_endpoint_names_it_and_the_grant() {
        let router = Router::new(&Issuer::parse("https://id.example/tenant").unwrap());
        for (path, expected) in [
            ("/tenant/oauth2/authorize", "an authorization endpoint,"),
            ("/connect/userinfo", "a userinfo endpoint,"),
            ("/oauth2/par", "a pushed-authorization-request endpoint,"),
        ] {
            let suspect = router.nothing_at(path).take_suspect();
            let diagnosis = diagnose(&suspect, &Records::default());
            let observed = m2m_explain::observations(&diagnosis);
            let texts: Vec<&str> = observed.iter().map(|own| &*own.text).collect();
            assert!(
                matches!(&*texts, [text] if text.contains(expected) && text.contains("client credentials")),
                "{path}: {texts:?}"
            );
            let remedies = remedies(&diagnosis, Operating::Foreign);
            let fixes = serde_json::to_string(&remedies).unwrap();
            assert!(fixes.contains("POST /oauth2/token"), "{fixes}");
        }
    }

    #[test]
    fn texts_for_operators_state_the_limits() {
        for (cause, limit) in [
            (Cause::UriTooLong, format!("{MAX_TARGET_BYTES} bytes")),
            (
                Cause::HeadersTooLarge,
                format!("{} KiB", MAX_HEADER_BYTES / 1024),
            ),
            (
                Cause::BodyTooLarge,
                format!("{} KiB", MessageLimits::DEFAULT.max_body_bytes / 1024),
            ),
            (
                Cause::AudiencesTooMany,
                format!("{MAX_AUDIENCES} audiences"),
            ),
            (
                Cause::ParametersTooMany,
                format!("{} parameters", MessageLimits::DEFAULT.max_parameters),
            ),
            (
                Cause::ParameterTooLong,
                format!(
                    "{} bytes, or its value is longer than {} KiB",
                    MessageLimits::DEFAULT.max_name_bytes,
                    MessageLimits::DEFAULT.max_value_bytes / 1024
                ),
            ),
            (
                Cause::TokenTooLong,
                format!("{} KiB", m2m_jwt::Limits::DEFAULT.max_token_bytes / 1024),
            ),
            (Cause::Overloaded, format!("({MAX_REQUESTS} by default)")),
        ] {
            assert!(cause.entry().operator.contains(&limit), "{cause}: {limit}");
        }
    }
}
