//! The command line as a whole: its help, and the texts of other crates that name its commands.

mod examples;
mod help;
mod named_commands;

use clap::CommandFactory as _;
use m2m_host::error::Exit;

use crate::Cli;

#[test]
fn the_table_of_exit_codes_is_in_the_help_and_in_the_readme() {
    let help = Cli::command().render_long_help().to_string();
    let readme = include_str!("../README.md");
    for (exit, meaning) in [
        (Exit::Refused, "refused"),
        (Exit::Usage, "wrong usage"),
        (Exit::Unreachable, "not reachable"),
        (Exit::Interrupted, "interrupted"),
    ] {
        let code = exit.code();
        assert!(help.contains(&format!("{code} {meaning}")), "{help}");
        assert!(readme.contains(&format!("| {code} | {meaning}")), "{code}");
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
