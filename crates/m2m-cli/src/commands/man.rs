//! `m2m man`: the manual pages.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use clap_mangen::Man;
use m2m_host::error::Failure;
use m2m_host::output::Output;

/// Print the manual page, or write the pages of all commands into a directory.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ManOptions {
    /// Directory for the pages of all commands; created if missing
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) dir: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  m2m man | man -l -
  m2m man --dir ~/.local/share/man/man1";

pub(super) fn man(
    options: &ManOptions,
    command: clap::Command,
    output: &Output,
) -> Result<(), Failure> {
    let Some(folder) = &options.dir else {
        let mut page = Vec::new();
        Man::new(command).render(&mut page).map_err(|error| {
            Failure::refused("cannot create the manual page").because(error.to_string())
        })?;
        output.line(String::from_utf8_lossy(&page).trim_end());
        return Ok(());
    };
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(command, folder))
        .map_err(|error| {
            let what = format!("cannot write the manual pages into {}", folder.display());
            Failure::of_io(what, &error)
        })
}
