//! What did not hold, and what to do about it.

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

/// What a task returns.
pub type Outcome = Result<(), Failure>;

/// What did not hold, and what to do about it.
#[derive(Debug)]
pub struct Failure {
    what: String,
    remedy: String,
    is_usage: bool,
}

impl Failure {
    /// Something does not hold.
    pub fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            remedy: remedy.into(),
            is_usage: false,
        }
    }

    /// The task was called wrongly.
    pub fn usage(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            remedy: "`cargo xtask help` shows what there is, with examples".to_owned(),
            is_usage: true,
        }
    }

    /// A file or folder cannot be read or written.
    pub fn file(path: &Path, error: &std::io::Error) -> Self {
        Self::new(
            format!("{}: {error}", path.display()),
            "look whether the file is there and may be read and written",
        )
    }

    /// What the process exits with.
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
