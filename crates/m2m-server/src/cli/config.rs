//! `m2m config`

use clap::{Args, Subcommand};

use super::{Format, SettingOptions};

/// What to do with a configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    Check(ConfigCheckOptions),
}

/// Say what is wrong with a configuration, or what it says and where each value comes from.
///
/// It takes the options of `m2m serve`, and starts and changes nothing. All mistakes are told at once, those in files with line
/// and column. Exits 0 if a server would start with it, as far as that can be seen, and 2 if not.
#[derive(Debug, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(crate) struct ConfigCheckOptions {
    #[command(flatten)]
    pub(crate) settings: SettingOptions,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  m2m config check --config m2m.toml";

const CHECK_EXAMPLES: &str = "\
Examples:
  m2m config check --config m2m.toml
  m2m config check --world world.toml --listen 0.0.0.0:8443
  m2m config check --config m2m.toml --output json";
