//! `m2m application`

use clap::{Args, Subcommand};

use super::{DataOptions, Format};

/// What to do with an application.
#[derive(Debug, Subcommand)]
pub(crate) enum ApplicationCommand {
    ResetManagement(ResetManagementOptions),
}

/// Make a new secret for the application that manages the server, when the last one is lost.
///
/// Its other secrets end now; it is enabled, freed of address blocks, quota and organization, and authorized for all of the
/// management API. If there is no such application it is made.
#[derive(Debug, Args)]
#[command(after_help = RESET_EXAMPLES)]
pub(crate) struct ResetManagementOptions {
    #[command(flatten)]
    pub(crate) data: DataOptions,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  m2m application reset-management --data data";

const RESET_EXAMPLES: &str = "\
Examples:
  m2m application reset-management --data data
  m2m application reset-management --data data --output json";
