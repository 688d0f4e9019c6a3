//! An issuer in the process, for tests of an API: it signs the tokens that a test needs, and has a clock that the test advances.
//!
//! Nothing here uses a network, a port or the time of the system.
//!
//! ```
//! use m2m_guard::testing::TestIssuer;
//! use m2m_guard::{Call, Requirement};
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let issuer = TestIssuer::new();
//! let guard = issuer.guard("https://orders.example/api");
//!
//! let token = issuer.token("https://orders.example/api").scope("read:orders").bearer();
//! let authorization = [token.as_bytes()];
//! let call = Call::new(&authorization, None);
//! assert!(guard.check(&call, Requirement::scope("read:orders")).await.is_ok());
//!
//! issuer.advance_seconds(3600);
//! let denied = guard.check(&call, Requirement::token()).await.expect_err("it has expired");
//! assert_eq!(denied.cause().id(), "token-expired");
//! # });
//! ```

use core::fmt;
use core::future::{Ready, ready};
use core::task::{Context, Poll};
use core::time::Duration;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use m2m_client::Issuer;
use m2m_jwt::{ACCESS_TOKEN_TYPE, Algorithm, JsonWriter, JwkSet, SigningKey, UnixTime, sign};
use oauth_proto::{IntrospectionRequest, MessageLimits};
use tower_service::Service;

use crate::{ApiGuard, Guard, IssuerKeys};

/// An issuer in the process. A clone is the same issuer.
///
/// It is a [`Transport`](crate::Transport) as well, and answers requests for its metadata and its keys itself.
#[derive(Clone)]
pub struct TestIssuer {
    state: Arc<Mutex<State>>,
}

struct State {
    url: Box<str>,
    key: SigningKey,
    now: UnixTime,
    is_away: bool,
    /// The number of requests for the keys.
    fetches: usize,
    /// The number of questions about tokens.
    introspections: usize,
    revoked: HashSet<String>,
    /// The number of tokens so far, for their `jti`.
    tokens: usize,
}

/// The time of the clock of a new issuer.
const START: UnixTime = UnixTime::from_seconds(1_800_000_000);

impl TestIssuer {
    /// Returns the issuer `https://issuer.test`, with a new key for ES256.
    ///
    /// # Panics
    /// If the operating system has no random numbers.
    #[must_use]
    pub fn new() -> Self {
        Self::at("https://issuer.test")
    }

    /// Returns an issuer with another URL, for an API that trusts several.
    ///
    /// # Panics
    /// If the operating system has no random numbers.
    #[must_use]
    pub fn at(url: &str) -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                url: url.into(),
                key: new_key(),
                now: START,
                is_away: false,
                fetches: 0,
                introspections: 0,
                revoked: HashSet::new(),
                tokens: 0,
            })),
        }
    }

    /// The URL of the issuer.
    #[must_use]
    pub fn url(&self) -> Box<str> {
        self.lock().url.clone()
    }

    /// Returns a guard of an API that trusts this issuer, and has its clock.
    ///
    /// # Panics
    /// If the URL is not that of an issuer.
    #[must_use]
    pub fn guard(&self, audience: &str) -> ApiGuard<Self> {
        self.guard_with(Guard::new(&self.url(), &[audience]))
    }

    /// Returns a guard with settings of its own, which trusts this issuer and has its clock.
    ///
    /// # Panics
    /// If the guard trusts another issuer.
    #[must_use]
    pub fn guard_with(&self, guard: Guard) -> ApiGuard<Self> {
        let clock = self.clone();
        let guard = ApiGuard::new(guard, self.keys()).expect("the guard trusts this issuer");
        guard.with_clock(move || clock.now())
    }

    /// Returns the keys of this issuer, which are refreshed by its clock. A guard with them has a clock of its own: [`ApiGuard::with_clock`].
    ///
    /// # Panics
    /// If the URL is not that of an issuer.
    #[must_use]
    pub fn keys(&self) -> IssuerKeys<Self> {
        let issuer = Issuer::parse(&self.url()).expect("the URL is that of an issuer");
        let clock = self.clone();
        IssuerKeys::new(issuer, self.clone()).with_uptime(Arc::new(move || {
            Duration::from_secs(clock.now().as_seconds())
        }))
    }

    /// Returns a token for this audience that is being written: that of the client `test-client`, without scopes, for an hour.
    pub fn token(&self, audience: &str) -> TestToken {
        let mut state = self.lock();
        state.tokens += 1;
        let now = state.now.as_seconds();
        let jwt_id = format!("token-{}", state.tokens);
        drop(state);
        let token = TestToken {
            issuer: self.clone(),
            token_type: Some(ACCESS_TOKEN_TYPE.into()),
            claims: BTreeMap::new(),
        };
        token
            .claim("iss", &self.url())
            .claim("aud", audience)
            .claim("jti", &jwt_id)
            .client("test-client")
            .claim_json("iat", &now.to_string())
            .claim_json("exp", &now.saturating_add(3600).to_string())
    }

    /// The time of the clock.
    #[must_use]
    pub fn now(&self) -> UnixTime {
        self.lock().now
    }

    /// Advances the clock.
    pub fn advance_seconds(&self, seconds: u64) {
        let mut state = self.lock();
        state.now = state.now.saturating_add_seconds(seconds);
    }

    /// Replaces the key: tokens are signed with a new one, and the old one is removed from the JWK set.
    ///
    /// # Panics
    /// If the operating system has no random numbers.
    pub fn replace_key(&self) {
        self.lock().key = new_key();
    }

    /// The JWK set that it publishes.
    #[must_use]
    pub fn jwk_set(&self) -> String {
        self.lock().jwk_set()
    }

    /// Revokes a token: the issuer says that it is not active. A guard asks only [with introspection](ApiGuard::with_introspection), and any credentials may.
    pub fn revoke(&self, token: &str) {
        self.lock().revoked.insert(token.to_owned());
    }

    /// The number of times that it was asked about a token.
    #[must_use]
    pub fn introspections(&self) -> usize {
        self.lock().introspections
    }

    /// Makes the issuer unreachable, or reachable again.
    pub fn set_away(&self, is_away: bool) {
        self.lock().is_away = is_away;
    }

    /// The number of times that its keys were fetched.
    #[must_use]
    pub fn fetches(&self) -> usize {
        self.lock().fetches
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn jwk_set(&self) -> String {
        JwkSet::from_iter([self.key.public_jwk().clone()]).to_json()
    }
}

