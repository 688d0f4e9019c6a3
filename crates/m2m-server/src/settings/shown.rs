//! Settings as they count, and where each comes from.

use serde::Serialize;
use serde_json::{Value, json};

use super::secrets::{BOOTSTRAP_CLIENT_SECRET, BootstrapSecret, SEALING_KEY};
use super::{Origin, Setting, Settings};

/// A setting as it counts.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Shown {
    /// Its name in a file; of a secret, its variable.
    pub(crate) name: &'static str,
    /// Its value, null where it is not set. Of a secret only that it is set.
    pub(crate) value: Value,
    /// Where it comes from.
    pub(crate) origin: Origin,
}

impl Settings {
    /// All settings, and the secrets that are set.
    pub(crate) fn shown(&self) -> Vec<Shown> {
        let mut shown = self.shown.clone();
        let issuer = Setting::Issuer.name();
        let address = self.values.listen;
        // It follows from the address. With port 0 that is known once the server listens.
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
