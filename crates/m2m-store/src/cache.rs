//! What a node serves from.

mod common;
mod contact;
mod contents;
mod delegate;
mod limits;
mod load;

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
    AuditEvent, Backend, CachedApplication, Changes, IssuedCount, KeyRecord, SecretUse, Stale,
    StoreError, Uptime, Version,
};
use common::OpenKey;
use contact::LastSeen;
use contents::Contents;

/// What a node serves from: the part of a registry that is asked for, in memory.
///
/// What is changed through it is forgotten before the change is acknowledged. What others change is forgotten when a
/// notification says so, and at the latest with the next [`refresh`](Self::refresh). Something is read again, and not mended,
/// so that nothing here can differ from what is kept for longer than that.
///
/// What concerns all applications is counted in *epochs*: when an API, an organization or a key is changed a new epoch begins,
/// and whatever was read in an earlier one is not served any more. To begin one costs nothing, however much is in memory.
///
/// ```
/// use m2m_jwt::UnixTime;
/// use m2m_store::{RegistryCache, CacheLimits, LookUp, SealingKey, Sqlite, StoreError, Uptime};
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
///     LookUp::Hit(entry) => Some(entry),
///     LookUp::Absent => None,
///     LookUp::Miss => directory.load("billing-job", now).await?,
///     LookUp::OutOfContact => return Err(StoreError::Busy),
/// };
/// assert!(entry.is_none(), "nobody has this client id");
/// # Ok(())
/// # }
/// ```
pub struct RegistryCache<B> {
    backend: B,
    issuer: Box<str>,
    open_key: Box<OpenKey>,
    contents: Contents,
    /// How often everything was forgotten.
    epoch: AtomicU64,
    /// Of earlier epochs than this nothing is left.
    swept: AtomicU64,
    /// All changes up to this version are forgotten.
    version: AtomicU64,
    common: ArcSwap<Common>,
    /// Held while `common` is read.
    turn: Mutex<()>,
    /// By it those who waited for a read that failed know that it did.
    latest_failure: ArcSwapOption<StoreError>,
    last_seen: LastSeen,
    counters: Counters,
    tallies: Arc<Tallies>,
    on_commit: OnceLock<Box<OnCommit>>,
}

/// A function that gets the events of a change.
type OnCommit = dyn Fn(&[AuditEvent]) + Send + Sync;

/// What is in memory under a client id.
#[derive(Debug)]
pub enum LookUp {
    /// An application, or one that was deleted.
    Hit(Arc<CachedApplication>),
    /// Nothing, and nothing is in the registry.
    Absent,
    /// Nothing: it has to be [loaded](RegistryCache::load).
    Miss,
    /// The node has not known for too long what has changed: what is in memory is not to be served.
    OutOfContact,
}

impl<B: Backend> RegistryCache<B> {
    /// A directory of what the backend keeps, for a server with this issuer.
    ///
    /// # Errors
    ///
    /// What the backend or `open_key` say.
    pub async fn open(
        backend: B,
        issuer: &str,
        open_key: impl Fn(&KeyRecord) -> Result<SigningKey, StoreError> + Send + Sync + 'static,
        limits: CacheLimits,
        now: Uptime,
    ) -> Result<Self, StoreError> {
        let open_key: Box<OpenKey> = Box::new(open_key);
        let common = Common::new(backend.frame().await?, issuer, 0, &open_key, None)?;
        Ok(Self {
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
            last_seen: LastSeen::new(now, limits.most_seconds_out_of_contact),
            counters: Counters::default(),
            tallies: Arc::default(),
            on_commit: OnceLock::new(),
        })
    }

    /// Calls `told` with the audit events of every change that is made through this directory, once it is durable. It must not wait. Only
    /// the first call of this method counts.
    pub fn on_commit(&self, told: impl Fn(&[AuditEvent]) + Send + Sync + 'static) {
        let _ = self.on_commit.set(Box::new(told));
    }

    /// What is in memory under a client id. Never waits, and takes no lock that all requests share.
    #[must_use]
    pub fn look_up(&self, client_id: &str, now: Uptime) -> LookUp {
        if self.last_seen.too_long_ago(now) {
            return LookUp::OutOfContact;
        }
        let epoch = self.epoch.load(Ordering::SeqCst);
        match self.contents.application(client_id) {
            Some(entry) if entry.epoch() == epoch => LookUp::Hit(entry),
            Some(_) => LookUp::Miss,
            // No application has such a client id; a stranger who sends one is not worth a read, nor the memory.
            None if ClientId::parse(client_id).is_err() => LookUp::Absent,
            None if self.contents.is_absent(client_id, epoch) => LookUp::Absent,
            None => LookUp::Miss,
        }
    }

    /// What all applications have in common.
    #[must_use]
    pub fn common(&self) -> Arc<Common> {
        self.common.load_full()
    }

    /// The same without a count of its holders, which all threads would write: for the length of a request.
    #[must_use]
    pub fn common_guard(&self) -> Guard<Arc<Common>> {
        self.common.load()
    }

    /// Asks what has changed, and forgets it. Called every one or two seconds, so that a notification that is lost costs no more
    /// than five.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be asked, or what all applications have in common cannot be read. The node serves on from
    /// memory, for as long as its limits say.
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
        if version < from {
            // Somebody has put an older registry in its place.
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

    /// Forgets what another node has changed.
    pub fn notified(&self, changes: &Changes) {
        self.forget(&changes.stale);
        self.reached(
            Version(changes.version.0.saturating_sub(1)),
            changes.version,
        );
    }

    /// Whether the node knows what has changed, and since when.
    #[must_use]
    pub fn contact(&self, now: Uptime) -> Contact {
        self.last_seen.contact(now)
    }

    /// The same, after it was asked if nobody has for too long although nothing failed: the process was paused, say. Whoever is about to
    /// refuse a request because the node is out of contact asks this first.
    pub async fn contact_if_asked(&self, now: Uptime) -> Contact {
        if self.last_seen.too_long_ago(now) && !self.last_seen.is_lost() {
            // What failed shows in the contact.
            let _ = self.refresh(now).await;
        }
        self.contact(now)
    }

    /// The store below.
    #[must_use]
    pub const fn backend(&self) -> &B {
        &self.backend
    }

    /// How many applications are in memory.
    #[must_use]
    pub fn held(&self) -> usize {
        self.contents.len()
    }

    /// What was counted since the last call: the tokens issued, for the minute of `now`, and the secrets used. Who cannot
    /// write them keeps them; they are not told again.
    #[must_use]
    pub fn take_usage(&self, now: UnixTime) -> (Vec<IssuedCount>, Vec<SecretUse>) {
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

    /// The change from `before` to `version` is forgotten. Where an earlier one is not yet, the next refresh asks for both.
    fn reached(&self, before: Version, version: Version) {
        let _ =
            self.version
                .compare_exchange(before.0, version.0, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// What all applications have in common in this epoch. Who comes while it is read waits for it.
    async fn current_common(&self) -> Result<Arc<Common>, StoreError> {
        let common = self.common.load_full();
        if self.is_current(&common) {
            return Ok(common);
        }
        let _turn = self.turn.lock().await;
        let before = self.common.load_full();
        // Before the frame is read: what is changed meanwhile begins another epoch.
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
