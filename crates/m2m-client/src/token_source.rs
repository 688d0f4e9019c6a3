//! A source of tokens that many tasks share.

#[cfg(feature = "tower")]
mod authorize;
#[cfg(feature = "reqwest-middleware")]
mod middleware;
mod provider;
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
mod refused;
mod slot;
mod timing;

use core::fmt;
use core::mem;
use core::time::Duration;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use fastrand::Rng;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};

use self::slot::{Next, NextAfter, Slot};
use self::timing::UNSTATED_LIFETIME;
use crate::{AccessToken, AccessTokenRequest, Client, Credentials, TokenError, Transport};

#[cfg(feature = "tower")]
pub use authorize::{Authorize, AuthorizeLayer};
#[cfg(feature = "reqwest-middleware")]
pub use middleware::AuthorizeMiddleware;
pub use provider::{CredentialsProvider, InvalidVariable, SecretFile};

/// A source of tokens that many tasks share: it keeps each token, renews it before it expires, and sends one request at a time for each.
///
/// A clone is cheap and shares everything. It needs a runtime of tokio, on which it sends its requests.
///
/// - A token is renewed when between 75 % and 85 % of its lifetime have passed, at a random time, by the next caller that asks for it. The callers
///   get the old token in the meantime.
/// - Without a token, callers wait for the request in flight. One that fails for a temporary reason is tried again after a pause that grows
///   from half a second to half a minute, or that the server states; a caller waits up to 30 seconds ([`TokenSourceBuilder::max_wait`]).
/// - If a request is refused for good, such as for a wrong secret, callers get the refusal at once, and the server gets a request only
///   after a pause.
///
/// ```no_run
/// use m2m_client::{AccessTokenRequest, Client, Credentials, HyperTransport, Issuer, TokenSource};
///
/// # async fn of_a_service() -> Result<(), Box<dyn std::error::Error>> {
/// let credentials = Credentials::from_environment("CLIENT_ID", "CLIENT_SECRET")?;
/// // The same as `TokenSource::over_hyper("https://id.example", credentials)?`.
/// let transport = HyperTransport::builder().build();
/// let tokens = TokenSource::new(Client::new(Issuer::parse("https://id.example")?, credentials, transport));
///
/// let orders = AccessTokenRequest::new().with_audience("https://orders.example/api");
/// let token = tokens.token(&orders).await?;
/// # let _ = token;
/// # Ok(())
/// # }
/// ```
pub struct TokenSource<T> {
    shared: Arc<Shared<T>>,
}

/// A token source that is being configured.
#[derive(Debug)]
pub struct TokenSourceBuilder<T> {
    client: Client<T>,
    credentials: Box<dyn CredentialsProvider>,
    max_wait: Duration,
    random: Rng,
}

struct Shared<T> {
    client: Client<T>,
    credentials: Box<dyn CredentialsProvider>,
    max_wait: Duration,
    started_at: Instant,
    random: Mutex<Rng>,
    entries: Mutex<HashMap<AccessTokenRequest, Arc<Entry>>>,
}

/// The state of one request for tokens, and its waiting callers.
#[derive(Default)]
struct Entry {
    slot: Mutex<Slot>,
    /// Notified when a request has ended.
    ended: Notify,
}

/// The maximum number of different requests whose tokens are kept. Of more, the one that was not used for the longest time is forgotten.
const MAX_ENTRIES: usize = 1000;

/// The default of [`TokenSourceBuilder::max_wait`].
const MAX_WAIT: Duration = Duration::from_secs(30);

impl<T> TokenSource<T> {
    /// Returns a source of tokens of this client.
    #[must_use]
    pub fn new(client: Client<T>) -> Self {
        Self::builder(client).build()
    }

    /// Returns a source that can be configured.
    #[must_use]
    pub fn builder(client: Client<T>) -> TokenSourceBuilder<T> {
        TokenSourceBuilder {
            credentials: Box::new(client.credentials().clone()),
            client,
            max_wait: MAX_WAIT,
            random: Rng::new(),
        }
    }
}

#[cfg(feature = "hyper")]
impl TokenSource<crate::HyperTransport> {
    /// Returns a source of tokens of this issuer, which sends its requests over hyper and rustls.
    ///
    /// For other settings of the client or of the transport, such as an authority of your own, use [`TokenSource::new`].
    ///
    /// ```
    /// use m2m_client::{Credentials, TokenSource};
    ///
    /// let credentials = Credentials::new("billing-job", "s3cr3t")?;
    /// let tokens = TokenSource::over_hyper("https://id.example", credentials)?;
    /// # let _ = tokens;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidIssuer`](crate::InvalidIssuer): the issuer is not one.
    pub fn over_hyper(
        issuer: &str,
        credentials: Credentials,
    ) -> Result<Self, crate::InvalidIssuer> {
        let issuer = crate::Issuer::parse(issuer)?;
        let transport = crate::HyperTransport::builder().build();
        Ok(Self::new(Client::new(issuer, credentials, transport)))
    }
}

