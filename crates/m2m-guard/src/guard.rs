//! The check of a call.

use std::borrow::Cow;
use std::sync::Arc;

use m2m_errors::{Cause, Profile};
use m2m_jwt::{
    ACCESS_TOKEN_TYPE, Algorithm, Claim, ClaimForms, Claims, Condition, Expectations, Header,
    InvalidToken, IssuerProfile, JsonValue, KeySet, Leeway, Limits, UnixTime, Unverified, Verified,
    VerifySignature, WithoutType, verify,
};
#[cfg(feature = "issuer-keys")]
use oauth_proto::BearerToken;
use oauth_proto::MessageLimits;

use crate::call::Call;
use crate::caller::Caller;
use crate::denied::Denied;
use crate::evidence::{Evidence, beginning};
use crate::extension::{CONFIRMATION, Extension};
use crate::issuer_claims::{self, IssuerClaims, Unreadable};
use crate::limits;
use crate::requirement::Requirement;

/// The expectations of an API for tokens, and the check of calls against them. A clone is cheap and shares the settings.
///
/// Keys and time are arguments of each check, so that the program decides how it obtains them.
///
/// Source: RFC 9068, section 4, <https://www.rfc-editor.org/rfc/rfc9068#section-4>; RFC 6750, section 3; RFC 8725, section 3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    settings: Arc<Settings>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) issuer: Box<str>,
    pub(crate) audiences: Box<[Box<str>]>,
    /// `None` means any client.
    pub(crate) clients: Option<Box<[Box<str>]>>,
    pub(crate) algorithms: Box<[Algorithm]>,
    /// True only while a token is explained, to find what else is wrong with one of another type.
    pub(crate) is_any_type_accepted: bool,
    leeway: Leeway,
    /// `None` means RFC 9068 and the claim set `kinde`.
    issuer_profile: Option<IssuerProfile>,
    limits: Limits,
    header_limits: MessageLimits,
    pub(crate) max_lifetime_seconds: Option<u64>,
    pub(crate) profile: Profile,
    pub(crate) realm: Option<Box<str>>,
    pub(crate) resource_metadata: Option<Box<str>>,
    /// The address before the id of an error.
    pub(crate) error_pages: Option<Box<str>>,
}

impl Guard {
    /// Returns a guard that trusts this issuer and knows its API by these identifiers, both compared byte for byte. Without an
    /// identifier it refuses every token.
    ///
    /// It accepts all algorithms of `m2m-jwt`, each bound to its key, with [`Leeway::DEFAULT`] for clocks that differ, and answers by the RFCs.
    #[must_use]
    pub fn new(issuer: &str, audiences: &[&str]) -> Self {
        Self {
            settings: Arc::new(Settings {
                issuer: issuer.into(),
                audiences: own(audiences),
                clients: None,
                algorithms: Algorithm::ALL.into(),
                is_any_type_accepted: false,
                leeway: Leeway::DEFAULT,
                issuer_profile: None,
                limits: Limits::DEFAULT,
                header_limits: limits::of_header(&Limits::DEFAULT),
                max_lifetime_seconds: None,
                profile: Profile::Rfc,
                realm: None,
                resource_metadata: None,
                error_pages: None,
            }),
        }
    }

    /// Sets the leeway: tokens are accepted whose `iat` or `nbf` lies ahead by at most this much, because the clocks of issuer and API differ.
    #[must_use]
    pub fn with_leeway(self, leeway: Leeway) -> Self {
        self.with(|settings| settings.leeway = leeway)
    }

    /// Accepts the access tokens of a named issuer that does not follow RFC 9068, instead of tokens by RFC 9068 and the claim set `kinde`.
    ///
    /// The profile states which `typ` its tokens have, and in which claims the client and the scopes are. It is chosen here, and never by a
    /// token. The issuer, the audiences and the keys are those of this guard; [`IssuerProfile::Cognito`] also accepts tokens without an audience.
    ///
    /// ```
    /// use m2m_guard::{Guard, IssuerProfile};
    ///
    /// let guard = Guard::new("https://login.microsoftonline.com/8a2c1c3e-6c2b-4d27-9d5e-0c1f1a2b3c4d/v2.0", &["api://orders"])
    ///     .with_issuer_profile(IssuerProfile::Entra);
    /// # let _ = guard;
    /// ```
    #[must_use]
    pub fn with_issuer_profile(self, issuer_profile: IssuerProfile) -> Self {
        self.with(|settings| settings.issuer_profile = Some(issuer_profile))
    }

