//! The examples in the help of each command: they fit on a terminal, and the command line takes them as they are pasted.

use clap::{CommandFactory as _, Parser as _};

use crate::Cli;

/// The examples of a command and of those below it, each on one line.
fn examples(command: &clap::Command) -> Vec<String> {
    let help = command.get_after_help().map(ToString::to_string);
    let help = help.unwrap_or_default();
    for line in help.lines() {
        let width = line.chars().count();
        assert!(width <= 100, "{line:?} has {width} columns, and wraps");
    }
    let joined = help.replace("\\\n    ", "");
    let lines = joined.lines().filter_map(|line| line.strip_prefix("  "));
    let mut examples: Vec<String> = lines
        .filter(|line| line.starts_with("m2m "))
        .map(str::to_owned)
        .collect();
    examples.extend(command.get_subcommands().flat_map(self::examples));
    examples
}

/// The words of a line as a shell reads them, up to a remark, a redirection or a pipe.
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
fn every_example_is_a_command_line_as_it_stands() {
    let mut command = Cli::command();
    command.build();
    let examples = examples(&command);
    assert!(examples.len() > 80, "{}", examples.len());
    for example in examples {
        if let Err(error) = Cli::try_parse_from(words(&example)) {
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
