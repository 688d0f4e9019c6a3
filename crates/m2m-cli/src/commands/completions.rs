//! `m2m completions`

use crate::options::CompletionsOptions;
use m2m_host::output::Output;

pub(super) fn completions(options: &CompletionsOptions, mut root: clap::Command, output: &Output) {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut root, "m2m", &mut script);
    output.line(String::from_utf8_lossy(&script).trim_end());
}
