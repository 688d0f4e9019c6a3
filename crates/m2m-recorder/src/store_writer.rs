//! The access of the worker to the store.

use std::sync::Arc;

use m2m_authority::Check;
use m2m_authority::diagnose::{Diagnosis, Suspect, diagnose, possible_secrets};
use m2m_authority::registry::{Api, Records, RecordsView};
use m2m_explain::Operating;
use m2m_jwt::UnixTime;
use m2m_store::{Backend as _, RegistryCache, Sought, Sqlite, StoreError, UsageBatch};
use tokio::runtime::Handle;

use crate::store_health::{StoreHealth, StoreReport};

/// The source of the records that a diagnosis compares with, and the destination of data to be stored. Its calls may block.
pub trait EventStore: Send + 'static {
    /// Returns the records that each of these diagnoses compares with, without those that cannot be read.
    fn records(&self, suspects: &[&Suspect]) -> Vec<Records>;

    /// Returns the APIs, which all diagnoses compare with.
    fn apis(&self) -> Arc<[Api]>;

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
    ///
    /// # Errors
    ///
    /// If the store does not accept the batch, which is then tried again.
    fn keep(&self, batch: UsageBatch) -> Result<(), StoreError>;

    /// Takes the news about the store that should be logged.
    fn news(&self) -> Vec<StoreReport> {
        Vec::new()
    }
}

/// The store that tokens are served from.
#[derive(Debug)]
pub struct StoreWriter {
    cache: Arc<RegistryCache<Sqlite>>,
    health: Arc<StoreHealth>,
    /// The issuer, if commands can change the records.
    issuer: Option<Box<str>>,
    runtime: Handle,
}

impl StoreWriter {
    /// Returns a writer to this store. Its calls block their own thread, through this runtime.
    pub const fn new(
        cache: Arc<RegistryCache<Sqlite>>,
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
    fn records(&self, suspects: &[&Suspect]) -> Vec<Records> {
        let none = || suspects.iter().map(|_| Records::default()).collect();
        let sought: Vec<Sought> = suspects.iter().map(|suspect| sought(suspect)).collect();
        if sought.iter().all(Sought::is_empty) {
            return none();
        }
        match self.runtime.block_on(self.cache.suspects(sought)) {
            Ok(found) => found,
            // One of them needs too much; the others have their evidence all the same.
            Err(StoreError::TooMuchWork) if suspects.len() > 1 => {
                let each = suspects.chunks(1);
                each.flat_map(|one| self.records(one)).collect()
            }
            Err(_) => none(),
        }
    }

    fn apis(&self) -> Arc<[Api]> {
        Arc::clone(&self.cache.common_guard().apis)
    }

    fn operating(&self) -> Operating<'_> {
        match &self.issuer {
            Some(issuer) => Operating::DataDirectory { issuer },
            None => Operating::RegistryFile,
        }
    }

    fn may_be_secret(&self, text: &str) -> bool {
        let sought = Sought {
            secrets: possible_secrets(text),
            ..Sought::default()
        };
        let found = self.runtime.block_on(self.cache.suspects(vec![sought]));
        let is_of_none = |found: &Records| found.applications.is_empty();
        found.map_or(true, |found| !found.iter().all(is_of_none))
    }

    fn counts(&self, now: UnixTime) -> UsageBatch {
        self.cache.take_usage(now)
    }

    fn keep(&self, batch: UsageBatch) -> Result<(), StoreError> {
        self.runtime.block_on(self.cache.add_usage(batch))
    }

    fn news(&self) -> Vec<StoreReport> {
        self.health.take_news().collect()
    }
}

/// Returns the diagnosis of this refusal, with as much evidence as can be read.
pub async fn diagnosis(cache: &RegistryCache<Sqlite>, suspect: &Suspect) -> Diagnosis {
    let found = cache.suspects(vec![sought(suspect)]).await;
    let records = found.unwrap_or_default().pop().unwrap_or_default();
    let apis = Arc::clone(&cache.common_guard().apis);
    compare(suspect, &records, &apis)
}

/// Compares a refusal with these records and APIs.
pub(crate) fn compare(suspect: &Suspect, records: &Records, apis: &[Api]) -> Diagnosis {
    // Only an application that has authenticated asks for scopes and audiences.
    let asks = Check::of(suspect.cause()).is_some_and(|check| check > Check::Authentication);
    let apis = if asks { apis } else { &[] };
    let records = RecordsView {
        apis,
        ..records.into()
    };
    diagnose(suspect, records)
}

/// Returns the values that the diagnosis of this refusal looks for.
fn sought(suspect: &Suspect) -> Sought {
    Sought {
        client_id: suspect.client_id().into(),
        secrets: suspect.secret_hashes().collect(),
        most_near: if suspect.is_of_unknown_client() {
            MAX_NEAR
        } else {
            0
        },
    }
}

/// The maximum number of applications with nearly the same client id that are compared.
const MAX_NEAR: usize = 64;
