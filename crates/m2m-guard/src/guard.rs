//! The check of a call.

use std::sync::Arc;

use m2m_errors::{Cause, Profile};
use m2m_jwt::{
    Algorithm, Claim, Claims, Expectations, InvalidToken, KeySet, Leeway, Limits, UnixTime,
    Unverified, Verified, VerifySignature, verify,
};

use crate::call::Call;
use crate::caller::Caller;
use crate::denied::Denied;
use crate::evidence::Evidence;
use crate::extension::Extension;
use crate::requirement::Requirement;

/// The expectations of an API for tokens, and the check of calls against them. A clone is cheap and shares the settings.
///
/// Keys and time are arguments of each check, so that the program decides how it obtains them.
///
/// Source: RFC 9068, section 4, <https://www.rfc-editor.org/rfc/rfc9068#section-4>; RFC 6750, section 3; RFC 8725, section 3.
#[derive(Debug, Clone)]
pub struct Guard {
    settings: Arc<Settings>,
}

#[derive(Debug, Clone)]
pub(crate) struct Settings {
    issuer: Box<str>,
    audiences: Box<[Box<str>]>,
    /// `None` means any client.
    clients: Option<Box<[Box<str>]>>,
    algorithms: Box<[Algorithm]>,
    leeway: Leeway,
    pub(crate) profile: Profile,
    pub(crate) realm: Option<Box<str>>,
    pub(crate) resource_metadata: Option<Box<str>>,
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
                leeway: Leeway::DEFAULT,
                profile: Profile::Rfc,
                realm: None,
                resource_metadata: None,
            }),
        }
    }

    /// Sets the leeway: tokens are accepted whose `iat` or `nbf` lies ahead by at most this much, because the clocks of issuer and API differ.
    #[must_use]
    pub fn with_leeway(self, leeway: Leeway) -> Self {
        self.with(|settings| settings.leeway = leeway)
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

    /// Checks whether a call may proceed, and returns its caller.
    ///
    /// If several of these conditions are not met, the first one is reported:
    ///
    /// 1. The call has a token, in one `Authorization` header, readable, and none in the query.
    /// 2. The token is valid, in the order of [`m2m_jwt::verify()`]: form, extensions, algorithm, type, key and signature, claims,
    ///    issuer, audience, times.
    /// 3. `scp` is a list of strings and `org_code` is a string, if the token has them.
    /// 4. The token is not bound to a certificate or a key (`cnf`), since the guard cannot check that the sender has it.
    /// 5. The client is allowed to call.
    /// 6. The organization is the required one.
    /// 7. The token has all required scopes.
    ///
    /// # Errors
    /// [`Denied`], with the cause, the answer for the caller and the evidence for the operator. If the cause is
    /// `token-key-unknown`, the keys may be out of date.
    pub fn check<K: VerifySignature>(
        &self,
        call: &Call<'_>,
        keys: &KeySet<K>,
        required: Requirement<'_>,
        now: UnixTime,
    ) -> Result<Caller, Denied> {
        let token = call
            .token()
            .map_err(|(cause, evidence)| self.denied(cause, evidence))?;
        let unverified = Unverified::parse(token.expose_secret(), &Limits::DEFAULT)
            .map_err(|error| self.denied(error.cause(), Evidence::Token(error)))?;
        let denied = |error| self.denied_token(error, &unverified);
        let claims = self.verify(&unverified, keys, now).map_err(denied)?;
        let extension = Extension::read(&claims).map_err(|name| {
            let evidence = Evidence::Claim { name };
            self.denied(Cause::TokenClaimMalformed, evidence)
                .by(claims.client_id())
        })?;
        let caller = Caller::of(&claims, extension).map_err(denied)?;
        if claims.get(CONFIRMATION).is_some() {
            return Err(self.denied_caller(&caller, Cause::TokenBound, Evidence::None));
        }
        self.check_client(&caller)?;
        self.check_caller(&caller, required)?;
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
            && caller.organization_code() != Some(needed)
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
        if needed.iter().all(|scope| caller.has_scope(scope)) {
            return Ok(());
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

    fn verify<'u, K: VerifySignature>(
        &self,
        unverified: &'u Unverified<'_>,
        keys: &KeySet<K>,
        now: UnixTime,
    ) -> Result<Verified<Claims<'u>>, InvalidToken> {
        let settings = &*self.settings;
        let verify_for = |audiences: &[&str]| {
            let expectations = Expectations {
                leeway: settings.leeway,
                required_claims: REQUIRED,
                ..Expectations::access_token(&settings.issuer, audiences, &settings.algorithms)
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
        self.denied(cause, evidence).by(Some(caller.client_id()))
    }

    /// Denies a call because of its token. The evidence and the client come from the claims only if the signature is valid.
    fn denied_token(&self, error: InvalidToken, unverified: &Unverified<'_>) -> Denied {
        let denied = |evidence| self.denied(error.cause(), evidence);
        let claims = is_signed(error)
            .then(|| unverified.unverified_claims().ok())
            .flatten();
        let Some(claims) = claims else {
            return denied(Evidence::Token(error));
        };
        let evidence = if error == InvalidToken::IssuerMismatch {
            Evidence::Issuer {
                expected: self.settings.issuer.clone(),
                found: claims.issuer().unwrap_or_default().into(),
            }
        } else if error == InvalidToken::AudienceMismatch {
            Evidence::Audience {
                expected: self.settings.audiences.clone(),
                found: claims.audience().map(Into::into).collect(),
            }
        } else {
            Evidence::Token(error)
        };
        denied(evidence).by(claims.client_id())
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.settings));
        self
    }
}

/// The claims that both claim sets have, beyond those that are always required; `Caller::of` asks for the rest.
const REQUIRED: &[Claim] = &[Claim::ClientId, Claim::IssuedAt, Claim::JwtId];

/// The claim by which a token is bound (RFC 7800, section 3.1).
const CONFIRMATION: &str = "cnf";

/// Returns true if the error can only occur after the signature was verified and the claims were read.
const fn is_signed(error: InvalidToken) -> bool {
    matches!(
        error,
        InvalidToken::ClaimMissing(_)
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
