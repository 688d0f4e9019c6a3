//! The commands, one file each, with their options, help and implementation.

mod api;
mod application;
mod apply;
mod check;
mod completions;
mod diagnose;
mod doctor;
mod events;
mod explain;
mod export;
mod introspect;
mod jwt;
mod key;
mod maintenance;
mod man;
mod organization;
mod report;
mod revoke;
mod secret;
mod token;

use clap::Subcommand;
use m2m_host::error::Failure;
use m2m_host::output::Output;

use api::ApiCommand;
use application::ApplicationCommand;
use apply::ApplyOptions;
use check::CheckOptions;
use completions::CompletionsOptions;
use diagnose::DiagnoseOptions;
use doctor::DoctorOptions;
use events::EventsOptions;
use explain::ExplainOptions;
use export::ExportOptions;
use introspect::IntrospectOptions;
use jwt::JwtCommand;
use key::KeyCommand;
use maintenance::MaintenanceCommand;
use man::ManOptions;
use organization::OrganizationCommand;
use report::ReportOptions;
use revoke::RevokeOptions;
use secret::SecretCommand;
use token::TokenOptions;

/// A command that calls a server, or uses the data directory of a stopped one.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Token(TokenOptions),
    Introspect(IntrospectOptions),
    Revoke(RevokeOptions),
    Apply(ApplyOptions),
    Export(ExportOptions),
    /// Manage applications.
    #[command(subcommand, after_help = application::EXAMPLES)]
    Application(Box<ApplicationCommand>),
    /// Manage APIs.
    #[command(subcommand, after_help = api::EXAMPLES)]
    Api(ApiCommand),
    /// Manage organizations.
    #[command(subcommand, after_help = organization::EXAMPLES)]
    Organization(OrganizationCommand),
    /// Manage the secrets of an application.
    #[command(subcommand, after_help = secret::EXAMPLES)]
    Secret(SecretCommand),
    Check(CheckOptions),
    Diagnose(DiagnoseOptions),
    Doctor(DoctorOptions),
    Events(EventsOptions),
    Report(ReportOptions),
    /// Switch maintenance on or off.
    #[command(subcommand, after_help = maintenance::EXAMPLES)]
    Maintenance(MaintenanceCommand),
    /// Manage signing keys.
    #[command(subcommand, after_help = key::EXAMPLES)]
    Key(KeyCommand),
    /// Decode or verify a token.
    #[command(subcommand, after_help = jwt::EXAMPLES)]
    Jwt(JwtCommand),
    Explain(ExplainOptions),
    Completions(CompletionsOptions),
    Man(ManOptions),
}

/// Runs a command. `program` is the whole command line, for completions and manual pages.
///
/// # Errors
///
/// The reason why the command failed.
pub(crate) fn run(
    command: &Command,
    program: clap::Command,
    output: &Output,
) -> Result<(), Failure> {
    match command {
        Command::Token(options) => token::token(options, output),
        Command::Introspect(options) => introspect::introspect(options, output),
        Command::Revoke(options) => revoke::revoke(options, output),
        Command::Apply(options) => apply::apply(options, output),
        Command::Export(options) => export::export(options, output),
        Command::Application(command) => command.run(output),
        Command::Api(command) => command.run(output),
        Command::Organization(command) => command.run(output),
        Command::Secret(command) => command.run(output),
        Command::Check(options) => check::check(options, output),
        Command::Diagnose(options) => diagnose::diagnose(options, output),
        Command::Doctor(options) => doctor::doctor(options, output),
        Command::Events(options) => events::events(options, output),
        Command::Report(options) => report::report(options, output),
        Command::Maintenance(command) => maintenance::maintenance(command, output),
        Command::Key(command) => command.run(output),
        Command::Jwt(command) => command.run(output),
        Command::Explain(options) => explain::explain(options, output),
        Command::Completions(options) => {
            completions::completions(options, program, output);
            Ok(())
        }
        Command::Man(options) => man::man(options, program, output),
    }
}
