//! `m2m events`: what a server refused, and what was changed, merged by time.

mod line;
mod log;

use std::time::Duration;

use serde_json::Value;

use crate::management::Management;
use crate::options::EventsOptions;
use m2m_host::error::{Exit, Failure};
use m2m_host::output::Format;
use m2m_host::output::Output;

use log::{Kind, Log};

pub(super) fn events(options: &EventsOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let mut logs: Vec<Log> = [Kind::Refusals, Kind::Audit]
        .into_iter()
        .filter(|kind| match kind {
            Kind::Refusals => !options.audit,
            Kind::Audit => !options.refusals,
        })
        .map(|kind| Log::new(kind, options))
        .collect();
    let most = usize::from(options.lines.get());
    let mut entries = Vec::new();
    for log in &mut logs {
        entries.extend(log.latest(&management, most)?);
    }
    log::sort(&mut entries);
    let skipped = entries.len().saturating_sub(most);
    let entries: Vec<Value> = entries.into_iter().skip(skipped).collect();
    if entries.is_empty() && !options.follow && options.management.output == Format::Text {
        output.line("nothing has happened that is asked for");
    }
    print(&entries, options.management.output, output);
    if options.follow {
        follow(&mut logs, &management, options.management.output, output)?;
    }
    Ok(())
}

/// Prints what comes, until nobody reads it.
fn follow(
    logs: &mut [Log],
    management: &Management,
    format: Format,
    output: &Output,
) -> Result<(), Failure> {
    let mut is_reachable = true;
    while !output.is_abandoned() {
        management.pause(BETWEEN_POLLS);
        let mut entries = Vec::new();
        let mut polled = Ok(());
        for log in logs.iter_mut() {
            match log.newer(management) {
                Ok(newer) => entries.extend(newer),
                Err(failure) => polled = Err(failure),
            }
        }
        log::sort(&mut entries);
        print(&entries, format, output);
        match polled {
            Ok(()) => is_reachable = true,
            // A server that is restarted comes back.
            Err(failure) if failure.exit() == Exit::Unreachable => {
                if is_reachable {
                    output.notice(&format!("{failure}\n  = note: it is tried again"));
                }
                is_reachable = false;
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

fn print(entries: &[Value], format: Format, output: &Output) {
    for entry in entries {
        match format {
            Format::Text => output.line(line::of(entry)),
            Format::Json => output.json_line(entry),
        }
    }
}

/// Short enough for who waits, and long enough for who serves.
const BETWEEN_POLLS: Duration = Duration::from_secs(2);
