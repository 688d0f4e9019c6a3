//! The file in a data directory with the credentials of the application that manages the server.
//!
//! It is written before the credentials are in force, so that they are not lost by any failure after that, such as a log that cannot be
//! written; the log never contains them.

use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use m2m_admin::{Applied, Prepared};
use m2m_store::{Backend, CommitError};
use oauth_proto::Issuer;
use zeroize::Zeroizing;

use crate::error::Failure;
use crate::private_file;
use crate::world::GeneratedCredentials;

/// A file that was written.
#[derive(Debug)]
pub struct Written {
    /// The file.
    pub file: PathBuf,
    /// The new name of the previous file, whose credentials do not manage the server.
    pub earlier: Option<PathBuf>,
}

/// The reason why a change was not made.
#[derive(Debug)]
pub enum Unchanged {
    /// The file cannot be written.
    Unwritten(Failure),
    /// The store refused the change, or failed. The file is kept: if the change took effect all the same, nothing else has the secret.
    Commit(CommitError),
}

/// Commits a change after writing the credentials that it puts into force to the file. A change without credentials has no file.
///
/// # Errors
///
/// If the file cannot be written, in which case nothing is committed; or if the change cannot be committed.
pub async fn keep_and_commit<B: Backend>(
    prepared: Prepared,
    backend: &B,
    folder: &Path,
    issuer: Option<&Issuer>,
) -> Result<(Applied, Option<Written>), Unchanged> {
    let written = match prepared.credentials() {
        [] => None,
        credentials => Some(write(folder, credentials, issuer).map_err(Unchanged::Unwritten)?),
    };
    let applied = prepared.commit(backend).await.map_err(Unchanged::Commit)?;
    Ok((applied, written))
}

/// Writes the file. A file that already exists is kept under another name: it is from an attempt that was not completed, or its
/// credentials no longer manage the server.
fn write(
    folder: &Path,
    credentials: &[GeneratedCredentials],
    issuer: Option<&Issuer>,
) -> Result<Written, Failure> {
    let file = folder.join(FILE);
    let unwritten = |error: &Error| {
        Failure::of_io(format!("cannot write {}", file.display()), error)
            .because("the credentials of the application that manages the server are written to it; nothing was changed")
    };
    let earlier = folder.join(EARLIER);
    let earlier = match std::fs::rename(&file, &earlier) {
        Ok(()) => Some(earlier),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(unwritten(&error)),
    };
    match private_file::create(&file, text(credentials, issuer).as_bytes()) {
        Ok(()) => Ok(Written { file, earlier }),
        Err(error) => Err(unwritten(&error)),
    }
}

/// Returns the lines for a shell, `docker run --env-file` and `EnvironmentFile=` of systemd.
fn text(credentials: &[GeneratedCredentials], issuer: Option<&Issuer>) -> Zeroizing<String> {
    // Allocated at once, so that no copy of a secret is left behind in memory.
    let mut text = Zeroizing::new(String::with_capacity(4096));
    text.push_str(HEAD);
    match issuer {
        Some(issuer) => line(&mut text, "M2M_ISSUER", issuer.as_str()),
        // A command on a stopped server does not know the server's future address.
        None => text.push_str(NO_ISSUER),
    }
    for credentials in credentials {
        line(&mut text, "M2M_CLIENT_ID", &credentials.client_id);
        line(&mut text, "M2M_CLIENT_SECRET", credentials.expose_secret());
    }
    text
}

fn line(text: &mut String, name: &str, value: &str) {
    // A value without special characters is not quoted, since not every reader of such a file removes quotes.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:[]@%+,".contains(&byte);
    let quote = if value.bytes().all(is_plain) { "" } else { "'" };
    text.push_str(name);
    text.push('=');
    text.push_str(quote);
    for character in value.chars() {
        match character {
            '\'' => text.push_str(r"'\''"),
            other => text.push(other),
        }
    }
    text.push_str(quote);
    text.push('\n');
}

/// The name of the file.
pub const FILE: &str = "first-credentials";

/// The name that the previous file gets.
const EARLIER: &str = "first-credentials.old";

const HEAD: &str = "\
# The application that manages this server. The secret is stored nowhere else: copy it to a safe place, then delete this file.
";

const NO_ISSUER: &str = "\
# Commands also need M2M_ISSUER, the issuer of the server, such as http://127.0.0.1:8080. The server was not running when this file was written.
";

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use m2m_admin::prepare_bootstrap;
    use m2m_jwt::UnixTime;
    use m2m_store::{Actor, Sqlite};

    use super::*;
    use crate::data;

    fn bootstrap(store: &Sqlite, folder: &Path) -> Result<(Applied, Option<Written>), Unchanged> {
        let issuer = Issuer::parse("https://id.example").unwrap();
        let actor = Actor::command("m2m serve");
        let mut byte = 0;
        let mut random = |into: &mut [u8]| {
            byte += 1;
            into.fill(byte);
        };
        let now = UnixTime::from_seconds(1_800_000_000);
        data::wait(async {
            let prepared = prepare_bootstrap(store, None, &actor, &mut random, now).await;
            keep_and_commit(prepared.unwrap(), store, folder, Some(&issuer)).await
        })
        .unwrap()
    }

    fn read(folder: &Path, name: &str) -> String {
        std::fs::read_to_string(folder.join(name)).unwrap()
    }

    #[test]
    fn f14_the_file_can_be_sourced_and_is_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::in_memory().unwrap();
        let (applied, written) = bootstrap(&store, folder.path()).unwrap();
        let file = written.unwrap().file;
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let script = format!(
            ". {} && printf '%s\\n' \"$M2M_ISSUER\" \"$M2M_CLIENT_ID\" \"$M2M_CLIENT_SECRET\"",
            file.display()
        );
        let shell = std::process::Command::new("sh")
            .args(["-c", &script])
            .output();
        let [made] = &*applied.credentials else {
            panic!("one application is created")
        };
        assert_eq!(
            String::from_utf8(shell.unwrap().stdout).unwrap(),
            format!(
                "https://id.example\n{}\n{}\n",
                made.client_id,
                made.expose_secret()
            )
        );
        let (_, written) = bootstrap(&store, folder.path()).unwrap();
        assert!(written.is_none(), "{written:?}");
    }

    #[test]
    fn f14_without_the_file_nothing_is_changed() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        let store = Sqlite::in_memory().unwrap();
        let unchanged = bootstrap(&store, &missing).unwrap_err();
        assert!(
            matches!(unchanged, Unchanged::Unwritten(_)),
            "{unchanged:?}"
        );
        let (applied, _) = bootstrap(&store, folder.path()).unwrap();
        assert!(
            !applied.plan.is_empty(),
            "the first attempt changed nothing"
        );
    }

    #[test]
    fn f14_a_file_of_before_keeps_its_content_under_another_name() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "M2M_CLIENT_SECRET=before\n").unwrap();
        let store = Sqlite::in_memory().unwrap();
        let (_, written) = bootstrap(&store, folder.path()).unwrap();
        assert!(written.unwrap().earlier.unwrap().ends_with(EARLIER));
        assert_eq!(read(folder.path(), EARLIER), "M2M_CLIENT_SECRET=before\n");
        assert!(!read(folder.path(), FILE).contains("before"));
    }

    #[test]
    fn a_value_that_a_shell_would_read_is_quoted() {
        let mut text = String::new();
        line(&mut text, "A", "https://id.example:8443/a-b");
        line(&mut text, "B", "https://id.example/$(id)'&");
        assert_eq!(
            text,
            "A=https://id.example:8443/a-b\nB='https://id.example/$(id)'\\''&'\n"
        );
    }
}
