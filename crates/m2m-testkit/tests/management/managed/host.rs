//! The server below the management API: a node over a registry in memory, and the flow.

use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderName, HeaderValue, StatusCode};
use m2m_admin::{Access, Host, TokenAnswer, TokenAsk, Verdict, WouldGrant};
use m2m_authority::diagnose::diagnose;
use m2m_authority::flow::{
    Authenticated, Authorized, Exchange, Issued, Operator, RawRequest, TestRequest, accept,
    authenticate, authorize, check_issue, issue, respond, vouched,
};
use m2m_authority::registry::SigningKeys;
use m2m_authority::{Authority, Refusal};
use m2m_errors::{Cause, Profile};
use m2m_jwt::UnixTime;
use m2m_store::{
    Backend as _, Directory, DirectoryLimits, Entry, KeyRecord, LookUp, SealingKey, Uptime,
};

use m2m_testkit::{MemoryBackend, World};

/// The server as the operations see it.
#[derive(Debug)]
pub(super) struct InMemory {
    directory: Directory<MemoryBackend>,
    authority: Authority,
    sealing: Arc<SealingKey>,
    /// The number of times that randomness was drawn.
    drawn: Mutex<u64>,
}

impl InMemory {
    pub(super) async fn open(backend: MemoryBackend, sealing: SealingKey) -> Self {
        let sealing = Arc::new(sealing);
        let opening = Arc::clone(&sealing);
        let open_key = move |record: &KeyRecord| record.open(&opening);
        let limits = DirectoryLimits::DEFAULT;
        let directory =
            Directory::open(backend, World::ISSUER, open_key, limits, Uptime::ZERO).await;
        let limits = oauth_proto::Limits::DEFAULT;
        Self {
            directory: directory.expect("the keys are sealed with this key"),
            authority: Authority::new(World::ISSUER, Profile::Rfc, limits)
                .expect("the issuer is an issuer identifier"),
            sealing,
            drawn: Mutex::default(),
        }
    }

    pub(super) const fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Bytes that never come twice, and are the same in each run.
    pub(super) fn randomness(&self) -> impl FnMut(&mut [u8]) + Send + '_ {
        |bytes| self.fill(bytes)
    }

    /// Steps 1 to 4.
    pub(super) async fn decide(
        &self,
        request: RawRequest<'_>,
        now: UnixTime,
    ) -> Result<Issued, Refusal> {
        let accepted = accept(request, &self.authority)?;
        let entry = self.load(accepted.client_id(), now).await?;
        let client = entry.as_deref().map(Entry::client);
        let authenticated = authenticate(accepted, client, now)?;
        self.grant(authenticated, entry.as_deref(), now)
    }

    async fn load(&self, client_id: &str, now: UnixTime) -> Result<Option<Arc<Entry>>, Refusal> {
        let away = || Refusal::of(Cause::StoreUnavailable);
        match self.directory.look_up(client_id, Uptime::ZERO) {
            LookUp::Hit(entry) => Ok(Some(entry)),
            LookUp::Absent => Ok(None),
            LookUp::Miss => {
                let loaded = self.directory.load(client_id, now).await;
                loaded.map_err(|_| away())
            }
            LookUp::OutOfContact => Err(away()),
        }
    }

    /// Steps 3 and 4.
    fn grant(
        &self,
        authenticated: Authenticated<'_>,
        entry: Option<&Entry>,
        now: UnixTime,
    ) -> Result<Issued, Refusal> {
        let entry = entry.ok_or(Cause::InternalError)?;
        let authorized = self.authorize(authenticated, entry, now)?;
        let reservation = entry.meter(now).take();
        let reservation = reservation.map_err(|refusal| authorized.refuse(refusal))?;
        let common = self.directory.common_guard();
        let key = common.keys.signing(authorized.algorithm());
        let mut random = [0; 12];
        self.fill(&mut random);
        let jwt_id = entry.jwt_id(random);
        let issued = issue(authorized, key, &self.authority, jwt_id, now)?;
        reservation.keep();
        Ok(issued)
    }

    fn authorize<'e>(
        &self,
        authenticated: Authenticated<'_>,
        entry: &'e Entry,
        now: UnixTime,
    ) -> Result<Authorized<'e>, Refusal> {
        let usage = entry.meter(now).usage();
        authorize(authenticated, entry.policy(), usage, &self.authority)
    }

    /// A token in the name of an application.
    async fn vouch(&self, ask: &TokenAsk<'_>) -> Result<Issued, Refusal> {
        let operator = Operator::danger_unchecked(ask.operator);
        let entry = self.load(ask.client_id, ask.now).await?;
        let client = entry.as_deref().map(Entry::client);
        let authenticated = vouched(&operator, ask.client_id, client, request(ask))?;
        self.grant(authenticated, entry.as_deref(), ask.now)
    }

    /// True if there would be one.
    async fn would_vouch(&self, ask: &TokenAsk<'_>) -> Result<Verdict, Refusal> {
        let operator = Operator::danger_unchecked(ask.operator);
        let entry = self.load(ask.client_id, ask.now).await?;
        let client = entry.as_deref().map(Entry::client);
        let authenticated = vouched(&operator, ask.client_id, client, request(ask))?;
        let entry = entry.as_deref().ok_or(Cause::InternalError)?;
        let authorized = self.authorize(authenticated, entry, ask.now)?;
        let common = self.directory.common_guard();
        let key = common.keys.signing(authorized.algorithm());
        check_issue(&authorized, key, &self.authority, ask.now)?;
        let audiences = authorized.audiences().iter();
        Ok(Verdict::Granted(WouldGrant {
            audiences: audiences.map(|audience| Box::from(&**audience)).collect(),
            scope: authorized.scopes().join(" ").into(),
            expires_in: authorized.lifetime().as_seconds(),
            quota_exceeded: authorized.quota_exceeded(),
        }))
    }
}

