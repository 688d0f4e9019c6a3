//! The examples in the help of each command: they fit on a terminal, and can be pasted as command lines.

use clap::{CommandFactory as _, Parser as _};

use super::named_commands::TRACE_ID;
use crate::Cli;

/// Returns the examples of a command and of its subcommands, each on one line.
fn examples(command: &clap::Command) -> Vec<String> {
    let help = command.get_after_help().map(ToString::to_string);
    let help = help.unwrap_or_default();
    let joined = help.replace("\\\n    ", "");
    let lines = joined.lines().filter_map(|line| line.strip_prefix("  "));
    let mut examples: Vec<String> = lines
        .filter(|line| line.starts_with("m2m "))
        .map(str::to_owned)
        .collect();
    examples.extend(command.get_subcommands().flat_map(self::examples));
    examples
}

/// The lines below the options of a command, and of those below it, that are wider than 80 columns.
fn wide_lines(command: &clap::Command) -> Vec<String> {
    let help = command.get_after_help().map(ToString::to_string);
    let help = help.unwrap_or_default();
    let wide = help.lines().filter(|line| line.chars().count() > 80);
    let mut wide: Vec<String> = wide.map(str::to_owned).collect();
    wide.extend(command.get_subcommands().flat_map(wide_lines));
    wide
}

/// Splits a line into words as a shell does, up to a comment, a redirection or a pipe.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut is_word, mut quote) = (String::new(), false, None);
    for character in line.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => word.push(character),
            (None, '\'' | '"') => (quote, is_word) = (Some(character), true),
            (None, '#' | '>' | '<' | '|') if !is_word => break,
            (None, ' ') => {
                if is_word {
                    words.push(core::mem::take(&mut word));
                }
                is_word = false;
            }
            (None, _) => {
                word.push(character);
                is_word = true;
            }
        }
    }
    assert_eq!(quote, None, "{line} has a quote that does not end");
    if is_word {
        words.push(word);
    }
    words
}

#[test]
fn every_example_is_a_valid_command_line() {
    let mut command = Cli::command();
    command.build();
    assert_eq!(wide_lines(&command), [""; 0], "these wrap on a terminal");
    let examples = examples(&command);
    assert!(examples.len() > 80, "{}", examples.len());
    for example in examples {
        let known = example
            .replace("TRACE_ID", TRACE_ID)
            .replace("$hash", "07dsKUVbIlU2M0ozmDM6omR8kQA+JqKrEkoRRrGqCHA=");
        if let Err(error) = Cli::try_parse_from(words(&known)) {
            panic!("{example}: {error}");
        }
    }
}

#[test]
fn words_end_where_a_shell_ends_them() {
    assert_eq!(words("m2m a 'b c' \"$D\"  # e"), ["m2m", "a", "b c", "$D"]);
    assert_eq!(words("m2m export > world.toml"), ["m2m", "export"]);
    assert_eq!(words("m2m x a#b | jq ."), ["m2m", "x", "a#b"]);
}
