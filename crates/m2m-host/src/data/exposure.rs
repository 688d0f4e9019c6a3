//! Permissions of the files of a data directory.

use std::path::Path;

use m2m_errors::Cause;

use crate::error::Failure;

/// Refuses a database that every user can read or write, as a sealing key is refused. Prints a notice about a database that its group can open,
/// and about a folder in which every user can replace files: orchestrators create volumes with such permissions for a single user.
///
/// # Errors
///
/// If the database is open to every user.
#[cfg(unix)]
pub(super) fn check(folder: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;

    use crate::output;

    let mode = |path: &Path| std::fs::metadata(path).map(|found| found.permissions().mode());
    let database = folder.join("m2m.db");
    // The database was opened a moment ago. If it has disappeared since, the store reports it.
    let Ok(of_database) = mode(&database) else {
        return Ok(());
    };
    let shown = database.display();
    if of_database & 0o007 != 0 {
        let what = format!("the database {shown} is open to others");
        return Err(Failure::mistake(Cause::FileOpenToOthers, what)
            .because(format!(
                "its mode is {:03o}; it contains the hashes of secrets, and anyone who can write to it controls this server",
                of_database & 0o777
            ))
            .help(format!("run chmod 600 {shown}")));
    }
    if of_database & 0o070 != 0 {
        output::notice(&format!(
            "notice: the group of {shown} can open it (its mode is {:03o}); run chmod 600 {shown}",
            of_database & 0o777
        ));
    }
    // With the sticky bit users cannot remove files of others.
    if mode(folder).is_ok_and(|mode| mode & 0o002 != 0 && mode & 0o1000 == 0) {
        let shown = folder.display();
        output::notice(&format!(
            "notice: every user can replace the files in {shown}; run chmod 700 {shown}"
        ));
    }
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn check(_folder: &Path) -> Result<(), Failure> {
    Ok(())
}
