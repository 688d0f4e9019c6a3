//! The tokens issued, and the secrets and scopes used, since the counts were last taken.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use m2m_authority::diagnose::Ignored;
use m2m_authority::policy::{AssignedScopes, GrantedScopes, ScopePosition};
use m2m_authority::registry::StoredSecret;
use m2m_jwt::UnixTime;

use crate::{IssuedCount, ScopeUse, SecretUse, UsageBatch};

/// The tallies that have counts to be taken.
///
/// Every memory ordering here is sequentially consistent: a count is added before the check whether the tally waits already, and a
/// tally is marked as not waiting before its counts are taken. So each count is either taken or announced.
#[derive(Debug, Default)]
pub(crate) struct Tallies(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    tallies: Vec<Arc<Tally>>,
    /// The counts of tallies that were announced while too many were waiting. It has at most one entry for each application and API, and
    /// for each application and secret, and for each application and scope.
    folded: Sums,
}

/// Counts, added up.
#[derive(Debug, Default)]
struct Sums {
    /// The requests that got a token, by client id and audience.
    tokens: HashMap<(Arc<str>, Arc<str>), Tokens>,
    /// The time of the last use, by client id and id of the secret. Unit: seconds since 1970.
    secrets: HashMap<(Arc<str>, Arc<str>), u64>,
    /// The time of the last use, by client id, audience and scope; without a scope for all of them. Unit: seconds since 1970.
    scopes: HashMap<ScopeName, u64>,
}

/// A client id, an audience and a scope.
type ScopeName = (Arc<str>, Arc<str>, Option<Box<str>>);

/// The counts of one application. They outlive its cache entry until they have been taken.
#[derive(Debug)]
pub(crate) struct Tally {
    all: Arc<Tallies>,
    client_id: Arc<str>,
    /// The tokens issued, in the order of the positions of the APIs.
    issued: Box<[Issued]>,
    secrets: Box<[Used]>,
    /// A parameter that a request had in vain.
    ignored: Mutex<Option<Ignored>>,
    /// True if it is in the list of tallies that have counts to be taken.
    waits: AtomicBool,
}

/// Tokens issued for one API.
#[derive(Debug)]
struct Issued {
    api: usize,
    audience: Arc<str>,
    tokens: AtomicU64,
    reused: AtomicU64,
    beyond_quota: AtomicU64,
    scopes: ScopesUsed,
}

/// The requests that got a token.
#[derive(Debug, Clone, Copy, Default)]
struct Tokens {
    /// The number of tokens issued.
    issued: u64,
    /// The number of requests that got a token again.
    reused: u64,
    /// The number of issued tokens beyond a quota that only warns.
    beyond_quota: u64,
}

/// An API that an application is authorized for.
#[derive(Debug, Clone)]
pub(crate) struct TalliedApi {
    /// The position of the API among all.
    pub(crate) position: usize,
    /// Its audience, as tokens carry it.
    pub(crate) audience: Arc<str>,
    /// The audience or alias by which the record of the application names it.
    pub(crate) declared: Arc<str>,
    /// The scopes that the API defines.
    pub(crate) scopes: Arc<[Box<str>]>,
    /// Those of them that are assigned to the application.
    pub(crate) assigned: AssignedScopes,
}

/// The times at which the scopes of one API were last used. Unit: seconds since 1970, 0 for not at all.
#[derive(Debug)]
struct ScopesUsed {
    declared: Arc<str>,
    scopes: Arc<[Box<str>]>,
    assigned: AssignedScopes,
    /// By requests without a scope, whose tokens have all of them.
    all: AtomicU64,
    /// By requests that name them: one time for each assigned scope, in the order of the API.
    requested: Box<[AtomicU64]>,
}

/// A secret, and the time at which it was last used. Unit: seconds since 1970, 0 for not at all.
#[derive(Debug)]
struct Used {
    id: Arc<str>,
    at: AtomicU64,
}

impl Tallies {
    /// Takes the counts since the last call. An application that was read again in the meantime may occur twice.
    ///
    /// Every token counts for the minute of `now`. A caller that asks every few seconds gets no count further off than that; if a count
    /// falls into the next window of a quota, that window allows fewer tokens and never more. A use has the time of its request.
    pub(crate) fn take(&self, now: UnixTime) -> UsageBatch {
        let Waiting { tallies, folded } = core::mem::take(&mut *self.lock());
        let mut taken = Taken {
            minute: now.as_seconds() / 60,
            batch: UsageBatch {
                issued: Vec::with_capacity(tallies.len()),
                secrets: Vec::with_capacity(tallies.len()),
                ..UsageBatch::default()
            },
        };
        for ((client_id, audience), counts) in folded.tokens {
            taken.issued(&client_id, &audience, counts, None);
        }
        for ((client_id, secret_id), at) in folded.secrets {
            taken.secret(&client_id, &secret_id, at);
        }
        for ((client_id, audience, scope), at) in folded.scopes {
            taken.scope(&client_id, &audience, scope, at);
        }
        for tally in tallies {
            tally.empty(|count| match count {
                Count::Tokens(audience, tokens) => {
                    let ignored = tally.ignored.lock();
                    let ignored = ignored.unwrap_or_else(PoisonError::into_inner).take();
                    taken.issued(&tally.client_id, audience, tokens, ignored);
                }
                Count::Secret(secret_id, at) => taken.secret(&tally.client_id, secret_id, at),
                Count::Scope(audience, scope, at) => {
                    taken.scope(&tally.client_id, audience, scope.map(Into::into), at);
                }
            });
        }
        taken.batch
    }