    /// Sets the limits of tokens, for an issuer whose tokens are larger than [`Limits::DEFAULT`] allows. The server in front must accept header fields
    /// of that size as well.
    ///
    /// ```
    /// use m2m_guard::{Guard, Limits};
    ///
    /// let guard = Guard::new("https://as.example", &["https://orders.example/api"]).with_limits(Limits {
    ///     max_token_bytes: 48 * 1024,
    ///     max_json_members: 1000,
    ///     ..Limits::DEFAULT
    /// });
    /// # let _ = guard;
    /// ```
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        self.with(|settings| {
            settings.limits = limits;
            settings.header_limits = limits::of_header(&limits);
        })
    }

    /// Refuses tokens that are valid for longer than this, from `iat` to `exp` (cause `token-claim-malformed`). By default any time is accepted.
    ///
    /// It detects an issuer that writes `exp` in milliseconds, so that its tokens are valid for 50,000 years.
    #[must_use]
    pub fn with_max_lifetime_seconds(self, seconds: u64) -> Self {
        self.with(|settings| settings.max_lifetime_seconds = Some(seconds))
    }

    /// Restricts the accepted tokens to those with one of these algorithms. Without any, the guard refuses every token.
    #[must_use]
    pub fn with_algorithms(self, algorithms: &[Algorithm]) -> Self {
        self.with(|settings| settings.algorithms = algorithms.into())
    }

    /// Restricts the accepted tokens to those of these clients (cause `client-mismatch`). By default any client of the issuer may call.
    #[must_use]
    pub fn with_clients(self, client_ids: &[&str]) -> Self {
        self.with(|settings| settings.clients = Some(own(client_ids)))
    }

    /// Sets the profile, in whose dialect the guard answers.
    #[must_use]
    pub fn with_profile(self, profile: Profile) -> Self {
        self.with(|settings| settings.profile = profile)
    }

    /// Sets the `realm` of the challenges (RFC 9110, section 11.5).
    #[must_use]
    pub fn with_realm(self, realm: &str) -> Self {
        self.with(|settings| settings.realm = Some(realm.into()))
    }

    /// Sets the URL of the API's metadata in the challenges (RFC 9728, section 5.1).
    #[must_use]
    pub fn with_resource_metadata(self, url: &str) -> Self {
        self.with(|settings| settings.resource_metadata = Some(url.into()))
    }

    /// Sets the URL of the pages about errors, up to the id of an error: the challenges name the page of their cause as `error_uri` (RFC 6750, section 3).
    ///
    /// An m2m server has such pages below its issuer, so that its operator sets `https://id.example/errors/`.
    #[must_use]
    pub fn with_error_pages(self, url: &str) -> Self {
        self.with(|settings| settings.error_pages = Some(url.into()))
    }

    /// Checks whether a call may proceed, and returns its caller.
    ///
    /// If several of these conditions are not met, the first one is reported:
    ///
    /// 1. The call has a token, in one `Authorization` header, readable, and none in the query.
    /// 2. The token is valid, in the order of [`m2m_jwt::verify()`]: form, extensions, algorithm, type, key and signature, claims,
    ///    issuer, audience, times.
    /// 3. `scp` is a list of strings, if there is no `scope`, and `org_code` is a string, if the token has them. With an issuer profile: the
    ///    claims with the client and the scopes have one of their types.
    /// 4. The token is not bound to a certificate or a key (`cnf`), since the guard cannot check that the sender has it.
    /// 5. The client is allowed to call.
    /// 6. The organization is the required one.
    /// 7. The token has all required scopes.
    ///
    /// # Errors
    /// [`Denied`], with the cause, the answer for the caller and the evidence for the operator. Its
    /// [`keys_may_be_outdated`](Denied::keys_may_be_outdated) returns true if the keys should be fetched again.
    pub fn check<K: VerifySignature>(
        &self,
        call: &Call<'_>,
        keys: &KeySet<K>,
        required: Requirement<'_>,
        now: UnixTime,
    ) -> Result<Caller, Denied> {
        let settings = &*self.settings;
        let token = call
            .token(&settings.header_limits)
            .map_err(|(cause, evidence)| self.denied(cause, evidence))?;
        let unverified = Unverified::parse(token.expose_secret(), &settings.limits)
            .map_err(|error| self.denied(error.cause(), Evidence::Token(error)))?;
        let denied = |error| self.denied_token(error, &unverified, keys);
        let claims = self.verify(&unverified, keys, now).map_err(denied)?;
        let caller = self.read_caller(&claims, denied)?;
        self.check_caller(&caller, required)?;
        Ok(caller)
    }

    /// Returns the caller that claims describe, in the form of this guard, for a program that has verified the token itself. [`check_caller`](Self::check_caller)
    /// checks it against a requirement.
    ///
    /// # Errors
    /// [`Denied`]: a claim with the client, the scopes or the organization cannot be read, the token is bound to a certificate or a key, or the client is not
    /// allowed to call.
    pub fn caller(&self, claims: &Verified<Claims<'_>>) -> Result<Caller, Denied> {
        self.read_caller(claims, |error| {
            self.denied(error.cause(), Evidence::Token(error))
        })
    }

    fn read_caller(
        &self,
        claims: &Verified<Claims<'_>>,
        denied: impl Fn(InvalidToken) -> Denied,
    ) -> Result<Caller, Denied> {
        let malformed = |name| {
            let evidence = Evidence::Claim { name };
            self.denied(Cause::TokenClaimMalformed, evidence)
                .by(self.client_id(claims).as_deref())
        };
        let (caller, is_bound) = match self.settings.issuer_profile {
            None => {
                let extension = Extension::read(claims).map_err(malformed)?;
                let is_bound = extension.is_bound;
                let caller = Caller::of(self, claims, &extension).map_err(denied)?;
                (caller, is_bound)
            }
            Some(profile) => {
                let read = IssuerClaims::read(profile, claims);
                let read = read.map_err(|unreadable| match unreadable {
                    Unreadable::Claim(name) => malformed(name),
                    Unreadable::Token(error) => denied(error),
                })?;
                let caller = Caller::of_issuer(self, claims, &read).map_err(denied)?;
                (caller, claims.get(CONFIRMATION).is_some())
            }
        };
        if is_bound {
            return Err(self.denied_caller(&caller, Cause::TokenBound, Evidence::None));
        }
        self.check_client(&caller)?;
        Ok(caller)
    }

    /// Checks a caller against a requirement that was not known before the call was checked, such as the organization of a loaded resource.
    ///
    /// ```
    /// use m2m_guard::{Caller, Denied, Guard, Requirement};
    ///
    /// fn read_order(guard: &Guard, caller: &Caller, organization_of_order: &str) -> Result<(), Denied> {
    ///     guard.check_caller(caller, Requirement::token().in_organization(organization_of_order))
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Denied`]: `organization-missing` or `organization-mismatch`, then `scope-insufficient`.
    pub fn check_caller(&self, caller: &Caller, required: Requirement<'_>) -> Result<(), Denied> {
        if let Some(needed) = required.needed_organization()
            && (needed.is_empty() || caller.organization_code() != Some(needed))
        {
            let cause = match caller.organization_code() {
                Some(_) => Cause::OrganizationMismatch,
                None => Cause::OrganizationMissing,
            };
            let evidence = Evidence::Organization {
                needed: needed.into(),
                found: caller.organization_code().map(Into::into),
            };
            return Err(self.denied_caller(caller, cause, evidence));
        }
        let needed = required.needed_scopes();
        if required.is_met(|scope| caller.has_scope(scope)) {
            return Ok(());
        }
        if required.is_any_scope_enough() {
            let needed = own(needed);
            let evidence = Evidence::AnyScope { needed };
            return Err(self.denied_caller(caller, Cause::ScopeInsufficient, evidence));
        }
        let evidence = Evidence::Scope {
            needed: own(needed),
            missing: needed
                .iter()
                .filter(|scope| !caller.has_scope(scope))
                .map(|scope| Box::from(*scope))
                .collect(),
        };
        Err(self.denied_caller(caller, Cause::ScopeInsufficient, evidence))
    }

    /// Denies a call for a cause that the program found itself, such as keys that cannot be fetched, or a token that was revoked.
    pub fn deny(&self, cause: Cause) -> Denied {
        self.denied(cause, Evidence::None)
    }

    /// The issuer that is trusted.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// The identifiers of the API.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        self.settings.audiences.iter().map(AsRef::as_ref)
    }

    /// Returns the token of a call, which is not read.
    #[cfg(feature = "issuer-keys")]
    pub(crate) fn token<'c>(&self, call: &Call<'c>) -> Result<BearerToken<'c>, Denied> {
        let token = call.token(&self.settings.header_limits);
        token.map_err(|(cause, evidence)| self.denied(cause, evidence))
    }

    /// Returns the issuer that the token of a call names, which is not verified.
    #[cfg(feature = "issuer-keys")]
    pub(crate) fn unverified_issuer(&self, call: &Call<'_>) -> Result<Option<String>, Denied> {
        let token = self.token(call)?;
        let unverified = Unverified::parse(token.expose_secret(), &self.settings.limits)
            .map_err(|error| self.denied(error.cause(), Evidence::Token(error)))?;
        let claims = unverified.unverified_claims_in(ClaimForms::Foreign);
        Ok(claims
            .ok()
            .and_then(|claims| claims.issuer().map(Into::into)))
    }

    /// Denies a call because no keys are known.
    #[cfg(feature = "issuer-keys")]
    pub(crate) fn without_keys(&self, unavailable: &crate::KeysUnavailable) -> Denied {
        let evidence = Evidence::Keys {
            reason: unavailable.to_string().into(),
        };
        self.denied(Cause::KeysUnavailable, evidence)
            .with_retry_after(unavailable.retry_after)
    }

    /// Denies a call whose token names an issuer that is not trusted.
    #[cfg(feature = "issuer-keys")]
    pub(crate) fn of_unknown_issuer(&self) -> Denied {
        let error = InvalidToken::IssuerMismatch;
        self.denied(error.cause(), Evidence::Token(error))
    }

    fn verify<'u, K: VerifySignature>(
        &self,
        unverified: &'u Unverified<'_>,
        keys: &KeySet<K>,
        now: UnixTime,
    ) -> Result<Verified<Claims<'u>>, InvalidToken> {
        let settings = &*self.settings;
        let verify_for = |audiences: &[&str]| {
            let (issuer, algorithms) = (&settings.issuer, &settings.algorithms);
            let expectations = match settings.issuer_profile {
                None => Expectations {
                    required_claims: REQUIRED,
                    ..Expectations::access_token(issuer, audiences, algorithms)
                },
                Some(profile) => Expectations::of_issuer(profile, issuer, audiences, algorithms),
            };
            let expectations = Expectations {
                leeway: settings.leeway,
                max_lifetime_seconds: settings.max_lifetime_seconds,
                ..expectations
            };
            if !settings.is_any_type_accepted {
                return verify(unverified, keys, &expectations, now);
            }
            let header = unverified.header()?;
            let own_type: Option<[&str; 1]> = header.token_type().map(|own| [own]);
            let expectations = Expectations {
                token_types: own_type.as_ref().map_or(&[], |own| &own[..]),
                without_type: WithoutType::Accepted,
                ..expectations
            };
            verify(unverified, keys, &expectations, now)
        };
        match &*settings.audiences {
            [only] => verify_for(&[only]),
            several => verify_for(&several.iter().map(AsRef::as_ref).collect::<Vec<_>>()),
        }
    }

    fn check_client(&self, caller: &Caller) -> Result<(), Denied> {
        let clients = self.settings.clients.as_deref();
        let may = |clients: &[Box<str>]| clients.iter().any(|own| **own == *caller.client_id());
        if clients.is_none_or(may) {
            return Ok(());
        }
        Err(self.denied_caller(caller, Cause::ClientMismatch, Evidence::None))
    }

    fn denied(&self, cause: Cause, evidence: Evidence) -> Denied {
        Denied::new(Arc::clone(&self.settings), cause, evidence)
    }

    fn denied_caller(&self, caller: &Caller, cause: Cause, evidence: Evidence) -> Denied {
        self.denied(cause, evidence).of(caller)
    }

    /// Returns the client that the token names.
    fn client_id<'c>(&self, claims: &'c Claims<'_>) -> Option<Cow<'c, str>> {
        match self.settings.issuer_profile {
            None => claims.client_id().map(Cow::Borrowed),
            Some(profile) => issuer_claims::client_id(profile, claims),
        }
    }

    /// Denies a call because of its token. The evidence and the client come from the claims only if the signature is valid.
    fn denied_token<K: VerifySignature>(
        &self,
        error: InvalidToken,
        unverified: &Unverified<'_>,
        keys: &KeySet<K>,
    ) -> Denied {
        if !is_signed(error) {
            let evidence = self
                .evidence_of_header(error, unverified, keys)
                .unwrap_or(Evidence::Token(error));
            let header = unverified.header().ok();
            let key_id = header.as_ref().and_then(Header::key_id);
            return self
                .denied(error.cause(), evidence)
                .with_outdated_keys(keys.may_be_outdated(key_id, error));
        }
        let denied = |evidence| self.denied(error.cause(), evidence);
        let forms = match self.settings.issuer_profile {
            None => ClaimForms::Specified,
            Some(profile) => profile.claim_forms(),
        };
        let Ok(claims) = unverified.unverified_claims_in(forms) else {
            return denied(Evidence::Token(error));
        };
        denied(self.evidence_of_claims(error, &claims)).by(self.client_id(&claims).as_deref())
    }

    /// Returns the evidence for a header that is not as expected. The header is not signed by the issuer, or not known to be.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the other errors are not about a parameter of the header"
    )]
    fn evidence_of_header<K: VerifySignature>(
        &self,
        error: InvalidToken,
        unverified: &Unverified<'_>,
        keys: &KeySet<K>,
    ) -> Option<Evidence> {
        let header = unverified.header().ok()?;
        let found = |text| beginning(text, limits::MAX_PARAMETER_CHARACTERS);
        let algorithm =
            |expected: &mut dyn Iterator<Item = &Algorithm>| Evidence::HeaderParameter {
                name: "alg",
                expected: expected.map(|own| own.as_str().into()).collect(),
                found: Some(found(header.algorithm())),
            };
        Some(match error {
            InvalidToken::TypeMissing | InvalidToken::TypeMismatch => Evidence::HeaderParameter {
                name: "typ",
                expected: own(match self.settings.issuer_profile {
                    None => &[ACCESS_TOKEN_TYPE],
                    Some(profile) => profile.token_types(),
                }),
                found: header.token_type().map(found),
            },
            InvalidToken::AlgorithmUnknown | InvalidToken::AlgorithmUnexpected => {
                algorithm(&mut self.settings.algorithms.iter())
            }
            InvalidToken::AlgorithmNotOfKey => {
                let id = header.key_id();
                let meant = |key: &&K| id.is_none() || key.key_id() == id;
                let permitted = |own: &&Algorithm| {
                    keys.keys()
                        .iter()
                        .filter(meant)
                        .any(|key| key.permits(**own))
                };
                algorithm(&mut Algorithm::ALL.iter().filter(permitted))
            }
            _ => return None,
        })
    }

    /// Returns the evidence for claims that are not as expected, of a token whose signature is valid.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the other errors have their evidence in themselves"
    )]
    fn evidence_of_claims(&self, error: InvalidToken, claims: &Claims<'_>) -> Evidence {
        let found = |text: &str| beginning(text, limits::MAX_IDENTIFIER_CHARACTERS);
        match error {
            InvalidToken::IssuerMismatch => Evidence::Issuer {
                expected: self.settings.issuer.clone(),
                found: found(claims.issuer().unwrap_or_default()),
            },
            InvalidToken::AudienceMismatch => Evidence::Audience {
                expected: self.settings.audiences.clone(),
                found: claims
                    .audience()
                    .take(limits::MAX_AUDIENCES)
                    .map(|audience| found(&audience))
                    .collect(),
            },
            InvalidToken::ConditionUnmet(
                Condition::Equal {
                    claim,
                    value: expected,
                }
                | Condition::Prefix {
                    claim,
                    prefix: expected,
                },
            ) => Evidence::ClaimValue {
                name: claim,
                expected,
                found: claims
                    .get(claim)
                    .and_then(JsonValue::as_str)
                    .map(|text| found(&text)),
            },
            _ => Evidence::Token(error),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        self.change(change);
        self
    }

    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Settings)) {
        change(Arc::make_mut(&mut self.settings));
    }

    /// Returns the same denial, as this guard answers it.
    pub(crate) fn answered(&self, denied: Denied) -> Denied {
        denied.answered_by(Arc::clone(&self.settings))
    }
}

/// The claims that both claim sets have, beyond those that are always required; `Caller::of` asks for the rest.
const REQUIRED: &[Claim] = &[Claim::ClientId, Claim::IssuedAt, Claim::JwtId];

/// Returns true if the error can only occur after the signature was verified and the claims were read.
const fn is_signed(error: InvalidToken) -> bool {
    matches!(
        error,
        InvalidToken::ClaimMissing(_)
            | InvalidToken::MarkMissing { .. }
            | InvalidToken::ConditionUnmet(_)
            | InvalidToken::LifetimeTooLong { .. }
            | InvalidToken::IssuerMismatch
            | InvalidToken::AudienceMismatch
            | InvalidToken::Expired { .. }
            | InvalidToken::NotYetValid { .. }
            | InvalidToken::IssuedInFuture { .. }
    )
}

fn own(texts: &[&str]) -> Box<[Box<str>]> {
    texts.iter().map(|text| Box::from(*text)).collect()
}
