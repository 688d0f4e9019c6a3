//! The store of this server: SQLite, with a cache in memory.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use m2m_admin::{BootstrapError, Clock, KeySchedule, PresetCredentials};
use m2m_authority::registry::{KeyOrigin, KeyState, Records};
use m2m_host::data::{self, Missing};
use m2m_host::error::Failure;
use m2m_host::first_credentials::{Written, keep_and_commit};
use m2m_host::sealing::SealingSource;
use m2m_host::timestamp::rfc3339;
use m2m_host::world::{GeneratedCredentials, World};
use m2m_host::{clock, key_folder, output, random};
use m2m_jwt::{Algorithm, Signer as _, SigningKey, UnixTime};
use m2m_recorder::StoreHealth;
use m2m_store::{
    Access, Action, Actor, AuditEvent, Backend as _, CacheLimits, Change, Contact, FailureKind,
    KeyRecord, Observer as _, RolledBack, SealedKey, Sqlite, StoreError, StoreLimits, Subject,
    Write,
};
use oauth_proto::Issuer;
use serde_json::json;

use crate::http::Writing;
use crate::key_watch::KeyWatch;
use crate::metrics::Metrics;

/// The registry that is served, with the SQLite store behind it.
pub(crate) type RegistryCache = m2m_store::RegistryCache<Sqlite>;

/// A store that is open.
#[derive(Debug)]
pub(crate) struct Opened {
    /// The registry that is served.
    pub(crate) cache: Arc<RegistryCache>,
    /// The generated credentials of applications in a file, to be shown once.
    pub(crate) generated: Vec<GeneratedCredentials>,
    /// The file with the credentials of the application that was created to manage the server.
    pub(crate) first_credentials: Option<Written>,
    /// The records, if the registry comes from a file.
    pub(crate) records: Records,
    /// The part of the registry that may be changed.
    pub(crate) writing: Writing,
    /// The reason why preset credentials are not used, if they are not.
    pub(crate) unused_preset: Option<UnusedPreset>,
}

/// The folder of a registry, and the settings that it is served with.
#[derive(Debug)]
pub(crate) struct Folder<'p> {
    /// Its path.
    pub(crate) path: &'p Path,
    /// The source of the key that seals its private keys.
    pub(crate) sealing: SealingSource<'p>,
    /// The credentials of the first management application, if the operator chose them.
    pub(crate) preset: Option<PresetCredentials>,
    /// The limits of the data that grows over time.
    pub(crate) kept: StoreLimits,
    /// The schedule by which its signing keys are replaced.
    pub(crate) schedule: KeySchedule,
}

/// The reason why preset credentials are not used, though the server starts.
#[derive(Debug)]
pub(crate) enum UnusedPreset {
    /// No application has the client id, since the folder is managed by another one.
    Unknown(Box<str>),
    /// The application with the client id takes part in management and cannot manage the server; nor can any other application.
    Incapable(Box<str>),
}

/// Opens a store in memory with the records of a file. Its keys are those in a folder, or last as long as the process.
///
/// # Errors
///
/// If the file is wrong, with its place; or if the folder of keys is wrong.
pub(crate) async fn of_world(
    world: &World,
    keys: Option<&Path>,
    observer: Arc<StoreHealth>,
    issuer: &Issuer,
    limits: CacheLimits,
) -> Result<Opened, Failure> {
    let now = clock::now();
    let store = Sqlite::in_memory().map_err(|error| unopened(&error))?;
    let generated = world.fill(&store, now).await?;
    let records = store.snapshot().await.map_err(|error| unopened(&error))?;
    let records = records.records();
    let keys_are_kept = keys.is_some();
    let keys = key_folder::load(&key_folder::served_algorithms(&records.apis), keys)?;
    keep(&store, &keys, now)
        .await
        .map_err(|error| unopened(&error))?;
    let by_kid: HashMap<Box<str>, SigningKey> = keys
        .into_iter()
        .map(|(_, key)| (key.key_id().into(), key))
        .collect();
    // They are in memory as they are: no sealing is needed.
    let open_key = move |record: &KeyRecord| {
        by_kid
            .get(&record.kid)
            .cloned()
            .ok_or_else(|| StoreError::WrongSealingKey {
                kid: record.kid.clone(),
            })
    };
    let store = store.observed_by(observer);
    let uptime = clock::uptime();
    let cache = RegistryCache::open(store, issuer.as_str(), open_key, limits, uptime).await;
    Ok(Opened {
        cache: Arc::new(cache.map_err(|error| unopened(&error))?),
        generated,
        first_credentials: None,
        records,
        writing: Writing::Nothing { keys_are_kept },
        unused_preset: None,
    })
}

