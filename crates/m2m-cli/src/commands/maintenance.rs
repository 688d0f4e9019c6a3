//! `m2m maintenance`: whether callers of a server that runs are served.

use serde_json::json;

use super::done::done;
use crate::management::{ApiPath, Management};
use crate::options::MaintenanceCommand;
use m2m_host::error::Failure;
use m2m_host::output::Output;

pub(super) fn maintenance(command: &MaintenanceCommand, output: &Output) -> Result<(), Failure> {
    let (on, options) = match command {
        MaintenanceCommand::On(options) => (true, &options.management),
        MaintenanceCommand::Off(options) => (false, &options.management),
    };
    let management = Management::connect(&options.server)?;
    let answer = management.put(&ApiPath::of(["maintenance"]), &json!({ "on": on }))?;
    done(&answer, options.output, output);
    Ok(())
}
