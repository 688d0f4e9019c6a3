//! The help of each command, committed as text, so that a change of words is seen in review.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;

use crate::Cli;

/// The width at which the help is committed. Unit: columns.
const WIDTH: usize = 80;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/help")
}

/// Adds the help of a command and of its subcommands, by the name of the file.
fn add(command: &clap::Command, pages: &mut BTreeMap<String, String>) {
    let mut shown = command.clone().term_width(WIDTH);
    let name = command.get_bin_name().unwrap_or("m2m").to_owned();
    let short = shown.render_help().to_string();
    let long = shown.render_long_help().to_string();
    let text = format!("$ {name} -h\n{short}\n$ {name} --help\n{long}");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    pages.insert(
        format!("{}.txt", name.replace(' ', "-")),
        lines.join("\n") + "\n",
    );
    command
        .get_subcommands()
        .filter(|subcommand| subcommand.get_name() != "help")
        .for_each(|subcommand| add(subcommand, pages));
}

/// Returns the help of every command. It does not depend on the variables of the test run.
fn pages() -> BTreeMap<String, String> {
    fn without_values(command: clap::Command) -> clap::Command {
        command
            .mut_args(|argument| argument.hide_env_values(true))
            .mut_subcommands(without_values)
    }
    let mut command = without_values(Cli::command());
    command.build();
    let mut pages = BTreeMap::new();
    add(&command, &mut pages);
    pages
}

fn committed() -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder()).into_iter().flatten();
    entries
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test has no arguments")]
fn the_help_of_every_command_is_as_committed() {
    let pages = pages();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(folder()).unwrap();
        for name in committed().keys().filter(|name| !pages.contains_key(*name)) {
            std::fs::remove_file(folder().join(name)).unwrap();
        }
        for (name, text) in &pages {
            std::fs::write(folder().join(name), text).unwrap();
        }
    }
    let committed = committed();
    for (name, text) in &pages {
        let before = committed.get(name).map_or("", String::as_str);
        assert_eq!(before, text, "docs/help/{name}: run `cargo xtask codegen`");
    }
    let names: Vec<&String> = committed.keys().collect();
    assert_eq!(names, pages.keys().collect::<Vec<_>>(), "docs/help");
    assert!(pages.len() > 50, "{}", pages.len());
}
