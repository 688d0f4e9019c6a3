//! The failure of a command.

mod cause_of_io;
mod excerpt;

use core::fmt;
use std::io::ErrorKind;
use std::process::ExitCode;

use m2m_errors::Cause;
use serde_json::{Value, json};

pub use excerpt::Excerpt;

/// A failure of a command, in the form of compiler errors: the mistake, its place, the reasons, fixes, and the cause that `m2m explain` explains.
#[derive(Debug)]
pub struct Failure(Box<Report>);

/// Boxed, so that a result without a failure stays small.
#[derive(Debug)]
struct Report {
    exit: Exit,
    what: String,
    excerpt: Option<Excerpt>,
    why: Vec<String>,
    help: Vec<String>,
    cause: Option<Cause>,
}

/// The exit code of a command that fails; a command that succeeds exits with 0. `m2m --help` and the README have the same table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 1: refused by a server, by the records, or by the machine: something is in use, full, broken or no longer there.
    Refused,
    /// 2: wrong usage. An argument, a setting or a file that was named has to be changed.
    Usage,
    /// 3: a server cannot be reached.
    Unreachable,
    /// 130: the command was asked to end before it was done, as shells report a process that `SIGINT` ended.
    Interrupted,
}

impl Exit {
    /// Returns the exit code for an error of a file or an address that the user named.
    const fn of_io(kind: ErrorKind) -> Self {
        let needs_another_file = matches!(
            kind,
            ErrorKind::NotFound
                | ErrorKind::PermissionDenied
                | ErrorKind::AddrNotAvailable
                | ErrorKind::AlreadyExists
                | ErrorKind::NotADirectory
                | ErrorKind::IsADirectory
                | ErrorKind::ReadOnlyFilesystem
                | ErrorKind::InvalidInput
                | ErrorKind::InvalidData
                | ErrorKind::InvalidFilename
                | ErrorKind::FileTooLarge
        );
        match needs_another_file {
            true => Self::Usage,
            false => Self::Refused,
        }
    }
}

impl Exit {
    /// Returns the code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl Failure {
    /// Returns a failure for a refused request.
    pub fn refused(what: impl Into<String>) -> Self {
        Self::new(Exit::Refused, what)
    }

