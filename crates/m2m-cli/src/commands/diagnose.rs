//! `m2m diagnose`: why a request was refused.

use super::diagnosis;
use super::done::payload;
use crate::management::{ApiPath, Management};
use crate::options::DiagnoseOptions;
use m2m_host::error::Failure;
use m2m_host::output::Format;
use m2m_host::output::Output;

pub(super) fn diagnose(options: &DiagnoseOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let answer = management.get(&ApiPath::of(["diagnoses", &options.trace_id]))?;
    let found = payload(&answer, "diagnosis");
    match options.management.output {
        Format::Text => diagnosis::show(found, output),
        Format::Json => output.json(found),
    }
    Ok(())
}
