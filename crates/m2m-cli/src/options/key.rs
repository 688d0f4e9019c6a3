//! `m2m key`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use m2m_authority::registry::KeyState;
use m2m_jwt::Algorithm;

use super::data::path;
use super::{DataOptions, ManagementOptions, OptionalDataOptions, SealingOptions};

/// What to do with signing keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    List(KeyListOptions),
    Rotate(KeyRotateOptions),
    Import(KeyImportOptions),
    Reseal(KeyResealOptions),
}

/// List the signing keys: nothing private.
#[derive(Debug, Args)]
#[command(after_help = LIST_EXAMPLES)]
pub(crate) struct KeyListOptions {
    #[command(flatten)]
    pub(crate) data: OptionalDataOptions,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Have a server that runs sign with a new key.
///
/// The new key is announced first, so that everybody has it before it signs; the one before stays announced until its last token
/// has ended.
#[derive(Debug, Args)]
#[command(after_help = ROTATE_EXAMPLES)]
pub(crate) struct KeyRotateOptions {
    /// What the key signs with; needed where keys of several algorithms sign
    #[arg(long = "alg", value_name = "ALG", value_parser = super::jwt::algorithm)]
    pub(crate) algorithm: Option<Algorithm>,
    /// Replace all keys of the algorithm at once, for a private key that others may know
    ///
    /// A new key signs, and the others leave the JWK set for good. The server refuses tokens that they signed at once, those for the management API included;
    /// APIs do when they fetch the JWK set again, within five minutes if they keep to its max-age. Until then they may refuse tokens of the new key. Where keys
    /// are files (m2m serve --world --keys DIR), move the file of the key out of the folder instead, put another one in, and restart the server.
    #[arg(long)]
    pub(crate) emergency: bool,
    /// Do not ask before an emergency rotation
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Add a private key that was made elsewhere.
///
/// PKCS#8 in PEM or DER, or a JSON Web Key. It is sealed before it is written. A key that is to sign takes the place of the one
/// that does, which stays announced.
#[derive(Debug, Args)]
#[command(after_help = IMPORT_EXAMPLES)]
pub(crate) struct KeyImportOptions {
    /// The file with the private key; - is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) data: DataOptions,
    /// What it signs with; needed where the file does not say it, which is for RSA
    #[arg(long = "alg", value_name = "ALG", value_parser = super::jwt::algorithm)]
    pub(crate) algorithm: Option<Algorithm>,
    /// Its name in the JWK set; by default its own, or its thumbprint
    #[arg(long, value_name = "KID")]
    pub(crate) kid: Option<String>,
    /// What it is there for; by default it signs if no other key of its algorithm does, and is announced else
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<ImportedState>,
    #[command(flatten)]
    pub(crate) sealing: SealingOptions,
}

/// Seal all private keys with another sealing key.
#[derive(Debug, Args)]
#[command(after_help = RESEAL_EXAMPLES)]
pub(crate) struct KeyResealOptions {
    #[command(flatten)]
    pub(crate) data: DataOptions,
    /// The file with the new sealing key, made if it is not there; - is standard input. Without it sealing.key in the data directory is replaced
    #[arg(long, value_name = "FILE", value_parser = path())]
    pub(crate) to: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) sealing: SealingOptions,
}

/// What an imported key is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImportedState {
    /// It is announced, and does not sign yet.
    Next,
    /// It signs.
    Active,
    /// It is announced until its last token has expired, and signs no longer.
    Retiring,
}

impl From<ImportedState> for KeyState {
    fn from(state: ImportedState) -> Self {
        match state {
            ImportedState::Next => Self::Next,
            ImportedState::Active => Self::Active,
            ImportedState::Retiring => Self::Retiring,
        }
    }
}

pub(super) const EXAMPLES: &str = "\
Examples:
  m2m key list
  m2m key rotate --alg ES256
  m2m key import es256.pem --data data";

const LIST_EXAMPLES: &str = "\
Examples:
  m2m key list                           of a server that runs: M2M_ISSUER, M2M_CLIENT_ID, M2M_CLIENT_SECRET
  m2m key list --data data               of one that is stopped
  m2m key list --data data --output json";

const ROTATE_EXAMPLES: &str = "\
Examples:
  m2m key rotate
  m2m key rotate --alg ES256
  m2m key rotate --alg RS256 --emergency --yes";

const IMPORT_EXAMPLES: &str = "\
Examples:
  m2m key import es256.pem --data data
  m2m key import rsa.pem --alg RS256 --kid 2026-11 --data data
  m2m key import old.jwk --state retiring --data data";

const RESEAL_EXAMPLES: &str = "\
Examples:
  m2m key reseal --data data
  m2m key reseal --data data --to /run/secrets/m2m-sealing.key";
