//! `m2m completions`: the completion scripts for shells.

use clap::Args;
use clap_complete::Shell;
use m2m_host::output::Output;

/// Print a completion script for a shell.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CompletionsOptions {
    /// Shell that the script is for
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  m2m completions bash > ~/.local/share/bash-completion/completions/m2m
  m2m completions zsh > \"${fpath[1]}/_m2m\"
  m2m completions fish > ~/.config/fish/completions/m2m.fish
  m2m completions powershell >> $PROFILE";

pub(super) fn completions(options: &CompletionsOptions, mut root: clap::Command, output: &Output) {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut root, "m2m", &mut script);
    output.line(String::from_utf8_lossy(&script).trim_end());
}
