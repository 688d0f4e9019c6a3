//! `m2m diagnose`: the reason why a request was refused.

use core::time::Duration;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use m2m_api::operations::{
    DiagnosisAnswer, DiagnosisShown, GetDiagnosis, ListDiagnoses, ListDiagnosesQuery,
};
use m2m_api::{DiagnosisName, NoBody, NoNames, NoQuery, Operation as _};
use m2m_authority::TraceId;
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};

use crate::diagnosis;
use crate::done::document;
use crate::management::Management;
use crate::options::ManagementOptions;

/// Explain why a request was refused: the exact cause, the evidence, and the fixes.
///
/// The server collects the evidence after it has answered the caller; the command waits for it, for up to three seconds.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DiagnoseOptions {
    /// Value of trace_id in the response that the caller received
    #[arg(
        value_name = "TRACE_ID",
        value_parser = NonEmptyStringValueParser::new(),
        required_unless_present = "last",
        conflicts_with = "last"
    )]
    pub(crate) trace_id: Option<String>,
    /// Explain the last request that was refused
    #[arg(long)]
    pub(crate) last: bool,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

const EXAMPLES: &str = "\
Examples:
  m2m diagnose --last
  m2m diagnose 4bf92f3577b34da6a3ce929d0e0e4736
  m2m diagnose 4bf92f3577b34da6a3ce929d0e0e4736 --output json";

pub(super) fn diagnose(options: &DiagnoseOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let trace_id = match &options.trace_id {
        Some(trace_id) => trace_id.clone(),
        None => last(&management)?,
    };
    let diagnosis = complete(&management, &trace_id)?;
    match options.management.output {
        Format::Text => diagnosis::show(&diagnosis, output),
        Format::Json => output.json(&document(&diagnosis)),
    }
    if diagnosis.pending {
        output.notice("the server still collects the evidence: run the command again in a moment");
    }
    Ok(())
}

/// Returns the trace id of the last request that was refused.
fn last(management: &Management) -> Result<String, Failure> {
    // A refusal can be found after it was written, which servers do every second.
    management.pause(WRITING_TIME);
    let mut newest = newest(management)?.into_iter();
    // The reason why a diagnosis was not found is of no interest.
    let last =
        newest.find(|diagnosis| diagnosis.operation.as_deref() != Some(GetDiagnosis::SPEC.id));
    last.map(|diagnosis| diagnosis.trace_id)
        .ok_or_else(|| Failure::refused("no request has been refused yet"))
}

/// Returns the diagnosis of a request, as soon as it is complete or the time for it has passed.
///
/// A diagnosis that is not found is a refused request itself, so that the command asks for it once, and looks among the newest for the rest of the
/// time.
fn complete(management: &Management, trace_id: &str) -> Result<DiagnosisShown, Failure> {
    let names = DiagnosisName::new(trace_id);
    let mut found = management.try_call::<GetDiagnosis>(&names, &NoQuery {}, &NoBody)?;
    // A text that no server returns as a trace id is not looked for again.
    let attempts = match trace_id.parse::<TraceId>() {
        Ok(_) => MAX_ATTEMPTS,
        Err(_) => 0,
    };
    for _ in 0..attempts {
        match &found {
            Ok(answer) if !answer.diagnosis.pending => break,
            Err(refusal) if !refusal.is_not_found() => break,
            Ok(_) | Err(_) => management.pause(INTERVAL),
        }
        // What was found already is shown even if the server does not answer any more.
        let Ok(newest) = newest(management) else {
            break;
        };
        let mut newest = newest.into_iter();
        if let Some(diagnosis) = newest.find(|diagnosis| diagnosis.trace_id == trace_id) {
            found = Ok(DiagnosisAnswer { diagnosis });
        }
    }
    found
        .map(|answer| answer.diagnosis)
        .map_err(|refusal| management.failure::<GetDiagnosis>(&refusal))
}

/// Returns the newest refused requests.
fn newest(management: &Management) -> Result<Vec<DiagnosisShown>, Failure> {
    let query = ListDiagnosesQuery {
        page_size: 100.try_into().ok(),
        ..ListDiagnosesQuery::default()
    };
    Ok(management
        .call::<ListDiagnoses>(&NoNames, &query, &NoBody)?
        .diagnoses)
}

/// The time after which a server has written a refusal.
const WRITING_TIME: Duration = Duration::from_millis(1500);

/// The time between two looks at the newest refused requests.
const INTERVAL: Duration = Duration::from_millis(300);

/// The maximum number of looks: three seconds.
const MAX_ATTEMPTS: u32 = 10;
