//! `m2m maintenance`

use clap::{Args, Subcommand};

use super::ManagementOptions;

/// Whether callers are served.
#[derive(Debug, Subcommand)]
pub(crate) enum MaintenanceCommand {
    /// Answer callers with 503. Management stays.
    #[command(after_help = ON_EXAMPLES)]
    On(MaintenanceOptions),
    /// Serve callers again.
    #[command(after_help = OFF_EXAMPLES)]
    Off(MaintenanceOptions),
}

/// Of which server.
#[derive(Debug, Args)]
pub(crate) struct MaintenanceOptions {
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  m2m maintenance on
  m2m maintenance off";

const ON_EXAMPLES: &str = "\
Examples:
  m2m maintenance on";

const OFF_EXAMPLES: &str = "\
Examples:
  m2m maintenance off";
