//! The cache entry of one application on a node.

use std::sync::{Arc, Mutex, PoisonError};

use m2m_authority::diagnose::Ignored;
use m2m_authority::flow::Issued;
use m2m_authority::flow::ReusableToken;
use m2m_authority::registry::{Application, Deletion, Organization};
use m2m_authority::{ApplicationMark, Client, JwtId, Policy};
use m2m_jwt::UnixTime;

use crate::quota::{Counter, Meter};
use crate::tally::{TalliedApi, Tallies, Tally};
use crate::{Common, RecordId};

/// The cache entry of one application, or of one that was deleted, on a node.
#[derive(Debug)]
pub struct CachedApplication {
    /// The epoch of the common data that the entry was built from. An entry of another epoch is not served.
    epoch: u64,
    client: Client,
    policy: Policy,
    mark: ApplicationMark,
    /// The counts of the application. A deleted application has no counts, because it gets no tokens.
    tally: Option<Arc<Tally>>,
    quota: Option<Arc<Counter>>,
    /// The tokens that the application may get again, the latest last. They are forgotten with the entry: when the application or anything that all
    /// applications share is changed.
    reusable: Mutex<Vec<Arc<ReusableToken>>>,
}

impl CachedApplication {
    /// Builds the entry of an application.
    pub(crate) fn of(
        id: RecordId,
        application: &Application,
        organization: Option<&Organization>,
        common: &Common,
        tallies: &Arc<Tallies>,
        quota: Option<Arc<Counter>>,
    ) -> Self {
        let client = Client::of(application);
        let policy = Policy::of(application, organization, Arc::clone(&common.targets));
        let tally = Tally::new(
            Arc::clone(tallies),
            Arc::clone(client.client_id()),
            &tallied(application, &policy),
            &application.secrets,
        );
        Self {
            epoch: common.epoch(),
            client,
            policy,
            mark: id.mark(),
            tally: Some(Arc::new(tally)),
            quota,
            reusable: Mutex::default(),
        }
    }

    /// Builds the entry of a deleted application.
    pub(crate) fn deleted(deletion: &Deletion, common: &Common) -> Self {
        Self {
            epoch: common.epoch(),
            client: Client::deleted(deletion),
            policy: Policy::nothing(Arc::clone(&common.targets)),
            mark: RecordId::from_bytes([0; 16]).mark(),
            tally: None,
            quota: None,
            reusable: Mutex::default(),
        }
    }

    pub(crate) const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Returns the view of the application that authentication uses.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Returns the view of the application that authorization uses.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Returns the mark of its record, which the `jti` of its tokens has.
    #[must_use]
    pub const fn mark(&self) -> ApplicationMark {
        self.mark
    }

    /// Returns the `jti` of its next token.
    #[must_use]
    pub fn jwt_id(&self, random: [u8; 12]) -> JwtId {
        JwtId::new(random, self.mark)
    }

    /// Returns the quota for a request at this time.
    #[must_use]
    pub fn meter(&self, now: UnixTime) -> Meter<'_> {
        Meter::new(self.quota.as_deref(), self.policy.quota(), now)
    }

    /// Returns the tokens that the application may get again. Only requests for APIs with a reuse window ask.
    #[must_use]
    pub fn reusable(&self) -> Vec<Arc<ReusableToken>> {
        let reusable = self.reusable.lock();
        reusable.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps a token that the application may get again, in the place of one for the same audiences and scopes, or of the oldest.
    pub fn keep_reusable(&self, token: ReusableToken) {
        let reusable = self.reusable.lock();
        let mut reusable = reusable.unwrap_or_else(PoisonError::into_inner);
        reusable.retain(|held| !held.is_like(&token));
        if reusable.len() >= MAX_REUSABLE {
            reusable.remove(0);
        }
        reusable.push(Arc::new(token));
    }

    /// Counts a token that was issued for the API at this position among all; for a token for several APIs, the position of the first.
    /// It takes a lock only if nothing was counted for the application since the counts were last taken.
    pub fn count(&self, api: usize) {
        if let Some(tally) = &self.tally {
            tally.count(api);
        }
    }

    /// Counts a request that got a token again, for the API at this position. It counts against no quota.
    pub fn count_reused(&self, api: usize) {
        if let Some(tally) = &self.tally {
            tally.count_reused(api);
        }
    }

    /// Counts a token beyond a quota that only warns, in addition to [`count`](Self::count), for the API at this position.
    pub fn count_beyond_quota(&self, api: usize) {
        if let Some(tally) = &self.tally {
            tally.count_beyond_quota(api);
        }
    }

    /// Notes a parameter that a request had in vain. It is called before the token of the request is counted, and is part of the next counts.
    pub fn ignored(&self, parameter: Ignored) {
        if let Some(tally) = &self.tally {
            tally.ignored(parameter);
        }
    }

    /// Notes a use of the scopes of a token that was issued. It takes a lock only as [`count`](Self::count) does.
    pub fn scopes_used(&self, issued: &Issued, now: UnixTime) {
        if let (Some(tally), Some(granted)) = (&self.tally, issued.scopes_used()) {
            tally.scopes_used(granted, now);
        }
    }

    /// Notes a use of the secret at this position among the secrets of the application.
    pub fn secret_used(&self, position: usize, now: UnixTime) {
        if let Some(tally) = &self.tally {
            tally.secret_used(position, now);
        }
    }
}

/// Returns the APIs that an application is authorized for, by their positions.
fn tallied(application: &Application, policy: &Policy) -> Vec<TalliedApi> {
    let authorizations = application.spec.authorize.iter();
    let mut apis: Vec<TalliedApi> = authorizations
        .filter_map(|authorization| {
            let declared = &authorization.audience;
            let (position, target) = policy.targets().find_declared(declared)?;
            let audience = target.audience();
            Some(TalliedApi {
                position,
                audience: Arc::clone(audience),
                declared: if **declared == **audience {
                    Arc::clone(audience)
                } else {
                    Arc::from(&**declared)
                },
                scopes: Arc::clone(target.scope_list()),
                assigned: policy.assigned(position)?.clone(),
            })
        })
        .collect();
    apis.sort_by_key(|api| api.position);
    apis.dedup_by_key(|api| api.position);
    apis
}

/// The maximum number of tokens of one application that it may get again: for as many different requests that take turns.
const MAX_REUSABLE: usize = 4;
