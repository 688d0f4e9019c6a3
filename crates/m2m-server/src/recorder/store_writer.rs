//! The access of the worker to the store.

use std::sync::Arc;

use m2m_authority::Check;
use m2m_authority::diagnose::{Suspect, possible_secrets};
use m2m_authority::registry::Records;
use m2m_explain::Operating;
use m2m_jwt::UnixTime;
use m2m_store::{Backend as _, Sought, StoreError, UsageBatch};
use tokio::runtime::Handle;

use crate::store::RegistryCache;
use crate::store_health::{StoreHealth, StoreReport};

/// The source of the records that a diagnosis compares with, and the destination of data to be stored. Its calls may block.
pub(crate) trait EventStore: Send + 'static {
    /// Returns the records that the diagnosis of this refusal compares with.
    fn records(&self, suspect: &Suspect) -> Result<Records, StoreError>;

    /// Returns the way in which the records are changed.
    fn operating(&self) -> Operating<'_>;

    /// Returns true if the text is a secret of an application, or contains one, or if that cannot be found out.
    fn may_be_secret(&self, text: &str) -> bool {
        let _ = text;
        false
    }

    /// Returns the counts since the last call.
    fn counts(&self, now: UnixTime) -> UsageBatch;

    /// Stores counts and refusals.
    fn keep(&self, batch: UsageBatch) -> Result<(), StoreError>;

    /// Takes the news about the store that should be logged.
    fn news(&self) -> Vec<StoreReport> {
        Vec::new()
    }
}

/// The store that tokens are served from.
#[derive(Debug)]
pub(crate) struct StoreWriter {
    cache: Arc<RegistryCache>,
    health: Arc<StoreHealth>,
    /// The issuer, if commands can change the records.
    issuer: Option<Box<str>>,
    runtime: Handle,
}

impl StoreWriter {
    /// Returns a writer to this store. Its calls block their own thread, through this runtime.
    pub(crate) const fn new(
        cache: Arc<RegistryCache>,
        health: Arc<StoreHealth>,
        issuer: Option<Box<str>>,
        runtime: Handle,
    ) -> Self {
        Self {
            cache,
            health,
            issuer,
            runtime,
        }
    }
}

impl EventStore for StoreWriter {
    fn records(&self, suspect: &Suspect) -> Result<Records, StoreError> {
        self.runtime.block_on(records(&self.cache, suspect))
    }

    fn operating(&self) -> Operating<'_> {
        match &self.issuer {
            Some(issuer) => Operating::DataDirectory { issuer },
            None => Operating::RegistryFile,
        }
    }

    fn may_be_secret(&self, text: &str) -> bool {
        let secrets = possible_secrets(text);
        let sought = Sought {
            secrets: &secrets,
            ..Sought::default()
        };
        let found = self.runtime.block_on(self.cache.suspects(sought));
        found.map_or(true, |found| !found.applications.is_empty())
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

    fn news(&self) -> Vec<StoreReport> {
        self.health.take_news().collect()
    }
}

/// Returns the records that the diagnosis of this refusal compares with.
///
/// # Errors
///
/// If they cannot be read.
pub(crate) async fn records(
    cache: &RegistryCache,
    suspect: &Suspect,
) -> Result<Records, StoreError> {
    let secrets: Vec<_> = suspect.secret_hashes().collect();
    if secrets.is_empty() && suspect.client_id().is_empty() {
        return Ok(Records::default());
    }
    let sought = Sought {
        client_id: suspect.client_id(),
        secrets: &secrets,
        most_near: if suspect.is_of_unknown_client() {
            MAX_NEAR
        } else {
            0
        },
    };
    let mut records = cache.suspects(sought).await?;
    // Only an application that has authenticated asks for scopes and audiences.
    if Check::of(suspect.cause()).is_some_and(|check| check > Check::Authentication) {
        records.apis = cache.common_guard().apis.to_vec();
    }
    Ok(records)
}

/// The maximum number of applications with nearly the same client id that are compared.
const MAX_NEAR: usize = 64;
