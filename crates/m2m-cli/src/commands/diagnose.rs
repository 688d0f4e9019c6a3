//! `m2m diagnose`: the reason why a request was refused.

mod lookup;

use clap::Args;
use m2m_authority::{RequestId, TraceId};
use m2m_host::curl::quoted;
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};

use crate::diagnosis;
use crate::done::document;
use crate::management::Management;
use crate::options::{FilterOptions, ManagementOptions, only_as};

use lookup::{Selected, newest, of_trace_id};

/// Explain why a request was refused: the exact cause, the evidence, and the fixes.
///
/// Without TRACE_ID, the newest request that matches all filters is explained. The server collects the evidence after it has answered the caller; the command waits for it,
/// for up to three seconds.
///
/// --client-id selects the application that made the request. M2M_CLIENT_ID or --as names the application that calls the server.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, mut_arg("client_id", only_as))]
pub(crate) struct DiagnoseOptions {
    /// Value of trace_id in the response that the caller received
    #[arg(
        value_name = "TRACE_ID",
        value_parser = trace_id,
        required_unless_present_any = SELECTIONS,
        conflicts_with_all = SELECTIONS
    )]
    pub(crate) trace_id: Option<TraceId>,
    /// Explain the newest request that was refused
    #[arg(long)]
    pub(crate) last: bool,
    #[command(flatten)]
    pub(crate) filters: FilterOptions,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// The options that select a request without its trace id.
const SELECTIONS: [&str; 7] = [
    "last",
    "of_client_id",
    "request_id",
    "cause",
    "address",
    "since",
    "until",
];

const EXAMPLES: &str = "\
Examples:
  m2m diagnose --last
  m2m diagnose 4bf92f3577b34da6a3ce929d0e0e4736
  m2m diagnose 4bf92f3577b34da6a3ce929d0e0e4736 --output json
  m2m diagnose --request-id order-7-attempt-2
  m2m diagnose --client-id billing-job --cause scope-not-assigned --since 24h";

fn trace_id(text: &str) -> Result<TraceId, String> {
    text.parse().map_err(|_| {
        let expected = "it is not a trace id, which has 32 lowercase hexadecimal digits";
        match text.parse::<RequestId>() {
            Ok(_) => format!(
                "{expected}; if the caller gave the request this id, use --request-id {}",
                quoted(text)
            ),
            Err(_) => expected.to_owned(),
        }
    })
}

pub(super) fn diagnose(options: &DiagnoseOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let Selected { diagnosis, others } = match options.trace_id {
        Some(trace_id) => of_trace_id(&management, trace_id)?,
        None => newest(&management, options)?,
    };
    match options.management.output {
        Format::Text => diagnosis::show(&diagnosis, output),
        Format::Json => output.json(&document(&diagnosis)),
    }
    if diagnosis.pending {
        output.notice("the server still collects the evidence: run the command again in a moment");
    }
    if let Some(others) = others {
        output.notice(&format!(
            "{others}: m2m events --refusals{}",
            options.filters.words()
        ));
    }
    Ok(())
}
