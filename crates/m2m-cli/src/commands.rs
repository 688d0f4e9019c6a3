//! What each command does.

mod api;
mod application;
mod apply;
mod check;
mod completions;
mod consent;
mod destination;
mod diagnose;
mod diagnosis;
mod done;
mod events;
mod explain;
mod export;
mod input;
mod jwt_decode;
mod jwt_verify;
mod key_import;
mod key_list;
mod key_reseal;
mod key_rotate;
mod maintenance;
mod man;
mod new_credentials;
mod nowhere;
mod organization;
mod reset_management;
mod secret;
mod secrets_file;
mod token;
mod token_input;

use crate::options::{
    ApiCommand, ApiScopeCommand, ApplicationCommand, Command, JwtCommand, KeyCommand,
    OrganizationCommand, SecretCommand,
};
use m2m_host::error::Failure;
use m2m_host::output::Output;

/// Runs a command. `root` is the whole command line, for completions and manual pages.
///
/// # Errors
///
/// The reason why the command could not do its work.
pub(crate) fn run(command: Command, root: clap::Command, output: &Output) -> Result<(), Failure> {
    match command {
        Command::Token(options) => token::token(&options, output),
        Command::Apply(options) => apply::apply(&options, output),
        Command::Export(options) => export::export(&options, output),
        Command::Application(command) => manage_applications(&command, output),
        Command::Api(command) => manage_apis(&command, output),
        Command::Organization(command) => manage_organizations(&command, output),
        Command::Secret(SecretCommand::List(options)) => secret::list(&options, output),
        Command::Secret(SecretCommand::Rotate(options)) => secret::rotate(&options, output),
        Command::Secret(SecretCommand::Revoke(options)) => secret::revoke(&options, output),
        Command::Check(options) => check::check(&options, output),
        Command::Diagnose(options) => diagnose::diagnose(&options, output),
        Command::Events(options) => events::events(&options, output),
        Command::Maintenance(command) => maintenance::maintenance(&command, output),
        Command::Key(KeyCommand::List(options)) => key_list::list(&options, output),
        Command::Key(KeyCommand::Rotate(options)) => key_rotate::rotate(&options, output),
        Command::Key(KeyCommand::Import(options)) => key_import::import(&options, output),
        Command::Key(KeyCommand::Reseal(options)) => key_reseal::reseal(&options, output),
        Command::Jwt(JwtCommand::Decode(options)) => jwt_decode::decode(&options, output),
        Command::Jwt(JwtCommand::Verify(options)) => jwt_verify::verify(&options, output),
        Command::Explain(options) => explain::explain(&options, output),
        Command::Completions(options) => {
            completions::completions(&options, root, output);
            Ok(())
        }
        Command::Man(options) => man::man(&options, root, output),
    }
}

fn manage_applications(command: &ApplicationCommand, output: &Output) -> Result<(), Failure> {
    match command {
        ApplicationCommand::List(options) => application::list(options, output),
        ApplicationCommand::Show(options) => application::show(options, output),
        ApplicationCommand::Create(options) => application::create(options, output),
        ApplicationCommand::Update(options) => application::update(options, output),
        ApplicationCommand::Delete(options) => application::delete(options, output),
        ApplicationCommand::Authorize(options) => application::authorize(options, output),
        ApplicationCommand::Deauthorize(options) => application::deauthorize(options, output),
        ApplicationCommand::ResetManagement(options) => reset_management::reset(options, output),
    }
}

fn manage_apis(command: &ApiCommand, output: &Output) -> Result<(), Failure> {
    match command {
        ApiCommand::List(options) => api::list(options, output),
        ApiCommand::Show(options) => api::show(options, output),
        ApiCommand::Create(options) => api::create(options, output),
        ApiCommand::Update(options) => api::update(options, output),
        ApiCommand::Delete(options) => api::delete(options, output),
        ApiCommand::Scope(ApiScopeCommand::Add(options)) => api::add_scope(options, output),
        ApiCommand::Scope(ApiScopeCommand::Remove(options)) => api::remove_scope(options, output),
    }
}

fn manage_organizations(command: &OrganizationCommand, output: &Output) -> Result<(), Failure> {
    match command {
        OrganizationCommand::List(options) => organization::list(options, output),
        OrganizationCommand::Show(options) => organization::show(options, output),
        OrganizationCommand::Create(options) => organization::create(options, output),
        OrganizationCommand::Update(options) => organization::update(options, output),
        OrganizationCommand::Suspend(options) => organization::suspend(options, output),
        OrganizationCommand::Resume(options) => organization::resume(options, output),
        OrganizationCommand::Delete(options) => organization::delete(options, output),
    }
}
