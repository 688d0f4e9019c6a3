//! A guard with the keys of its issuers.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;
use std::time::SystemTime;

use m2m_client::{Client, Credentials, Transport};
use m2m_jwt::UnixTime;
use oauth_proto::BearerToken;

use crate::introspection::Introspection;
use crate::verified_tokens::{Verification, VerifiedTokens};
use crate::{Call, Caller, Denied, FetchedKeys, Guard, IssuerKeys, KeysUnavailable, Requirement};

/// A guard that knows the keys of its issuers, and the time. A clone is cheap and shares everything.
///
/// With the feature `hyper`, one line builds it from an issuer and an audience:
///
#[cfg_attr(feature = "hyper", doc = "```")]
#[cfg_attr(not(feature = "hyper"), doc = "```ignore")]
/// use m2m_guard::ApiGuard;
///
/// let guard = ApiGuard::over_hyper("https://id.example", "https://orders.example/api")?;
/// # let _ = guard;
/// # Ok::<(), m2m_guard::UnusableIssuer>(())
/// ```
pub struct ApiGuard<T> {
    shared: Arc<Shared<T>>,
}

struct Shared<T> {
    first: Trusted<T>,
    others: Vec<Trusted<T>>,
    clock: Clock,
    max_verified_tokens: usize,
    verified: VerifiedTokens,
}

/// An issuer that is trusted.
struct Trusted<T> {
    guard: Guard,
    keys: IssuerKeys<T>,
    introspection: Option<Arc<Introspection<T>>>,
}

type Clock = Arc<dyn Fn() -> UnixTime + Send + Sync>;

impl<T> ApiGuard<T> {
    /// Returns a guard with the keys of its issuer.
    ///
    /// # Errors
    /// [`OtherIssuer`]: the keys are those of another issuer, which could sign tokens in the name of this one.
    pub fn new(guard: Guard, keys: IssuerKeys<T>) -> Result<Self, OtherIssuer> {
        Ok(Self::of_first(Trusted::new(guard, keys)?))
    }

    /// Returns a guard with keys that are those of its issuer.
    #[cfg(feature = "hyper")]
    pub(crate) fn of_own_issuer(guard: Guard, keys: IssuerKeys<T>) -> Self {
        Self::of_first(Trusted {
            guard,
            keys,
            introspection: None,
        })
    }

    fn of_first(first: Trusted<T>) -> Self {
        Self::of(Shared {
            first,
            others: Vec::new(),
            clock: Arc::new(system_time),
            max_verified_tokens: MAX_VERIFIED_TOKENS,
            verified: VerifiedTokens::new(MAX_VERIFIED_TOKENS),
        })
    }

    /// Returns the guard with another issuer that is trusted, with its own audiences, profile and keys. The token of a call is checked by the guard
    /// whose issuer it names.
    ///
    /// # Errors
    /// [`OtherIssuer`]: the keys are those of another issuer, which could sign tokens in the name of this one.
    pub fn with_issuer(self, guard: Guard, keys: IssuerKeys<T>) -> Result<Self, OtherIssuer> {
        let mut shared = self.shared.copy();
        shared.others.push(Trusted::new(guard, keys)?);
        Ok(Self::of(shared))
    }

    /// Asks the issuer that was added last whether a valid token is still active, so that a token that was revoked is denied (causes `token-revoked`,
    /// `introspection-unavailable`). `credentials` are those of this API: an application of the issuer that may ask about tokens for the API. An answer about a
    /// token is used for `kept_for`, so that a token is denied at the latest this time after it was revoked.
    ///
    /// Source: RFC 7662, <https://www.rfc-editor.org/rfc/rfc7662>.
    #[must_use]
    pub fn with_introspection(self, credentials: Credentials, kept_for: Duration) -> Self
    where
        T: Clone,
    {
        let mut shared = self.shared.copy();
        let last = shared.others.last_mut().unwrap_or(&mut shared.first);
        let keys = &last.keys;
        let client = Client::new(keys.issuer().clone(), credentials, keys.transport().clone());
        let introspection = Introspection::new(client, kept_for, keys.uptime());
        last.introspection = Some(Arc::new(introspection));
        Self::of(shared)
    }

    /// Sets the clock, which is that of the system by default. It is for tests.
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> UnixTime + Send + Sync + 'static) -> Self {
        let clock = Arc::new(clock);
        Self::of(Shared {
            clock,
            ..self.shared.copy()
        })
    }

    /// Sets the maximum number of valid tokens that are kept with their callers, so that the signature of a token is verified once. 0 turns it off. Default:
    /// 1,000.
    ///
    /// A token is kept up to its `exp`, and until the keys of its issuer change. Its scopes and its organization are checked in each call.
    #[must_use]
    pub fn with_verified_tokens(self, max_tokens: usize) -> Self {
        let mut shared = self.shared.copy();
        shared.max_verified_tokens = max_tokens;
        shared.verified = VerifiedTokens::new(max_tokens);
        Self::of(shared)
    }

    fn of(shared: Shared<T>) -> Self {
        let shared = Arc::new(shared);
        Self { shared }
    }
}

impl<T> Shared<T> {
    fn copy(&self) -> Self {
        let copy = |own: &Trusted<T>| Trusted {
            guard: own.guard.clone(),
            keys: own.keys.clone(),
            introspection: own.introspection.clone(),
        };
        Self {
            first: copy(&self.first),
            others: self.others.iter().map(copy).collect(),
            clock: Arc::clone(&self.clock),
            max_verified_tokens: self.max_verified_tokens,
            verified: VerifiedTokens::new(self.max_verified_tokens),
        }
    }

    /// The issuers, in the order in which they were added.
    fn issuers(&self) -> impl Iterator<Item = &Trusted<T>> {
        core::iter::once(&self.first).chain(&self.others)
    }
}

