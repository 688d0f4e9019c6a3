//! The cache that a node serves from.

mod common;
mod contact;
mod contents;
mod delegate;
mod limits;
mod load;
mod revoke;
mod revoked;

use core::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use arc_swap::{ArcSwap, ArcSwapOption, Guard};
use m2m_jwt::{SigningKey, UnixTime};
use oauth_proto::ClientId;
use tokio::sync::Mutex;

pub use common::Common;
pub use contact::Contact;
pub use limits::CacheLimits;

use crate::quota::Counters;
use crate::tally::Tallies;
use crate::{
    AuditEvent, Backend, CachedApplication, Changes, KeyRecord, Stale, StoreError, Uptime,
    UsageBatch, Version,
};
use common::OpenKey;
use contact::LastSeen;
use contents::Contents;
use revoke::Waiting;
use revoked::RevokedTokens;

/// The cache that a node serves from: the requested part of a registry, in memory.
///
/// Records that are changed through it are forgotten before the change is acknowledged. Records that others change are forgotten
/// when a notification arrives, and at the latest with the next [`refresh`](Self::refresh). A changed record is read again instead
/// of being updated in memory, so that nothing here can differ from the store for longer than that.
///
/// Changes that concern all applications are counted in *epochs*: when an API, an organization or a key is changed, a new epoch
/// begins, and entries that were read in an earlier one are not served any more. Beginning an epoch costs nothing, however much is
/// in memory.
///
/// ```
/// use m2m_jwt::UnixTime;
/// use m2m_store::{RegistryCache, CacheLimits, Lookup, SealingKey, Sqlite, StoreError, Uptime};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), StoreError> {
/// let now = UnixTime::from_seconds(1_800_000_000);
/// let sealing_key = SealingKey::from_bytes(zeroize::Zeroizing::new([7; 32]));
/// let open_key = move |key: &m2m_store::KeyRecord| key.open(&sealing_key);
/// let issuer = "https://id.example";
/// let limits = CacheLimits::DEFAULT;
/// let uptime = Uptime::ZERO;
/// let directory = RegistryCache::open(Sqlite::in_memory()?, issuer, open_key, limits, uptime).await?;
///
/// let entry = match directory.look_up("billing-job", uptime) {
///     Lookup::Hit(entry) => Some(entry),
///     Lookup::Absent => None,
///     Lookup::Miss => directory.load("billing-job", now).await?,
///     Lookup::OutOfContact => return Err(StoreError::Busy),
/// };
/// assert!(entry.is_none(), "no application has this client id");
/// # Ok(())
/// # }
/// ```
pub struct RegistryCache<B> {
    backend: B,
    issuer: Box<str>,
    open_key: Box<OpenKey>,
    contents: Contents,
    /// The current epoch: the number of times that everything was forgotten.
    epoch: AtomicU64,
    /// The epoch before which all entries have been removed.
    swept: AtomicU64,
    /// The version up to which changed records have been forgotten.
    version: AtomicU64,
    common: ArcSwap<Common>,
    /// The lock that is held while `common` is read.
    turn: Mutex<()>,
    /// The error of the latest read that failed, for requests that waited for the same read.
    latest_failure: ArcSwapOption<StoreError>,
    last_seen: LastSeen,
    counters: Counters,
    tallies: Arc<Tallies>,
    revoked: RevokedTokens,
    /// The number of the last revocation that was read from the store.
    last_revocation: AtomicU64,
    /// The revocations that wait to be written.
    waiting: Waiting,
    /// The lock that is held while they are written.
    revoking: Mutex<()>,
    on_commit: OnceLock<Box<OnCommit>>,
}

/// A function that gets the events of a change.
type OnCommit = dyn Fn(&[AuditEvent]) + Send + Sync;

