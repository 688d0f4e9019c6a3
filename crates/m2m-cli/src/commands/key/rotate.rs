//! `m2m key rotate`: makes a running server sign with a new key.

use std::collections::BTreeSet;

use clap::Args;
use m2m_api::operations::{KeyRotation, ListKeys, RotateKey, SigningAlg};
use m2m_api::{NoBody, NoNames, NoQuery};
use m2m_authority::registry::KeyState;
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;
use m2m_host::table::print_record;

use crate::consent;
use crate::done::{document, warn};
use crate::management::Management;
use crate::options::{ManagementOptions, words};

/// Rotate a signing key of a running server.
///
/// The first call announces a new key, so that every API has it before it signs; a later call lets it sign. The previous key stays in the JWK set
/// until its last token has expired.
#[derive(Debug, Args)]
#[command(after_help = ROTATE_EXAMPLES)]
pub(crate) struct KeyRotateOptions {
    /// Algorithm of the key; required if keys of several algorithms sign
    #[arg(long = "alg", value_name = "ALG", value_parser = words(SigningAlg::ALL, SigningAlg::as_str))]
    pub(crate) algorithm: Option<SigningAlg>,
    /// Replace all keys of the algorithm at once, because a private key may be known to others
    ///
    /// A new key signs, and the others leave the JWK set for good. The server refuses tokens that they signed at once, those for the management API included;
    /// APIs do when they fetch the JWK set again, within five minutes if they keep to its max-age. Until then they may refuse tokens of the new key. Where keys
    /// are files (m2m serve --world --keys DIR), move the file of the key out of the folder instead, put another one in, and restart the server.
    #[arg(long)]
    pub(crate) emergency: bool,
    /// Skip the confirmation of an emergency rotation
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

const ROTATE_EXAMPLES: &str = "\
Examples:
  m2m key rotate --alg ES256
  m2m key rotate --alg RS256 --emergency --yes";

pub(super) fn rotate(options: &KeyRotateOptions, output: &Output) -> Result<(), Failure> {
    if options.emergency && !options.yes {
        consent::ask(
            EMERGENCY,
            "--emergency was given, there is no terminal to ask on, and nothing was changed",
            "--yes, if that is right",
        )?;
    }
    let management = Management::connect(&options.management.server)?;
    let rotation = KeyRotation {
        algorithm: match options.algorithm {
            Some(algorithm) => algorithm,
            None => only_algorithm(&management)?,
        },
        emergency: options.emergency,
    };
    let answer = management.call::<RotateKey>(&NoNames, &NoQuery {}, &rotation)?;
    match options.management.output {
        Format::Text => print_record(&answer.key, &[], output),
        Format::Json => output.json(&document(&answer.key)),
    }
    warn(answer.warning.as_deref(), output);
    Ok(())
}

/// The consequences of an emergency rotation, shown before it is done.
const EMERGENCY: &str = "every key of the algorithm that is in the JWK set would leave it at once and for good, and a new one would sign: the tokens signed until now, those for \
    the management API included, would be refused by the server at once and by APIs within five minutes, in which APIs may also refuse tokens of the new key";

/// Returns the algorithm of the keys that sign, if there is only one.
fn only_algorithm(management: &Management) -> Result<SigningAlg, Failure> {
    let answer = management.call::<ListKeys>(&NoNames, &NoQuery {}, &NoBody)?;
    let signing = answer.keys.iter().filter(|key| key.state == ACTIVE);
    let algorithms: BTreeSet<&str> = signing.map(|key| &*key.algorithm).collect();
    let mut all = algorithms.iter();
    if let (Some(only), None) = (all.next(), all.next())
        && let Ok(algorithm) = only.parse()
    {
        return Ok(algorithm);
    }
    let algorithms: Vec<&str> = algorithms.into_iter().collect();
    Err(Failure::usage("which key is to be rotated is not clear")
        .because(format!(
            "there are keys that sign with {}",
            printable(&algorithms.join(", "))
        ))
        .help("say which: --alg ES256"))
}

/// The state of a key that signs.
const ACTIVE: &str = KeyState::Active.as_str();
