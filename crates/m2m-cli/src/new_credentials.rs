//! Newly generated credentials, which are shown once.

use m2m_admin::GeneratedCredentials;
use m2m_host::error::Failure;
use m2m_host::output::Output;
use m2m_host::printable::printable;
use serde_json::{Value, json};

use crate::done::insert;

/// Newly generated credentials, created here or by a server.
#[derive(Clone, Copy)]
pub(crate) struct NewCredentials<'c> {
    /// The name of the application.
    pub(crate) application: &'c str,
    /// Its client id.
    pub(crate) client_id: &'c str,
    /// The secret.
    pub(crate) client_secret: &'c str,
}

impl NewCredentials<'_> {
    /// Prints a secret the only time that it is shown.
    pub(crate) fn show_once(&self, output: &Output) {
        output.line(format!(
            "generated for {:?}: client_id {} client_secret {} (shown once)",
            self.application,
            printable(self.client_id),
            printable(self.client_secret),
        ));
    }

    /// Returns credentials as JSON.
    pub(crate) fn described(&self, with_secret: bool) -> Value {
        let mut document = json!({
            "application": self.application,
            "client_id": self.client_id,
        });
        if with_secret {
            insert(&mut document, "client_secret", json!(self.client_secret));
        }
        document
    }

    /// Returns the command that replaces a secret of a new application that no one has seen.
    pub(crate) fn replacement(&self) -> String {
        format!(
            "m2m secret rotate {} --overlap 0 --secrets-to FILE",
            printable(self.client_id)
        )
    }
}

impl<'c> From<&'c GeneratedCredentials> for NewCredentials<'c> {
    fn from(credentials: &'c GeneratedCredentials) -> Self {
        Self {
            application: &credentials.application,
            client_id: &credentials.client_id,
            client_secret: credentials.expose_secret(),
        }
    }
}

/// Returns successfully if everything on standard output, where a secret was just shown, has reached its reader.
///
/// # Errors
///
/// If not: the secret is in force, and no one has it. `replacements` returns the commands that replace it.
pub(crate) fn delivered(
    output: &Output,
    replacements: impl FnOnce() -> Vec<String>,
) -> Result<(), Failure> {
    let Some(why) = output.undelivered() else {
        return Ok(());
    };
    let failure = Failure::refused("the change was made, but its new secret could not be shown")
        .because(why)
        .because("the secret is in force, and only its hash is stored");
    Err(replacements().into_iter().fold(failure, Failure::help))
}
