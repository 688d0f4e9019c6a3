//! The command line: what can be typed, and the help that shows it.

mod api;
mod application;
mod apply;
mod check;
mod completions;
mod data;
mod diagnose;
mod events;
mod explain;
mod export;
mod jwt;
mod key;
mod maintenance;
mod man;
mod members;
mod organization;
mod secret;
mod secrets_to;
mod server;
mod token;

use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use m2m_errors::Profile;

pub(crate) use api::{
    ApiCommand, ApiCreateOptions, ApiDeleteOptions, ApiListOptions, ApiScopeAddOptions,
    ApiScopeCommand, ApiScopeRemoveOptions, ApiShowOptions, ApiUpdateOptions,
};
pub(crate) use application::{
    ApplicationAuthorizeOptions, ApplicationCommand, ApplicationCreateOptions,
    ApplicationDeauthorizeOptions, ApplicationDeleteOptions, ApplicationListOptions,
    ApplicationShowOptions, ApplicationUpdateOptions, ResetManagementOptions,
};
pub(crate) use apply::ApplyOptions;
pub(crate) use check::CheckOptions;
pub(crate) use completions::CompletionsOptions;
pub(crate) use data::{DataOptions, OptionalDataOptions, SealingOptions, SecretText};
pub(crate) use diagnose::DiagnoseOptions;
pub(crate) use events::EventsOptions;
pub(crate) use explain::ExplainOptions;
pub(crate) use export::ExportOptions;
pub(crate) use jwt::{JwtCommand, JwtDecodeOptions, JwtVerifyOptions};
pub(crate) use key::{
    KeyCommand, KeyImportOptions, KeyListOptions, KeyResealOptions, KeyRotateOptions,
};
pub(crate) use maintenance::MaintenanceCommand;
pub(crate) use man::ManOptions;
pub(crate) use members::Fields;
pub(crate) use organization::{
    OrganizationCommand, OrganizationCreateOptions, OrganizationDeleteOptions,
    OrganizationListOptions, OrganizationOptions, OrganizationUpdateOptions,
};
pub(crate) use secret::{
    SecretCommand, SecretListOptions, SecretRevokeOptions, SecretRotateOptions,
};
pub(crate) use secrets_to::SecretsToOptions;
pub(crate) use server::{ManagementOptions, ServerOptions};
pub(crate) use token::TokenOptions;

/// A command that calls a server, or works on the data directory of a stopped one.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Token(TokenOptions),
    Apply(ApplyOptions),
    Export(ExportOptions),
    /// Look after applications.
    #[command(subcommand, after_help = application::EXAMPLES)]
    Application(ApplicationCommand),
    /// Look after APIs.
    #[command(subcommand, after_help = api::EXAMPLES)]
    Api(ApiCommand),
    /// Look after organizations.
    #[command(subcommand, after_help = organization::EXAMPLES)]
    Organization(OrganizationCommand),
    /// Look after the secrets of an application.
    #[command(subcommand, after_help = secret::EXAMPLES)]
    Secret(SecretCommand),
    Check(CheckOptions),
    Diagnose(DiagnoseOptions),
    Events(EventsOptions),
    /// Answer callers with 503, or serve them again.
    #[command(subcommand, after_help = maintenance::EXAMPLES)]
    Maintenance(MaintenanceCommand),
    /// Look after signing keys.
    #[command(subcommand, after_help = key::EXAMPLES)]
    Key(KeyCommand),
    /// Look into a token.
    #[command(subcommand, after_help = jwt::EXAMPLES)]
    Jwt(JwtCommand),
    Explain(ExplainOptions),
    Completions(CompletionsOptions),
    Man(ManOptions),
}

/// Reads the name of a profile.
fn profile() -> impl TypedValueParser<Value = Profile> {
    PossibleValuesParser::new(Profile::ALL.map(Profile::as_str))
        .try_map(|name| name.parse::<Profile>())
}
