//! The keys of an issuer, fetched when they are needed.

mod fetch;
mod fetches;

use core::fmt;
use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use http::Uri;
use m2m_client::{Issuer, Transport};
use m2m_jwt::KeySet;
use tokio::sync::Notify;

use self::fetch::Fetched;
use self::fetches::{Fetch, Fetches, MIN_PAUSE};

pub use fetch::FetchError;

/// The keys of an issuer, which are found through its metadata, kept, and refreshed. A clone is cheap and shares everything.
///
/// - Keys are fetched when the first call needs them. They are fresh for the time in `Cache-Control: max-age`, from a minute to a day, and ten minutes if the
///   issuer states none. After three quarters of it, the next call starts a refresh, and uses the known keys in the meantime.
/// - Keys that are stale are fetched again before they are used. If the fetch fails, they are used for an hour more
///   ([`with_max_outage`](Self::with_max_outage)). An issuer that publishes no keys has none: all of its tokens are refused.
/// - A token with an unknown key leads to a fetch. Two fetches do not start within ten seconds ([`with_cool_down`](Self::with_cool_down)),
///   whatever calls ask for, since a forged token looks the same.
///
/// A fetch that fails is logged with `tracing`, since calls are served with the known keys in the meantime.
///
/// It needs a runtime of tokio, on which it fetches.
pub struct IssuerKeys<T> {
    shared: Arc<Shared<T>>,
}

/// Keys that were fetched.
#[derive(Debug)]
pub struct FetchedKeys {
    keys: KeySet,
    /// The document that the keys are from.
    document: Bytes,
    /// The number of different documents so far: the same for keys that did not change.
    generation: u64,
    refresh_at: Duration,
    fresh_until: Duration,
    usable_until: Duration,
}

impl FetchedKeys {
    /// The keys.
    #[must_use]
    pub const fn keys(&self) -> &KeySet {
        &self.keys
    }

    /// Returns a number that is the same for keys of the same document.
    pub(crate) const fn generation(&self) -> u64 {
        self.generation
    }
}

struct Shared<T> {
    issuer: Issuer,
    transport: T,
    /// The address of the keys, if it is known without the metadata.
    jwks_uri: Option<Uri>,
    cool_down: Duration,
    max_outage: Duration,
    /// The time since a fixed moment, by a clock that never jumps.
    uptime: Uptime,
    current: ArcSwapOption<FetchedKeys>,
    state: Mutex<State>,
    /// Notified when a fetch has ended.
    ended: Notify,
}

pub(crate) type Uptime = Arc<dyn Fn() -> Duration + Send + Sync>;

#[derive(Default)]
struct State {
    fetches: Fetches,
    /// The address of the keys in the metadata, and the time until which it is used.
    discovered: Option<(Uri, Duration)>,
    /// The error of the last fetch, if it failed.
    error: Option<FetchError>,
}

/// The keys of the issuer are unknown or too old.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
#[non_exhaustive]
pub struct KeysUnavailable {
    /// The reason why the last fetch failed.
    pub error: FetchError,
    /// The time until the next fetch.
    pub retry_after: Duration,
}

/// The default of [`IssuerKeys::with_cool_down`].
const COOL_DOWN: Duration = Duration::from_secs(10);

/// The time for which the address of the keys in the metadata is used: the issuer can move them, and leave the old document in place.
const DISCOVERY_KEPT: Duration = Duration::from_secs(3600);

/// The default of [`IssuerKeys::with_max_outage`].
const MAX_OUTAGE: Duration = Duration::from_secs(3600);

impl<T> IssuerKeys<T> {
    /// Returns the keys of this issuer. Nothing is fetched yet.
    #[must_use]
    pub fn new(issuer: Issuer, transport: T) -> Self {
        Self {
            shared: Arc::new(Shared {
                issuer,
                transport,
                jwks_uri: None,
                cool_down: COOL_DOWN,
                max_outage: MAX_OUTAGE,
                uptime: uptime(),
                current: ArcSwapOption::empty(),
                state: Mutex::default(),
                ended: Notify::new(),
            }),
        }
    }

    /// The clock.
    pub(crate) fn uptime(&self) -> Uptime {
        Arc::clone(&self.shared.uptime)
    }

    pub(crate) fn transport(&self) -> &T {
        &self.shared.transport
    }

    /// The issuer.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.shared.issuer
    }
}

