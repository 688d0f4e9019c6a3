//! The effective settings, with the source of each.

use serde::Serialize;
use serde_json::{Value, json};

use super::secrets::{BOOTSTRAP_CLIENT_SECRET, BootstrapSecret, SEALING_KEY};
use super::{Origin, Setting, Settings};

/// An effective setting.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Shown {
    /// Its name in a file; for a secret, its variable.
    pub(crate) name: &'static str,
    /// Its value, null if it is not set. For a secret, only the fact that it is set.
    pub(crate) value: Value,
    /// The source of the value.
    pub(crate) origin: Origin,
}

impl Settings {
    /// Returns all settings, and the secrets that are set.
    pub(crate) fn shown(&self) -> Vec<Shown> {
        let mut shown = self.shown.clone();
        let issuer = Setting::Issuer.name();
        let address = self.values.listen;
        // The issuer follows from the address. With port 0 it is known once the server listens.
        if address.port() != 0
            && let Some(issuer) = shown.iter_mut().find(|shown| shown.name == issuer)
            && issuer.value.is_null()
        {
            issuer.value = json!(format!("{}://{address}", self.values.scheme().as_str()));
        }
        let mut secret = |name| {
            shown.push(Shown {
                name,
                value: NOT_SHOWN.into(),
                origin: Origin::Variable,
            });
        };
        if self.sealing_key.is_some() {
            secret(SEALING_KEY);
        }
        let bootstrap = self.bootstrap.as_ref();
        match bootstrap.map(|bootstrap| &bootstrap.client_secret) {
            Some(BootstrapSecret::Variable(_)) => secret(BOOTSTRAP_CLIENT_SECRET),
            Some(BootstrapSecret::File(_)) | None => {}
        }
        shown
    }
}

/// The text shown in place of a secret.
const NOT_SHOWN: &str = "set, not shown";
