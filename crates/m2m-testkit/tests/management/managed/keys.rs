//! The signing keys of servers in one process.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use m2m_admin::{ImportedKey, ensure_keys, import_key};
use m2m_jwt::{Algorithm, SigningKey};
use m2m_store::{Actor, KeyRecord, SealingKey, StoreError};
use tokio::runtime::Builder;

use m2m_testkit::{MemoryBackend, World};

use crate::forge::PRIVATE_RSA_KEY;

/// Returns the key that signing keys are sealed with.
pub(crate) fn sealing() -> SealingKey {
    let text = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    SealingKey::from_base64(text).expect("32 bytes")
}

/// Opens a key that is sealed with [`sealing`]. Each key is opened once, since that takes as long as generating one.
pub(super) fn open(record: &KeyRecord) -> Result<SigningKey, StoreError> {
    static OPENED: LazyLock<Mutex<HashMap<Box<[u8]>, SigningKey>>> = LazyLock::new(Mutex::default);
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    let sealed = record.sealed.as_bytes();
    if let Some(key) = opened.get(sealed) {
        return Ok(key.clone());
    }
    let key = record.open(&sealing())?;
    opened.insert(sealed.into(), key.clone());
    Ok(key)
}

/// Returns the sealed signing keys of a server with only the algorithms whose keys are generated quickly.
pub(crate) static FEW_KEYS: LazyLock<Vec<KeyRecord>> =
    LazyLock::new(|| made(&[Algorithm::Es256, Algorithm::EdDsa]));

/// Returns the same and a key that takes long to generate.
pub(crate) static KEYS: LazyLock<Vec<KeyRecord>> = LazyLock::new(|| {
    let slow = made(&[Algorithm::Es384]);
    FEW_KEYS.iter().cloned().chain(slow).collect()
});

fn made(algorithms: &[Algorithm]) -> Vec<KeyRecord> {
    let runtime = Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime without a driver needs nothing");
    runtime.block_on(async {
        let backend = MemoryBackend::new();
        let actor = Actor::command("m2m serve");
        let mut randomness = |bytes: &mut [u8]| bytes.fill(7);
        let (sealing, now) = (sealing(), World::BEGINNING);
        let made = ensure_keys(&backend, algorithms, &sealing, &actor, &mut randomness, now);
        made.await
            .expect("the library generates these kinds of keys");
        let keys = m2m_admin::list_keys(&backend).await;
        keys.expect("the registry is in memory")
    })
}

/// Returns the same and the keys for RSA, which this library does not generate: those of a server with every algorithm.
pub(crate) static ALL_KEYS: LazyLock<Vec<KeyRecord>> = LazyLock::new(|| {
    let rsa = [Algorithm::Rs256, Algorithm::Ps256];
    let rsa = rsa.map(|algorithm| imported(PRIVATE_RSA_KEY, algorithm, algorithm.as_str()));
    KEYS.iter().cloned().chain(rsa).collect()
});

/// Returns a private key from elsewhere as the active key of its algorithm, sealed.
pub(crate) fn imported(key: &str, algorithm: Algorithm, key_id: &str) -> KeyRecord {
    let runtime = Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime without a driver needs nothing");
    let key = ImportedKey::read(key.as_bytes(), Some(algorithm), Some(key_id));
    let key = key.expect("the text is a key of this algorithm");
    let (backend, actor) = (MemoryBackend::new(), Actor::command("m2m key import"));
    let (sealing, now) = (sealing(), World::BEGINNING);
    let mut randomness = |bytes: &mut [u8]| bytes.fill(8);
    let sealed = import_key(&backend, &key, None, &sealing, &actor, &mut randomness, now);
    let sealed = runtime.block_on(sealed);
    sealed.expect("the registry is empty")
}

/// RFC 8037, appendix A.1.
pub(crate) const ED25519: &str = r#"{"kty":"OKP","crv":"Ed25519","kid":"rfc8037",
    "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
