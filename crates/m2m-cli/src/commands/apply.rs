//! `m2m apply`: changes a registry to match a file.

mod data;
mod server;

use std::path::{Path, PathBuf};

use clap::Args;
use m2m_admin::Plan;
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;
use m2m_host::world::World;
use serde_json::{Value, json};

use crate::consent;
use crate::done::insert;
use crate::new_credentials::{NewCredentials, delivered};
use crate::nowhere::nowhere;
use crate::options::{OptionalDataOptions, SecretsToOptions, ServerOptions};

/// Apply a registry file.
///
/// The command prints the changes and applies them in one transaction; applying the same file again changes nothing. An application is identified by its
/// client_id, or by its name if only one application has that name. Without secret_sha256 in the file, an existing application
/// keeps its secrets, and a new application gets a generated secret, which is shown only once. Records that are not in the file are kept
/// unless --prune is set.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ApplyOptions {
    /// Registry file with APIs, organizations and applications, or - for standard input
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) data: OptionalDataOptions,
    /// Print the changes without applying them
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Delete records that are not in the file, except the management API and the last managers of the server
    #[arg(long)]
    pub(crate) prune: bool,
    /// Skip the confirmation of deletions
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) secrets_to: SecretsToOptions,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
    #[command(flatten)]
    pub(crate) server: ServerOptions,
}

const EXAMPLES: &str = "\
Examples:
  m2m apply -f world.toml --dry-run
  m2m apply -f world.toml --secrets-to secrets.jsonl
  m2m apply -f world.toml --data data --secrets-to secrets.jsonl
  m2m apply -f world.toml --data data --prune --yes --output json

Without --data, the file is applied to the server that M2M_ISSUER names, with
the credentials in M2M_CLIENT_ID and M2M_CLIENT_SECRET. With --data, the server
must be stopped, because only one process at a time can use a data directory. A
missing data directory is created.";

pub(super) fn apply(options: &ApplyOptions, output: &Output) -> Result<(), Failure> {
    let folder = options.data.folder();
    if folder.is_none() && options.server.issuer.as_deref().is_none_or(str::is_empty) {
        return Err(nowhere(
            "no server and no data directory is given",
            "m2m apply -f world.toml",
        ));
    }
    let world = World::read(&options.file)?;
    match folder {
        Some(folder) => data::apply(options, folder, &world, output),
        None => server::apply(options, &world, output),
    }
}

/// Returns a plan as JSON.
pub(crate) fn described(plan: &Plan) -> Value {
    // A plan consists of strings, numbers and lists, all of which JSON can represent.
    let mut document = serde_json::to_value(plan).unwrap_or_default();
    insert(&mut document, "counts", json!(plan.counts()));
    document
}

/// Prints a plan for people.
pub(crate) fn show(plan: &Plan, output: &Output) {
    for line in plan.to_string().lines() {
        output.line(printable(line));
    }
}

fn show_dry_run(plan: &Plan, format: Format, output: &Output) {
    match format {
        Format::Text => {
            show(plan, output);
            if !plan.is_empty() {
                output.line("nothing was changed: this was a dry run");
            }
        }
        Format::Json => {
            let mut document = described(plan);
            insert(&mut document, "applied", json!(false));
            output.json(&document);
        }
    }
}

/// Prints the changes, with the generated secrets unless they are in a file.
///
/// # Errors
///
/// If secrets are in force that could not be shown.
fn show_applied(
    plan: &Plan,
    credentials: &[NewCredentials<'_>],
    secrets_to: Option<&Path>,
    format: Format,
    output: &Output,
) -> Result<(), Failure> {
    match format {
        Format::Text => {
            if !plan.is_empty() {
                output.good("applied");
            }
            match secrets_to {
                Some(file) => output.line(format!("new secrets are in {}", file.display())),
                None => credentials
                    .iter()
                    .for_each(|credentials| credentials.show_once(output)),
            }
        }
        Format::Json => {
            let mut document = described(plan);
            insert(&mut document, "applied", json!(true));
            let credentials = credentials
                .iter()
                .map(|credentials| credentials.described(secrets_to.is_none()));
            insert(&mut document, "credentials", credentials.collect());
            if let Some(file) = secrets_to {
                let file = file.display().to_string();
                insert(&mut document, "secrets_to", json!(file));
            }
            output.json(&document);
        }
    }
    if secrets_to.is_some() || credentials.is_empty() {
        return Ok(());
    }
    delivered(output, || {
        let lost = credentials.iter().map(NewCredentials::replacement);
        lost.collect()
    })
}

/// Asks for confirmation that records may be deleted, unless it was given already.
fn agree_to_delete(options: &ApplyOptions, plan: &Plan, output: &Output) -> Result<(), Failure> {
    let deleted = plan.counts().deleted;
    if deleted == 0 || options.yes {
        return Ok(());
    }
    if options.output == Format::Json {
        // The user has to see the plan before agreeing to it, and standard output is reserved for the result.
        for line in plan.to_string().lines() {
            output.notice(&printable(line));
        }
    }
    let records = if deleted == 1 { "record" } else { "records" };
    consent::ask(
        &format!("{deleted} {records} would be deleted"),
        "--prune was given, there is no terminal to confirm on, and nothing was changed",
        "add --yes to confirm; --dry-run shows which",
    )
}
