//! `m2m application reset-management`: new credentials for an operator without access.

use std::path::{Path, PathBuf};

use clap::Args;
use m2m_admin::{Applied, Prepared};
use m2m_host::data::{self, Missing};
use m2m_host::error::Failure;
use m2m_host::first_credentials::keep_and_commit;
use m2m_host::output::{Format, Output};
use m2m_host::regular_file::is_standard_stream;
use m2m_host::{clock, random};
use m2m_store::{Actor, Sqlite};
use serde_json::json;

use crate::commands::apply::{described, show};
use crate::done::insert;
use crate::new_credentials::{NewCredentials, delivered};
use crate::options::DataOptions;
use crate::secrets_file;

/// Replace the lost secret of the application that manages the server.
///
/// The application gets a new secret, and all other secrets of the application are revoked. The application is enabled, restrictions by
/// address, quota and organization are removed, and the application is authorized for all scopes of the management API. If no application
/// manages the server, one is created. The credentials are written to first-credentials in the data directory, with mode 0600. To load the
/// credentials into a shell, run: set -a; . data/first-credentials
#[derive(Debug, Args)]
#[command(after_help = RESET_EXAMPLES)]
pub(crate) struct ResetManagementOptions {
    #[command(flatten)]
    pub(crate) data: DataOptions,
    /// New file (mode 0600) for the credentials as a JSON object, instead of first-credentials; with -, the credentials are printed
    #[arg(long, value_name = "FILE")]
    pub(crate) secrets_to: Option<PathBuf>,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
}

const RESET_EXAMPLES: &str = "\
Examples:
  m2m application reset-management --data data
  m2m application reset-management --data data --secrets-to - --output json";

pub(super) fn reset(options: &ResetManagementOptions, output: &Output) -> Result<(), Failure> {
    let folder = &options.data.data;
    let store = data::open(folder, Missing::Refuse)?;
    data::wait(async {
        let actor = Actor::command("m2m application reset-management");
        let mut random = random::fill;
        let now = clock::now();
        let prepared = m2m_admin::prepare_reset_management(&store, &actor, &mut random, now).await;
        let prepared = prepared.map_err(|error| data::unmanaged(&error, folder))?;
        if options.output == Format::Text {
            show(prepared.plan(), output);
        }
        carry_out(options, &store, prepared, output).await
    })?
}

async fn carry_out(
    options: &ResetManagementOptions,
    store: &Sqlite,
    prepared: Prepared,
    output: &Output,
) -> Result<(), Failure> {
    let folder = &options.data.data;
    let (applied, file) = match options.secrets_to.as_deref() {
        None => {
            let kept = keep_and_commit(prepared, store, folder, None).await;
            let (applied, written) = kept.map_err(|unchanged| data::not_kept(unchanged, folder))?;
            (applied, written.map(|written| written.file))
        }
        Some(file) if is_standard_stream(file) => {
            output.check()?;
            let applied = prepared.commit(store).await;
            let applied = applied.map_err(|error| data::not_committed(&error, folder))?;
            (applied, None)
        }
        Some(file) => {
            let applied = secrets_file::write_and_commit(file, prepared, store, folder).await?;
            (applied, Some(file.to_owned()))
        }
    };
    tell(&applied, file.as_deref(), options.output, output);
    let retry = format!(
        "m2m application reset-management --data {}",
        folder.display()
    );
    match file {
        Some(_) => Ok(()),
        None => delivered(output, || vec![format!("{retry} creates another one")]),
    }
}

/// Prints the changes and the place of the secret.
fn tell(applied: &Applied, file: Option<&Path>, format: Format, output: &Output) {
    let credentials = applied.credentials.iter().map(NewCredentials::from);
    match (format, file) {
        (Format::Text, None) => {
            credentials.for_each(|credentials| credentials.show_once(output));
        }
        (Format::Text, Some(file)) => {
            output.line(format!(
                "the new credentials are in {}; store them in a safe place, then delete the file",
                file.display()
            ));
        }
        (Format::Json, file) => {
            let mut document = described(&applied.plan);
            let credentials = credentials.map(|credentials| credentials.described(file.is_none()));
            insert(&mut document, "applied", json!(true));
            insert(&mut document, "credentials", credentials.collect());
            if let Some(file) = file {
                let file = file.display().to_string();
                insert(&mut document, "secrets_to", json!(file));
            }
            output.json(&document);
        }
    }
}