impl<T: Clone> IssuerKeys<T> {
    /// Sets the address of the keys, for an issuer without metadata.
    #[must_use]
    pub fn with_jwks_uri(self, jwks_uri: Uri) -> Self {
        self.with(|shared| shared.jwks_uri = Some(jwks_uri))
    }

    /// Sets the minimum time between the starts of two fetches, which is a second at least. Default: 10 seconds.
    #[must_use]
    pub fn with_cool_down(self, time: Duration) -> Self {
        self.with(|shared| shared.cool_down = time)
    }

    /// Sets the time for which stale keys are used while the issuer cannot be reached. Default: an hour.
    #[must_use]
    pub fn with_max_outage(self, time: Duration) -> Self {
        self.with(|shared| shared.max_outage = time)
    }

    /// Sets the clock, for tests.
    #[cfg(feature = "testing")]
    pub(crate) fn with_uptime(self, uptime: Uptime) -> Self {
        self.with(|shared| shared.uptime = uptime)
    }

    /// Returns keys with a changed setting, which share nothing with these.
    fn with(self, change: impl FnOnce(&mut Shared<T>)) -> Self {
        let own = &*self.shared;
        let mut shared = Shared {
            issuer: own.issuer.clone(),
            transport: own.transport.clone(),
            jwks_uri: own.jwks_uri.clone(),
            cool_down: own.cool_down,
            max_outage: own.max_outage,
            uptime: Arc::clone(&own.uptime),
            current: ArcSwapOption::empty(),
            state: Mutex::default(),
            ended: Notify::new(),
        };
        change(&mut shared);
        Self {
            shared: Arc::new(shared),
        }
    }
}

impl<T: Transport> IssuerKeys<T> {
    /// Returns the keys, and fetches them first if they are unknown or stale.
    ///
    /// # Errors
    /// [`KeysUnavailable`]: the last fetch failed, and the keys are unknown or too old.
    ///
    /// # Panics
    /// If it is polled outside a runtime of tokio.
    pub async fn current(&self) -> Result<Arc<FetchedKeys>, KeysUnavailable> {
        let shared = &self.shared;
        // Before the question, so that no end of a fetch is missed.
        let ended = shared.ended.notified();
        let now = shared.now();
        if let Some(keys) = self.fresh(now) {
            return Ok(keys);
        }
        let known = shared.known(now);
        let has_failed = shared.lock().error.is_some();
        let fetch = self.fetch_if_due(now);
        if let Some(known) = known
            && has_failed
        {
            // The calls do not wait for each attempt while the issuer is away.
            return Ok(known);
        }
        if matches!(fetch, Fetch::Start | Fetch::Wait) {
            ended.await;
        }
        let now = shared.now();
        if let Some(keys) = shared.known(now) {
            return Ok(keys);
        }
        let state = shared.lock();
        Err(KeysUnavailable {
            error: state.error.clone().unwrap_or(FetchError::Interrupted),
            retry_after: state.fetches.pause(now).max(MIN_PAUSE),
        })
    }

    /// Returns the keys if they are fresh, and starts a refresh before they are not.
    pub(crate) fn fresh(&self, now: Duration) -> Option<Arc<FetchedKeys>> {
        let current = self.shared.current.load();
        let keys = current.as_ref().filter(|keys| now < keys.fresh_until)?;
        if now >= keys.refresh_at {
            self.fetch_if_due(now);
        }
        Some(Arc::clone(keys))
    }

    /// Returns other keys that were fetched after these, since a token names a key that is not among them. Returns `None` if there are none: the
    /// last fetch was a short time ago, it failed, or the keys are the same.
    ///
    /// # Panics
    /// If it is polled outside a runtime of tokio.
    pub async fn newer_than(&self, known: &Arc<FetchedKeys>) -> Option<Arc<FetchedKeys>> {
        let ended = self.shared.ended.notified();
        let newer = || {
            let current = self.shared.current.load_full();
            current.filter(|current| current.generation != known.generation)
        };
        if let Some(newer) = newer() {
            return Some(newer);
        }
        match self.fetch_if_due(self.shared.now()) {
            Fetch::Start | Fetch::Wait => ended.await,
            Fetch::NotWithin(_) => {}
        }
        newer()
    }