/// The result of looking up a client id in memory.
#[derive(Debug)]
pub enum Lookup {
    /// An application, or one that was deleted.
    Hit(Arc<CachedApplication>),
    /// There is no such application in memory, nor in the registry.
    Absent,
    /// There is nothing in memory: the application has to be [loaded](RegistryCache::load).
    Miss,
    /// The node has not known for too long what has changed: entries in memory must not be served.
    OutOfContact,
}

impl<B: Backend> RegistryCache<B> {
    /// Opens a cache of the registry of a backend, for a server with this issuer.
    ///
    /// # Errors
    ///
    /// The error of the backend or of `open_key`.
    pub async fn open(
        backend: B,
        issuer: &str,
        open_key: impl Fn(&KeyRecord) -> Result<SigningKey, StoreError> + Send + Sync + 'static,
        limits: CacheLimits,
        now: Uptime,
    ) -> Result<Self, StoreError> {
        let open_key: Box<OpenKey> = Box::new(open_key);
        let common = Common::new(backend.frame().await?, issuer, 0, &open_key, None)?;
        let cache = Self {
            backend,
            issuer: issuer.into(),
            open_key,
            contents: Contents::new(limits),
            epoch: AtomicU64::new(common.epoch()),
            swept: AtomicU64::new(common.epoch()),
            version: AtomicU64::new(common.version.0),
            common: ArcSwap::from_pointee(common),
            turn: Mutex::default(),
            latest_failure: ArcSwapOption::empty(),
            last_seen: LastSeen::new(now, limits.max_store_outage_seconds),
            counters: Counters::default(),
            tallies: Arc::default(),
            revoked: RevokedTokens::default(),
            last_revocation: AtomicU64::new(0),
            waiting: Waiting::default(),
            revoking: Mutex::default(),
            on_commit: OnceLock::new(),
        };
        cache.read_revocations().await?;
        Ok(cache)
    }

    /// Calls `told` with the audit events of every change that is made through this cache, once it is durable. `told` must not wait.
    /// Only the first call of this method counts.
    pub fn on_commit(&self, told: impl Fn(&[AuditEvent]) + Send + Sync + 'static) {
        let _ = self.on_commit.set(Box::new(told));
    }

    /// Returns the entry of a client id in memory. Never waits, and takes no lock that all requests share.
    #[must_use]
    pub fn look_up(&self, client_id: &str, now: Uptime) -> Lookup {
        if self.last_seen.too_long_ago(now) {
            return Lookup::OutOfContact;
        }
        let epoch = self.epoch.load(Ordering::SeqCst);
        match self.contents.application(client_id) {
            Some(entry) if entry.epoch() == epoch => Lookup::Hit(entry),
            Some(_) => Lookup::Miss,
            // No application has such a client id; a stranger who sends one is not worth a read, nor the memory.
            None if ClientId::parse(client_id).is_err() => Lookup::Absent,
            None if self.contents.is_absent(client_id, epoch) => Lookup::Absent,
            None => Lookup::Miss,
        }
    }

    /// Returns the data that all applications share.
    #[must_use]
    pub fn common(&self) -> Arc<Common> {
        self.common.load_full()
    }

    /// Returns the same data without counting a reference, which all threads would write. It is meant for the length of a request.
    #[must_use]
    pub fn common_guard(&self) -> Guard<Arc<Common>> {
        self.common.load()
    }

    /// Asks the backend for changes, and forgets the changed records. It is called every one or two seconds, so that a lost
    /// notification costs no more than five.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the backend cannot be asked, or the data that all applications share cannot be read. The node continues to
    /// serve from memory, for as long as its limits allow.
    pub async fn refresh(&self, now: Uptime) -> Result<(), StoreError> {
        let outcome = self.catch_up().await;
        match outcome {
            Ok(()) => self.last_seen.seen(now),
            Err(_) => self.last_seen.not_seen(),
        }
        outcome
    }

