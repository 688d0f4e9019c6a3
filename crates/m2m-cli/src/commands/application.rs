//! `m2m application`: the applications of a running server.

mod authorize;
mod create;
mod fields;
mod reset_management;
mod stop;
mod update;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use m2m_api::operations::{
    ApplicationShown, DeleteApplication, GetApplication, ListApplications, ListApplicationsQuery,
};
use m2m_api::values::{Key, Search};
use m2m_api::{ApplicationName, NoBody, NoQuery, Order};
use m2m_authority::registry::Line;
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;
use m2m_host::table::{Table, cell, print_record};

use crate::commands::application::authorize::{
    ApplicationAuthorizeOptions, ApplicationDeauthorizeOptions,
};
use crate::commands::application::create::ApplicationCreateOptions;
use crate::commands::application::reset_management::ResetManagementOptions;
use crate::commands::application::stop::ApplicationStopOptions;
use crate::commands::application::update::ApplicationUpdateOptions;
use crate::consent;
use crate::done::{document, done};
use crate::management::Management;
use crate::options::ManagementOptions;

/// The commands for applications.
#[derive(Debug, Subcommand)]
pub(crate) enum ApplicationCommand {
    List(ApplicationListOptions),
    Show(ApplicationShowOptions),
    Create(ApplicationCreateOptions),
    Update(ApplicationUpdateOptions),
    Stop(ApplicationStopOptions),
    Delete(ApplicationDeleteOptions),
    Authorize(ApplicationAuthorizeOptions),
    Deauthorize(ApplicationDeauthorizeOptions),
    ResetManagement(ResetManagementOptions),
}

impl ApplicationCommand {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// The reason why the command failed.
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::List(options) => list(options, output),
            Self::Show(options) => show(options, output),
            Self::Create(options) => create::create(options, output),
            Self::Update(options) => update::update(options, output),
            Self::Stop(options) => stop::stop(options, output),
            Self::Delete(options) => delete(options, output),
            Self::Authorize(options) => authorize::authorize(options, output),
            Self::Deauthorize(options) => authorize::deauthorize(options, output),
            Self::ResetManagement(options) => reset_management::reset(options, output),
        }
    }
}

/// List applications.
#[derive(Debug, Args)]
#[command(after_help = LIST_EXAMPLES)]
pub(crate) struct ApplicationListOptions {
    /// List only applications with this text in the name or client id
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<Search>,
    /// List only applications of the organization with this code
    #[arg(long, value_name = "CODE")]
    pub(crate) organization: Option<Key>,
    /// List only applications of this owner
    #[arg(long, value_name = "OWNER")]
    pub(crate) owner: Option<Line<200>>,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Show an application and its authorizations.
#[derive(Debug, Args)]
#[command(after_help = SHOW_EXAMPLES)]
pub(crate) struct ApplicationShowOptions {
    /// Client id or id of the application
    #[arg(value_name = "APPLICATION", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) application: String,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

/// Delete an application. Tokens already issued stay valid until they expire.
#[derive(Debug, Args)]
#[command(after_help = DELETE_EXAMPLES)]
pub(crate) struct ApplicationDeleteOptions {
    /// Client id or id of the application
    #[arg(value_name = "APPLICATION", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) application: String,
    /// Skip the confirmation
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  m2m application list --search billing
  m2m application show billing-job
  m2m application create 'Nightly report' --client-id nightly-report
  m2m application update billing-job --disable
  m2m application stop --owner 'Team Billing'
  m2m application authorize billing-job --audience https://orders.example/api
  m2m application reset-management --data data

All commands except reset-management call the server that M2M_ISSUER names, with
the credentials in M2M_CLIENT_ID and M2M_CLIENT_SECRET. The options --issuer,
--as and --client-secret-file take precedence over these variables.";

const LIST_EXAMPLES: &str = "\
Examples:
  m2m application list
  m2m application list --search billing --output json
  m2m application list --organization org_acme
  m2m application list --owner 'Team Billing'";

const SHOW_EXAMPLES: &str = "\
Examples:
  m2m application show billing-job
  m2m application show my.trusted.app/service --output json";

const DELETE_EXAMPLES: &str = "\
Examples:
  m2m application delete billing-job
  m2m application delete billing-job --yes";

pub(super) fn list(options: &ApplicationListOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let applications = management.list::<ListApplications>(ListApplicationsQuery {
        search: options.search.clone(),
        organization: options.organization.clone(),
        owner: options.owner.clone(),
        sort: Some(Order::NameAsc),
        ..ListApplicationsQuery::default()
    })?;
    match options.management.output {
        Format::Text => {
            let table = Table::new(["NAME", "CLIENT ID", "ENABLED", "ORGANIZATION", "ID"]);
            let table = applications.iter().fold(table, |table, application| {
                table.with([
                    cell(&application.name),
                    cell(&application.client_id),
                    cell(&application.is_enabled),
                    cell(&application.org_code),
                    cell(&application.id),
                ])
            });
            table.print("no applications found", output);
        }
        Format::Json => output.json(&document(&applications)),
    }
    Ok(())
}

pub(super) fn show(options: &ApplicationShowOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let names = ApplicationName::new(&options.application);
    let answer = management.call::<GetApplication>(&names, &NoQuery {}, &NoBody)?;
    match options.management.output {
        Format::Text => show_text(&answer.application, output),
        Format::Json => output.json(&document(&answer.application)),
    }
    Ok(())
}

pub(super) fn delete(options: &ApplicationDeleteOptions, output: &Output) -> Result<(), Failure> {
    consent::to_delete("application", &options.application, options.yes)?;
    let management = Management::connect(&options.management.server)?;
    let names = ApplicationName::new(&options.application);
    let answer = management.call::<DeleteApplication>(&names, &NoQuery {}, &NoBody)?;
    done::<DeleteApplication>(&answer, options.management.output, output);
    Ok(())
}

fn show_text(application: &ApplicationShown, output: &Output) {
    print_record(application, &["apis"], output);
    if application.apis.is_empty() {
        output.line("it is not authorized for any API");
        return;
    }
    output.heading("Authorized for");
    for api in &application.apis {
        output.line(format!(
            "  {}  {}",
            printable(&api.audience),
            printable(&cell(&api.scopes))
        ));
    }
}
