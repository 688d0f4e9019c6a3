//! Secrets, which come from variables or from files of their own: every user of the machine can see flags, and configuration files are
//! copied.

use core::fmt;
use std::path::PathBuf;

use m2m_admin::{InvalidPreset, PresetCredentials};
use m2m_errors::Cause;
use m2m_host::environment::Environment;
use m2m_host::error::Failure;
use m2m_host::secret_file;
use zeroize::Zeroizing;

use super::setting::Setting;
use super::sources::Sources;
use super::{Mistakes, Values};

/// A secret from the environment.
pub(crate) struct Secret(Zeroizing<String>);

/// The credentials of the first management application, for a registry without one.
#[derive(Debug)]
pub(crate) struct Bootstrap {
    /// Its client id.
    pub(crate) client_id: String,
    /// Its secret.
    pub(crate) client_secret: BootstrapSecret,
}

/// The secret of the first management application.
#[derive(Debug)]
pub(crate) enum BootstrapSecret {
    /// The secret in a variable.
    Variable(Secret),
    /// The secret in a file.
    File(PathBuf),
}

impl Secret {
    /// Returns the secret itself.
    pub(crate) fn expose_secret(&self) -> &str {
        &self.0
    }

    fn of(environment: &Environment, variable: &str, mistakes: &mut Mistakes) -> Option<Self> {
        let value = environment.get(variable)?;
        let text = value.to_str();
        if text.is_none() {
            let what = format!("{variable} is not UTF-8");
            mistakes.add(Failure::mistake(Cause::SettingInvalid, what));
        }
        text.map(|text| Self(Zeroizing::new(text.to_owned())))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Returns the key that seals private keys, in base64, if the variable is set.
pub(super) fn sealing_key(environment: &Environment, mistakes: &mut Mistakes) -> Option<Secret> {
    Secret::of(environment, SEALING_KEY, mistakes)
}

/// Returns the secret of the first management application, if it is configured this way.
pub(super) fn bootstrap_secret(
    environment: &Environment,
    mistakes: &mut Mistakes,
) -> Option<Secret> {
    Secret::of(environment, BOOTSTRAP_CLIENT_SECRET, mistakes)
}

/// Returns the credentials of the first management application, if they are configured. A file is not read yet.
pub(super) fn bootstrap(
    values: &Values,
    secret: Option<Secret>,
    sources: &mut Sources<'_>,
) -> Option<Bootstrap> {
    let of_file = values.bootstrap_client_secret_file.clone();
    let file = sources.named(Setting::BootstrapClientSecretFile);
    let client_secret = match (secret, of_file) {
        (Some(secret), None) => Some(BootstrapSecret::Variable(secret)),
        (None, Some(file)) => Some(BootstrapSecret::File(file)),
        (None, None) => None,
        (Some(_), Some(_)) => {
            let what = format!("{file} and {BOOTSTRAP_CLIENT_SECRET} are both given");
            let failure = Failure::mistake(Cause::SettingsConflict, what);
            let failure = sources.at(Setting::BootstrapClientSecretFile, failure);
            let failure =
                failure.because("there is only one secret, and it is not clear which one is meant");
            sources.mistakes.add(failure.help("leave one of them out"));
            return None;
        }
    };
    let id = Setting::BootstrapClientId;
    match (values.bootstrap_client_id.clone(), client_secret) {
        (None, None) => None,
        (Some(client_id), Some(client_secret)) => {
            let bootstrap = Bootstrap {
                client_id,
                client_secret,
            };
            if let BootstrapSecret::Variable(secret) = &bootstrap.client_secret
                && let Err(failure) = bootstrap.with(secret)
            {
                sources.mistakes.add(failure);
            }
            Some(bootstrap)
        }
        (Some(_), None) => {
            let failure = alone(&sources.named(id), BOOTSTRAP_CLIENT_SECRET);
            let failure = sources.at(id, failure);
            let file = Setting::BootstrapClientSecretFile;
            sources.mistakes.add(failure.help(format!(
                "or set {} or {} to a file with the secret",
                file.flag(),
                file.variable()
            )));
            None
        }
        (None, Some(client_secret)) => {
            let given = match client_secret {
                BootstrapSecret::Variable(_) => BOOTSTRAP_CLIENT_SECRET,
                BootstrapSecret::File(_) => &file,
            };
            let missing = format!("{} ({})", id.variable(), id.flag());
            sources.mistakes.add(alone(given, &missing));
            None
        }
    }
}

impl Bootstrap {
    /// Returns the credentials after checking them. A file with the secret is read.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or the secret is too short or has more than one line.
    pub(crate) fn preset(&self) -> Result<PresetCredentials, Failure> {
        match &self.client_secret {
            BootstrapSecret::Variable(secret) => self.with(secret),
            BootstrapSecret::File(file) => self.with(&Secret(secret_file::read(file)?)),
        }
    }

    /// Returns true if the secret is in a file.
    pub(crate) const fn is_in_file(&self) -> bool {
        matches!(self.client_secret, BootstrapSecret::File(_))
    }

    fn with(&self, secret: &Secret) -> Result<PresetCredentials, Failure> {
        let place = match &self.client_secret {
            BootstrapSecret::Variable(_) => BOOTSTRAP_CLIENT_SECRET.to_owned(),
            BootstrapSecret::File(file) => format!("the secret in {}", file.display()),
        };
        let credentials = PresetCredentials::new(&self.client_id, secret.expose_secret());
        let failure = |error: &InvalidPreset| match error {
            InvalidPreset::SecretTooShort { characters } => {
                Failure::usage(format!("{place} is too short: {characters} characters"))
                    .because("anyone who guesses this secret can manage the whole server")
                    .help(format!(
                        "use at least {} characters, such as the output of openssl rand -base64 32",
                        PresetCredentials::MIN_SECRET_CHARACTERS
                    ))
            }
            InvalidPreset::ClientId | InvalidPreset::SecretUnclean | _ => {
                Failure::usage("the credentials of the first management application are invalid")
                    .because(error.to_string())
            }
        };
        credentials.map_err(|error| failure(&error).caused_by(error.cause()))
    }
}

fn alone(given: &str, missing: &str) -> Failure {
    Failure::mistake(Cause::SettingMissing, format!("{given} is set without {missing}")).help(
        "set both; or set neither, and credentials are generated and written to first-credentials in the data directory",
    )
}

/// The variable of the sealing key.
pub(super) const SEALING_KEY: &str = "M2M_SEALING_KEY";
pub(super) const BOOTSTRAP_CLIENT_SECRET: &str = "M2M_BOOTSTRAP_CLIENT_SECRET";