impl<T> TokenSourceBuilder<T> {
    /// Sets the place of the credentials, such as a [`SecretFile`], instead of those of the client.
    #[must_use]
    pub fn credentials(mut self, provider: impl CredentialsProvider) -> Self {
        self.credentials = Box::new(provider);
        self
    }

    /// Sets the maximum time for which a caller waits while requests fail for a temporary reason. Default: 30 seconds.
    ///
    /// A caller also waits for the request in flight, whose time the transport limits. [`TokenSource::token_within`] limits both.
    #[must_use]
    pub const fn max_wait(mut self, time: Duration) -> Self {
        self.max_wait = time;
        self
    }

    /// Sets the seed of the random times, for tests that expect the same times in each run.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.random = Rng::with_seed(seed);
        self
    }

    /// Returns the source.
    #[must_use]
    pub fn build(self) -> TokenSource<T> {
        TokenSource {
            shared: Arc::new(Shared {
                client: self.client,
                credentials: self.credentials,
                max_wait: self.max_wait,
                started_at: Instant::now(),
                random: Mutex::new(self.random),
                entries: Mutex::default(),
            }),
        }
    }
}

impl<T: Transport> TokenSource<T> {
    /// Returns a token for this request: the kept one, or a new one.
    ///
    /// # Errors
    /// [`TokenError`]: the last request failed, and the source has no usable token.
    ///
    /// # Panics
    /// If it is polled outside a runtime of tokio whose time is enabled.
    pub async fn token(
        &self,
        request: &AccessTokenRequest,
    ) -> Result<Arc<AccessToken>, TokenError> {
        let entry = self.shared.entry(request);
        let mut gives_up_at = None;
        loop {
            // Before the question, so that no end of a request is missed.
            let ended = entry.ended.notified();
            let now = self.shared.now();
            let next = lock(&entry.slot).next(now);
            match next {
                Next::Use(token) => return Ok(token),
                Next::UseAndSend(token) => {
                    self.send(request, &entry);
                    return Ok(token);
                }
                Next::Send => {
                    self.send(request, &entry);
                    ended.await;
                }
                Next::Wait => ended.await,
                Next::Fail(error) => return Err(error),
                Next::Retry { at, error } => {
                    let limit = *gives_up_at
                        .get_or_insert_with(|| now.saturating_add(self.shared.max_wait));
                    if at > limit {
                        return Err(error);
                    }
                    sleep_until(self.shared.started_at + at).await;
                }
            }
        }
    }

    /// Returns a token as [`token`](Self::token) does, for a caller that waits at most this time, whatever it waits for.
    ///
    /// A request in flight goes on, so that a later caller gets its token.
    ///
    /// # Errors
    /// [`TokenError`]: that of the last request that failed, or [`TokenError::TimedOut`] if none has.
    ///
    /// # Panics
    /// As [`token`](Self::token).
    pub async fn token_within(
        &self,
        request: &AccessTokenRequest,
        limit: Duration,
    ) -> Result<Arc<AccessToken>, TokenError> {
        let outcome = timeout(limit, self.token(request)).await;
        outcome.unwrap_or_else(|_| {
            let last = lock(&self.shared.entry(request).slot).last_error();
            Err(last.unwrap_or(TokenError::TimedOut { limit }))
        })
    }

    /// Requests another token, since an API refused this one with `invalid_token`, and returns it.
    ///
    /// It returns the same token if the server issues no other one now, or if the previous one was refused within the last 30 seconds, so that
    /// the token is not what the API refuses.
    ///
    /// # Errors
    /// As [`token`](Self::token).
    ///
    /// # Panics
    /// As [`token`](Self::token).
    pub async fn replace(
        &self,
        request: &AccessTokenRequest,
        refused: &AccessToken,
    ) -> Result<Arc<AccessToken>, TokenError> {
        let entry = self.shared.entry(request);
        loop {
            let ended = entry.ended.notified();
            let now = self.shared.now();
            let next = lock(&entry.slot).next_after(refused, now);
            match next {
                NextAfter::Use(token) => return Ok(token),
                NextAfter::Send => {
                    self.send(request, &entry);
                    ended.await;
                }
                NextAfter::Wait => ended.await,
                NextAfter::Ask => return self.token(request).await,
            }
        }
    }

