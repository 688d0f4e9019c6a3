//! `m2m maintenance`: switches maintenance of a running server on or off.

use clap::{Args, Subcommand};
use m2m_api::operations::{SetMaintenance, Switch};
use m2m_api::{NoNames, NoQuery};
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};

use crate::done::done;
use crate::management::Management;
use crate::options::ManagementOptions;

/// The commands for maintenance.
#[derive(Debug, Subcommand)]
pub(crate) enum MaintenanceCommand {
    /// Switch maintenance on: callers are answered with 503, and the management API keeps working.
    #[command(after_help = ON_EXAMPLES)]
    On(MaintenanceOptions),
    /// Switch maintenance off.
    #[command(after_help = OFF_EXAMPLES)]
    Off(MaintenanceOptions),
}

/// The server to call.
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

pub(super) fn maintenance(command: &MaintenanceCommand, output: &Output) -> Result<(), Failure> {
    let (on, options) = match command {
        MaintenanceCommand::On(options) => (true, &options.management),
        MaintenanceCommand::Off(options) => (false, &options.management),
    };
    let management = Management::connect(&options.server)?;
    let answer = management.call::<SetMaintenance>(&NoNames, &NoQuery {}, &Switch { on })?;
    match options.output {
        Format::Text if answer.maintenance.on => {
            output.good("maintenance is on: callers are answered with 503");
        }
        Format::Text => output.good("maintenance is off: callers are served"),
        Format::Json => done::<SetMaintenance>(&answer, options.output, output),
    }
    Ok(())
}
