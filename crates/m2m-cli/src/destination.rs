//! The place for a secret that a server generates for a command: standard output, or a file that exists before the secret does.

use std::path::Path;

use m2m_host::error::{Exit, Failure};
use m2m_host::output::Output;
use m2m_host::printable::printable;
use serde_json::{Value, json};

use crate::done::insert;
use crate::new_credentials::{NewCredentials, delivered};
use crate::secrets_file::Reserved;

/// The place for a secret that is not made yet.
#[derive(Debug)]
pub(crate) struct Destination(Option<Reserved>);

/// The place where a secret is.
#[derive(Debug)]
pub(crate) struct Kept {
    file: Option<String>,
    /// The outcome of writing the file. A secret that is not in it is shown.
    written: Result<(), Failure>,
}

impl Destination {
    /// A new file, or standard output, before the secret is made: nothing is changed if nobody would get it.
    ///
    /// # Errors
    ///
    /// If the file cannot be made, or standard output would take nothing.
    pub(crate) fn of(file: Option<&Path>, output: &Output) -> Result<Self, Failure> {
        match file {
            Some(file) => Ok(Self(Some(Reserved::new(file)?))),
            None => output.check().map(|()| Self(None)),
        }
    }

    /// No place, where no secret is made.
    pub(crate) const fn unused() -> Self {
        Self(None)
    }

    /// The failure of a command whose secret was not made, or, if its answer was lost on the way, may be in force all the same.
    pub(crate) fn give_up(&self, failure: Failure, application: &str) -> Failure {
        if let Some(reserved) = &self.0 {
            reserved.give_up();
        }
        match failure.exit() {
            Exit::Unreachable => failure
                .because("the answer may have been lost after the change was made, with a secret that is in force")
                .help(format!(
                    "m2m secret list {} shows whether it was",
                    printable(application)
                )),
            Exit::Refused | Exit::Usage | Exit::Interrupted => failure,
        }
    }

    /// Keeps a secret that was made, if there is one. What cannot be written into the file is to be shown after all.
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
    /// Shows the secret, or says where it is.
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

    /// Puts the name of the file into a document in the place of the secret that is in the file.
    pub(crate) fn hide_secret_of(&self, document: &mut Value) {
        let (Some(file), Some(members)) = (&self.file, document.as_object_mut()) else {
            return;
        };
        members.remove("client_secret");
        insert(document, "secrets_to", json!(file));
    }

    /// The outcome of the command, as far as the secret goes, once everything was printed.
    ///
    /// # Errors
    ///
    /// If the file could not be written, or the secret not be shown. `replacements` has the commands that replace a lost one.
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
