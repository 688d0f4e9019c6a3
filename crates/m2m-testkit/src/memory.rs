//! A registry in memory that several nodes share.

mod list;
mod notes;
mod registry;
mod revoked;
mod state;

use core::fmt;
use core::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use m2m_authority::TraceId;
use m2m_authority::registry::{Application, Organization, Records};
use m2m_jwt::UnixTime;
use m2m_store::{
    AnyRecord, ApplicationPage, Backend, Change, Changes, CommitError, EventPage, EventQuery,
    Found, Frame, List, Named, Page, RefusalPage, RefusalQuery, Refused, Revocation,
    RevocationPage, RevokedToken, SecretUse, Snapshot, Sought, StoreError, Stored, UsageBatch,
    UsedPage, Version,
};
use tokio::sync::watch;

use state::State;

/// A store in memory, as one node sees it. Its [nodes](Self::node) share one registry, and each has a connection of its own to it, on
/// which tests cause failures.
///
/// It stores everything that a store has to, and loses it when the last node is dropped.
pub struct MemoryBackend {
    state: Arc<Mutex<State>>,
    trouble: Mutex<Trouble>,
    reads: AtomicU64,
    /// True while the results of reads are held back.
    held: watch::Sender<bool>,
}

/// A failure of a node's connection to the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Trouble {
    /// The connection works.
    #[default]
    None,
    /// Writes fail, as on a full disk.
    ReadOnly,
    /// The store is at its capacity.
    Busy,
    /// Reads and writes fail.
    Unreachable,
}

impl MemoryBackend {
    /// The first node of an empty registry.
    #[must_use]
    pub fn new() -> Self {
        Self::over(Arc::default())
    }

    /// Another node of the same registry.
    #[must_use]
    pub fn node(&self) -> Self {
        Self::over(Arc::clone(&self.state))
    }

    /// The first node of another registry, which begins with what is in this one.
    #[must_use]
    pub fn copy(&self) -> Self {
        let state = lock(&self.state).clone();
        Self::over(Arc::new(Mutex::new(state)))
    }

    fn over(state: Arc<Mutex<State>>) -> Self {
        Self {
            state,
            trouble: Mutex::default(),
            reads: AtomicU64::new(0),
            held: watch::Sender::new(false),
        }
    }

    /// Sets the failure of this node's connection.
    pub fn set_trouble(&self, trouble: Trouble) {
        *lock(&self.trouble) = trouble;
    }

    /// Holds back the results of this node's reads from now on: they are read at once, and returned only after a release.
    pub fn hold_reads(&self) {
        self.held.send_replace(true);
    }

    /// Releases the results that were held back, and no longer holds back any.
    pub fn release_reads(&self) {
        self.held.send_replace(false);
    }

    /// The number of times that this node has looked for an application.
    #[must_use]
    pub fn finds(&self) -> u64 {
        self.reads.load(Ordering::SeqCst)
    }

    /// Sets the number of changes that are remembered one by one. Of older changes it is only known that there were some.
    pub fn remember_changes(&self, most: usize) {
        lock(&self.state).remember_changes(most);
    }

    async fn read<T>(&self, read: impl FnOnce(&State) -> T + Send) -> Result<T, StoreError>
    where
        T: Send,
    {
        self.check(Kind::Read)?;
        let read = read(&lock(&self.state));
        let mut held = self.held.subscribe();
        // The sender lives as long as the backend, so that this does not fail.
        let _ = held.wait_for(|held| !held).await;
        self.check(Kind::Read)?;
        Ok(read)
    }

    fn check(&self, kind: Kind) -> Result<(), StoreError> {
        let failed = |why: &str| Err(StoreError::Failed { why: why.into() });
        match (*lock(&self.trouble), kind) {
            (Trouble::None, _) | (Trouble::ReadOnly, Kind::Read) => Ok(()),
            (Trouble::ReadOnly, Kind::Write) => failed("no space left"),
            (Trouble::Busy, _) => Err(StoreError::Busy),
            (Trouble::Unreachable, _) => failed("unreachable"),
        }
    }

    fn write<T>(&self, write: impl FnOnce(&mut State) -> T) -> Result<T, StoreError> {
        self.check(Kind::Write)?;
        Ok(write(&mut lock(&self.state)))
    }
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Read,
    Write,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for MemoryBackend {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryBackend")
            .field("trouble", &*lock(&self.trouble))
            .field("reads", &self.reads)
            .finish_non_exhaustive()
    }
}

