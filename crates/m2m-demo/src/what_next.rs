//! Commands to try while the demo serves.

use std::path::Path;

use m2m_host::curl::{quoted, token_request};
use m2m_host::output::Output;
use m2m_host::world::GeneratedCredentials;
use oauth_proto::Issuer;

use super::calls::{CREATE, curl};
use super::steps::{AUDIENCE, MISSPELLED_SCOPE};

/// Prints commands for the shell that go beyond those of the steps.
pub(super) fn show(
    issuer: &Issuer,
    generated: &[GeneratedCredentials],
    orders: &str,
    output: &Output,
) {
    output.heading("\nTry these commands, and those of the steps; Ctrl-C stops the demo");
    let program = program();
    output.line(format!("  {program} jwt decode \"$TOKEN\""));
    for credentials in generated.iter().skip(1) {
        let line = token_request(issuer, credentials, Some(AUDIENCE), None);
        output.line(format!("  {line}"));
    }
    output.line("A refusal and a denied call, and what they mean:");
    if let Some(credentials) = generated.first() {
        let refused = token_request(issuer, credentials, Some(AUDIENCE), Some(MISSPELLED_SCOPE));
        output.line(format!("  {refused} -si | {program} explain"));
    }
    output.line(format!("  {} | {program} explain", curl(CREATE, orders)));
    let page = format!("{issuer}/errors/scope-insufficient");
    output.line(format!("  curl {}", quoted(&page)));
    output.line(format!("  {program} explain scope-unknown"));
}

/// Returns this program as the user's shell finds it: its path, relative to the working directory if it is below that.
fn program() -> String {
    let Ok(path) = std::env::current_exe() else {
        return "m2m".to_owned();
    };
    let below = std::env::current_dir()
        .ok()
        .and_then(|folder| path.strip_prefix(folder).ok().map(Path::to_path_buf));
    // A path of one part would be looked up in PATH.
    let below = below.filter(|below| below.components().count() > 1);
    let path = below.unwrap_or(path);
    quoted(&path.to_string_lossy()).into_owned()
}
