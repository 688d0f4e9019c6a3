//! `m2m events`: the refusals of a server and the changes of its registry, merged by time.

mod entry;
mod log;

use core::num::NonZeroU16;
use std::time::Duration;

use clap::{Args, ValueEnum};
use m2m_host::error::{Exit, Failure};
use m2m_host::output::{Format, Output};

use crate::management::Management;
use crate::options::{FilterOptions, ManagementOptions, only_as};

use entry::Entry;
use log::Logs;

/// Print refused requests and changes of the registry, newest last.
///
/// --client-id selects the application that the entries are about. M2M_CLIENT_ID or --as names the application that calls the server.
/// Changes are left out if --request-id, --cause or --address is given.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, mut_arg("client_id", only_as))]
pub(crate) struct EventsOptions {
    /// Print the newest entries (the default)
    #[arg(value_name = "tail", hide_possible_values = true)]
    pub(crate) tail: Option<Tail>,
    /// Keep printing new entries
    #[arg(short = 'f', long, conflicts_with = "until")]
    pub(crate) follow: bool,
    /// Print only changes
    #[arg(long, conflicts_with_all = ["refusals", "request_id", "cause", "address"])]
    pub(crate) audit: bool,
    /// Print only refused requests
    #[arg(long)]
    pub(crate) refusals: bool,
    #[command(flatten)]
    pub(crate) filters: FilterOptions,
    /// Maximum number of entries
    #[arg(
        short = 'n',
        long = "lines",
        value_name = "NUMBER",
        default_value = "50",
        value_parser = lines
    )]
    pub(crate) lines: NonZeroU16,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// The word `tail`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tail {
    /// The end of the log.
    Tail,
}

fn lines(text: &str) -> Result<NonZeroU16, String> {
    let most = NonZeroU16::MAX;
    text.parse()
        .map_err(|_| format!("write a number from 1 to {most}"))
}

const EXAMPLES: &str = "\
Examples:
  m2m events
  m2m events tail -f
  m2m events --refusals --client-id billing-job --since 24h
  m2m events --cause secret-wrong --address 192.0.2.7
  m2m events --audit -n 1000 --output json | jq .action

With --output json, each entry is one line.";

pub(super) fn events(options: &EventsOptions, output: &Output) -> Result<(), Failure> {
    let mut logs = Logs::new(options)?;
    let management = Management::connect(&options.management.server)?;
    let format = options.management.output;
    let entries = logs.latest(&management, options.lines.get().into())?;
    if entries.is_empty() && !options.follow && format == Format::Text {
        output.line("no matching entries");
    }
    print(&entries, format, output);
    if options.follow {
        follow(&mut logs, &management, format, output)?;
    }
    Ok(())
}

/// Prints new entries until the reader of standard output goes away.
fn follow(
    logs: &mut Logs,
    management: &Management,
    format: Format,
    output: &Output,
) -> Result<(), Failure> {
    let mut is_reachable = true;
    while !output.is_abandoned() {
        management.pause(BETWEEN_POLLS);
        let (entries, read) = logs.newer(management);
        print(&entries, format, output);
        match read {
            Ok(()) => is_reachable = true,
            // A server that is restarting will be reachable again.
            Err(failure) if failure.exit() == Exit::Unreachable => {
                if is_reachable {
                    output.notice(&format!("{failure}\n  = note: trying again"));
                }
                is_reachable = false;
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

fn print(entries: &[Entry], format: Format, output: &Output) {
    for entry in entries {
        match format {
            Format::Text => output.line(entry.line()),
            Format::Json => output.json_line(&entry.document()),
        }
    }
}

/// The interval between requests: short enough for the user who waits, and long enough for the server.
const BETWEEN_POLLS: Duration = Duration::from_secs(2);
