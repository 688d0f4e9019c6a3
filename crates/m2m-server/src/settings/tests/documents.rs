//! The documents that are generated from the table of settings. With `UPDATE=1` these tests write them, as `cargo xtask codegen` does.

use std::path::Path;

use clap::CommandFactory as _;

use super::*;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/");
const BEGIN: &str =
    "<!-- Generated from crates/m2m-server/src/settings/table.rs by `cargo xtask codegen`. -->\n";
const END: &str = "<!-- End of the generated table. -->\n";

const EXAMPLE_BEGINS: &str = "\
# Settings of `m2m serve --config m2m.toml`, each with its default, or with an example where it has none.
# `m2m config check --config m2m.toml` reports mistakes in them, or shows the values in effect.
# Flags come before variables, and these before this file; docs/configuration.md has the names of all three.
# Secrets are not allowed here. Generated from crates/m2m-server/src/settings/table.rs by `cargo xtask codegen`.
";

/// Asserts that a document equals the result of `make` for it, and writes it if that is requested.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "a test has no arguments")]
fn check(name: &str, make: impl Fn(&str) -> String) {
    let path = Path::new(FOLDER).join(name);
    let read = || std::fs::read_to_string(&path).unwrap();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, make(&read())).unwrap();
    }
    assert!(
        read() == make(&read()),
        "docs/{name} differs from the table of settings: run `cargo xtask codegen`"
    );
}

/// Returns the help of a setting, its further documentation, and its allowed values.
fn description(setting: Setting) -> String {
    let (help, more) = setting.help();
    let mut sentences = vec![format!("{help}."), more];
    let words = (setting.shape().words)();
    if !words.is_empty() {
        sentences.push(format!("One of {}.", words.join(", ")));
    }
    if let Some((least, most)) = setting.shape().bounds {
        sentences.push(format!("From {least} to {most}."));
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences.join(" ")
}

/// Returns the rows of the page.
fn table() -> String {
    let mut table =
        String::from("| setting | flag | variable | default | meaning |\n|---|---|---|---|---|\n");
    for setting in Setting::offered() {
        let (name, flag, variable) = (setting.name(), setting.flag(), setting.variable());
        let default = match setting.default() {
            Some("") => " none".to_owned(),
            Some(default) => format!(" `{default}`"),
            None => String::new(),
        };
        let meaning = description(setting);
        table += &format!("| `{name}` | `{flag}` | `{variable}` |{default} | {meaning} |\n");
    }
    table
}

/// Returns the file with every setting.
fn example() -> String {
    let (of_tables, at_the_top): (Vec<_>, Vec<_>) =
        Setting::offered().partition(|setting| setting.name().contains('.'));
    let mut example = EXAMPLE_BEGINS.to_owned();
    let mut table = "";
    for setting in at_the_top.into_iter().chain(of_tables) {
        let (of, key) = setting
            .name()
            .split_once('.')
            .unwrap_or_else(|| ("", setting.name()));
        example += "\n";
        if of != table {
            example += &format!("#[{of}]\n\n");
            table = of;
        }
        let value = setting.default().or_else(|| setting.row().example).unwrap();
        let value = match setting.form() {
            Form::Text | Form::Path => format!("{value:?}"),
            Form::Boolean | Form::Number => value.to_owned(),
            Form::List => format!("[{value}]"),
        };
        example += &comment(&description(setting));
        example += &format!("#{key} = {value}\n");
    }
    example
}

/// Returns a text as the lines of a comment.
fn comment(text: &str) -> String {
    let mut lines = vec!["#".to_owned()];
    for word in text.split(' ') {
        let line = lines.last_mut().unwrap();
        if line.len() + word.len() < 120 {
            *line += &format!(" {word}");
        } else {
            lines.push(format!("# {word}"));
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn the_page_has_the_table_of_settings() {
    check("configuration.md", |page| {
        let (before, rest) = page.split_once(BEGIN).unwrap();
        let (_, after) = rest.split_once(END).unwrap();
        format!("{before}{BEGIN}\n{}\n{END}{after}", table())
    });
}

#[test]
fn the_example_is_up_to_date() {
    check("m2m.toml", |_| example());
}

#[test]
fn a_flag_has_the_help_and_the_default_of_its_setting() {
    let serve = ServeCommand::command();
    for setting in Setting::offered() {
        let flag = setting.flag();
        let argument = serve
            .get_arguments()
            .find(|argument| argument.get_long() == flag.strip_prefix("--"))
            .unwrap_or_else(|| panic!("{flag} is not a flag"));
        let help = argument.get_help().unwrap().to_string();
        let says = match help.split_once(" [default: ") {
            Some((says, default)) => {
                assert_eq!(default.strip_suffix(']'), setting.default(), "{flag}");
                says
            }
            None => &help,
        };
        assert_eq!(says, setting.help().0);
    }
}

#[test]
fn the_example_has_every_setting_with_its_default() {
    let example = example();
    // Comments have a space after the sign, settings do not.
    let lines = example.lines().map(|line| match line.strip_prefix('#') {
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
    let all_commented = example.lines().filter(|line| !line.is_empty());
    assert!(all_commented.into_iter().all(|line| line.starts_with('#')));
}
