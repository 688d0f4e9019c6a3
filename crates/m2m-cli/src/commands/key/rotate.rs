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
/// The first call announces a new key, so that every API has the key before the server signs with it; a later call makes it the signing
/// key. The previous signing key stays in the JWK set until the last token that it signed has expired.
///
/// The server does the same by itself after the days that m2m serve --key-rotation-days sets, for keys that it generated. A rotation with this command uses the
/// key that the schedule has announced, and the days count from then on.
#[derive(Debug, Args)]
#[command(after_help = ROTATE_EXAMPLES)]
pub(crate) struct KeyRotateOptions {
    /// Algorithm of the key; required if the server signs with several algorithms
    #[arg(long = "alg", value_name = "ALG", value_parser = words(SigningAlg::ALL, SigningAlg::as_str))]
    pub(crate) algorithm: Option<SigningAlg>,
    /// Replace all keys of the algorithm at once, because a private key may have leaked
    ///
    /// A new key signs, and all other keys of the algorithm are removed from the JWK set permanently. The server immediately refuses tokens
    /// that the removed keys signed, including tokens for the management API. APIs refuse these tokens after fetching the JWK set again,
    /// within five minutes if they respect its max-age. Until then, APIs may refuse tokens signed with the new key. If the keys are files
    /// (m2m serve --world --keys DIR), this command is not available: move the file of the leaked key out of the directory, add another key
    /// file, and restart the server.
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
            "--emergency was given, there is no terminal to confirm on, and nothing was changed",
            "add --yes to confirm",
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
const EMERGENCY: &str = "every key of the algorithm would be removed from the JWK set at once and permanently, and a new one would sign: tokens signed until now, including \
    those for the management API, would be refused by the server at once and by APIs within five minutes, during which APIs may also refuse tokens of the new key";

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
    Err(Failure::usage("it is not clear which key to rotate")
        .because(format!(
            "there are keys that sign with {}",
            printable(&algorithms.join(", "))
        ))
        .help("choose one, as in --alg ES256"))
}

/// The state of a key that signs.
const ACTIVE: &str = KeyState::Active.as_str();
