//! The server below the management API: a node over a registry, and the flow.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use m2m_admin::{Access, Host, KeySchedule, TestTokenParameters, TokenAnswer, Verdict, WouldGrant};
use m2m_authority::diagnose::{Suspect, diagnose};
use m2m_authority::flow::{
    Authenticated, Authorized, Exchange, Issued, Operator, RawRequest, TestRequest, accept,
    authenticate, authorize, check_issue, issue, record, respond, vouched,
};
use m2m_authority::registry::{Records, SigningKeys};
use m2m_authority::{Authority, Refusal};
use m2m_errors::{Cause, Profile};
use m2m_jwt::UnixTime;
use m2m_store::{
    Backend, CacheLimits, CachedApplication, Lookup, RegistryCache, SealingKey, Sought, Uptime,
};

use m2m_testkit::World;

use super::keys;
use super::log::Log;

/// The host that operations run on.
#[derive(Debug)]
pub(crate) struct InProcess<B> {
    cache: RegistryCache<B>,
    authority: Authority,
    sealing: SealingKey,
    is_read_only: AtomicBool,
    /// The number of times that randomness was drawn.
    drawn: Mutex<u64>,
    log: Option<Log>,
}

/// A token, and the application that it is for.
#[derive(Debug)]
pub(crate) struct Granted {
    pub(crate) issued: Issued,
    entry: Arc<CachedApplication>,
}

impl<B: Backend> InProcess<B> {
    /// Returns a server with this registry, without a log. Its randomness begins after this number of draws, so that it differs from that of an
    /// earlier server of the same registry.
    pub(crate) async fn open(backend: B, profile: Profile, drawn: u64) -> Self {
        let limits = CacheLimits::DEFAULT;
        let cache =
            RegistryCache::open(backend, World::ISSUER, keys::open, limits, Uptime::ZERO).await;
        let limits = oauth_proto::MessageLimits::DEFAULT;
        Self {
            cache: cache.expect("the keys are sealed with this key"),
            authority: Authority::new(World::ISSUER, profile, limits)
                .expect("the issuer is an issuer identifier"),
            sealing: keys::sealing(),
            is_read_only: AtomicBool::new(false),
            drawn: Mutex::new(drawn),
            log: None,
        }
    }

    /// Adds a log to the server.
    pub(crate) fn with_log(self, log: Log) -> Self {
        Self {
            log: Some(log),
            ..self
        }
    }

    /// The number of times that randomness was drawn.
    pub(crate) fn drawn(&self) -> u64 {
        *self.drawn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) const fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Treats the registry as one from a file from now on.
    pub(crate) fn make_read_only(&self) {
        self.is_read_only.store(true, Ordering::SeqCst);
    }

    /// The log, if the server has one.
    pub(crate) const fn log(&self) -> Option<&Log> {
        self.log.as_ref()
    }