    async fn catch_up(&self) -> Result<(), StoreError> {
        let from = Version(self.version.load(Ordering::SeqCst));
        let Changes { version, stale } = self.backend.changes_since(from).await?;
        self.read_revocations().await?;
        if version < from {
            // The registry was replaced by an older one.
            self.forget(&Stale::Everything);
            self.version.store(version.0, Ordering::SeqCst);
        } else {
            self.forget(&stale);
            self.version.fetch_max(version.0, Ordering::SeqCst);
        }
        let common = self.current_common().await?;
        if self.swept.load(Ordering::SeqCst) < common.epoch() {
            self.contents.sweep(common.epoch()).await;
            self.swept.fetch_max(common.epoch(), Ordering::SeqCst);
        }
        if common.version < version {
            let applications = self.backend.frame().await?.applications;
            if applications != common.applications {
                let counted = Arc::new(common.with_applications(applications));
                self.common.compare_and_swap(&common, counted);
            }
        }
        Ok(())
    }

    /// Forgets the records that another node has changed.
    pub fn notified(&self, changes: &Changes) {
        self.forget(&changes.stale);
        self.reached(
            Version(changes.version.0.saturating_sub(1)),
            changes.version,
        );
    }

    /// Returns the contact of the node with the registry.
    #[must_use]
    pub fn contact(&self, now: Uptime) -> Contact {
        self.last_seen.contact(now)
    }

    /// Returns the same, but first refreshes if that was not done for too long although nothing failed, for example because the process was
    /// paused. A caller that is about to refuse a request because the node is out of contact calls this first.
    pub async fn contact_if_asked(&self, now: Uptime) -> Contact {
        if self.last_seen.too_long_ago(now) && !self.last_seen.is_lost() {
            // A failure shows in the contact.
            let _ = self.refresh(now).await;
        }
        self.contact(now)
    }

    /// Returns the store below.
    #[must_use]
    pub const fn backend(&self) -> &B {
        &self.backend
    }

    /// Returns the number of applications in memory.
    #[must_use]
    pub fn held(&self) -> usize {
        self.contents.len()
    }

    /// Returns the counts since the last call: the tokens issued, for the minute of `now`, and the secrets and scopes used. A caller that
    /// cannot write them has to keep them; they are not returned again.
    #[must_use]
    pub fn take_usage(&self, now: UnixTime) -> UsageBatch {
        self.tallies.take(now)
    }

    fn forget(&self, stale: &Stale) {
        match stale {
            Stale::Applications(client_ids) => self.contents.forget(client_ids),
            Stale::Everything => {
                self.epoch.fetch_add(1, Ordering::SeqCst);
            }
        }
    }

    /// Notes that the records of the change from `before` to `version` are forgotten. If those of an earlier change are not yet, the next
    /// refresh asks for both.
    fn reached(&self, before: Version, version: Version) {
        let _ =
            self.version
                .compare_exchange(before.0, version.0, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// Returns the data that all applications share in this epoch. Requests that arrive while it is read wait for it.
    async fn current_common(&self) -> Result<Arc<Common>, StoreError> {
        let common = self.common.load_full();
        if self.is_current(&common) {
            return Ok(common);
        }
        let _turn = self.turn.lock().await;
        let before = self.common.load_full();
        // The epoch is loaded before the frame is read: a concurrent change begins another epoch.
        let epoch = self.epoch.load(Ordering::SeqCst);
        if before.epoch() == epoch {
            return Ok(before);
        }
        let frame = self.backend.frame().await?;
        let common = Common::new(frame, &self.issuer, epoch, &self.open_key, Some(&before))?;
        let common = Arc::new(common);
        self.common.store(Arc::clone(&common));
        Ok(common)
    }

    fn is_current(&self, common: &Common) -> bool {
        common.epoch() == self.epoch.load(Ordering::SeqCst)
    }
}

impl<B> fmt::Debug for RegistryCache<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegistryCache")
            .field("issuer", &self.issuer)
            .field("version", &self.version)
            .field("applications", &self.contents.len())
            .finish_non_exhaustive()
    }
}
