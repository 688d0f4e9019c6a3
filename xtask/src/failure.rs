//! A failed check, and its remedy.

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

/// The result of a task.
pub type Outcome = Result<(), Failure>;

/// A failed check, and its remedy.
#[derive(Debug)]
pub struct Failure {
    what: String,
    remedy: String,
    is_usage: bool,
}

impl Failure {
    /// Returns a failure of a check.
    pub fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            remedy: remedy.into(),
            is_usage: false,
        }
    }

    /// Returns a failure of a wrong call of a task.
    pub fn usage(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            remedy: "`cargo xtask help` lists the tasks, with examples".to_owned(),
            is_usage: true,
        }
    }

    /// Returns a failure to read or write a file or folder.
    pub fn file(path: &Path, error: &std::io::Error) -> Self {
        Self::new(
            format!("{}: {error}", path.display()),
            "check that it exists and that you have permission to read and write it",
        )
    }

    /// Returns the exit code of the process.
    pub fn exit_code(&self) -> ExitCode {
        if self.is_usage {
            ExitCode::from(2)
        } else {
            ExitCode::FAILURE
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed: {}\nto do:  {}", self.what, self.remedy)
    }
}
