//! A registry in memory, and the operations on it with a clock and randomness of the test.

use std::cell::Cell;

use m2m_admin::{
    Applied, ApplyError, BootstrapError, Plan, Prepared, PresetCredentials, Prune, SecretHashes,
    World,
};
use m2m_authority::registry::Application;
use m2m_jwt::UnixTime;
use m2m_store::{Actor, AuditEvent, Backend as _, EventQuery, Snapshot, Sqlite};

pub(crate) const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

pub(crate) struct Registry {
    backend: Sqlite,
    runtime: tokio::runtime::Runtime,
    drawn: Cell<u64>,
}

impl Registry {
    pub(crate) fn new() -> Self {
        Self {
            backend: Sqlite::in_memory().unwrap(),
            runtime: tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap(),
            drawn: Cell::new(0),
        }
    }

    pub(crate) fn backend(&self) -> &Sqlite {
        &self.backend
    }

    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Returns bytes that do not repeat, and that are the same in each run.
    pub(crate) fn randomness(&self) -> impl FnMut(&mut [u8]) + Send + use<> {
        let mut seed = self.drawn.get();
        self.drawn.set(seed + 1_000_000);
        move |bytes: &mut [u8]| {
            for chunk in bytes.chunks_mut(8) {
                seed += 1;
                let mixed = m2m_jwt::sha256(&seed.to_le_bytes());
                chunk
                    .iter_mut()
                    .zip(mixed)
                    .for_each(|(byte, mixed)| *byte = mixed);
            }
        }
    }

    pub(crate) fn apply_world(&self, world: &World, prune: Prune) -> Result<Applied, ApplyError> {
        let (actor, mut random) = (Actor::command("a test"), self.randomness());
        self.wait(m2m_admin::apply(
            &self.backend,
            world,
            prune,
            &actor,
            &mut random,
            NOW,
        ))
    }

    pub(crate) fn apply(&self, source: &str, prune: Prune) -> Result<Applied, ApplyError> {
        self.apply_world(&World::parse(source)?, prune)
    }

    pub(crate) fn plan(&self, source: &str, prune: Prune) -> Result<Plan, ApplyError> {
        let (actor, mut random) = (Actor::command("a test"), self.randomness());
        let world = World::parse(source)?;
        self.wait(m2m_admin::plan(
            &self.backend,
            &world,
            prune,
            &actor,
            &mut random,
            NOW,
        ))
    }

    pub(crate) fn prepare(&self, world: &World) -> Result<Prepared, ApplyError> {
        let (actor, mut random) = (Actor::command("a test"), self.randomness());
        self.wait(m2m_admin::prepare(
            &self.backend,
            world,
            Prune::Keep,
            &actor,
            &mut random,
            NOW,
        ))
    }

    pub(crate) fn bootstrap(
        &self,
        preset: Option<&PresetCredentials>,
    ) -> Result<Applied, BootstrapError> {
        let (actor, mut random) = (Actor::command("a test"), self.randomness());
        self.wait(m2m_admin::bootstrap(
            &self.backend,
            preset,
            &actor,
            &mut random,
            NOW,
        ))
    }

    pub(crate) fn reset_management(&self) -> Result<Applied, BootstrapError> {
        let (actor, mut random) = (Actor::command("a test"), self.randomness());
        self.wait(m2m_admin::reset_management(
            &self.backend,
            &actor,
            &mut random,
            NOW,
        ))
    }

    pub(crate) fn export(&self, secret_hashes: SecretHashes) -> String {
        self.wait(m2m_admin::export(&self.backend, secret_hashes, NOW))
            .unwrap()
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.wait(self.backend.snapshot()).unwrap()
    }

    pub(crate) fn audit(&self) -> Vec<AuditEvent> {
        let all = EventQuery {
            most: 10_000,
            ..EventQuery::default()
        };
        let events = self.wait(self.backend.events(all)).unwrap().entries;
        events.into_iter().map(|numbered| numbered.entry).collect()
    }

    pub(crate) fn application(&self, client_id: &str) -> Application {
        let snapshot = self.snapshot();
        let mut applications = snapshot.applications.into_iter();
        let found = applications.find(|stored| *stored.value.client_id == *client_id);
        found.unwrap().value
    }
}
