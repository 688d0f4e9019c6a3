//! The management API of this server: the data that its operations need, and the way in which their answers are sent.

mod threads;

use core::net::IpAddr;
use std::sync::{Arc, LazyLock};

use http::header::ACCEPT_ENCODING;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use m2m_admin::http_api::{Answered, Circumstances, HttpApi, openapi};
use m2m_admin::{Access, Host, KeySchedule, TestTokenParameters, TokenAnswer, Verdict};
use m2m_authority::flow::Exchange;
use m2m_authority::inspection::RevocationSupport;
use m2m_authority::registry::SigningKeys;
use m2m_dashboard::Document;
use m2m_errors::{Cause, Profile};
use m2m_host::{clock, random};
use m2m_recorder::diagnosis;
use m2m_store::SealingKey;
use oauth_proto::Issuer;

use super::reply::{self, Response};
use super::token_endpoint::TokenEndpoint;
use super::{body, cause_of};
use crate::store::RegistryCache;

use threads::Threads;

/// The management API of this server.
#[derive(Debug)]
pub(super) struct Management {
    api: Arc<HttpApi<Served>>,
    endpoint: Arc<TokenEndpoint>,
    threads: Threads,
}

/// The part of the registry that may be changed, with the key that this needs.
#[derive(Debug, Clone)]
pub(crate) enum Writing {
    /// All of it. Private keys are sealed with this key, and replaced by this schedule.
    Everything(Arc<SealingKey>, KeySchedule),
    /// Nothing, since the registry comes from a file.
    Nothing {
        /// True if the signing keys outlive the process, as revocations then do not.
        keys_are_kept: bool,
    },
}

impl Writing {
    /// Returns whether a token can be revoked.
    pub(super) const fn revocation(&self) -> RevocationSupport {
        match self {
            Self::Everything(..)
            | Self::Nothing {
                keys_are_kept: false,
            } => RevocationSupport::Full,
            Self::Nothing {
                keys_are_kept: true,
            } => RevocationSupport::Impossible,
        }
    }
}

/// The server as the operations see it.
#[derive(Debug)]
struct Served {
    issuer: Box<str>,
    endpoint: Arc<TokenEndpoint>,
    writing: Writing,
}

impl Management {
    /// # Errors
    ///
    /// If the operating system cannot start another thread.
    pub(super) fn new(
        issuer: &Issuer,
        endpoint: Arc<TokenEndpoint>,
        writing: Writing,
    ) -> std::io::Result<Self> {
        let served = Served {
            issuer: issuer.as_str().into(),
            endpoint: Arc::clone(&endpoint),
            writing,
        };
        Ok(Self {
            api: Arc::new(HttpApi::new(served)),
            endpoint,
            threads: Threads::start()?,
        })
    }

    /// Answers a request for a path of the management API, on threads of its own: such a request may read and write large amounts of data, and
    /// token requests must not wait for it.
    pub(super) async fn respond(
        &self,
        parts: Parts,
        path: Box<str>,
        body: Incoming,
        address: IpAddr,
    ) -> Response {
        let exchange = self.endpoint.exchange(&parts, address);
        let circumstances = circumstances(&exchange, address);
        let parts = Arc::new(parts);
        let (api, own) = (Arc::clone(&self.api), Arc::clone(&parts));
        let is_coded = body::is_coded(&parts);
        let answering = async move {
            let read = |most| async move {
                match is_coded {
                    true => Err(Cause::ContentCodingUnsupported),
                    false => body::read(body, most).await.map_err(cause_of),
                }
            };
            api.respond(&own, &path, read, circumstances).await
        };
        let answered = self.threads.run(answering).await;
        // A panic is a bug of ours, and is reported as one.
        let answered = answered.unwrap_or_else(|| {
            self.api
                .refuse_unread(Cause::InternalError, &parts, circumstances)
        });
        let mut response = self.noted(answered, &exchange, circumstances);
        if is_coded && response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE {
            let codings = HeaderValue::from_static("identity");
            response.headers_mut().insert(ACCEPT_ENCODING, codings);
        }
        response
    }

    /// Answers a request that is too large to be processed.
    pub(super) fn refuse(&self, cause: Cause, parts: &Parts, address: IpAddr) -> Response {
        let exchange = self.endpoint.exchange(parts, address);
        let circumstances = circumstances(&exchange, address);
        let answered = self.api.refuse_unread(cause, parts, circumstances);
        self.noted(answered, &exchange, circumstances)
    }

    /// Returns the answer, and records the reason if it is a refusal.
    fn noted(
        &self,
        answered: Answered,
        exchange: &Exchange,
        circumstances: Circumstances,
    ) -> Response {
        if let Some(refused) = answered.refused {
            self.endpoint.note(refused, exchange, circumstances.now);
        }
        answered.response.map(Full::new)
    }

    /// Returns the OpenAPI document of the management API.
    pub(super) fn openapi(&self, headers: &HeaderMap) -> Response {
        OPENAPI.respond(headers).map(Full::new)
    }
}

fn circumstances(exchange: &Exchange, address: IpAddr) -> Circumstances {
    Circumstances {
        trace_id: exchange.trace_id,
        address: Some(address),
        now: clock::now(),
    }
}

/// The document is the same for every server of a release. It is created at the first request for it.
static OPENAPI: LazyLock<Document> =
    LazyLock::new(|| Document::new("application/json", format!("{:#}", openapi())));

impl Host for Served {
    type Registry = RegistryCache;

    fn registry(&self) -> &RegistryCache {
        self.endpoint.cache()
    }

    fn issuer(&self) -> &str {
        &self.issuer
    }

    fn profile(&self) -> Profile {
        self.endpoint.authority().profile()
    }

    fn access(&self) -> Access {
        match self.writing {
            Writing::Everything(..) => Access::ReadWrite,
            Writing::Nothing { .. } => Access::ReadOnly,
        }
    }

    fn sealing(&self) -> Option<&SealingKey> {
        match &self.writing {
            Writing::Everything(sealing, _) => Some(sealing),
            Writing::Nothing { .. } => None,
        }
    }

    fn key_schedule(&self) -> KeySchedule {
        match self.writing {
            Writing::Everything(_, schedule) => schedule,
            Writing::Nothing { .. } => KeySchedule::OFF,
        }
    }

    fn keys(&self) -> Arc<SigningKeys> {
        Arc::clone(&self.endpoint.cache().common_guard().keys)
    }

    fn fill(&self, bytes: &mut [u8]) {
        random::fill(bytes);
    }

    async fn test_token(&self, ask: TestTokenParameters<'_>) -> TokenAnswer {
        TokenAnswer {
            response: reply::whole(self.endpoint.vouch(&ask).await),
        }
    }

    async fn check(&self, ask: TestTokenParameters<'_>) -> Verdict {
        match self.endpoint.check(&ask).await {
            Ok(granted) => Verdict::Granted(granted),
            Err(mut refusal) => {
                let suspect = refusal.take_suspect();
                // Evidence that cannot be read now is left out; the cause is shown without it.
                Verdict::Refused(diagnosis(self.endpoint.cache(), &suspect).await)
            }
        }
    }
}