impl Default for TestIssuer {
    fn default() -> Self {
        Self::new()
    }
}

fn new_key() -> SigningKey {
    let (key, _) = SigningKey::generate(Algorithm::Es256, None).expect("there are random numbers");
    key
}

/// A token that is being written. Each claim can be set to any value, also to a wrong one.
#[derive(Clone)]
#[must_use = "a token has to be signed"]
pub struct TestToken {
    issuer: TestIssuer,
    token_type: Option<Box<str>>,
    /// The claims, as JSON.
    claims: BTreeMap<Box<str>, Box<str>>,
}

impl TestToken {
    /// Sets the client: `client_id` and `sub`.
    pub fn client(self, client_id: &str) -> Self {
        self.claim("client_id", client_id).claim("sub", client_id)
    }

    /// Sets the scopes, separated by spaces.
    pub fn scope(self, scope: &str) -> Self {
        self.claim("scope", scope)
    }

    /// Sets the organization, `org_code`.
    pub fn organization(self, code: &str) -> Self {
        self.claim("org_code", code)
    }

    /// Sets a claim to a text.
    pub fn claim(self, name: &str, text: &str) -> Self {
        let mut json = JsonWriter::with_capacity(256);
        json.string(text);
        self.claim_json(name, &json.into_string())
    }

    /// Sets a claim to a JSON value, which is written as it is.
    pub fn claim_json(mut self, name: &str, json: &str) -> Self {
        self.claims.insert(name.into(), json.into());
        self
    }

    /// Removes a claim.
    pub fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Sets the type in the header, or removes it.
    pub fn token_type(mut self, token_type: Option<&str>) -> Self {
        self.token_type = token_type.map(Into::into);
        self
    }

    /// Signs the token with the key that the issuer has now.
    ///
    /// # Panics
    /// If the operating system has no random numbers.
    #[must_use]
    pub fn sign(&self) -> String {
        let mut json = JsonWriter::with_capacity(256);
        json.raw("{");
        for (index, (name, value)) in self.claims.iter().enumerate() {
            json.raw(if index == 0 { "" } else { "," });
            json.string(name);
            json.raw(":");
            json.raw(value);
        }
        json.raw("}");
        let state = self.issuer.lock();
        sign(self.token_type.as_deref(), json.as_bytes(), &state.key)
            .expect("there are random numbers")
    }

    /// Signs the token, and returns the value of the header `Authorization` with it.
    ///
    /// # Panics
    /// As [`sign`](Self::sign).
    #[must_use]
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.sign())
    }
}

/// Answers requests for the metadata and the keys, and questions about tokens.
impl Service<Request<Bytes>> for TestIssuer {
    type Response = Response<Bytes>;
    type Error = Away;
    type Future = Ready<Result<Response<Bytes>, Away>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Away>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let mut state = self.lock();
        if state.is_away {
            return ready(Err(Away));
        }
        let mut response = Response::new(Bytes::new());
        let path = request.uri().path();
        if path.starts_with("/.well-known/oauth-authorization-server") {
            let url = &state.url;
            let base = url.trim_end_matches('/');
            *response.body_mut() = Bytes::from(format!(
                r#"{{"issuer":"{url}","jwks_uri":"{base}/jwks.json","introspection_endpoint":"{base}/introspect"}}"#
            ));
        } else if path.ends_with("/jwks.json") {
            state.fetches += 1;
            *response.body_mut() = Bytes::from(state.jwk_set());
        } else if path.ends_with("/introspect") {
            state.introspections += 1;
            let asked = IntrospectionRequest::parse(request.body(), &MessageLimits::DEFAULT);
            let token = asked.ok().and_then(|asked| asked.token);
            let is_active = token.is_some_and(|own| !state.revoked.contains(own.expose_secret()));
            *response.body_mut() = Bytes::from(format!(r#"{{"active":{is_active}}}"#));
        } else {
            *response.status_mut() = StatusCode::NOT_FOUND;
        }
        ready(Ok(response))
    }
}

/// The issuer is away; see [`TestIssuer::set_away`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the issuer of the test is away")]
#[non_exhaustive]
pub struct Away;

impl fmt::Debug for TestIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestIssuer")
            .field("now", &self.now())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for TestToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestToken")
            .field("claims", &self.claims)
            .finish_non_exhaustive()
    }
}