/// Opens the store in a folder, which is created if it is missing. At its first start it gets keys of every algorithm, of which those that
/// APIs need are published, and an application that manages the server.
///
/// # Errors
///
/// If the folder is in use, was created by a newer release, is sealed with another key, or cannot be read or written.
pub(crate) async fn of_folder(
    served: &Folder<'_>,
    observer: Arc<StoreHealth>,
    issuer: &Issuer,
    limits: CacheLimits,
) -> Result<Opened, Failure> {
    let (folder, sealing) = (served.path, &served.sealing);
    let (preset, schedule) = (served.preset.as_ref(), served.schedule);
    let now = clock::now();
    let actor = Actor::command("m2m serve");
    let unopened = |error: StoreError| data::failure(&error, folder);
    let store = data::open_with(folder, Missing::Make, served.kept)?;
    let kept = store.frame().await.map_err(unopened)?.keys;
    let kept_file = sealing.kept_file();
    let sealing = sealing.load(&kept, folder)?;
    if let Some(file) = kept_file {
        // Without the file, a rotated key would be sealed with a key that exists only in memory.
        store.watch(&file).map_err(unopened)?;
    }
    m2m_admin::ensure_keys(
        &store,
        Algorithm::ALL,
        &sealing,
        &actor,
        &mut random::fill,
        now,
    )
    .await
    .map_err(|error| data::keys_unchanged(&error, folder))?;
    let mut random = random::fill;
    let managed = m2m_admin::prepare_bootstrap(&store, preset, &actor, &mut random, now).await;
    // A server without a management application serves its callers all the same.
    let (first_credentials, incapable) = match managed {
        Ok(prepared) => {
            let kept = keep_and_commit(prepared, &store, folder, Some(issuer)).await;
            let (_, written) = kept.map_err(|unchanged| data::not_kept(unchanged, folder))?;
            (written, None)
        }
        Err(BootstrapError::Incapable { client_id }) => (None, Some(client_id)),
        Err(error) => return Err(data::unmanaged(&error, folder)),
    };
    // If this fails the server serves all the same, and does it within a minute.
    let clock = Clock::Unsettled;
    let _ = m2m_admin::keep_keys(&store, clock, schedule, &sealing, &mut random::fill, now).await;
    let unused_preset = match (preset, incapable) {
        (_, Some(client_id)) => Some(UnusedPreset::Incapable(client_id)),
        (Some(preset), None) => {
            let found = store.find(preset.client_id()).await.map_err(unopened)?;
            found
                .is_none()
                .then(|| UnusedPreset::Unknown(preset.client_id().into()))
        }
        (None, None) => None,
    };
    let sealing = Arc::new(sealing);
    let opening = Arc::clone(&sealing);
    let open_key = move |record: &KeyRecord| record.open(&opening);
    let store = store.observed_by(observer);
    if let Some(RolledBack { from, to }) = store.rolled_back() {
        output::log_line(&json!({
            "time": rfc3339(now),
            "event": "rolled_back",
            "from": from.0,
            "to": to.0,
        }));
    }
    // Its keys belong to the sealing key. If that cannot be recorded the server serves all the same, and the log contains the reason.
    let _ = store.confirm().await;
    let uptime = clock::uptime();
    let cache = RegistryCache::open(store, issuer.as_str(), open_key, limits, uptime).await;
    Ok(Opened {
        cache: Arc::new(cache.map_err(unopened)?),
        generated: Vec::new(),
        first_credentials,
        records: Records::default(),
        writing: Writing::Everything(sealing, schedule),
        unused_preset,
    })
}

/// Stores the public parts of keys; their private parts stay where they are.
async fn keep(
    store: &Sqlite,
    keys: &[(KeyState, SigningKey)],
    now: UnixTime,
) -> Result<(), StoreError> {
    let mut change = Change::default();
    for (state, key) in keys {
        change.writes.push(Write::PutKey(KeyRecord {
            kid: key.key_id().into(),
            algorithm: key.algorithm(),
            state: *state,
            origin: KeyOrigin::Imported,
            created_at: now,
            state_since: now,
            public_jwk: key.public_jwk().to_json().into(),
            sealed: SealedKey::from_bytes([]),
        }));
        change.events.push(AuditEvent {
            time: now,
            actor: Actor::command("m2m serve"),
            action: Action::Created,
            subject: Subject::Key,
            name: key.key_id().into(),
            before: None,
            after: None,
        });
    }
    let version = store.frame().await?.version;
    match store.commit(version, change).await {
        Ok(_) => Ok(()),
        Err(m2m_store::CommitError::Store(error)) => Err(error),
        Err(other) => Err(StoreError::Failed {
            why: other.to_string().into(),
        }),
    }
}

/// Checks every second for changes by others, whether the files of the store are in place, and for the outcome of a change that is not
/// known yet.
///
/// Maintenance is reported in the metrics and leaves the server ready: taken out of rotation it could neither tell callers when to retry
/// nor learn from an operator that the work is done.
pub(crate) async fn watch(
    cache: Arc<RegistryCache>,
    health: Arc<StoreHealth>,
    metrics: Arc<Metrics>,
    writing: Writing,
) {
    let mut ticks = tokio::time::interval(WATCH_INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let key_watch = KeyWatch::new(writing);
    loop {
        ticks.tick().await;
        key_watch.tick(&cache, &metrics).await;
        // The observer of the store has recorded failures. `settle` is called first, so that a change which took effect is read at once.
        let _ = cache.backend().settle().await;
        if let Err(error) = cache.refresh(clock::uptime()).await
            && error.kind() == FailureKind::Other
        {
            // Such a failure is not one of the store itself, but of a key that cannot be opened, for example.
            health.failed(Access::Read, &error);
        }
        // The observer of the store records failures.
        let _ = cache
            .forget_revocations(clock::now(), clock::uptime())
            .await;
        let common = cache.common();
        metrics.revoked_tokens(cache.revoked_tokens());
        metrics.in_maintenance(common.maintenance);
        key_watch.look(common.key_records(), &metrics).await;
        metrics.out_of_contact_for(match cache.contact(clock::uptime()) {
            Contact::In { .. } => Duration::ZERO,
            Contact::Lost { seconds, .. } => Duration::from_secs(seconds),
        });
    }
}

/// The interval of the checks. A lost notification costs at most five seconds, and a server whose files are gone is unready within two.
const WATCH_INTERVAL: Duration = Duration::from_secs(1);

fn unopened(error: &StoreError) -> Failure {
    let failure = Failure::refused("the registry cannot be served").because(error.to_string());
    failure.caused_by(error.cause())
}
