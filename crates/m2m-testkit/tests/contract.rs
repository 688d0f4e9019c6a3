//! The registry in memory fulfills the contract of every store, and so does a directory over a store.

use m2m_store::{Backend, CacheLimits, RegistryCache, Sqlite, StoreError, Uptime, contract};
use m2m_testkit::{MemoryBackend, World};

async fn cache<B: Backend>(backend: B) -> RegistryCache<B> {
    let no_keys = |_: &_| Err(StoreError::Busy);
    let limits = CacheLimits::DEFAULT;
    RegistryCache::open(backend, World::ISSUER, no_keys, limits, Uptime::ZERO)
        .await
        .expect("the store is empty")
}

#[tokio::test]
async fn a_registry_in_memory_passes_the_suite() {
    contract::run(async || MemoryBackend::new()).await;
}

#[tokio::test]
async fn a_cache_over_a_registry_in_memory_passes_the_suite() {
    contract::run(async || cache(MemoryBackend::new()).await).await;
}

#[tokio::test]
async fn a_cache_over_the_embedded_store_passes_the_suite() {
    contract::run(async || cache(Sqlite::in_memory().expect("a store in memory")).await).await;
}