    fn wait(&self, tally: &Arc<Tally>) {
        let mut waiting = self.lock();
        if waiting.tallies.len() < MAX_WAITING {
            waiting.tallies.push(Arc::clone(tally));
        } else {
            waiting.folded.add(tally);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Counts are taken or added as a whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The counts that are being taken.
struct Taken {
    /// The time of the tokens. Unit: minutes since 1970.
    minute: u64,
    batch: UsageBatch,
}

impl Taken {
    fn issued(
        &mut self,
        client_id: &str,
        audience: &str,
        tokens: Tokens,
        ignored: Option<Ignored>,
    ) {
        self.batch.issued.push(IssuedCount {
            minute: self.minute,
            client_id: client_id.into(),
            audience: audience.into(),
            tokens: tokens.issued,
            reused: tokens.reused,
            beyond_quota: tokens.beyond_quota,
            ignored,
        });
    }

    fn secret(&mut self, client_id: &str, secret_id: &str, at: u64) {
        self.batch.secrets.push(SecretUse {
            client_id: client_id.into(),
            secret_id: secret_id.into(),
            at: UnixTime::from_seconds(at),
        });
    }

    fn scope(&mut self, client_id: &str, audience: &str, scope: Option<Box<str>>, at: u64) {
        self.batch.scopes.push(ScopeUse {
            client_id: client_id.into(),
            audience: audience.into(),
            scope,
            at: UnixTime::from_seconds(at),
        });
    }
}

/// A count of a tally.
enum Count<'t> {
    /// The requests that got a token for an audience.
    Tokens(&'t Arc<str>, Tokens),
    /// The last use of a secret, by its id.
    Secret(&'t Arc<str>, u64),
    /// The last use of a scope by a request that names it; without a scope, of all scopes by a request without any.
    Scope(&'t Arc<str>, Option<&'t str>, u64),
}

impl Sums {
    fn add(&mut self, tally: &Tally) {
        let client_id = || Arc::clone(&tally.client_id);
        tally.empty(|count| match count {
            Count::Tokens(audience, tokens) => {
                let name = (client_id(), Arc::clone(audience));
                let sums = self.tokens.entry(name).or_default();
                sums.issued = sums.issued.saturating_add(tokens.issued);
                sums.reused = sums.reused.saturating_add(tokens.reused);
                sums.beyond_quota = sums.beyond_quota.saturating_add(tokens.beyond_quota);
            }
            Count::Secret(secret_id, at) => {
                let name = (client_id(), Arc::clone(secret_id));
                let latest = self.secrets.entry(name).or_default();
                *latest = at.max(*latest);
            }
            Count::Scope(audience, scope, at) => {
                let name = (client_id(), Arc::clone(audience), scope.map(Into::into));
                let latest = self.scopes.entry(name).or_default();
                *latest = at.max(*latest);
            }
        });
    }
}

impl ScopesUsed {
    fn new(api: &TalliedApi) -> Self {
        Self {
            declared: Arc::clone(&api.declared),
            scopes: Arc::clone(&api.scopes),
            assigned: api.assigned.clone(),
            all: AtomicU64::new(0),
            requested: core::iter::repeat_with(|| AtomicU64::new(0))
                .take(api.assigned.len())
                .collect(),
        }
    }

    /// Returns the time of the scope at this position among those of the API, if it is assigned.
    fn of(&self, scope: usize) -> Option<&AtomicU64> {
        self.requested.get(self.assigned.rank(scope)?)
    }

    /// Takes the times.
    fn empty<'t>(&'t self, each: &mut impl FnMut(Count<'t>)) {
        if let Some(at) = take(&self.all) {
            each(Count::Scope(&self.declared, None, at));
        }
        let scopes = self.assigned.of(&self.scopes);
        for ((_, scope), at) in scopes.zip(&self.requested) {
            if let Some(at) = take(at) {
                each(Count::Scope(&self.declared, Some(scope), at));
            }
        }
    }
}

/// Takes a number, and leaves 0. Returns nothing if it was 0.
fn take(number: &AtomicU64) -> Option<u64> {
    Some(number.swap(0, Ordering::SeqCst)).filter(|number| *number > 0)
}

/// Sets a time to `now` if it is earlier. Returns true if it was. Many uses in a second need one write.
fn advance(at: &AtomicU64, now: UnixTime) -> bool {
    let is_earlier = at.load(Ordering::SeqCst) < now.as_seconds();
    if is_earlier {
        at.fetch_max(now.as_seconds(), Ordering::SeqCst);
    }
    is_earlier
}

impl Tally {
    /// Returns an empty tally for APIs, whose positions ascend, and for these secrets.
    pub(crate) fn new(
        all: Arc<Tallies>,
        client_id: Arc<str>,
        apis: &[TalliedApi],
        secrets: &[StoredSecret],
    ) -> Self {
        Self {
            all,
            client_id,
            issued: apis
                .iter()
                .map(|api| Issued {
                    api: api.position,
                    audience: Arc::clone(&api.audience),
                    tokens: AtomicU64::new(0),
                    reused: AtomicU64::new(0),
                    beyond_quota: AtomicU64::new(0),
                    scopes: ScopesUsed::new(api),
                })
                .collect(),
            secrets: secrets
                .iter()
                .map(|secret| Used {
                    id: Arc::from(&*secret.id),
                    at: AtomicU64::new(0),
                })
                .collect(),
            ignored: Mutex::default(),
            waits: AtomicBool::new(false),
        }
    }

    /// Notes a parameter that a request had in vain, for the next counts. It is called before the token of the request is counted.
    pub(crate) fn ignored(&self, parameter: Ignored) {
        if let Ok(mut ignored) = self.ignored.try_lock() {
            *ignored = Some(parameter);
        }
    }

    /// Counts one more token for the API at this position.
    pub(crate) fn count(self: &Arc<Self>, api: usize) {
        if let Some(issued) = self.of(api) {
            issued.tokens.fetch_add(1, Ordering::SeqCst);
            self.announce();
        }
    }

    /// Counts a request for the API at this position that got a token again.
    pub(crate) fn count_reused(self: &Arc<Self>, api: usize) {
        if let Some(issued) = self.of(api) {
            issued.reused.fetch_add(1, Ordering::SeqCst);
            self.announce();
        }
    }

    /// Counts a token for the API at this position as beyond a quota that only warns.
    pub(crate) fn count_beyond_quota(self: &Arc<Self>, api: usize) {
        if let Some(issued) = self.of(api) {
            issued.beyond_quota.fetch_add(1, Ordering::SeqCst);
            self.announce();
        }
    }

    /// Notes a use of these scopes: of each one if the request named them, otherwise of all scopes of their APIs.
    pub(crate) fn scopes_used(self: &Arc<Self>, granted: &GrantedScopes, now: UnixTime) {
        // Positions on the same API follow each other, apart from few.
        let mut latest = None;
        for ScopePosition { api, scope, .. } in granted.positions() {
            if granted.is_requested() {
                self.used(*api, *scope, now);
            } else if latest != Some(api) {
                self.all_used(*api, now);
                latest = Some(api);
            }
        }
    }

    /// Notes a use of one scope, by its position among those of the API at this position.
    fn used(self: &Arc<Self>, api: usize, scope: usize, now: UnixTime) {
        let at = self.of(api).and_then(|api| api.scopes.of(scope));
        if at.is_some_and(|at| advance(at, now)) {
            self.announce();
        }
    }

    /// Notes a use of all scopes of the API at this position.
    fn all_used(self: &Arc<Self>, api: usize, now: UnixTime) {
        if self
            .of(api)
            .is_some_and(|api| advance(&api.scopes.all, now))
        {
            self.announce();
        }
    }

    /// Returns the counts for the API at this position.
    fn of(&self, api: usize) -> Option<&Issued> {
        let found = self.issued.binary_search_by_key(&api, |issued| issued.api);
        self.issued.get(found.ok()?)
    }

    /// Notes a use of the secret at this position.
    pub(crate) fn secret_used(self: &Arc<Self>, position: usize, now: UnixTime) {
        let Some(secret) = self.secrets.get(position) else {
            return;
        };
        if advance(&secret.at, now) {
            self.announce();
        }
    }

    /// Takes the counts.
    fn empty<'t>(&'t self, mut each: impl FnMut(Count<'t>)) {
        self.waits.store(false, Ordering::SeqCst);
        for api in &self.issued {
            let counts = [&api.tokens, &api.reused, &api.beyond_quota].map(take);
            if counts.iter().any(Option::is_some) {
                let [issued, reused, beyond_quota] = counts.map(Option::unwrap_or_default);
                let tokens = Tokens {
                    issued,
                    reused,
                    beyond_quota,
                };
                each(Count::Tokens(&api.audience, tokens));
            }
            api.scopes.empty(&mut each);
        }
        for secret in &self.secrets {
            if let Some(at) = take(&secret.at) {
                each(Count::Secret(&secret.id, at));
            }
        }
    }

    fn announce(self: &Arc<Self>) {
        if !self.waits.load(Ordering::SeqCst) && !self.waits.swap(true, Ordering::SeqCst) {
            self.all.wait(self);
        }
    }
}

/// The maximum number of tallies that wait until their counts are taken. The counts of more are added up, which takes a lock at each
/// count. A waiting tally takes some 300 bytes if all else of the application is forgotten.
const MAX_WAITING: usize = 50_000;

#[cfg(test)]
mod tests;
