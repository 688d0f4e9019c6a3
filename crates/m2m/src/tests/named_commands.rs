//! A check that texts for people name only commands and options that this binary has.

use clap::{CommandFactory as _, Parser as _};
use m2m_authority::diagnose::Fix;
use m2m_authority::registry::{AuthenticationMethod, Quota, QuotaMode};
use m2m_errors::Task;
use m2m_explain::{Operating, TaskAdvice, remedy, task_remedy};

use crate::Cli;

/// A trace id for commands that need one.
pub(super) const TRACE_ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// Asserts that each `m2m WORD` in the text is a command, and each `--WORD` an option of one.
fn check(text: &str) {
    let mut root = Cli::command();
    root.build();
    for named in text.split("m2m ").skip(1) {
        let mut command = &root;
        for word in named.split(' ').take_while(|word| !word.starts_with('-')) {
            let is_end = word.ends_with(['.', ',', ';', ':', '"', '`']);
            let word = word.trim_end_matches(['.', ',', ';', ':', '"', '`']);
            // Options and arguments follow the last subcommand.
            if !command.has_subcommands() {
                break;
            }
            let subcommand = command.find_subcommand(word);
            command = subcommand.unwrap_or_else(|| panic!("there is no command {word:?}: {text}"));
            if is_end {
                break;
            }
        }
    }
    // curl has options of its own.
    let of_ours = if text.contains("curl") { "" } else { text };
    for named in of_ours.split("--").skip(1) {
        let option = named
            .split(|byte: char| !byte.is_ascii_lowercase() && !byte.is_ascii_digit() && byte != '-')
            .next()
            .unwrap_or_default();
        assert!(
            has_option(&root, option),
            "there is no option --{option}: {text}"
        );
    }
}

fn has_option(command: &clap::Command, name: &str) -> bool {
    command
        .get_arguments()
        .any(|argument| argument.get_long() == Some(name))
        || command
            .get_subcommands()
            .any(|subcommand| has_option(subcommand, name))
}

#[test]
fn the_commands_of_fixes_are_command_lines() {
    let id = || Box::from("-a b'$(c)");
    let authorize = Vec::new;
    let operating = Operating::DataDirectory {
        issuer: "https://id.example",
    };
    for fix in [
        Fix::CreateSecret { client_id: id() },
        Fix::Authorize {
            client_id: id(),
            audience: id(),
            authorize: authorize(),
        },
        Fix::AssignScope {
            client_id: id(),
            audience: id(),
            scope: "-x".into(),
            authorize: authorize(),
        },
        Fix::AllowAddress {
            client_id: id(),
            address: [192, 0, 2, 7].into(),
            allowed: vec!["10.0.0.0/8".parse().unwrap(), "192.0.2.7".parse().unwrap()],
        },
        Fix::Enable { client_id: id() },
        Fix::RemoveExpiry { client_id: id() },
        Fix::MakeConfidential { client_id: id() },
        Fix::AllowGrantType { client_id: id() },
        Fix::AllowAuthenticationMethod {
            client_id: id(),
            methods: AuthenticationMethod::ALL.to_vec(),
        },
        Fix::RaiseQuota {
            client_id: id(),
            quota: Quota {
                tokens: 20,
                per: "90m".parse().unwrap(),
                mode: QuotaMode::Enforce,
            },
        },
        Fix::AllowSystemUser { client_id: id() },
        Fix::RevokeTokensUntilNow { client_id: id() },
        Fix::ResumeOrganization { code: id() },
    ] {
        let command = remedy(&fix, operating).command.unwrap();
        let words = shlex::split(&command).unwrap();
        if let Err(error) = Cli::try_parse_from(words) {
            panic!("{command}: {error}");
        }
    }
}

#[test]
fn the_commands_of_tasks_are_command_lines() {
    let data = Operating::DataDirectory {
        issuer: "https://id.example/$(id)",
    };
    let mut commands = 0;
    for &task in Task::ALL {
        let advice = TaskAdvice::of(task);
        let texts = [advice.data_directory, advice.registry_file];
        texts.into_iter().flatten().for_each(check);
        for operating in [data, Operating::RegistryFile] {
            let Some(command) = task_remedy(task, operating).and_then(|step| step.command) else {
                continue;
            };
            commands += 1;
            let words = shlex::split(&command).unwrap();
            let words = words.into_iter().map(|word| match &*word {
                // The only value that is not known on a server with a registry file.
                "URL" => "https://id.example".to_owned(),
                "TRACE_ID" => TRACE_ID.to_owned(),
                "TOKENS/PERIOD" => "1000/1h".to_owned(),
                _ => word,
            });
            if let Err(error) = Cli::try_parse_from(words) {
                panic!("{command}: {error}");
            }
        }
    }
    assert!(commands > 30, "{commands}");
}

#[test]
#[should_panic(expected = "there is no command \"aply\"")]
fn a_command_that_there_is_not_is_found() {
    check("Run m2m jwt decode TOKEN, then m2m aply -f world.toml.");
}

#[test]
#[should_panic(expected = "there is no option --trusted-proxy")]
fn an_option_that_there_is_not_is_found() {
    check("Name it with --trusted-proxies, not --trusted-proxy.");
}

/// Returns what the README and the guide print as code: the spans in their sentences, and the lines of their blocks.
fn code_in_pages() -> Vec<String> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let guide = std::fs::read_dir(format!("{root}/docs/guide")).unwrap();
    let guide = guide.map(|entry| entry.unwrap().path());
    let pages = guide.chain([format!("{root}/README.md").into()]);
    let mut code = Vec::new();
    for page in pages {
        let text = std::fs::read_to_string(page).unwrap().replace("\\\n", "");
        for (index, part) in text.split("```").enumerate() {
            if index % 2 == 1 {
                code.extend(part.lines().map(str::to_owned));
            } else {
                code.extend(part.split('`').skip(1).step_by(2).map(str::to_owned));
            }
        }
    }
    code
}

#[test]
fn the_readme_and_the_guide_name_only_commands_that_there_are() {
    let code = code_in_pages();
    let commands = code
        .iter()
        .filter(|code| code.starts_with("m2m ") && !code.starts_with("m2m ready"));
    assert!(commands.clone().count() > 30);
    commands.for_each(|code| check(code.split(" # ").next().unwrap_or_default()));
    let options = code.iter().filter(|code| code.starts_with("--"));
    options.for_each(|code| check(code));
}