impl Backend for MemoryBackend {
    async fn frame(&self) -> Result<Frame, StoreError> {
        self.read(|state| state.registry.frame(state.version)).await
    }

    async fn find(&self, client_id: &str) -> Result<Option<Found>, StoreError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.read(|state| state.registry.find(client_id)).await
    }

    async fn suspects(&self, sought: Vec<Sought>) -> Result<Vec<Records>, StoreError> {
        let of_all = |state: &State| {
            let sought = sought.iter();
            sought
                .map(|sought| state.registry.suspects(sought))
                .collect()
        };
        self.read(of_all).await
    }

    async fn authorized_for(
        &self,
        audience: &str,
        most: usize,
    ) -> Result<Vec<Box<str>>, StoreError> {
        self.read(|state| state.registry.authorized_for(audience, most))
            .await
    }

    async fn application(
        &self,
        named: Named<'_>,
    ) -> Result<Option<Stored<Application>>, StoreError> {
        self.read(|state| state.registry.stored_application(named))
            .await
    }

    async fn applications(&self, list: List<'_>) -> Result<ApplicationPage, StoreError> {
        self.read(|state| state.registry.list_applications(&list))
            .await
    }

    async fn used_applications(&self, list: List<'_>) -> Result<UsedPage, StoreError> {
        self.read(|state| state.used_applications(&list)).await
    }

    async fn organization(&self, code: &str) -> Result<Option<Stored<Organization>>, StoreError> {
        self.read(|state| state.registry.stored_organization(code))
            .await
    }

    async fn organizations(&self, list: List<'_>) -> Result<Page<Organization>, StoreError> {
        self.read(|state| state.registry.list_organizations(&list))
            .await
    }

    async fn has_system_user(&self, name: &str) -> Result<bool, StoreError> {
        self.read(|state| state.registry.has_system_user(name))
            .await
    }

    async fn events(&self, query: EventQuery<'_>) -> Result<EventPage, StoreError> {
        self.read(|state| state.events(&query)).await
    }

    async fn refusals(&self, query: RefusalQuery<'_>) -> Result<RefusalPage, StoreError> {
        self.read(|state| state.notes.refusals(&query)).await
    }

    async fn outline(&self) -> Result<Snapshot, StoreError> {
        let snapshot = self.snapshot().await?;
        Ok(Snapshot {
            organizations: Vec::new(),
            applications: Vec::new(),
            deleted: Vec::new(),
            keys: Vec::new(),
            ..snapshot
        })
    }

    async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.read(|state| state.registry.snapshot(state.version))
            .await
    }

    async fn walk<S: Send + 'static>(
        &self,
        state: S,
        each: fn(&mut S, AnyRecord) -> ControlFlow<()>,
    ) -> Result<S, StoreError> {
        let snapshot = self.snapshot().await?;
        Ok(registry::walk(snapshot, state, each))
    }

    async fn commit(&self, expected: Version, change: Change) -> Result<Version, CommitError> {
        self.write(|state| state.commit(expected, change))?
    }

    async fn changes_since(&self, version: Version) -> Result<Changes, StoreError> {
        self.read(|state| state.changes_since(version)).await
    }

    async fn add_usage(&self, batch: UsageBatch) -> Result<(), StoreError> {
        self.write(|state| state.add_usage(batch))
    }

    async fn tokens_since(&self, client_id: &str, since: UnixTime) -> Result<u64, StoreError> {
        self.read(|state| state.notes.tokens_since(client_id, since))
            .await
    }

    async fn secret_uses(&self, client_id: &str) -> Result<Vec<SecretUse>, StoreError> {
        self.read(|state| state.secret_uses(client_id)).await
    }

    async fn refused(&self, trace_id: TraceId) -> Result<Option<Refused>, StoreError> {
        self.read(|state| state.notes.refused(trace_id)).await
    }

    async fn revoke(
        &self,
        revocations: Vec<Revocation>,
        now: UnixTime,
    ) -> Result<usize, StoreError> {
        self.write(|state| state.revoke(revocations, now))
    }

    async fn is_revoked(&self, token: RevokedToken) -> Result<bool, StoreError> {
        self.read(|state| state.revoked.contains(token)).await
    }

    async fn revocations_after(&self, number: u64) -> Result<RevocationPage, StoreError> {
        self.read(|state| state.revoked.after(number)).await
    }

    async fn forget_revocations(&self, now: UnixTime) -> Result<u64, StoreError> {
        self.write(|state| state.revoked.forget(now))
    }
}
