//! The command line: what can be typed, and the help that shows it.

mod api;
mod application;
mod apply;
mod check;
mod completions;
mod config;
mod connection;
mod data;
mod demo;
mod diagnose;
mod events;
mod explain;
mod export;
mod healthcheck;
mod jwt;
mod key;
mod maintenance;
mod man;
mod members;
mod organization;
mod secret;
mod secrets_to;
mod serve;
mod server;
mod settings;
mod token;

#[cfg(test)]
mod named_commands;

use std::net::{Ipv4Addr, SocketAddr};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum};
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
pub(crate) use config::{ConfigCheckOptions, ConfigCommand};
pub(crate) use connection::ConnectionOptions;
pub(crate) use data::{DataOptions, OptionalDataOptions, SealingOptions, SecretText};
pub(crate) use demo::DemoOptions;
pub(crate) use diagnose::DiagnoseOptions;
pub(crate) use events::EventsOptions;
pub(crate) use explain::ExplainOptions;
pub(crate) use export::ExportOptions;
pub(crate) use healthcheck::HealthcheckOptions;
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
pub(crate) use secrets_to::{SecretsToOptions, is_standard_stream};
pub(crate) use serve::ServeOptions;
pub(crate) use server::{ManagementOptions, ServerOptions};
pub(crate) use settings::SettingOptions;
pub(crate) use token::TokenOptions;

/// Tokens for machines, and the exact reason when there is none.
///
/// m2m is an OAuth 2.0 authorization server for the client credentials grant.
#[derive(Debug, Parser)]
#[command(name = "m2m", version, after_help = EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// No colour, whatever the terminal can do, if it has a value (see no-color.org).
    #[arg(long, env = "NO_COLOR", hide = true)]
    no_color: Option<String>,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(DemoOptions),
    Serve(ServeOptions),
    Token(TokenOptions),
    /// Look at what a server would be told.
    #[command(subcommand, after_help = config::EXAMPLES)]
    Config(ConfigCommand),
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
    Healthcheck(HealthcheckOptions),
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

/// Where colour is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    /// Where a person looks at a terminal.
    OnTerminals,
    /// Nowhere.
    Never,
}

/// How a result is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs: one JSON document. `m2m events` prints one for each event, on a line of its own.
    Json,
}

impl Cli {
    /// Where the user wants colour.
    pub(crate) fn colour(&self) -> Colour {
        match self.no_color.as_deref() {
            None | Some("") => Colour::OnTerminals,
            Some(_) => Colour::Never,
        }
    }
}

/// Reads the name of a profile.
fn profile() -> impl TypedValueParser<Value = Profile> {
    PossibleValuesParser::new(Profile::ALL.map(Profile::as_str))
        .try_map(|name| name.parse::<Profile>())
}

/// Reads where to listen: an address and a port, or `localhost` and a port.
pub(crate) fn listen_address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
    match port.parse::<u16>() {
        Ok(port) if host.eq_ignore_ascii_case("localhost") => {
            Ok((Ipv4Addr::LOCALHOST, port).into())
        }
        Ok(port) if host.is_empty() => Err(format!(
            "an address has to stand before the port, as in 127.0.0.1:{port}"
        )),
        Ok(_) | Err(_) => Err("write an address and a port, as in 127.0.0.1:8080".to_owned()),
    }
}

const EXAMPLES: &str = "\
Examples:
  m2m demo                               see the whole in a minute
  m2m serve --world world.toml           serve the applications in a file
  m2m serve --data data                  serve those in a data directory
  m2m token --audience https://orders.example/api
                                         a token, alone
  m2m config check --config m2m.toml     what is wrong with a configuration, or what it says
  m2m apply -f world.toml --data data    make a registry say what a file says
  m2m application list                   what a server that runs has
  m2m check --client billing-job         would it get a token, and if not, why
  m2m diagnose TRACE_ID                  why a request was refused
  m2m jwt decode \"$TOKEN\"                what a token says
  m2m explain invalid_client             what an error means, and what to do

Exit codes: 0 done, 1 refused, 2 wrong usage, 3 not reachable, 130 interrupted.";

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn takes_an_address_and_a_port_or_localhost_and_a_port() {
        let address = |text| listen_address(text).map(|address| address.to_string());
        assert_eq!(address("[::1]:0").as_deref(), Ok("[::1]:0"));
        assert_eq!(address("Localhost:80").as_deref(), Ok("127.0.0.1:80"));
        for text in [
            ":8080",
            "8080",
            "127.0.0.1",
            "example:8080",
            "",
            "localhost:",
            "::1",
        ] {
            assert!(
                address(text).unwrap_err().contains("as in 127.0.0.1:"),
                "{text}"
            );
        }
    }

    #[test]
    fn every_command_shows_an_example() {
        fn check(command: &clap::Command) {
            let help = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(help.contains("Example"), "{}", command.get_name());
            assert!(
                help.contains(&format!("m2m {}", command.get_name()))
                    || help.contains(command.get_name())
            );
            command.get_subcommands().for_each(check);
        }
        let command = Cli::command();
        check(&command);
        command.debug_assert();
    }
}
