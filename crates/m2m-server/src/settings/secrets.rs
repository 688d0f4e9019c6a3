//! Secrets, which come from variables and from nowhere else: flags are seen by everybody on the machine, files are copied.

use core::fmt;

use oauth_proto::ClientId;
use zeroize::Zeroizing;

use super::Mistakes;
use crate::environment::Environment;
use crate::error::Failure;

/// A secret from the environment.
pub(crate) struct Secret(Zeroizing<String>);

/// The credentials of the first management application, for a registry that has none.
#[derive(Debug)]
pub(crate) struct Bootstrap {
    /// Its client id.
    pub(crate) client_id: String,
    /// Its secret.
    pub(crate) client_secret: Secret,
}

impl Secret {
    /// The secret itself.
    pub(crate) fn expose_secret(&self) -> &str {
        &self.0
    }

    fn of(environment: &Environment, variable: &str, mistakes: &mut Mistakes) -> Option<Self> {
        let value = environment.get(variable)?;
        let text = value.to_str();
        if text.is_none() {
            mistakes.add(Failure::usage(format!("{variable} is not UTF-8")));
        }
        text.map(|text| Self(Zeroizing::new(text.to_owned())))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The key that seals private keys, in base64, if it is given this way.
pub(super) fn sealing_key(environment: &Environment, mistakes: &mut Mistakes) -> Option<Secret> {
    Secret::of(environment, SEALING_KEY, mistakes)
}

/// The credentials of the first management application, if they are given.
pub(super) fn bootstrap(environment: &Environment, mistakes: &mut Mistakes) -> Option<Bootstrap> {
    let client_id = Secret::of(environment, BOOTSTRAP_CLIENT_ID, mistakes);
    let client_secret = Secret::of(environment, BOOTSTRAP_CLIENT_SECRET, mistakes);
    let (client_id, client_secret) = match (client_id, client_secret) {
        (Some(client_id), Some(client_secret)) => (client_id, client_secret),
        (None, None) => return None,
        (Some(_), None) => {
            mistakes.add(alone(BOOTSTRAP_CLIENT_ID, BOOTSTRAP_CLIENT_SECRET));
            return None;
        }
        (None, Some(_)) => {
            mistakes.add(alone(BOOTSTRAP_CLIENT_SECRET, BOOTSTRAP_CLIENT_ID));
            return None;
        }
    };
    let client_id = client_id.0.as_str();
    if let Err(error) = ClientId::parse(client_id) {
        // It is not repeated: who swaps the two has written the secret there.
        mistakes.add(
            Failure::usage(format!("{BOOTSTRAP_CLIENT_ID} is no client id"))
                .because(error.to_string())
                .help("1 to 256 visible ASCII characters other than %, + and :"),
        );
    }
    let length = client_secret.0.chars().count();
    if length < SHORTEST_SECRET {
        mistakes.add(
            Failure::usage(format!(
                "{BOOTSTRAP_CLIENT_SECRET} is too short: {length} characters"
            ))
            .because("a secret that can be guessed opens the management of everything")
            .help(format!(
                "take {SHORTEST_SECRET} characters or more, as of openssl rand -base64 32"
            )),
        );
    }
    Some(Bootstrap {
        client_id: client_id.to_owned(),
        client_secret,
    })
}

fn alone(given: &str, missing: &str) -> Failure {
    Failure::usage(format!("{given} is set without {missing}"))
        .help("set both, or neither: then credentials are made and printed once")
}

/// Fewer characters may be fewer than 128 bits, whatever they are. Unit: characters.
const SHORTEST_SECRET: usize = 32;

/// The variables of secrets, and the name that goes with one.
pub(super) const SEALING_KEY: &str = "M2M_SEALING_KEY";
pub(super) const BOOTSTRAP_CLIENT_ID: &str = "M2M_BOOTSTRAP_CLIENT_ID";
pub(super) const BOOTSTRAP_CLIENT_SECRET: &str = "M2M_BOOTSTRAP_CLIENT_SECRET";
