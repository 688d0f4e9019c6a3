//! Registry, keys, clock and the six steps in one value.

use m2m_authority::diagnose::diagnose;
use m2m_authority::flow::{
    Exchange, Issued, Operator, RawRequest, TestRequest, Usage, accept, authenticate, authorize,
    issue, record, respond, vouched,
};
use m2m_authority::registry::{Records, SigningKeys};
use m2m_authority::{Authority, FingerprintKey, JwtId, Refusal, Registry, TraceId};
use m2m_errors::Profile;
use m2m_jwt::{
    Algorithm, Claims, Expectations, KeySet, Limits, SigningKey, UnixTime, Unverified, Verified,
    verify,
};
use serde_json::Value;

use crate::{Answer, Request, standard_records};

/// Registry, keys, clock and the six steps in one value.
#[derive(Debug)]
pub struct World {
    /// The registry. Tests change the records and call [`World::set_records`].
    registry: Registry,
    authority: Authority,
    keys: SigningKeys,
    now: UnixTime,
    names: u128,
    usage: Usage,
}

impl World {
    /// The issuer of every world.
    pub const ISSUER: &'static str = "https://issuer.example";

    /// The time at which every world begins: 2026-01-01, 00:00:00 UTC.
    pub const BEGINNING: UnixTime = UnixTime::from_seconds(1_767_225_600);

    /// Returns a world with the standard registry (see [`standard_records`]) in this dialect.
    #[must_use]
    pub fn standard(profile: Profile) -> Self {
        Self::new(profile, standard_records(profile))
    }

    /// Returns a world with this registry.
    ///
    /// # Panics
    ///
    /// If the records are not consistent, or keys cannot be generated.
    #[must_use]
    pub fn new(profile: Profile, records: Records) -> Self {
        let limits = oauth_proto::MessageLimits::DEFAULT;
        let keys = [Algorithm::Es256, Algorithm::EdDsa];
        let keys = keys.map(|algorithm| {
            SigningKey::generate(algorithm, None)
                .expect("the library generates this kind of key")
                .0
        });
        Self {
            registry: Registry::assemble(records).expect("the records are consistent"),
            authority: Authority::new(Self::ISSUER, profile, limits)
                .expect("the issuer is an issuer identifier"),
            keys: SigningKeys::active(keys),
            now: Self::BEGINNING,
            names: 0,
            usage: Usage::default(),
        }
    }

    /// Changes the records of the registry, as a management change does.
    ///
    /// # Panics
    ///
    /// If the records are not consistent.
    pub fn set_records(&mut self, change: impl FnOnce(&mut Records)) {
        let mut records = self.registry.records().clone();
        change(&mut records);
        self.registry = Registry::assemble(records).expect("the records are consistent");
    }

    /// Sets the number of tokens that the next requesting application had in its window.
    pub const fn set_usage(&mut self, usage: Usage) {
        self.usage = usage;
    }

    /// Replaces the keys.
    pub fn set_keys(&mut self, keys: SigningKeys) {
        self.keys = keys;
    }

    /// Lets time pass. Unit: seconds.
    pub fn advance(&mut self, seconds: u64) {
        self.now = UnixTime::from_seconds(self.now.as_seconds() + seconds);
    }

    /// The time in the world.
    #[must_use]
    pub const fn now(&self) -> UnixTime {
        self.now
    }

    /// The settings of the server.
    #[must_use]
    pub const fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The registry.
    #[must_use]
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The keys.
    #[must_use]
    pub const fn keys(&self) -> &SigningKeys {
        &self.keys
    }

    /// Sends a request through the six steps.
    pub fn send(&mut self, request: &Request) -> Answer {
        let body = request.body_bytes();
        let exchange = self.exchange(request.address_of_caller());
        let decision = self.decide(request.raw(&body));
        self.answer(decision, &exchange)
    }

    /// Answers a request that a shell refuses before the first step, such as one for an unknown path.
    pub fn refuse(&mut self, refusal: Refusal, address: Option<core::net::IpAddr>) -> Answer {
        let exchange = self.exchange(address);
        self.answer(Err(refusal), &exchange)
    }

