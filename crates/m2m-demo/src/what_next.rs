//! Commands to try while the demo serves.

use std::path::Path;

use m2m_host::curl::{quoted, token_request};
use m2m_host::output::Output;
use m2m_host::world::GeneratedCredentials;
use oauth_proto::Issuer;

use super::steps::{AUDIENCE, MISSPELLED_SCOPE};

/// Prints commands for the shell: for tokens, a refusal, documents, and further commands.
pub(super) fn show(issuer: &Issuer, generated: &[GeneratedCredentials], output: &Output) {
    output.heading("\nTry it yourself; Ctrl-C stops the demo");
    for credentials in generated {
        let line = token_request(issuer, credentials, Some(AUDIENCE), None);
        output.line(format!("  {line}"));
    }
    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/jwks.json",
        "/errors/invalid_scope",
    ] {
        output.line(format!("  curl {issuer}{path}"));
    }
    let program = program();
    if let Some(credentials) = generated.first() {
        let refused = token_request(issuer, credentials, Some(AUDIENCE), Some(MISSPELLED_SCOPE));
        output.line("A refusal, and what it means:");
        output.line(format!("  {refused}"));
        output.line(format!("  {refused} -si | {program} explain"));
    }
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