/// The default of [`ApiGuard::with_verified_tokens`].
const MAX_VERIFIED_TOKENS: usize = 1000;

impl<T: Transport> ApiGuard<T> {
    /// Checks whether a call may proceed, and returns its caller; see [`Guard::check`]. Keys are fetched when they are needed.
    ///
    /// # Errors
    /// [`Denied`]. Its cause is `keys-unavailable` if the keys of the issuer are unknown or too old.
    ///
    /// # Panics
    /// If it is polled outside a runtime of tokio.
    pub async fn check(
        &self,
        call: &Call<'_>,
        required: Requirement<'_>,
    ) -> Result<Caller, Denied> {
        let shared = &*self.shared;
        let token = self.token(call)?;
        let token = token.expose_secret();
        let kept = shared.verified.get(token);
        if let Some(kept) = &kept
            && let Some(trusted) = shared.issuers().nth(kept.issuer)
        {
            let fetched = trusted.current_keys().await?;
            if kept.holds(fetched.generation(), (shared.clock)()) {
                trusted.check_status(token, kept).await?;
                kept.caller.require(required)?;
                return Ok(kept.caller.clone());
            }
            shared.verified.remove(token);
        }
        let (issuer, trusted) = self.issuer_of(call)?;
        let fetched = trusted.current_keys().await?;
        let check = |fetched: &FetchedKeys| {
            let now = (shared.clock)();
            trusted
                .guard
                .check(call, fetched.keys(), Requirement::token(), now)
        };
        let (caller, keys) = match check(&fetched) {
            Err(denied) if denied.keys_may_be_outdated() => {
                let newer = trusted.keys.newer_than(&fetched).await;
                let newer = newer.ok_or(denied)?;
                (check(&newer)?, newer.generation())
            }
            outcome => (outcome?, fetched.generation()),
        };
        let verification = Verification {
            caller: caller.clone(),
            issuer,
            keys,
            status: Arc::default(),
        };
        shared.verified.insert(token, verification.clone());
        trusted.check_status(token, &verification).await?;
        caller.require(required)?;
        Ok(caller)
    }

    /// Fetches the keys of all issuers, for the start of a program or its readiness probe: a wrong issuer is noticed before the first call.
    ///
    /// # Errors
    /// [`KeysUnavailable`]: the keys of an issuer could not be fetched. Calls with its tokens are denied until they can be.
    ///
    /// # Panics
    /// If it is polled outside a runtime of tokio.
    pub async fn ready(&self) -> Result<(), KeysUnavailable> {
        for trusted in self.shared.issuers() {
            trusted.keys.current().await?;
        }
        Ok(())
    }

    /// Returns the token of a call, if it is not too long for all issuers.
    fn token<'c>(&self, call: &Call<'c>) -> Result<BearerToken<'c>, Denied> {
        let mut others = self.shared.others.iter();
        self.shared.first.guard.token(call).or_else(|denied| {
            others
                .find_map(|own| own.guard.token(call).ok())
                .ok_or(denied)
        })
    }

    /// Returns the issuer of the token of a call, and its position. A token that cannot be read needs no keys.
    fn issuer_of(&self, call: &Call<'_>) -> Result<(usize, &Trusted<T>), Denied> {
        let first = &self.shared.first;
        let mut unreadable = None;
        for (position, own) in self.shared.issuers().enumerate() {
            // The limits of one issuer may be too low for the token of another.
            match own.guard.unverified_issuer(call) {
                Ok(_) if self.shared.others.is_empty() => return Ok((position, own)),
                Ok(named) if named.as_deref() == Some(own.guard.issuer()) => {
                    return Ok((position, own));
                }
                Ok(_) => {}
                Err(denied) => {
                    unreadable.get_or_insert(denied);
                }
            }
        }
        Err(unreadable.unwrap_or_else(|| first.guard.of_unknown_issuer()))
    }
}

impl<T> Trusted<T> {
    fn new(guard: Guard, keys: IssuerKeys<T>) -> Result<Self, OtherIssuer> {
        let (trusted, issuer) = (guard.issuer(), keys.issuer().as_str());
        if trusted != issuer {
            return Err(OtherIssuer {
                trusted: trusted.to_owned(),
                issuer: issuer.to_owned(),
            });
        }
        Ok(Self {
            guard,
            keys,
            introspection: None,
        })
    }
}

impl<T: Transport> Trusted<T> {
    async fn current_keys(&self) -> Result<Arc<FetchedKeys>, Denied> {
        let current = self.keys.current().await;
        current.map_err(|unavailable| self.guard.without_keys(&unavailable))
    }

    /// Asks the issuer whether a valid token is still active, if it is to be asked.
    async fn check_status(&self, token: &str, verified: &Verification) -> Result<(), Denied> {
        let Some(introspection) = &self.introspection else {
            return Ok(());
        };
        match introspection.is_active(token, &verified.status).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(verified.caller.inactive()),
            Err(unanswered) => Err(verified.caller.of_unknown_status(unanswered)),
        }
    }
}

/// The keys are not those of the issuer that a guard trusts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the guard trusts {trusted}, but the keys are those of {issuer}")]
#[non_exhaustive]
pub struct OtherIssuer {
    /// The issuer that the guard trusts.
    pub trusted: String,
    /// The issuer of the keys.
    pub issuer: String,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the guard is the part that reads the clock"
)]
fn system_time() -> UnixTime {
    SystemTime::now().into()
}

impl<T> Clone for ApiGuard<T> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<T> fmt::Debug for ApiGuard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let issuers = self.shared.issuers();
        f.debug_list()
            .entries(issuers.map(|own| &own.guard))
            .finish()
    }
}