    /// Starts a fetch, in a task of its own, unless one is in flight or was started a short time ago.
    fn fetch_if_due(&self, now: Duration) -> Fetch {
        let decision = self.shared.lock().fetches.start(now);
        if decision == Fetch::Start {
            let in_flight = InFlight {
                shared: Arc::clone(&self.shared),
                outcome: Err(FetchError::Interrupted),
            };
            tokio::spawn(in_flight.run());
        }
        decision
    }
}

impl<T> Shared<T> {
    fn now(&self) -> Duration {
        (self.uptime)()
    }

    /// The state is consistent after each change, so that a panic elsewhere does not matter.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns a clock of the system that starts now.
#[expect(
    clippy::disallowed_methods,
    reason = "the keys are the part that reads the clock"
)]
fn uptime() -> Uptime {
    let started_at = Instant::now();
    Arc::new(move || started_at.elapsed())
}

/// A fetch in flight. However its task ends, the waiting calls learn of it.
struct InFlight<T> {
    shared: Arc<Shared<T>>,
    outcome: Result<Fetched, FetchError>,
}

impl<T: Transport> InFlight<T> {
    async fn run(mut self) {
        let shared = &self.shared;
        let now = shared.now();
        let discovered = shared.lock().discovered.clone();
        let discovered = discovered.filter(|(_, until)| now < *until);
        let discovered = discovered.as_ref().map(|(uri, _)| uri);
        let known = shared.jwks_uri.as_ref().or(discovered);
        let outcome = fetch::fetch(&shared.issuer, known, &shared.transport).await;
        self.outcome = outcome;
    }
}

impl<T> Shared<T> {
    /// Logs that a fetch has failed, and how long calls are still served.
    fn report(&self, error: &FetchError, now: Duration) {
        let issuer = self.issuer.as_str();
        match self.known(now) {
            Some(keys) => {
                let seconds = keys.usable_until.saturating_sub(now).as_secs();
                tracing::warn!(
                    issuer,
                    seconds,
                    "keys of the issuer not refreshed, the known ones are used for {seconds} s more: {error}"
                );
            }
            None => tracing::error!(
                issuer,
                "keys of the issuer not fetched, its tokens are denied: {error}"
            ),
        }
    }

    /// Returns the keys, fresh or not, if they are not too old.
    fn known(&self, now: Duration) -> Option<Arc<FetchedKeys>> {
        let current = self.current.load_full();
        current.filter(|keys| now < keys.usable_until)
    }

    /// Returns keys to be used from now on.
    fn keys_of(&self, fetched: Fetched) -> FetchedKeys {
        let now = self.now();
        let generation = match &*self.current.load() {
            None => 0,
            Some(known) if known.document == fetched.document => known.generation,
            Some(known) => known.generation.wrapping_add(1),
        };
        let fresh_until = now.saturating_add(fetched.freshness);
        FetchedKeys {
            keys: fetched.keys,
            document: fetched.document,
            generation,
            refresh_at: now.saturating_add(fetches::refresh(fetched.freshness)),
            fresh_until,
            usable_until: fresh_until.saturating_add(self.max_outage),
        }
    }
}

impl<T> Drop for InFlight<T> {
    fn drop(&mut self) {
        let outcome = core::mem::replace(&mut self.outcome, Err(FetchError::Interrupted));
        let now = self.shared.now();
        let mut state = self.shared.lock();
        let mut stated = None;
        match outcome {
            Ok(fetched) => {
                let until = match &state.discovered {
                    Some((uri, until)) if *uri == fetched.jwks_uri && now < *until => *until,
                    Some(_) | None => now.saturating_add(DISCOVERY_KEPT),
                };
                state.discovered = Some((fetched.jwks_uri.clone(), until));
                state.error = None;
                let keys = self.shared.keys_of(fetched);
                self.shared.current.store(Some(Arc::new(keys)));
            }
            Err(error) => {
                // The issuer may have moved its keys.
                state.discovered = None;
                stated = error.retry_after();
                self.shared.report(&error, now);
                state.error = Some(error);
            }
        }
        state.fetches.ended(now, self.shared.cool_down, stated);
        drop(state);
        self.shared.ended.notify_waiters();
    }
}

impl<T> Clone for IssuerKeys<T> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<T> fmt::Debug for IssuerKeys<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuerKeys")
            .field("issuer", &self.shared.issuer.as_str())
            .finish_non_exhaustive()
    }
}