    /// Requests a test token for an application that the operator vouches for.
    ///
    /// # Panics
    ///
    /// If the registry has a client without a policy, which it never has.
    pub fn vouch(
        &mut self,
        operator: &Operator,
        client_id: &str,
        request: TestRequest<'_>,
    ) -> Answer {
        let exchange = self.exchange(None);
        let client = self.registry.client(client_id);
        let decision =
            vouched(operator, client_id, client, request, self.now).and_then(|authenticated| {
                let policy = self
                    .registry
                    .policy(authenticated.client_id())
                    .expect("every client has a policy");
                let authorized = authorize(authenticated, policy, self.usage, &self.authority)?;
                let key = self.keys.signing(authorized.algorithm());
                issue(
                    authorized,
                    key,
                    &self.authority,
                    JwtId::from_random([0xee; 16]),
                    self.now,
                )
            });
        let decision = decision.map_err(|refusal| refusal.asked_by(operator));
        self.answer(decision, &exchange)
    }

    /// Runs steps 1 to 4.
    ///
    /// # Errors
    ///
    /// The refusal of the first step that refuses.
    ///
    /// # Panics
    ///
    /// If the registry has a client without a policy, which it never has.
    pub fn decide(&self, request: RawRequest<'_>) -> Result<Issued, Refusal> {
        let accepted = accept(request, &self.authority)?;
        let client = self.registry.client(accepted.client_id());
        let authenticated = authenticate(accepted, client, self.now)?;
        let policy = self
            .registry
            .policy(authenticated.client_id())
            .expect("every client has a policy");
        let authorized = authorize(authenticated, policy, self.usage, &self.authority)?;
        let key = self.keys.signing(authorized.algorithm());
        let jwt_id = JwtId::from_random(self.names.to_be_bytes());
        issue(authorized, key, &self.authority, jwt_id, self.now)
    }

    fn exchange(&mut self, address: Option<core::net::IpAddr>) -> Exchange {
        self.names += 1;
        Exchange {
            trace_id: TraceId::from_random(self.names.to_be_bytes()),
            request_id: None,
            address,
        }
    }

    /// Runs steps 5 and 6, and the diagnosis that a worker runs after the reply was sent.
    fn answer(&self, decision: Result<Issued, Refusal>, exchange: &Exchange) -> Answer {
        let key = FingerprintKey::from_random([7; 32]);
        let mut decision = decision.map_err(|refusal| refusal.fingerprinted(&key));
        let suspect = decision.as_mut().err().map(Refusal::take_suspect);
        Answer {
            reply: respond(decision.as_ref(), exchange, &self.authority),
            event: record(decision.as_ref(), exchange, self.now),
            diagnosis: suspect.map(|suspect| diagnose(&suspect, self.registry.records())),
        }
    }

    /// Returns the claims of the token in an answer, verified with the JWK set of this world.
    ///
    /// # Panics
    ///
    /// If the answer does not contain a token, or the token does not verify.
    #[must_use]
    pub fn claims(&self, answer: &Answer) -> Value {
        let json = |claims: &Verified<Claims<'_>>| {
            serde_json::from_str(claims.raw()).expect("claims are JSON")
        };
        self.verify(&answer.access_token(), json)
    }

    /// Verifies a token as an API that accepts any audience of this world, and returns the result of `look` for its claims.
    ///
    /// # Panics
    ///
    /// If the token does not verify.
    pub fn verify<T>(&self, token: &str, look: impl FnOnce(&Verified<Claims<'_>>) -> T) -> T {
        let keys = KeySet::new(&self.keys.jwk_set());
        let audiences: Vec<&str> = self.registry.targets().audiences().collect();
        let unverified = Unverified::parse(token, &Limits::DEFAULT).expect("the token is a JWT");
        // The claim set `kinde` has neither `sub` nor `client_id`.
        let expectations = Expectations {
            required_claims: &[],
            ..Expectations::access_token(Self::ISSUER, &audiences, Algorithm::ALL)
        };
        look(&verify(&unverified, &keys, &expectations, self.now).expect("the token verifies"))
    }
}
