//! The signing keys of servers in one process.

use std::sync::LazyLock;

use m2m_admin::ensure_keys;
use m2m_jwt::Algorithm;
use m2m_store::{Actor, KeyRecord, SealingKey};
use tokio::runtime::Builder;

use m2m_testkit::{MemoryBackend, World};

/// The key that signing keys are sealed with.
pub(super) fn sealing() -> SealingKey {
    let text = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    SealingKey::from_base64(text).expect("32 bytes")
}

/// The signing keys of every server, sealed. They take long to make.
pub(super) static KEYS: LazyLock<Vec<KeyRecord>> = LazyLock::new(|| {
    let algorithms = [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Es384];
    let runtime = Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime without a driver needs nothing");
    runtime.block_on(async {
        let backend = MemoryBackend::new();
        let actor = Actor::command("m2m serve");
        let mut randomness = |bytes: &mut [u8]| bytes.fill(7);
        let (sealing, now) = (sealing(), World::BEGINNING);
        let made = ensure_keys(
            &backend,
            &algorithms,
            &sealing,
            &actor,
            &mut randomness,
            now,
        );
        made.await.expect("the library makes these kinds of keys");
        let keys = m2m_admin::list_keys(&backend).await;
        keys.expect("the registry is in memory")
    })
});
