//! The settings of a server: from flags, before variables `M2M_…`, before a TOML file, before defaults.
//!
//! Every setting can come from each of the three places, is read by the same rules in all, and its mistakes are reported in the terms
//! of the place that it came from. Secrets come from variables only.

mod file;
mod issuer;
mod kind;
mod mistakes;
mod notices;
mod options;
mod rules;
mod secrets;
mod setting;
mod shown;
mod sources;
mod table;

use std::path::PathBuf;

use m2m_host::environment::Environment;
use m2m_host::listen_address::ListenAddress;

pub(crate) use kind::Shape;
pub use mistakes::Mistakes;
pub use options::SettingOptions;
pub(crate) use secrets::{Bootstrap, BootstrapSecret, Secret};
pub(crate) use setting::Form;
pub use setting::Setting;
pub(crate) use shown::Shown;
pub(crate) use sources::Origin;
pub(crate) use table::Values;

use sources::Sources;

/// The settings of a server, without contradictions.
#[derive(Debug)]
pub struct Settings {
    /// The values of the settings in the table.
    pub(crate) values: Values,
    /// The location of the registry, which follows from some of these values.
    pub(crate) registry: RegistrySource,
    /// The key that seals private keys, in base64. Never given together with its file.
    pub(crate) sealing_key: Option<Secret>,
    /// The credentials of the first management application.
    pub(crate) bootstrap: Option<Bootstrap>,
    /// Notices about settings that are valid, but probably not intended.
    pub(crate) notices: Vec<String>,
    shown: Vec<Shown>,
}

/// The place of the registry.
#[derive(Debug)]
pub(crate) enum RegistrySource {
    /// A data directory of the server.
    Data(PathBuf),
    /// A file, which is only read.
    World {
        /// The file.
        file: PathBuf,
        /// The folder of signing keys, if they are to outlast the process.
        keys: Option<PathBuf>,
    },
}

/// The protocol that callers use with the server, or with the proxy in front of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// Plain HTTP.
    Http,
    /// HTTP with TLS.
    Https,
}

impl Settings {
    /// Reads the settings from flags, variables and the file that one of them names.
    ///
    /// # Errors
    ///
    /// All values that are invalid in themselves; if there are none, all contradictions between them.
    pub fn resolve(options: &SettingOptions, environment: &Environment) -> Result<Self, Mistakes> {
        let mut sources = Sources::open(options, environment)?;
        let bootstrap_secret = secrets::bootstrap_secret(environment, &mut sources.mistakes);
        let sealing_key = secrets::sealing_key(environment, &mut sources.mistakes);
        let values = match Values::read(&mut sources) {
            Some(values) if sources.mistakes.is_empty() => values,
            Some(_) | None => return Err(sources.mistakes),
        };
        let bootstrap = secrets::bootstrap(&values, bootstrap_secret, &mut sources);
        rules::check(&values, &mut sources);
        issuer::check(&values, &mut sources);
        let registry = match (values.database, values.data.clone(), values.world.clone()) {
            (Some(never), ..) => match never {},
            (None, Some(folder), None) => RegistrySource::Data(folder),
            (None, None, Some(file)) => RegistrySource::World {
                file,
                keys: values.keys.clone(),
            },
            (None, Some(_), Some(_)) | (None, None, None) => return Err(sources.mistakes),
        };
        if !sources.mistakes.is_empty() {
            return Err(sources.mistakes);
        }
        Ok(Self {
            registry,
            sealing_key,
            bootstrap,
            notices: notices::notices(&values, &sources),
            shown: sources.into_shown(),
            values,
        })
    }
}

/// Returns the address of the listener for probes, from all these sources, unless it is off.
///
/// # Errors
///
/// If it is not an address, or the file cannot be read or has mistakes.
pub(crate) fn ops_listen(
    options: &SettingOptions,
    environment: &Environment,
) -> Result<Option<ListenAddress>, Mistakes> {
    let mut sources = Sources::open(options, environment)?;
    let address = sources.read(Setting::OpsListen, &kind::ADDRESS_OR_OFF);
    if !sources.mistakes.is_empty() {
        return Err(sources.mistakes);
    }
    Ok(address.into_iter().flatten().next().flatten())
}

impl Values {
    /// Returns the protocol that callers use if no issuer is configured.
    pub(crate) const fn scheme(&self) -> Scheme {
        match self.tls_cert {
            Some(_) => Scheme::Https,
            None => Scheme::Http,
        }
    }
}

impl Scheme {
    /// Returns the scheme as the first part of a URL.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

#[cfg(test)]
mod tests;
