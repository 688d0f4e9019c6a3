//! `m2m man`

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// Print the manual page, or write the pages of all commands into a folder.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ManOptions {
    /// The folder for the pages of all commands; made where it is missing
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) dir: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  m2m man | man -l -
  m2m man --dir ~/.local/share/man/man1";
