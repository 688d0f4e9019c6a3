//! The commands that change the data directory of a server.

use m2m_admin::{Applied, ApplyError, BootstrapError, PresetCredentials, Prune, SecretHashes};
use m2m_store::Actor;

use super::{MANAGER, ManagedServer};
use m2m_testkit::SECRET;

impl ManagedServer {
    /// Returns the registry as a file, as `m2m export --data` writes it.
    ///
    /// # Panics
    ///
    /// If the registry cannot be read.
    #[must_use]
    pub(crate) fn export(&self) -> String {
        let export = m2m_admin::export(self.registry(), SecretHashes::LeftOut, self.now);
        let export = self.runtime.block_on(export);
        export.expect("the registry is in memory")
    }

    /// Applies a file as `m2m apply --data` does.
    ///
    /// # Errors
    ///
    /// As [`m2m_admin::apply`], or the [`Mistake`](m2m_admin::Mistake) in an invalid file.
    pub(crate) fn apply(&mut self, file: &str, prune: Prune) -> Result<Applied, ApplyError> {
        let file = m2m_admin::World::parse(file)?;
        let (actor, mut randomness) = (Actor::command("m2m apply"), self.host().randomness());
        let (registry, now) = (self.registry(), self.now);
        let applied = m2m_admin::apply(registry, &file, prune, &actor, &mut randomness, now);
        let applied = self.runtime.block_on(applied)?;
        drop(randomness);
        self.learn_applied(&applied);
        Ok(applied)
    }

    /// Does what `m2m serve` does at its start: creates an application that manages the server if there is not one yet.
    ///
    /// # Errors
    ///
    /// As [`m2m_admin::bootstrap`].
    ///
    /// # Panics
    ///
    /// If the credentials of [`MANAGER`] are refused.
    pub(crate) fn bootstrap(&mut self) -> Result<Applied, BootstrapError> {
        let (actor, mut randomness) = (Actor::command("m2m serve"), self.host().randomness());
        let preset = PresetCredentials::new(MANAGER, SECRET).expect("valid credentials");
        let (registry, now) = (self.registry(), self.now);
        let made = m2m_admin::bootstrap(registry, Some(&preset), &actor, &mut randomness, now);
        let made = self.runtime.block_on(made)?;
        drop(randomness);
        self.learn(MANAGER, SECRET);
        Ok(made)
    }

    /// Does what `m2m application reset-management` does.
    ///
    /// # Errors
    ///
    /// As [`m2m_admin::reset_management`].
    pub(crate) fn reset_management(&mut self) -> Result<Applied, BootstrapError> {
        let actor = Actor::command("m2m application reset-management");
        let mut randomness = self.host().randomness();
        let (registry, now) = (self.registry(), self.now);
        let reset = m2m_admin::reset_management(registry, &actor, &mut randomness, now);
        let reset = self.runtime.block_on(reset)?;
        drop(randomness);
        self.learn_applied(&reset);
        Ok(reset)
    }

    fn learn_applied(&mut self, applied: &Applied) {
        for made in &applied.credentials {
            self.learn(&made.client_id, made.expose_secret());
        }
    }
}
