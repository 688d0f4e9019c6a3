//! Why a command did not do what it was asked to.

mod excerpt;

use core::fmt;
use std::io::ErrorKind;
use std::process::ExitCode;

use serde_json::{Value, json};

pub use excerpt::Excerpt;

/// Why a command failed, in the way in which compilers say it: what, where, why, and what helps.
#[derive(Debug)]
pub struct Failure(Box<Report>);

/// Behind a pointer, so that results without a failure are not as large as one with it.
#[derive(Debug)]
struct Report {
    exit: Exit,
    what: String,
    excerpt: Option<Excerpt>,
    why: Vec<String>,
    help: Vec<String>,
}

/// The exit code of a command that fails; 0 is for those that do not. `m2m --help` and the README have the same table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 1: refused, by a server, by the records, or by the machine: something is in use, full, broken or not there any more.
    Refused,
    /// 2: wrong usage. What was typed, set or written into a file that was named has to be changed.
    Usage,
    /// 3: a server cannot be reached.
    Unreachable,
    /// 130: the command was asked to end before its work was done, as shells count a process that `SIGINT` ended.
    Interrupted,
}

impl Exit {
    /// The exit code for an error of a file or an address that somebody named.
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
    /// The code.
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
    /// What was asked for is refused.
    pub fn refused(what: impl Into<String>) -> Self {
        Self::new(Exit::Refused, what)
    }

    /// The command is used wrongly.
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what)
    }

    /// A file or an address cannot be had: wrong usage if another one has to be named, else the machine refuses.
    pub fn of_io(what: impl Into<String>, error: &std::io::Error) -> Self {
        Self::new(Exit::of_io(error.kind()), what).because(error.to_string())
    }

    /// A server cannot be reached.
    pub fn unreachable(what: impl Into<String>) -> Self {
        Self::new(Exit::Unreachable, what)
    }

    /// The command was asked to end before its work was done.
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
        }))
    }

    /// The same failure with its place in a file.
    pub fn at(mut self, excerpt: Excerpt) -> Self {
        self.0.excerpt = Some(excerpt);
        self
    }

    /// The same failure as a mistake in what was typed or set, for a command that looks for such mistakes.
    pub fn into_usage(mut self) -> Self {
        self.0.exit = Exit::Usage;
        self
    }

    /// The same failure with one more reason.
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.0.why.push(why.into());
        self
    }

    /// The same failure with one more thing to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help.push(help.into());
        self
    }

    /// The mistake, in one line.
    pub fn what(&self) -> &str {
        &self.0.what
    }

    /// The same for programs.
    pub fn json(&self) -> Value {
        let Report {
            what,
            excerpt,
            why,
            help,
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
        })
    }

    /// With which code the process ends.
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
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_where_why_and_what_helps() {
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
    fn needs_no_place() {
        let failure = Failure::unreachable("nobody answers").help("start it");
        assert_eq!(
            failure.to_string(),
            "error: nobody answers\n  = help: start it"
        );
    }
}
