//! `m2m config check`: the mistakes in a configuration, or its values.

mod files;

use clap::{Args, Subcommand};
use m2m_host::environment::Environment;
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::printable;
use m2m_host::table::Table;
use serde_json::{Value, json};

use crate::settings::{Mistakes, Origin, SettingOptions, Settings};

/// The commands for configurations.
#[derive(Debug, Subcommand)]
#[expect(
    missing_docs,
    reason = "a comment on a variant would take the place of the help of its options"
)]
pub enum ConfigCommand {
    Check(ConfigCheckOptions),
}

/// Check a configuration: print its mistakes, or each value and the source of the value.
///
/// The command takes the options of `m2m serve`, but does not start a server or change anything. All mistakes are reported at once, those in files
/// with line and column. Exits 0 if no mistake is found, and 2 otherwise.
#[derive(Debug, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub struct ConfigCheckOptions {
    #[command(flatten)]
    pub(crate) settings: SettingOptions,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
}

pub(crate) const EXAMPLES: &str = "\
Examples:
  m2m config check --config m2m.toml";

const CHECK_EXAMPLES: &str = "\
Examples:
  m2m config check --config m2m.toml
  m2m config check --world world.toml --listen 127.0.0.1:8443
  m2m config check --config m2m.toml --output json";

pub(crate) fn check(
    options: &ConfigCheckOptions,
    environment: &Environment,
    output: &Output,
) -> Result<(), Failure> {
    let checked = Settings::resolve(&options.settings, environment).and_then(|settings| {
        let mut settings = settings;
        let mistakes = files::check(&settings);
        if mistakes.is_empty() {
            settings.notices.extend(files::warnings(&settings));
            Ok(settings)
        } else {
            Err(mistakes)
        }
    });
    match (checked, options.output) {
        (Ok(settings), Format::Text) => {
            show(&settings, output);
            Ok(())
        }
        (Ok(settings), Format::Json) => {
            output.json(&json!({
                "good": true,
                "settings": settings.shown(),
                "notices": settings.notices,
            }));
            Ok(())
        }
        (Err(mistakes), Format::Text) => Err(tell(mistakes, output)),
        (Err(mistakes), Format::Json) => {
            let mistakes = mistakes.into_vec();
            let as_json: Vec<Value> = mistakes.iter().map(Failure::json).collect();
            output.json(&json!({ "good": false, "mistakes": as_json }));
            Err(summary(mistakes.len()))
        }
    }
}

/// Prints all mistakes except the returned one, which is printed last and contains their number.
fn tell(mistakes: Mistakes, output: &Output) -> Failure {
    let mut mistakes = mistakes.into_vec();
    match (mistakes.pop(), mistakes.len()) {
        (Some(only), 0) => only.into_usage(),
        (last, before) => {
            for failure in mistakes.iter().chain(&last) {
                output.failure(failure);
                output.notice("");
            }
            summary(before + 1)
        }
    }
}

fn summary(count: usize) -> Failure {
    Failure::usage(match count {
        1 => "the configuration has a mistake; nothing was started or changed".to_owned(),
        count => {
            format!("the configuration has {count} mistakes; nothing was started or changed")
        }
    })
}

fn show(settings: &Settings, output: &Output) {
    let mut table = Table::new(["SETTING", "VALUE", "FROM"]);
    for shown in settings.shown() {
        let from = from(shown.name, &shown.origin);
        table = table.with([shown.name.to_owned(), text(&shown.value), from]);
    }
    table.print("", output);
    for notice in &settings.notices {
        output.notice(&format!("notice: {}", printable::printable(notice)));
    }
    output.good("good: these settings have no mistakes");
}

/// Returns a value as it would be written in a flag.
fn text(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) if list.is_empty() => "-".to_owned(),
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(","),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// Returns the place a value comes from, in the form in which operators look for it.
fn from(name: &str, origin: &Origin) -> String {
    match origin {
        Origin::Flag => "flag".to_owned(),
        Origin::Variable => "variable".to_owned(),
        Origin::File { file, line } => format!("{file}:{line}"),
        // It follows from the address.
        Origin::Default if name == "issuer" => "default, derived from listen".to_owned(),
        Origin::Default => "default".to_owned(),
    }
}
