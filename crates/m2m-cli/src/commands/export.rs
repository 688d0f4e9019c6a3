//! `m2m export`: the registry in a data directory, or of a running server, as a file.

use std::path::Path;

use clap::Args;
use m2m_admin::SecretHashes;
use m2m_api::operations::{ExportQuery, ExportRegistry};
use m2m_api::{NoBody, NoNames};
use m2m_host::data::{self, Missing};
use m2m_host::error::Failure;
use m2m_host::output::Output;
use m2m_host::{clock, printable};

use crate::management::Management;
use crate::nowhere::nowhere;
use crate::options::{OptionalDataOptions, ServerOptions};

/// Print the registry as a registry file (world.toml).
///
/// Applying the output changes nothing, and exporting again prints the same bytes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExportOptions {
    #[command(flatten)]
    pub(crate) data: OptionalDataOptions,
    /// Include the hash of the newest secret of each application, so that a server that the file is applied to accepts these secrets
    #[arg(long)]
    pub(crate) with_secret_hashes: bool,
    #[command(flatten)]
    pub(crate) server: ServerOptions,
}

const EXAMPLES: &str = "\
Examples:
  m2m export > world.toml                # the server that M2M_ISSUER names
  m2m export --data data > world.toml    # a stopped server
  m2m export --data data --with-secret-hashes > hashes.toml";

pub(super) fn export(options: &ExportOptions, output: &Output) -> Result<(), Failure> {
    let secret_hashes = if options.with_secret_hashes {
        SecretHashes::Included
    } else {
        SecretHashes::LeftOut
    };
    let file = match options.data.folder() {
        Some(folder) => of_data(folder, secret_hashes)?,
        None => of_server(&options.server, secret_hashes)?,
    };
    output.line(file.trim_end_matches('\n'));
    Ok(())
}

fn of_data(folder: &Path, secret_hashes: SecretHashes) -> Result<String, Failure> {
    let store = data::open(folder, Missing::Refuse)?;
    data::wait(m2m_admin::export(&store, secret_hashes, clock::now()))?
        .map_err(|error| data::failure(&error, folder))
}

fn of_server(options: &ServerOptions, secret_hashes: SecretHashes) -> Result<String, Failure> {
    if options.issuer.as_deref().is_none_or(str::is_empty) {
        return Err(nowhere(
            "no server and no data directory is given",
            "m2m export",
        ));
    }
    let management = Management::connect(options)?;
    let query = ExportQuery {
        with_secret_hashes: secret_hashes == SecretHashes::Included,
    };
    let answer = management.call::<ExportRegistry>(&NoNames, &query, &NoBody)?;
    Ok(printable::toml(&answer.world))
}
