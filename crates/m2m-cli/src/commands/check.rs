//! `m2m check`: whether an application would get a token, and the reason if not.

use core::net::IpAddr;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use m2m_api::operations::{CheckApplication, CheckQuery, CheckShown};
use m2m_api::values::{CallerAddress, Identifier};
use m2m_api::{ApplicationName, NoBody};
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;
use m2m_host::table::print_record;

use crate::diagnosis;
use crate::done::document;
use crate::management::Management;
use crate::options::{ManagementOptions, bounded};

/// Check whether an application would get a token, and if not, why.
///
/// The server decides as for a token request, but issues no token. Exits 0 if a token would be granted, and 1 with the cause and its fixes if not.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CheckOptions {
    /// Client id or id of the application
    #[arg(long, value_name = "CLIENT_ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) client: String,
    /// Audience of the API that the token would be for; may be repeated. By default, the API that the application is authorized for, if there is only one
    #[arg(long, value_name = "AUDIENCE")]
    pub(crate) audience: Vec<Identifier>,
    /// Scopes, separated by spaces; may be repeated. By default, all scopes assigned to the application
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    /// IP address that the application calls from; without this option, the answer lists the addresses that the application may call from
    #[arg(long, value_name = "IP")]
    pub(crate) address: Option<IpAddr>,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

const EXAMPLES: &str = "\
Examples:
  m2m check --client billing-job --audience https://orders.example/api
  m2m check --client billing-job
  m2m check --client billing-job --address 10.1.2.3
  m2m check --client billing-job --scope 'read:orders write:orders'";

pub(super) fn check(options: &CheckOptions, output: &Output) -> Result<(), Failure> {
    let query = query(options)?;
    let management = Management::connect(&options.management.server)?;
    let names = ApplicationName::new(&options.client);
    let answer = management.call::<CheckApplication>(&names, &query, &NoBody)?;
    let check = answer.check;
    match options.management.output {
        Format::Json => output.json(&document(&check)),
        Format::Text if check.granted => {
            output.good(&would_be_granted(&check));
            print_record(&check, &["granted", "only_from"], output);
        }
        Format::Text => {}
    }
    if check.quota_exceeded == Some(true) {
        output.notice(
            "warning: the token quota is used up; its mode is warn, so that no request is refused",
        );
    }
    if check.granted {
        Ok(())
    } else {
        Err(refused(&check))
    }
}

/// Returns the query that the options describe.
fn query(options: &CheckOptions) -> Result<CheckQuery, Failure> {
    let scopes = options.scope.iter();
    let scopes: Vec<&str> = scopes
        .flat_map(|scopes| scopes.split_whitespace())
        .collect();
    let scope = scopes.join(" ");
    let scope = match &*scope {
        "" => None,
        scope => Some(
            scope
                .parse()
                .map_err(|error| Failure::usage(format!("--scope {scope:?} {error}")))?,
        ),
    };
    Ok(CheckQuery {
        audience: bounded("--audience", options.audience.clone())?,
        scope,
        address: options.address.map(CallerAddress),
    })
}

/// Returns the verdict, with the addresses it applies to if it does not apply to all.
fn would_be_granted(check: &CheckShown) -> String {
    if check.only_from.is_empty() {
        return "a token would be granted".to_owned();
    }
    let blocks = check.only_from.join(", ");
    format!(
        "a token would be granted to callers from {}",
        printable(&blocks)
    )
}

fn refused(check: &CheckShown) -> Failure {
    let cause = check.cause.as_deref().unwrap_or_default();
    let mut failure = Failure::refused(format!("a token would be refused: {}", printable(cause)));
    let evidence = check.evidence.iter().map(|evidence| &*evidence.text);
    for text in check.description.as_deref().into_iter().chain(evidence) {
        failure = failure.because(printable(text));
    }
    if let Some(error) = &check.error {
        failure = failure.because(format!("the caller would receive {}", printable(error)));
    }
    let fixes = check.fixes.iter();
    fixes.fold(failure, |failure, fix| {
        failure.help(diagnosis::step(fix, "     "))
    })
}
