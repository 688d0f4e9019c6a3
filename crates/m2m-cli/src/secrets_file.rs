//! Generated secrets in a file that only its owner can read.

use std::io::Error;
use std::path::{Path, PathBuf};

use m2m_admin::{Applied, Prepared};
use m2m_host::error::Failure;
use m2m_host::{data, private_file};
use m2m_store::{CommitError, Sqlite, StoreError};
use zeroize::Zeroizing;

use crate::new_credentials::NewCredentials;

/// Writes credentials into a new file, one JSON object per line.
///
/// # Errors
///
/// If the file exists already, or cannot be written.
fn write<'c>(
    file: &Path,
    credentials: impl Iterator<Item = NewCredentials<'c>>,
) -> Result<(), Failure> {
    private_file::create(file, lines(credentials).as_bytes())
        .map_err(|error| unwritten(file, &error).because("nothing was changed"))
}

/// Commits a change after writing the secrets that it puts into force to a new file: a secret that is in force and that no one has would
/// be lost. A change that generates no secret needs no file.
///
/// # Errors
///
/// As [`write()`], or if the change cannot be committed.
pub(crate) async fn write_and_commit(
    file: &Path,
    prepared: Prepared,
    store: &Sqlite,
    folder: &Path,
) -> Result<Applied, Failure> {
    let is_needed = !prepared.credentials().is_empty();
    if is_needed {
        write(
            file,
            prepared.credentials().iter().map(NewCredentials::from),
        )?;
    }
    prepared.commit(store).await.map_err(|error| {
        let failure = data::not_committed(&error, folder);
        let is_unknown = matches!(error, CommitError::Store(StoreError::Unknown { .. }));
        match (is_needed, is_unknown) {
            (true, true) => failure.help(format!(
                "{} contains secrets that are in force if the change was made: keep it until you know",
                file.display()
            )),
            (true, false) => failure.help(format!(
                "{} contains secrets that are not in force: delete it before you try again",
                file.display()
            )),
            (false, _) => failure,
        }
    })
}

/// A new file for secrets that are not generated yet.
#[derive(Debug)]
pub(crate) struct Reserved(PathBuf);

impl Reserved {
    /// Creates the file, empty.
    ///
    /// # Errors
    ///
    /// As [`write()`].
    pub(crate) fn new(file: &Path) -> Result<Self, Failure> {
        match private_file::create(file, b"") {
            Ok(()) => Ok(Self(file.to_owned())),
            Err(error) => Err(unwritten(file, &error).because("nothing was changed")),
        }
    }

    /// Returns the path of the file.
    pub(crate) fn file(&self) -> &Path {
        &self.0
    }

    /// Writes credentials into it, one JSON object per line.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub(crate) fn fill<'c>(
        &self,
        credentials: impl Iterator<Item = NewCredentials<'c>>,
    ) -> Result<(), Failure> {
        let mut name = self.0.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let filled = self.0.with_file_name(name);
        private_file::create(&filled, lines(credentials).as_bytes())
            .and_then(|()| private_file::replace(&filled, &self.0))
            .map_err(|error| unwritten(&self.0, &error).because("the secrets are shown instead"))
    }

    /// Deletes the file, since there is nothing to write into it.
    pub(crate) fn give_up(&self) {
        // If that fails an empty file is left, which is harmless.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn lines<'c>(credentials: impl Iterator<Item = NewCredentials<'c>>) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    for credentials in credentials {
        let line = Zeroizing::new(credentials.described(true).to_string());
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn unwritten(file: &Path, error: &Error) -> Failure {
    Failure::of_io(
        format!("cannot write the secrets to {}", file.display()),
        error,
    )
    .help("name a file that does not exist yet, in a directory that you can write to")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserved_file_is_filled_or_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secrets.jsonl");
        let credentials = NewCredentials {
            application: "Billing job",
            client_id: "billing-job",
            client_secret: "s3cr3t",
        };
        let reserved = Reserved::new(&file).unwrap();
        let failure = Reserved::new(&file).unwrap_err();
        assert_eq!(failure.cause(), Some(m2m_errors::Cause::FileExists));
        reserved.fill([credentials; 2].into_iter()).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        reserved.give_up();
        assert!(!file.exists());
    }
}