    /// Returns a failure for wrong usage of the command.
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what)
    }

    /// Returns a failure for wrong usage of the command that has this cause.
    pub fn mistake(cause: Cause, what: impl Into<String>) -> Self {
        Self::usage(what).caused_by(cause)
    }

    /// Returns a failure for a file that cannot be used: wrong usage if another one has to be named, otherwise a refusal.
    pub fn of_io(what: impl Into<String>, error: &std::io::Error) -> Self {
        Self::new(Exit::of_io(error.kind()), what)
            .because(error.to_string())
            .caused_by(cause_of_io::file(error.kind()))
    }

    /// Returns a failure for an address that a server cannot listen on: wrong usage if another one has to be named, otherwise a refusal.
    pub fn of_listening(address: impl fmt::Display, error: &std::io::Error) -> Self {
        let failure = Self::of_io(format!("cannot listen on {address}"), error);
        failure.with_cause(cause_of_io::listener(error.kind()))
    }

    /// Returns a failure for a server that cannot be reached.
    pub fn unreachable(what: impl Into<String>) -> Self {
        Self::new(Exit::Unreachable, what)
    }

    /// Returns a failure for a command that was asked to end before it was done.
    pub fn interrupted(what: impl Into<String>) -> Self {
        Self::new(Exit::Interrupted, what)
    }

    fn new(exit: Exit, what: impl Into<String>) -> Self {
        let what = what.into();
        Self(Box::new(Report {
            exit,
            what,
            excerpt: None,
            why: Vec::new(),
            help: Vec::new(),
            cause: None,
        }))
    }

    /// Adds the place in a file.
    pub fn at(mut self, excerpt: Excerpt) -> Self {
        self.0.excerpt = Some(excerpt);
        self
    }

    /// Turns the failure into one of wrong usage, for a command that looks for mistakes in arguments and settings.
    pub fn into_usage(mut self) -> Self {
        self.0.exit = Exit::Usage;
        self
    }

    /// Turns the failure into one of a server of another kind, for a document that no argument has to be changed for.
    pub fn into_unreachable(mut self) -> Self {
        self.0.exit = Exit::Unreachable;
        self
    }

    /// Adds a reason.
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.0.why.push(why.into());
        self
    }

    /// Adds a fix.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help.push(help.into());
        self
    }

    /// Sets the cause in the taxonomy of errors, which `m2m explain` explains.
    pub fn caused_by(self, cause: Cause) -> Self {
        self.with_cause(Some(cause))
    }

    fn with_cause(mut self, cause: Option<Cause>) -> Self {
        self.0.cause = cause;
        self
    }

    /// Returns the cause in the taxonomy of errors, if the failure has one.
    pub const fn cause(&self) -> Option<Cause> {
        self.0.cause
    }

    /// Returns the mistake, in one line.
    pub fn what(&self) -> &str {
        &self.0.what
    }

    /// Returns the failure as JSON for programs.
    pub fn json(&self) -> Value {
        let Report {
            what,
            excerpt,
            why,
            help,
            cause,
            ..
        } = &*self.0;
        let place = excerpt.as_ref().map(Excerpt::place);
        json!({
            "what": what,
            "file": place.map(|(file, ..)| file),
            "line": place.map(|(_, line, _)| line),
            "column": place.map(|(_, _, column)| column),
            "why": why,
            "help": help,
            "cause": cause.map(Cause::id),
        })
    }

    /// Returns the exit code of the process.
    pub const fn exit(&self) -> Exit {
        self.0.exit
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report {
            what,
            excerpt,
            why,
            help,
            cause,
            ..
        } = &*self.0;
        write!(f, "error: {what}")?;
        let indent = match excerpt {
            Some(excerpt) => {
                write!(f, "\n{excerpt}")?;
                excerpt.indent()
            }
            None => 1,
        };
        for why in why {
            write!(f, "\n{:indent$} = why: {why}", "")?;
        }
        for help in help {
            write!(f, "\n{:indent$} = help: {help}", "")?;
        }
        if let Some(cause) = cause {
            write!(f, "\n{:indent$} = note: m2m explain {cause}", "")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_where_why_and_help() {
        let excerpt = Excerpt::of("world.toml", "[[api]]\naudince = 1\n", 8..15);
        let failure = Failure::usage("unknown field `audince`")
            .at(excerpt)
            .because("the file has another name for it")
            .help("did you mean `audience`?");
        let expected = "error: unknown field `audince`\n --> world.toml:2:1\n  |\n2 | audince = 1\n  | ^^^^^^^\n  \
                        = why: the file has another name for it\n  = help: did you mean `audience`?";
        assert_eq!(failure.to_string(), expected);
    }

    #[test]
    fn a_file_that_can_be_named_otherwise_is_wrong_usage_and_a_full_disk_is_refused() {
        let exit = |kind: ErrorKind| Failure::of_io("cannot write a", &kind.into()).exit();
        for kind in [
            ErrorKind::NotFound,
            ErrorKind::AlreadyExists,
            ErrorKind::PermissionDenied,
            ErrorKind::ReadOnlyFilesystem,
        ] {
            assert_eq!(exit(kind), Exit::Usage, "{kind:?}");
        }
        for kind in [
            ErrorKind::StorageFull,
            ErrorKind::QuotaExceeded,
            ErrorKind::AddrInUse,
            ErrorKind::Other,
        ] {
            assert_eq!(exit(kind), Exit::Refused, "{kind:?}");
        }
    }

    #[test]
    fn the_last_line_is_the_command_that_explains_the_cause() {
        let failure = Failure::mistake(Cause::SettingMissing, "there is nothing to serve");
        let failure = failure.help("set --data DIR");
        assert_eq!(
            failure.to_string(),
            "error: there is nothing to serve\n  = help: set --data DIR\n  = note: m2m explain setting-missing"
        );
        assert_eq!(failure.json()["cause"], "setting-missing");
        assert_eq!(Failure::refused("no").json()["cause"], Value::Null);
    }

    #[test]
    fn each_error_of_a_file_has_a_cause() {
        let cause = |kind: ErrorKind| Failure::of_io("cannot write a", &kind.into()).cause();
        for (kind, expected) in [
            (ErrorKind::NotFound, Cause::FileNotFound),
            (ErrorKind::PermissionDenied, Cause::FileDenied),
            (ErrorKind::ReadOnlyFilesystem, Cause::FileDenied),
            (ErrorKind::AlreadyExists, Cause::FileExists),
            (ErrorKind::StorageFull, Cause::DiskFull),
            (ErrorKind::QuotaExceeded, Cause::DiskFull),
            (ErrorKind::IsADirectory, Cause::FileUnusable),
            (ErrorKind::FileTooLarge, Cause::FileUnusable),
            (ErrorKind::Other, Cause::FileUnusable),
        ] {
            assert_eq!(cause(kind), Some(expected), "{kind:?}");
        }
    }

    #[test]
    fn each_error_of_an_address_has_a_cause() {
        let address = core::net::SocketAddr::from(([192, 0, 2, 1], 80));
        let failure = |kind: ErrorKind| Failure::of_listening(address, &kind.into());
        for (kind, expected, exit) in [
            (
                ErrorKind::AddrInUse,
                Some(Cause::AddressInUse),
                Exit::Refused,
            ),
            (
                ErrorKind::AddrNotAvailable,
                Some(Cause::AddressNotLocal),
                Exit::Usage,
            ),
            (
                ErrorKind::PermissionDenied,
                Some(Cause::PortNotPermitted),
                Exit::Usage,
            ),
            (ErrorKind::OutOfMemory, None, Exit::Refused),
        ] {
            let failure = failure(kind);
            assert_eq!((failure.cause(), failure.exit()), (expected, exit));
        }
        assert_eq!(
            failure(ErrorKind::AddrInUse).what(),
            "cannot listen on 192.0.2.1:80"
        );
    }

    #[test]
    fn needs_no_place() {
        let failure = Failure::unreachable("there is no answer").help("start it");
        assert_eq!(
            failure.to_string(),
            "error: there is no answer\n  = help: start it"
        );
    }
}
