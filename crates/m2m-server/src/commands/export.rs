//! `m2m export`: the registry in a data directory as a file.

use m2m_admin::SecretHashes;

use crate::cli::ExportOptions;
use crate::clock;
use crate::data::{self, Missing};
use crate::error::Failure;
use crate::output::Output;

pub(super) fn export(options: &ExportOptions, output: &Output) -> Result<(), Failure> {
    let folder = &options.data.data;
    let store = data::open(folder, Missing::Refuse)?;
    let secret_hashes = if options.with_secret_hashes {
        SecretHashes::Included
    } else {
        SecretHashes::LeftOut
    };
    let file = data::wait(m2m_admin::export(&store, secret_hashes, clock::now()))?
        .map_err(|error| data::failure(&error, folder))?;
    output.line(file.trim_end_matches('\n'));
    Ok(())
}
