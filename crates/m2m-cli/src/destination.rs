//! The destination of a secret that a server generates for a command: standard output, or a file that exists before the secret does.

use std::path::Path;

use m2m_host::error::{Exit, Failure};
use m2m_host::output::Output;
use m2m_host::printable::printable;
use serde_json::{Value, json};

use crate::done::insert;
use crate::new_credentials::{NewCredentials, delivered};
use crate::secrets_file::Reserved;

/// The destination of a secret that is not generated yet.
#[derive(Debug)]
pub(crate) struct Destination(Option<Reserved>);

/// The place where a secret was written to.
#[derive(Debug)]
pub(crate) struct Kept {
    file: Option<String>,
    /// The outcome of writing the file. A secret that is not in it is shown.
    written: Result<(), Failure>,
}

impl Destination {
    /// Prepares a new file, or checks standard output, before the secret is generated: nothing is changed if no one would get it.
    ///
    /// # Errors
    ///
    /// If the file cannot be created, or standard output cannot be written to.
    pub(crate) fn of(file: Option<&Path>, output: &Output) -> Result<Self, Failure> {
        match file {
            Some(file) => Ok(Self(Some(Reserved::new(file)?))),
            None => output.check().map(|()| Self(None)),
        }
    }

    /// Returns a destination for a command that generates no secret.
    pub(crate) const fn unused() -> Self {
        Self(None)
    }

    /// Returns the failure of a command without a secret. If the answer was lost, a secret may be in force all the same.
    pub(crate) fn give_up(&self, failure: Failure, application: &str) -> Failure {
        if let Some(reserved) = &self.0 {
            reserved.give_up();
        }
        match failure.exit() {
            Exit::Unreachable => failure
                .because("if it was, its secret is valid, and was not shown")
                .help(format!(
                    "m2m secret list {} shows whether there is a new secret",
                    printable(application)
                )),
            Exit::Refused | Exit::Usage | Exit::Interrupted => failure,
        }
    }

    /// Removes the file that was reserved, since no secret was created.
    pub(crate) fn not_needed(&self) {
        if let Some(reserved) = &self.0 {
            reserved.give_up();
        }
    }

    /// Writes a generated secret to the file, if there is one. If that fails, the secret has to be shown.
    pub(crate) fn keep(self, credentials: &NewCredentials<'_>) -> Kept {
        let Some(reserved) = self.0 else {
            return Kept {
                file: None,
                written: Ok(()),
            };
        };
        if credentials.client_secret.is_empty() {
            reserved.give_up();
            return Kept {
                file: None,
                written: Ok(()),
            };
        }
        let written = reserved.fill([*credentials].into_iter());
        let file = reserved.file().display().to_string();
        Kept {
            file: written.is_ok().then_some(file),
            written,
        }
    }
}

impl Kept {
    /// Prints the secret, or the file that contains it.
    pub(crate) fn tell(&self, credentials: &NewCredentials<'_>, output: &Output) {
        match &self.file {
            Some(file) => output.line(format!(
                "generated for {:?}: client_id {}, the secret is in {file}",
                credentials.application,
                printable(credentials.client_id)
            )),
            None => credentials.show_once(output),
        }
    }

    /// Replaces the secret in a document by the name of the file that contains it.
    pub(crate) fn hide_secret_of(&self, document: &mut Value) {
        let (Some(file), Some(members)) = (&self.file, document.as_object_mut()) else {
            return;
        };
        members.remove("client_secret");
        insert(document, "secrets_to", json!(file));
    }

    /// Returns whether the secret reached its destination, once everything was printed.
    ///
    /// # Errors
    ///
    /// If the file could not be written, or the secret could not be shown. `replacements` returns the commands that replace a lost one.
    pub(crate) fn outcome(
        self,
        output: &Output,
        replacements: impl FnOnce() -> Vec<String>,
    ) -> Result<(), Failure> {
        match self.file {
            Some(_) => Ok(()),
            None => delivered(output, replacements).and(self.written),
        }
    }
}
