//! `m2m key reseal`: seals all private keys in a data directory with another sealing key.

use std::path::{Path, PathBuf};

use clap::Args;
use m2m_host::data::{self, Missing};
use m2m_host::error::Failure;
use m2m_host::output::Output;
use m2m_host::regular_file::{self, is_standard_stream};
use m2m_host::sealing::{self, SealingSource, Wanted};
use m2m_host::{clock, random};
use m2m_store::{Actor, Backend as _, SealingKey};

use crate::options::{DataOptions, SealingOptions, path};

/// Replace the sealing key, and encrypt all private keys with the new one.
#[derive(Debug, Args)]
#[command(after_help = RESEAL_EXAMPLES)]
pub(crate) struct KeyResealOptions {
    #[command(flatten)]
    pub(crate) data: DataOptions,
    /// File with the new sealing key, or - for standard input. A file that does not exist is created with a new key. By default, a new
    /// key replaces sealing.key in the data directory
    #[arg(long, value_name = "FILE", value_parser = path())]
    pub(crate) to: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) sealing: SealingOptions,
}

const RESEAL_EXAMPLES: &str = "\
Examples:
  m2m key reseal --data data
  m2m key reseal --data data --to /run/secrets/m2m-sealing.key";

pub(super) fn reseal(options: &KeyResealOptions, output: &Output) -> Result<(), Failure> {
    let folder = &options.data.data;
    let store = data::open(folder, Missing::Refuse)?;
    let to = options
        .to
        .as_deref()
        .filter(|file| !file.as_os_str().is_empty());
    data::wait(async {
        let keys = store.frame().await;
        let keys = keys.map_err(|error| data::failure(&error, folder))?.keys;
        let source = options.sealing.source(folder);
        let old = source.load(&keys, folder)?;
        let new = new_key(&source, to, folder)?;
        let actor = Actor::command("m2m key reseal");
        let (random, now) = (&mut random::fill, clock::now());
        let resealed = m2m_admin::reseal(&store, &old, &new, &actor, random, now).await;
        let count = resealed.map_err(|error| data::keys_unchanged(&error, folder))?;
        let place = match to {
            Some(file) => regular_file::shown(file),
            None => {
                sealing::take_place(folder)?;
                "sealing.key in the data directory".to_owned()
            }
        };
        output.good(&format!(
            "sealed with the key in {place}: {count} private {}",
            if count == 1 { "key" } else { "keys" }
        ));
        if let Some(file) = to.filter(|file| !is_standard_stream(file)) {
            output.line(format!(
                "from now on, use --sealing-key-file {}",
                file.display()
            ));
        }
        output.line(match source {
            SealingSource::Folder(_) if to.is_none() => {
                "earlier backups need the previous sealing key, which was replaced"
            }
            SealingSource::Folder(_) => {
                "sealing.key in the data directory decrypts only earlier backups: delete it"
            }
            SealingSource::Environment(_) | SealingSource::File(_) => {
                "the previous sealing key decrypts only earlier backups"
            }
        });
        Ok(())
    })?
}

/// Returns the new sealing key, which is on the disk before anything is sealed with it.
fn new_key(
    source: &SealingSource<'_>,
    to: Option<&Path>,
    folder: &Path,
) -> Result<SealingKey, Failure> {
    match (to, source) {
        (Some(file), _) if is_standard_stream(file) || file.exists() => {
            sealing::read(file, Wanted::New)
        }
        (Some(file), _) => sealing::make(file),
        (None, SealingSource::Folder(_)) => {
            // A key left there opens no key, or it would have replaced the old one: it is from an attempt that changed nothing.
            let next = sealing::next_file(folder);
            let _ = std::fs::remove_file(&next);
            sealing::make(&next)
        }
        (None, SealingSource::Environment(_) | SealingSource::File(_)) => {
            Err(Failure::usage("no file is given for the new sealing key")
                .because("the current one is outside the data directory, and is not replaced there")
                .help("choose a file for the new one: --to FILE"))
        }
    }
}
