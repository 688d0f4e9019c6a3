//! `m2m application update`: a change of an application of a running server.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use m2m_api::operations::UpdateApplication;
use m2m_api::values::{Given, Name};
use m2m_api::{ApplicationName, NoQuery};
use m2m_host::error::Failure;
use m2m_host::output::Output;

use crate::commands::application::fields::{ApplicationClear, ApplicationFields};
use crate::done::done;
use crate::management::Management;
use crate::options::ManagementOptions;

/// Change an application. Fields without an option stay unchanged.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, mut_group("fields", |fields| fields.required(true)))]
pub(crate) struct ApplicationUpdateOptions {
    /// Client id or id of the application
    #[arg(value_name = "APPLICATION", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) application: String,
    /// New name
    #[arg(long, value_name = "NAME", group = "fields")]
    pub(crate) name: Option<Name>,
    /// Enable the application: token requests are granted again
    #[arg(long, group = "fields", conflicts_with = "disable")]
    pub(crate) enable: bool,
    /// Disable the application: token requests are refused
    #[arg(long, group = "fields")]
    pub(crate) disable: bool,
    #[command(flatten)]
    pub(crate) fields: ApplicationFields,
    /// Field to clear; may be repeated
    #[arg(long, value_name = "FIELD", group = "fields")]
    pub(crate) clear: Vec<ApplicationClear>,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

const EXAMPLES: &str = "\
Examples:
  m2m application update billing-job --name 'Billing' --token-lifetime 600
  m2m application update billing-job --disable
  m2m application update billing-job --not-before now
  m2m application update billing-job \\
    --allowed-address 10.0.0.0/8 --allowed-address 192.0.2.7
  m2m application update billing-job \\
    --token-quota 1000/1h --token-quota-mode enforce
  m2m application update billing-job --clear organization --clear token-lifetime";

pub(super) fn update(options: &ApplicationUpdateOptions, output: &Output) -> Result<(), Failure> {
    let mut change = options.fields.change(&options.clear)?;
    change.name = Given(options.name.clone());
    if options.enable || options.disable {
        change.is_enabled = options.enable.into();
    }
    let management = Management::connect(&options.management.server)?;
    let names = ApplicationName::new(&options.application);
    let answer = management.call::<UpdateApplication>(&names, &NoQuery {}, &change)?;
    done::<UpdateApplication>(&answer, options.management.output, output);
    Ok(())
}
