//! What the worker asks of the store.

use std::sync::Arc;

use m2m_authority::diagnose::Suspect;
use m2m_authority::registry::Records;
use m2m_jwt::UnixTime;
use m2m_store::{Backend as _, Sought, StoreError, UsageBatch};
use tokio::runtime::Handle;

use crate::store::RegistryCache;
use crate::store_health::{StoreHealth, StoreNews};

/// Where the worker finds what a diagnosis compares with, and where it leaves what is to be kept. It may wait.
pub(crate) trait Keeper: Send + 'static {
    /// The records that a diagnosis of this compares with.
    fn records(&self, suspect: &Suspect) -> Result<Records, StoreError>;

    /// What was counted since the last time.
    fn counts(&self, now: UnixTime) -> UsageBatch;

    /// Keeps what was counted and noted.
    fn keep(&self, batch: UsageBatch) -> Result<(), StoreError>;

    /// Takes the news about the store that is to be logged.
    fn news(&self) -> Vec<StoreNews> {
        Vec::new()
    }
}

/// The store that tokens are served from.
#[derive(Debug)]
pub(crate) struct StoreWriter {
    cache: Arc<RegistryCache>,
    health: Arc<StoreHealth>,
    runtime: Handle,
}

impl StoreWriter {
    /// A keeper in this store. Its waits are those of a thread of its own, by the leave of this runtime.
    pub(crate) const fn new(
        cache: Arc<RegistryCache>,
        health: Arc<StoreHealth>,
        runtime: Handle,
    ) -> Self {
        Self {
            cache,
            health,
            runtime,
        }
    }
}

impl Keeper for StoreWriter {
    fn records(&self, suspect: &Suspect) -> Result<Records, StoreError> {
        self.runtime.block_on(records(&self.cache, suspect))
    }

    fn counts(&self, now: UnixTime) -> UsageBatch {
        let (issued, secrets) = self.cache.take_usage(now);
        UsageBatch {
            issued,
            secrets,
            ..UsageBatch::default()
        }
    }

    fn keep(&self, batch: UsageBatch) -> Result<(), StoreError> {
        self.runtime.block_on(self.cache.add_usage(batch))
    }

    fn news(&self) -> Vec<StoreNews> {
        self.health.take_news().collect()
    }
}

/// The records that a diagnosis of this compares with.
///
/// # Errors
///
/// If they cannot be read.
pub(crate) async fn records(
    cache: &RegistryCache,
    suspect: &Suspect,
) -> Result<Records, StoreError> {
    let secrets: Vec<_> = suspect.secret_hashes().collect();
    let sought = Sought {
        client_id: suspect.client_id(),
        secrets: &secrets,
        most_near: MOST_NEAR,
    };
    cache.suspects(sought).await
}

/// So many applications with nearly the same client id are looked at.
const MOST_NEAR: usize = 64;
