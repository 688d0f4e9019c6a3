//! What the program prints, and the only place where it does.
//!
//! A reader who went away (`m2m demo | head -1`) is no error. That something else could not be written (a full disk) is kept until
//! the command ends, and fails it then: a script must not take half a result for the whole.

use std::io::{Error, ErrorKind, IsTerminal as _, Write as _};
use std::sync::OnceLock;

use clap::builder::styling::{AnsiColor, Style};
use serde::Serialize;

use crate::cli::Colour;
use crate::error::Failure;
use crate::printable;

/// Standard output and standard error, with colour where a person looks at it.
#[derive(Debug)]
pub(crate) struct Output {
    colour_on_stdout: bool,
    colour_on_stderr: bool,
    /// Why something could not be written to standard output: the first time.
    unwritten: OnceLock<Error>,
    /// Set when the reader of standard output has gone away.
    abandoned: OnceLock<()>,
}

impl Output {
    /// Colour on terminals, if the user does not mind it.
    pub(crate) fn new(colour: Colour) -> Self {
        let wanted = match colour {
            Colour::OnTerminals => true,
            Colour::Never => false,
        };
        Self {
            colour_on_stdout: wanted && std::io::stdout().is_terminal(),
            colour_on_stderr: wanted && std::io::stderr().is_terminal(),
            unwritten: OnceLock::new(),
            abandoned: OnceLock::new(),
        }
    }

    /// A line, or several, on standard output.
    pub(crate) fn line(&self, text: impl AsRef<str>) {
        let mut stdout = std::io::stdout().lock();
        let written = writeln!(stdout, "{}", text.as_ref()).and_then(|()| stdout.flush());
        match written {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                let _ = self.abandoned.set(());
            }
            Err(error) => {
                let _ = self.unwritten.set(error);
            }
        }
    }

    /// A JSON document on standard output.
    pub(crate) fn json(&self, document: &impl Serialize) {
        self.line(printable::json(document));
    }

    /// A JSON document on standard output, in one line.
    pub(crate) fn json_line(&self, document: &impl Serialize) {
        self.line(printable::json_line(document));
    }

    /// Whether nobody reads standard output any more.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.abandoned.get().is_some()
    }

    /// Whether all that was printed has been written.
    ///
    /// # Errors
    ///
    /// If standard output did not take something, for another reason than that its reader went away.
    pub(crate) fn finish(&self) -> Result<(), Failure> {
        match self.unwritten.get() {
            None => Ok(()),
            Some(error) => {
                Err(Failure::refused("cannot write to standard output").because(error.to_string()))
            }
        }
    }

    /// A heading on standard output.
    pub(crate) fn heading(&self, text: &str) {
        self.line(painted(text, BOLD, self.colour_on_stdout));
    }

    /// Something good on standard output.
    pub(crate) fn good(&self, text: &str) {
        self.line(painted(text, GOOD, self.colour_on_stdout));
    }

    /// Something bad on standard output.
    pub(crate) fn bad(&self, text: &str) {
        self.line(painted(text, BAD, self.colour_on_stdout));
    }

    /// A line on standard error that is neither a log line nor a failure.
    pub(crate) fn notice(&self, text: &str) {
        notice(text);
    }

    /// Why the command failed, on standard error.
    pub(crate) fn failure(&self, failure: &Failure) {
        let text = failure.to_string();
        match text.strip_prefix("error") {
            Some(rest) => {
                write_to_stderr(&format!(
                    "{}{rest}",
                    painted("error", BAD, self.colour_on_stderr)
                ));
            }
            None => write_to_stderr(&text),
        }
    }
}

/// A line on standard error that is neither a log line nor a failure.
pub(crate) fn notice(text: &str) {
    write_to_stderr(text);
}

/// A line of the log: one JSON document on standard error, written at once so that lines do not mix.
pub(crate) fn log_line(line: &serde_json::Value) {
    write_to_stderr(&line.to_string());
}

fn write_to_stderr(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

fn painted(text: &str, style: Style, colour: bool) -> String {
    if colour {
        format!("{style}{text}{style:#}")
    } else {
        text.to_owned()
    }
}

const BOLD: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
