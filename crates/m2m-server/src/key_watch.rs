//! The signing keys of a server while it runs: the steps that it takes by itself, and their age.

use std::sync::Arc;

use m2m_admin::{KeyKeeper, KeySchedule};
use m2m_host::{clock, output, random};
use m2m_store::{KeyRecord, SealingKey};
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use crate::http::Writing;
use crate::metrics::Metrics;
use crate::store::RegistryCache;

/// Takes the steps of signing keys that are due, and logs and measures the keys.
#[derive(Debug)]
pub(crate) struct KeyWatch {
    keeper: Arc<Mutex<KeyKeeper>>,
    /// The sealing key, unless the registry comes from a file.
    sealing: Option<Arc<SealingKey>>,
}

impl KeyWatch {
    pub(crate) fn new(writing: Writing) -> Self {
        let (sealing, schedule) = match writing {
            Writing::Everything(sealing, schedule) => (Some(sealing), schedule),
            Writing::Nothing { .. } => (None, KeySchedule::OFF),
        };
        let keeper = Arc::new(Mutex::new(KeyKeeper::new(schedule)));
        Self { keeper, sealing }
    }

    /// Takes the steps that are due. To be called every second.
    pub(crate) async fn tick(&self, cache: &Arc<RegistryCache>, metrics: &Metrics) {
        let Some(sealing) = self.sealing.clone() else {
            return;
        };
        let (keeper, cache) = (Arc::clone(&self.keeper), Arc::clone(cache));
        let tick = async move {
            let (random, now, uptime) = (&mut random::fill, clock::now(), clock::uptime());
            let mut keeper = keeper.lock().await;
            keeper.tick(&*cache, &sealing, random, now, uptime).await
        };
        // Generating a key takes up to a second: not on a thread that answers requests.
        let ticked = spawn_blocking(|| Handle::current().block_on(tick)).await;
        // A panic was logged, and the steps are taken a minute later.
        let report = ticked.unwrap_or_default();
        report.lines.iter().for_each(output::log_line);
        metrics.key_steps_failed(report.failed);
    }

    /// Looks at the keys, measures the age of those that sign, and logs a line if they have changed since the last look.
    pub(crate) async fn look(&self, keys: &[KeyRecord], metrics: &Metrics) {
        let (mut keeper, now) = (self.keeper.lock().await, clock::now());
        for (algorithm, age) in keeper.ages(keys, now) {
            metrics.signing_key(algorithm, age);
        }
        if let Some(line) = keeper.changed(keys, now) {
            output::log_line(&line);
        }
    }
}