    /// Sends the request in a task of its own: it goes on when the caller is dropped.
    fn send(&self, request: &AccessTokenRequest, entry: &Arc<Entry>) {
        let in_flight = InFlight {
            shared: Arc::clone(&self.shared),
            entry: Arc::clone(entry),
            sent_at: self.shared.now(),
            outcome: Err(TokenError::Interrupted),
        };
        tokio::spawn(in_flight.run(request.clone()));
    }
}

impl<T> Shared<T> {
    fn now(&self) -> Duration {
        self.started_at.elapsed()
    }

    /// Returns the state of a request, a new one if there is none.
    fn entry(&self, request: &AccessTokenRequest) -> Arc<Entry> {
        let mut entries = lock(&self.entries);
        if let Some(entry) = entries.get(request) {
            return Arc::clone(entry);
        }
        if entries.len() >= MAX_ENTRIES {
            forget_one(&mut entries);
        }
        Arc::clone(entries.entry(request.clone()).or_default())
    }
}

impl<T: Transport> Shared<T> {
    /// Requests a token, and returns it with its lifetime.
    async fn request(
        &self,
        request: &AccessTokenRequest,
    ) -> Result<(AccessToken, Duration), TokenError> {
        let used = self.credentials.credentials()?;
        match self.request_as(&used, request).await {
            // The secret may have been replaced in the meantime.
            Err(error) if is_invalid_client(&error) => match self.credentials.credentials()? {
                newer if is_same(&used, &newer) => Err(error),
                newer => self.request_as(&newer, request).await,
            },
            outcome => outcome,
        }
    }

    async fn request_as(
        &self,
        credentials: &Credentials,
        request: &AccessTokenRequest,
    ) -> Result<(AccessToken, Duration), TokenError> {
        // Only the time that the token states follows the clock of the machine; it is renewed by a clock that never jumps.
        #[expect(
            clippy::disallowed_methods,
            reason = "the source is the program that reads the clock"
        )]
        let now = SystemTime::now().into();
        let token = self.client.token_as(credentials, request, now).await?;
        let seconds = token
            .expires_at()
            .map(|at| at.as_seconds().saturating_sub(now.as_seconds()));
        let lifetime = seconds.map_or(UNSTATED_LIFETIME, Duration::from_secs);
        Ok((token, lifetime))
    }
}

fn is_invalid_client(error: &TokenError) -> bool {
    matches!(error, TokenError::Refused(refused) if refused.code() == Some(crate::ErrorCode::InvalidClient))
}

fn is_same(one: &Credentials, other: &Credentials) -> bool {
    one.client_id() == other.client_id() && one.expose_secret() == other.expose_secret()
}

/// Forgets the request that was not used for the longest time, and is not in flight.
fn forget_one(entries: &mut HashMap<AccessTokenRequest, Arc<Entry>>) {
    let idle = entries.iter().filter_map(|(request, entry)| {
        let slot = lock(&entry.slot);
        (!slot.is_in_flight()).then(|| (slot.used_at(), request))
    });
    let oldest = idle.min_by_key(|(used_at, _)| *used_at);
    if let Some(request) = oldest.map(|(_, request)| request.clone()) {
        entries.remove(&request);
    }
}

/// A request in flight. However its task ends, the waiting callers learn of it.
struct InFlight<T> {
    shared: Arc<Shared<T>>,
    entry: Arc<Entry>,
    sent_at: Duration,
    outcome: Result<(AccessToken, Duration), TokenError>,
}

impl<T: Transport> InFlight<T> {
    async fn run(mut self, request: AccessTokenRequest) {
        self.outcome = self.shared.request(&request).await;
    }
}

impl<T> Drop for InFlight<T> {
    fn drop(&mut self) {
        let outcome = mem::replace(&mut self.outcome, Err(TokenError::Interrupted));
        let now = self.shared.now();
        let mut random = lock(&self.shared.random);
        lock(&self.entry.slot).ended(outcome, self.sent_at, now, &mut random);
        drop(random);
        self.entry.ended.notify_waiters();
    }
}

/// The state is consistent after each change, so that a panic elsewhere does not matter.
fn lock<V>(mutex: &Mutex<V>) -> MutexGuard<'_, V> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Clone for TokenSource<T> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

/// Prints the client, and no token.
impl<T: fmt::Debug> fmt::Debug for TokenSource<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource")
            .field("client", &self.shared.client)
            .field("credentials", &self.shared.credentials)
            .finish_non_exhaustive()
    }
}