    /// Returns bytes that never repeat, and are the same in each run.
    pub(crate) fn randomness(&self) -> impl FnMut(&mut [u8]) + Send + '_ {
        |bytes| self.fill(bytes)
    }

    /// Answers a token request.
    pub(crate) async fn answer(
        &self,
        request: RawRequest<'_>,
        exchange: &Exchange,
        now: UnixTime,
    ) -> http::Response<Bytes> {
        let decision = self.decide(request, now).await;
        self.conclude(decision, exchange, now).await
    }

    /// Runs steps 1 to 4.
    pub(crate) async fn decide(
        &self,
        request: RawRequest<'_>,
        now: UnixTime,
    ) -> Result<Granted, Refusal> {
        let accepted = accept(request, &self.authority)?;
        let entry = self.load(accepted.client_id(), now).await?;
        let client = entry.as_deref().map(CachedApplication::client);
        let authenticated = authenticate(accepted, client, now)?;
        self.grant(authenticated, entry, now)
    }

    /// Runs steps 5 and 6, and the diagnosis of a refusal.
    async fn conclude(
        &self,
        mut decision: Result<Granted, Refusal>,
        exchange: &Exchange,
        now: UnixTime,
    ) -> http::Response<Bytes> {
        let suspect = decision.as_mut().err().map(Refusal::take_suspect);
        let issued = decision.as_ref().map(|granted| &granted.issued);
        if let Some(log) = &self.log {
            let event = record(issued, exchange, now);
            let entry = decision.as_ref().ok().map(|granted| &*granted.entry);
            let found = match suspect {
                Some(suspect) => Some(diagnose(&suspect, &self.records(&suspect).await)),
                None => None,
            };
            log.keep(event, found, entry, &self.cache).await;
            if let (Ok(issued), Some(entry)) = (issued, entry) {
                entry.scopes_used(issued, now);
            }
        }
        respond(issued, exchange, &self.authority).into()
    }

    /// Returns the records that the diagnosis of this suspect needs.
    async fn records(&self, suspect: &Suspect) -> Records {
        let sought = Sought {
            client_id: suspect.client_id().into(),
            secrets: suspect.secret_hashes().collect(),
            most_near: if suspect.is_of_unknown_client() {
                64
            } else {
                0
            },
        };
        let records = self.cache.suspects(vec![sought]).await;
        let mut records = records.expect("the registry is in this process").remove(0);
        records.apis = self.cache.common().apis.to_vec();
        records
    }

    async fn load(
        &self,
        client_id: &str,
        now: UnixTime,
    ) -> Result<Option<Arc<CachedApplication>>, Refusal> {
        let away = || Refusal::of(Cause::StoreUnavailable);
        match self.cache.look_up(client_id, Uptime::ZERO) {
            Lookup::Hit(entry) => Ok(Some(entry)),
            Lookup::Absent => Ok(None),
            Lookup::Miss => {
                let loaded = self.cache.load(client_id, now).await;
                loaded.map_err(|_| away())
            }
            Lookup::OutOfContact => Err(away()),
        }
    }

    /// Runs steps 3 and 4.
    fn grant(
        &self,
        authenticated: Authenticated<'_>,
        entry: Option<Arc<CachedApplication>>,
        now: UnixTime,
    ) -> Result<Granted, Refusal> {
        let entry = entry.ok_or(Cause::InternalError)?;
        let authorized = self.authorize(authenticated, &entry, now)?;
        let reservation = entry.meter(now).take();
        let reservation = reservation.map_err(|refusal| authorized.refuse(refusal))?;
        let common = self.cache.common_guard();
        let key = common.keys.signing(authorized.algorithm());
        let mut random = [0; 12];
        self.fill(&mut random);
        let jwt_id = entry.jwt_id(random);
        let issued = issue(authorized, key, &self.authority, jwt_id, now)?;
        reservation.keep();
        Ok(Granted { issued, entry })
    }

    fn authorize<'e>(
        &self,
        authenticated: Authenticated<'_>,
        entry: &'e CachedApplication,
        now: UnixTime,
    ) -> Result<Authorized<'e>, Refusal> {
        let usage = entry.meter(now).usage();
        authorize(authenticated, entry.policy(), usage, &self.authority)
    }

    /// Issues a token in the name of an application.
    async fn vouch(&self, ask: &TestTokenParameters<'_>) -> Result<Granted, Refusal> {
        let operator = Operator::danger_unchecked(ask.operator);
        let entry = self.load(ask.client_id, ask.now).await?;
        let client = entry.as_deref().map(CachedApplication::client);
        let authenticated = vouched(&operator, ask.client_id, client, request(ask), ask.now)?;
        self.grant(authenticated, entry, ask.now)
    }

    /// Returns the verdict whether such a token would be issued.
    async fn would_vouch(&self, ask: &TestTokenParameters<'_>) -> Result<Verdict, Refusal> {
        let operator = Operator::danger_unchecked(ask.operator);
        let entry = self.load(ask.client_id, ask.now).await?;
        let client = entry.as_deref().map(CachedApplication::client);
        let authenticated = vouched(&operator, ask.client_id, client, request(ask), ask.now)?;
        let entry = entry.as_deref().ok_or(Cause::InternalError)?;
        let authorized = self.authorize(authenticated, entry, ask.now)?;
        let common = self.cache.common_guard();
        let key = common.keys.signing(authorized.algorithm());
        check_issue(&authorized, key, &self.authority, ask.now)?;
        let audiences = authorized.audiences().iter();
        Ok(Verdict::Granted(WouldGrant {
            audiences: audiences.map(|audience| Box::from(&**audience)).collect(),
            scope: authorized.scope().into(),
            expires_in: authorized.lifetime().as_seconds(),
            quota_exceeded: authorized.quota_exceeded(),
        }))
    }
}

fn request<'r>(ask: &TestTokenParameters<'r>) -> TestRequest<'r> {
    TestRequest {
        audiences: ask.audiences.iter().copied().map(Into::into).collect(),
        scope: ask.scope.map(Into::into),
        address: ask.address,
    }
}

impl<B: Backend> Host for InProcess<B> {
    type Registry = RegistryCache<B>;

    fn registry(&self) -> &Self::Registry {
        &self.cache
    }

    fn issuer(&self) -> &str {
        World::ISSUER
    }

    fn profile(&self) -> Profile {
        self.authority.profile()
    }

    fn access(&self) -> Access {
        if self.is_read_only.load(Ordering::SeqCst) {
            Access::ReadOnly
        } else {
            Access::ReadWrite
        }
    }

    fn sealing(&self) -> Option<&SealingKey> {
        match self.access() {
            Access::ReadWrite => Some(&self.sealing),
            Access::ReadOnly => None,
        }
    }

    fn key_schedule(&self) -> KeySchedule {
        match self.access() {
            Access::ReadWrite => KeySchedule::every_days(90),
            Access::ReadOnly => KeySchedule::OFF,
        }
    }

    fn keys(&self) -> Arc<SigningKeys> {
        Arc::clone(&self.cache.common_guard().keys)
    }

    fn fill(&self, bytes: &mut [u8]) {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in bytes.chunks_mut(32) {
            *drawn += 1;
            let random = m2m_jwt::sha256(&drawn.to_be_bytes());
            for (byte, random) in chunk.iter_mut().zip(random) {
                *byte = random;
            }
        }
    }

    async fn test_token(&self, ask: TestTokenParameters<'_>) -> TokenAnswer {
        let exchange = Exchange {
            trace_id: ask.trace_id,
            request_id: None,
            address: ask.operator_address,
        };
        let operator = Operator::danger_unchecked(ask.operator);
        let decision = self.vouch(&ask).await;
        let decision = decision.map_err(|refusal| refusal.asked_by(&operator));
        TokenAnswer {
            response: self.conclude(decision, &exchange, ask.now).await,
        }
    }

    async fn check(&self, ask: TestTokenParameters<'_>) -> Verdict {
        let mut refusal = match self.would_vouch(&ask).await {
            Ok(verdict) => return verdict,
            Err(refusal) => refusal,
        };
        let suspect = refusal.take_suspect();
        Verdict::Refused(diagnose(&suspect, &self.records(&suspect).await))
    }
}
