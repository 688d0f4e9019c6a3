//! `m2m application stop`: the switch that stops an application, or all applications of an owner, at once.

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgGroup, Args};
use m2m_api::operations::{
    ApplicationsStopped, ListApplications, ListApplicationsQuery, OwnerToStop, StopApplication,
    StopApplications, StoppedApplication,
};
use m2m_api::{ApplicationName, NoBody, NoNames, NoQuery, Order};
use m2m_authority::registry::Line;
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;

use crate::consent;
use crate::done::document;
use crate::management::Management;
use crate::options::ManagementOptions;

/// Stop an application, or all applications of an owner: their token requests are refused, and their tokens are revoked.
///
/// The applications are disabled, and tokens issued up to now are revoked, in one change. APIs that verify tokens locally accept revoked tokens until they
/// expire; APIs that use token introspection reject them at once. To start an application again, use m2m application update CLIENT_ID --enable.
///
/// The application that calls the server and the last application that manages it are not stopped.
#[derive(Debug, Args)]
#[command(
    after_help = EXAMPLES,
    group(ArgGroup::new("stopped").required(true).args(["application", "owner"]))
)]
pub(crate) struct ApplicationStopOptions {
    /// Client id or id of the application
    #[arg(value_name = "APPLICATION", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) application: Option<String>,
    /// Owner whose applications are stopped, exactly as the applications have it
    #[arg(long, value_name = "OWNER")]
    pub(crate) owner: Option<Line<200>>,
    /// Skip the confirmation
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

const EXAMPLES: &str = "\
Examples:
  m2m application stop billing-job
  m2m application stop --owner 'Team Billing'
  m2m application stop --owner 'Team Billing' --yes --output json
  m2m application list --owner 'Team Billing'";

pub(super) fn stop(options: &ApplicationStopOptions, output: &Output) -> Result<(), Failure> {
    let answer = match (&options.application, &options.owner) {
        (_, Some(owner)) => {
            let management = Management::connect(&options.management.server)?;
            if !options.yes {
                consent::to_stop(&of_owner(&management, owner)?)?;
            }
            let body = OwnerToStop {
                owner: owner.clone(),
            };
            management.call::<StopApplications>(&NoNames, &NoQuery {}, &body)?
        }
        (application, None) => {
            let application = application.as_deref().unwrap_or_default();
            if !options.yes {
                consent::to_stop(&format!("the application {application:?}"))?;
            }
            let management = Management::connect(&options.management.server)?;
            let names = ApplicationName::new(application);
            management.call::<StopApplication>(&names, &NoQuery {}, &NoBody)?
        }
    };
    match options.management.output {
        Format::Text => tell(&answer, output),
        Format::Json => output.json(&document(&answer)),
    }
    outcome(options, &answer)
}

/// Returns the applications of an owner in words, for the question whether to stop them.
fn of_owner(management: &Management, owner: &str) -> Result<String, Failure> {
    let applications = management.list::<ListApplications>(ListApplicationsQuery {
        owner: owner.parse().ok(),
        sort: Some(Order::NameAsc),
        ..ListApplicationsQuery::default()
    })?;
    if applications.is_empty() {
        return Err(nothing_of(owner));
    }
    let (number, plural) = (
        applications.len(),
        if applications.len() == 1 { "" } else { "s" },
    );
    let mut names: Vec<_> = applications.iter().take(MAX_NAMED).collect();
    let more = number.saturating_sub(names.len());
    let names: Vec<_> = names
        .drain(..)
        .map(|application| printable(&application.client_id))
        .collect();
    let more = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Ok(format!(
        "{number} application{plural} of the owner {owner:?} ({}{more})",
        names.join(", ")
    ))
}

fn nothing_of(owner: &str) -> Failure {
    Failure::refused(format!("no application has the owner {owner:?}"))
        .because("nothing was changed")
        .help("m2m application show prints the owner of an application")
}

fn tell(answer: &ApplicationsStopped, output: &Output) {
    for application in &answer.stopped {
        output.good(&format!("stopped {}", described(application)));
    }
    for application in &answer.already_stopped {
        output.line(format!("already stopped: {}", described(application)));
    }
    for application in &answer.not_stopped {
        output.line(format!(
            "not stopped: {:?}, client_id {}: {}",
            application.name,
            printable(&application.client_id),
            printable(&application.reason)
        ));
    }
}

fn described(application: &StoppedApplication) -> String {
    let used = match &application.last_used_at {
        Some(at) => format!(", last used at {}", printable(at)),
        None => String::new(),
    };
    format!(
        "{:?}, client_id {}{used}",
        application.name,
        printable(&application.client_id)
    )
}

/// Returns whether everything is stopped.
fn outcome(options: &ApplicationStopOptions, answer: &ApplicationsStopped) -> Result<(), Failure> {
    if let Some(owner) = &options.owner
        && answer.stopped.is_empty()
        && answer.already_stopped.is_empty()
        && answer.not_stopped.is_empty()
    {
        return Err(nothing_of(owner));
    }
    match answer.not_stopped.len() {
        0 => Ok(()),
        1 => Err(Failure::refused("1 application was not stopped")),
        number => Err(Failure::refused(format!(
            "{number} applications were not stopped"
        ))),
    }
}

/// The maximum number of applications that the question names.
const MAX_NAMED: usize = 10;
