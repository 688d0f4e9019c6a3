//! `m2m diagnose`: the reason why a request was refused.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use m2m_api::operations::GetDiagnosis;
use m2m_api::{DiagnosisName, NoBody, NoQuery};
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};

use crate::diagnosis;
use crate::done::document;
use crate::management::Management;
use crate::options::ManagementOptions;

/// Explain why a request was refused: the exact cause, the evidence, and the fixes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DiagnoseOptions {
    /// Value of trace_id in the response that the caller received
    #[arg(value_name = "TRACE_ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) trace_id: String,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

const EXAMPLES: &str = "\
Examples:
  m2m diagnose 4bf92f3577b34da6a3ce929d0e0e4736
  m2m diagnose 4bf92f3577b34da6a3ce929d0e0e4736 --output json";

pub(super) fn diagnose(options: &DiagnoseOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let names = DiagnosisName::new(&options.trace_id);
    let answer = management.call::<GetDiagnosis>(&names, &NoQuery {}, &NoBody)?;
    match options.management.output {
        Format::Text => diagnosis::show(&answer.diagnosis, output),
        Format::Json => output.json(&document(&answer.diagnosis)),
    }
    Ok(())
}
