//! `m2m key`: the signing keys of a running server, or in a data directory.

mod import;
mod list;
mod reseal;
mod rotate;

use clap::Subcommand;
use m2m_host::error::Failure;
use m2m_host::output::Output;

use import::KeyImportOptions;
use list::KeyListOptions;
use reseal::KeyResealOptions;
use rotate::KeyRotateOptions;

/// The commands for signing keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    List(KeyListOptions),
    Rotate(KeyRotateOptions),
    Import(KeyImportOptions),
    Reseal(KeyResealOptions),
}

impl KeyCommand {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// The reason why the command failed.
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::List(options) => list::list(options, output),
            Self::Rotate(options) => rotate::rotate(options, output),
            Self::Import(options) => import::import(options, output),
            Self::Reseal(options) => reseal::reseal(options, output),
        }
    }
}

pub(super) const EXAMPLES: &str = "\
Examples:
  m2m key list
  m2m key rotate --alg ES256
  m2m key import es256.pem --data data";