fn request<'r>(ask: &TokenAsk<'r>) -> TestRequest<'r> {
    TestRequest {
        audiences: ask.audiences.iter().copied().map(Into::into).collect(),
        scope: ask.scope.map(Into::into),
        address: ask.address,
    }
}

impl Host for InMemory {
    type Registry = Directory<MemoryBackend>;

    fn registry(&self) -> &Self::Registry {
        &self.directory
    }

    fn issuer(&self) -> &str {
        World::ISSUER
    }

    fn profile(&self) -> Profile {
        self.authority.profile()
    }

    fn access(&self) -> Access {
        Access::ReadWrite
    }

    fn sealing(&self) -> Option<&SealingKey> {
        Some(&self.sealing)
    }

    fn keys(&self) -> Arc<SigningKeys> {
        Arc::clone(&self.directory.common_guard().keys)
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

    async fn test_token(&self, ask: TokenAsk<'_>) -> TokenAnswer {
        let exchange = Exchange {
            trace_id: ask.trace_id,
            request_id: None,
            address: ask.operator_address,
        };
        let decision = self.vouch(&ask).await;
        let reply = respond(decision.as_ref(), &exchange, &self.authority);
        let mut response = http::Response::default();
        *response.status_mut() = StatusCode::from_u16(reply.status()).expect("a status");
        for (name, value) in reply.headers() {
            let value = HeaderValue::from_str(&value).expect("visible ASCII");
            let headers = response.headers_mut();
            headers.insert(HeaderName::from_static(name), value);
        }
        *response.body_mut() = reply.into_body().into();
        TokenAnswer { response }
    }

    async fn check(&self, ask: TokenAsk<'_>) -> Verdict {
        let mut refusal = match self.would_vouch(&ask).await {
            Ok(verdict) => return verdict,
            Err(refusal) => refusal,
        };
        let snapshot = self.directory.snapshot().await;
        let records = snapshot.expect("the registry is in memory").records();
        let diagnosis = diagnose(&refusal.take_suspect(), &records);
        let seconds = |time: UnixTime| time.as_seconds().to_string();
        let evidence = diagnosis.evidence.iter();
        let fixes = diagnosis.fixes.iter();
        Verdict::Refused {
            cause: diagnosis.cause,
            evidence: evidence.map(|evidence| evidence.text(seconds)).collect(),
            fixes: fixes.map(|fix| fix.text.to_string()).collect(),
        }
    }
}
