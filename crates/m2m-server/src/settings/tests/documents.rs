//! The documents say what there is.

use std::path::Path;

use clap::CommandFactory as _;

use super::*;
use crate::cli::Cli;

const EXAMPLE: &str = include_str!("../../../../../docs/m2m.toml");
const PAGE: &str = include_str!("../../../../../docs/configuration.md");

#[test]
fn the_example_has_every_setting_with_its_default() {
    // Comments have a space behind the sign, settings have none.
    let lines = EXAMPLE.lines().map(|line| match line.strip_prefix('#') {
        Some(rest) if !rest.starts_with(' ') => rest,
        Some(_) | None => line,
    });
    let text: Vec<&str> = lines.collect();
    let (file, mistakes) =
        super::super::file::SettingsFile::parse("m2m.toml", &text.join("\n"), Path::new(""));
    assert!(mistakes.is_empty(), "{:?}", mistakes.into_vec());
    for setting in Setting::offered() {
        let entry = file
            .value(setting)
            .unwrap_or_else(|| panic!("docs/m2m.toml lacks {}", setting.name()));
        if let Some(default) = setting.default() {
            let items = entry.items.iter().map(|item| item.text.to_str().unwrap());
            assert_eq!(
                items.collect::<Vec<_>>().join(","),
                default,
                "{}",
                setting.name()
            );
        }
    }
    let all_commented = EXAMPLE.lines().filter(|line| !line.is_empty());
    assert!(all_commented.into_iter().all(|line| line.starts_with('#')));
}

#[test]
fn the_page_has_the_table_of_settings() {
    let command = Cli::command();
    let serve = command.find_subcommand("serve").unwrap();
    let mut table =
        String::from("| setting | flag | variable | default | says |\n|---|---|---|---|---|\n");
    for setting in Setting::offered() {
        let flag = setting.flag();
        let argument = serve
            .get_arguments()
            .find(|argument| argument.get_long() == flag.strip_prefix("--"))
            .unwrap_or_else(|| panic!("{flag} is no flag"));
        let help = argument.get_help().unwrap().to_string();
        let says = match help.split_once(" [default: ") {
            Some((says, default)) => {
                assert_eq!(default.strip_suffix(']'), setting.default(), "{flag}");
                says
            }
            None => &help,
        };
        let default = match setting.default() {
            Some("") => " none".to_owned(),
            Some(default) => format!(" `{default}`"),
            None => String::new(),
        };
        table += &format!(
            "| `{}` | `{flag}` | `{}` |{default} | {says} |\n",
            setting.name(),
            setting.variable()
        );
    }
    assert!(
        PAGE.contains(&table),
        "docs/configuration.md lacks this table:\n{table}"
    );
}
