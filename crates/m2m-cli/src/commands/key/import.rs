//! `m2m key import`: imports a private key that was generated elsewhere into a data directory.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use m2m_admin::{ImportedKey, InvalidImport};
use m2m_authority::registry::KeyState;
use m2m_host::data::{self, Missing};
use m2m_host::error::Failure;
use m2m_host::key_help::{Half, key_help};
use m2m_host::output::Output;
use m2m_host::printable::printable;
use m2m_host::regular_file::{Pipes, RegularFile, shown};
use m2m_host::{clock, random};
use m2m_jwt::{Algorithm, InvalidKey, KeyType, Pkcs8Document};
use m2m_store::{Actor, Backend as _};

use crate::options::{DataOptions, SealingOptions};

/// Import a private signing key.
///
/// The file contains PKCS#8 in PEM or DER, or a JSON Web Key. The key is encrypted with the sealing key before it is stored. A key that is
/// imported as active replaces the current signing key, which stays in the JWK set as retiring.
///
/// The schedule of the server (m2m serve --key-rotation-days) does not replace an imported key that signs: rotate it with m2m key rotate, or by importing the
/// next one. An imported key that is announced is the next key of a scheduled rotation.
#[derive(Debug, Args)]
#[command(after_help = IMPORT_EXAMPLES)]
pub(crate) struct KeyImportOptions {
    /// File with the private key, or - for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) data: DataOptions,
    /// Algorithm of the key; required if the file does not determine the algorithm, as with RSA keys
    #[arg(long = "alg", value_name = "ALG", value_parser = crate::commands::jwt::algorithm)]
    pub(crate) algorithm: Option<Algorithm>,
    /// Key id in the JWK set; by default, the key id in the file or the thumbprint of the key
    #[arg(long, value_name = "KID")]
    pub(crate) kid: Option<String>,
    /// State of the key; by default, next if there is another key of the algorithm, even a spare one, and active otherwise. The state spare, in which a key is not published, is set by the server only
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<ImportedState>,
    #[command(flatten)]
    pub(crate) sealing: SealingOptions,
}

/// The state of an imported key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImportedState {
    /// Announced, but does not sign tokens yet.
    Next,
    /// Signs tokens.
    Active,
    /// No longer signs tokens, but stays announced until the last token has expired.
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

const IMPORT_EXAMPLES: &str = "\
Examples:
  m2m key import es256.pem --data data
  m2m key import rsa.pem --alg RS256 --kid 2026-11 --data data
  m2m key import old.jwk --state retiring --data data";

pub(super) fn import(options: &KeyImportOptions, output: &Output) -> Result<(), Failure> {
    let key = read(options)?;
    let folder = &options.data.data;
    let store = data::open(folder, Missing::Make)?;
    data::wait(async {
        let keys = store.frame().await;
        let keys = keys.map_err(|error| data::failure(&error, folder))?.keys;
        let source = options.sealing.source(folder);
        let sealing = source.load(&keys, folder)?;
        let actor = Actor::command("m2m key import");
        let state = options.state.map(Into::into);
        let (random, now) = (&mut random::fill, clock::now());
        let imported = m2m_admin::import_key(&store, &key, state, &sealing, &actor, random, now);
        let record = imported
            .await
            .map_err(|error| data::keys_unchanged(&error, folder))?;
        output.line(format!(
            "{} key {} is {}",
            record.algorithm,
            printable(&record.kid),
            record.state.as_str()
        ));
        Ok(())
    })?
}

fn read(options: &KeyImportOptions) -> Result<ImportedKey, Failure> {
    let file = shown(&options.file);
    let bytes = RegularFile::open(&options.file, Pipes::Taken)
        .and_then(|opened| opened.read(MAX_KEY_BYTES))
        .map_err(|error| Failure::of_io(format!("cannot read {file}"), &error))?;
    let read = ImportedKey::read(&bytes, options.algorithm, options.kid.as_deref());
    read.map_err(|error| {
        let failure = Failure::mistake(error.cause(), format!("{file} cannot be imported"))
            .because(error.to_string());
        match error {
            InvalidImport::AlgorithmNeeded => {
                failure.help("choose one: --alg RS256, --alg PS256, or another")
            }
            InvalidImport::OtherAlgorithm { .. } => match key_type(&bytes) {
                Ok(key_type) => failure.because(format!("the key type is {key_type}")),
                Err(_) => failure,
            }
            .help("leave out --alg, or choose another algorithm"),
            InvalidImport::KeyId => failure.help("set it with --kid, as in --kid 2026-11"),
            InvalidImport::Key(error) => {
                failure.help(key_help(error, &options.file, &bytes, Half::Private))
            }
            _ => failure,
        }
    })
}

/// Returns the type of the key in the file.
fn key_type(bytes: &[u8]) -> Result<KeyType, InvalidKey> {
    let document = match bytes.trim_ascii_start().starts_with(b"{") {
        true => Pkcs8Document::from_jwk(bytes.trim_ascii())?,
        false => Pkcs8Document::from_pem_or_der(bytes)?,
    };
    document.key_type()
}

/// The maximum size of a key file, far more than an RSA key of 8,192 bits has. Unit: bytes.
const MAX_KEY_BYTES: u32 = 64 * 1024;
