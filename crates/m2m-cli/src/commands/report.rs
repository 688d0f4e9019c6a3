//! `m2m report`: what is not used, and what expires next, on a server or in a data directory.

mod parts;

use std::io::IsTerminal as _;
use std::path::Path;

use clap::{Args, ValueEnum};
use m2m_admin::SecretFindings;
use m2m_api::operations::{GetReport, ReportAnswer, ReportDays, ReportKind, ReportQuery};
use m2m_api::{NoBody, NoNames};
use m2m_host::clock;
use m2m_host::data::{self, Missing};
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};

use crate::done::document;
use crate::management::Management;
use crate::nowhere::nowhere;
use crate::options::{ManagementOptions, OptionalDataOptions};

use parts::Report;

/// Report dormant applications, scopes and secrets that are not used, and secrets that expire.
///
/// A use is one by the application itself: test tokens that operators request do not count. A use appears in the report after about a
/// minute. Nothing is reported as unused for longer than its uses were recorded.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ReportOptions {
    /// Number of days for which something was not used, or within which it expires
    #[arg(long, value_name = "DAYS", default_value = "90", value_parser = days)]
    pub(crate) days: ReportDays,
    /// Print only this part of the report
    #[arg(long, value_name = "PART")]
    pub(crate) only: Option<Part>,
    #[command(flatten)]
    pub(crate) data: OptionalDataOptions,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// A part of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Applications that got no token
    Dormant,
    /// Assigned scopes that were not requested
    Scopes,
    /// Valid secrets that were not used
    Secrets,
    /// Secrets that expire
    Expiring,
}

impl Part {
    const ALL: [Self; 4] = [Self::Dormant, Self::Scopes, Self::Secrets, Self::Expiring];

    const fn kind(self) -> ReportKind {
        match self {
            Self::Dormant => ReportKind::Dormant,
            Self::Scopes => ReportKind::Scopes,
            Self::Secrets => ReportKind::Secrets,
            Self::Expiring => ReportKind::Expiring,
        }
    }
}

fn days(text: &str) -> Result<ReportDays, String> {
    let days = text.strip_suffix('d').unwrap_or(text).parse::<u64>().ok();
    let days = days.and_then(|days| days.try_into().ok());
    days.ok_or_else(|| "write a number of days from 1 to 3650".to_owned())
}

const EXAMPLES: &str = "\
Examples:
  m2m report                          # the server that M2M_ISSUER names
  m2m report --days 30 --only scopes
  m2m report --only expiring --days 14
  m2m report --only dormant --output json | jq '.applications[].client_id'
  m2m report --data data              # a stopped server

The scope read:applications of the management API is required, and
read:application_secrets for secrets.";

pub(super) fn report(options: &ReportOptions, output: &Output) -> Result<(), Failure> {
    let server = &options.management.server;
    let query = ReportQuery {
        days: Some(options.days),
        kind: options.only.map(Part::kind),
        page_size: PAGE_SIZE.try_into().ok(),
        next_token: None,
    };
    let (answer, issuer) = match options.data.folder() {
        Some(folder) => (of_data(folder, query, output)?, None),
        None if server.issuer.as_deref().is_none_or(str::is_empty) => {
            return Err(nowhere(
                "no server and no data directory is given",
                "m2m report",
            ));
        }
        None => {
            let management = Management::connect(server)?;
            let answer = pages(query, output, |query| {
                management.call::<GetReport>(&NoNames, query, &NoBody)
            })?;
            (answer, server.issuer.as_deref())
        }
    };
    match options.management.output {
        Format::Text => {
            let report = Report::new(&answer, issuer);
            match options.only {
                Some(part) => report.show(&[part], output),
                None => report.show(&Part::ALL, output),
            }
        }
        Format::Json => output.json(&document(&answer)),
    }
    Ok(())
}

fn of_data(folder: &Path, query: ReportQuery, output: &Output) -> Result<ReportAnswer, Failure> {
    let store = data::open(folder, Missing::Refuse)?;
    let now = clock::now();
    pages(query, output, |query| {
        // The files of the owner are read, who may read everything.
        let page = m2m_admin::report(&store, None, query, SecretFindings::Included, now);
        data::wait(page)?.map_err(|error| data::failure(&error, folder))
    })
}

/// Returns the applications of all pages.
fn pages(
    mut query: ReportQuery,
    output: &Output,
    read: impl Fn(&ReportQuery) -> Result<ReportAnswer, Failure>,
) -> Result<ReportAnswer, Failure> {
    let is_watched = std::io::stderr().is_terminal();
    let mut applications = Vec::new();
    for page in 1..=MAX_PAGES {
        let mut answer = read(&query)?;
        applications.append(&mut answer.applications);
        if answer.next_token.is_none() {
            return Ok(ReportAnswer {
                applications,
                ..answer
            });
        }
        if is_watched && page % PAGES_OF_PROGRESS == 0 {
            let examined = page.saturating_mul(PAGE_SIZE);
            output.notice(&format!("examined up to {examined} applications"));
        }
        query.next_token = answer.next_token;
    }
    Err(Failure::refused("the report does not end")
        .because(format!("{MAX_PAGES} pages were read, and there are more")))
}

/// The number of applications that are examined for one answer. Unit: applications.
const PAGE_SIZE: u64 = 500;

/// The number of pages after which the progress is printed.
const PAGES_OF_PROGRESS: u64 = 20;

/// The maximum number of pages, enough for a million applications with large records.
const MAX_PAGES: u64 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_a_number_with_or_without_a_unit() {
        let number = |text| days(text).map(ReportDays::get);
        assert_eq!((number("30"), number("1d")), (Ok(30), Ok(1)));
        for wrong in ["0", "3651", "-1", "", "d", "1h", "90 d"] {
            assert!(number(wrong).is_err(), "{wrong}");
        }
    }
}
