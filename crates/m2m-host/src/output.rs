//! The output of the program. No other module prints.
//!
//! A reader that went away (`m2m demo | head -1`) is not an error. Any other failure to write (a full disk) is kept until the command
//! ends, and makes it fail then: a script must not take half a result for the whole.

mod preflight;

use std::io::{Error, ErrorKind, IsTerminal as _, Write as _};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::ValueEnum;
use clap::builder::styling::{AnsiColor, Style};
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::Failure;
use crate::log_format::LogFormat;
use crate::{clock, printable, timestamp};

/// The places where output is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// On terminals.
    OnTerminals,
    /// Nowhere.
    Never,
}

/// The format of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs, as JSON.
    Json,
}

/// Standard output and standard error, with colour on terminals.
#[derive(Debug)]
pub struct Output {
    colour_on_stdout: bool,
    colour_on_stderr: bool,
    /// The first error when writing to standard output.
    unwritten: OnceLock<Error>,
    /// Set when the reader of standard output has gone away.
    abandoned: OnceLock<()>,
}

impl Output {
    /// Returns an output with colour on terminals, unless `colour` excludes it.
    pub fn new(colour: Colour) -> Self {
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

    /// Prints one or more lines to standard output.
    pub fn line(&self, text: impl AsRef<str>) {
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

    /// Prints a JSON document to standard output.
    pub fn json(&self, document: &impl Serialize) {
        self.line(printable::json(document));
    }

    /// Prints a JSON document to standard output, in one line.
    pub fn json_line(&self, document: &impl Serialize) {
        self.line(printable::json_line(document));
    }

    /// Returns true if the reader of standard output has gone away.
    pub fn is_abandoned(&self) -> bool {
        self.abandoned.get().is_some()
    }

    /// Checks that everything that was printed has been written.
    ///
    /// # Errors
    ///
    /// If writing to standard output failed for another reason than that its reader went away.
    pub fn finish(&self) -> Result<(), Failure> {
        match self.unwritten.get() {
            None => Ok(()),
            Some(error) => {
                Err(Failure::refused("cannot write to standard output").because(error.to_string()))
            }
        }
    }

    /// Checks that standard output can be written to, as far as this is known before writing.
    ///
    /// # Errors
    ///
    /// If something could not be written already, or the next line would not be.
    pub fn check(&self) -> Result<(), Failure> {
        self.finish()?;
        match preflight::obstacle() {
            None => Ok(()),
            Some(why) => Err(Failure::refused("cannot write to standard output")
                .because(why)
                .because("nothing was changed")
                .help("to write a new secret to a file, use --secrets-to FILE")),
        }
    }

    /// Returns the reason why something that was printed has not reached a reader, including a reader that went away.
    pub fn undelivered(&self) -> Option<String> {
        match (self.unwritten.get(), self.is_abandoned()) {
            (Some(error), _) => Some(format!("cannot write to standard output: {error}")),
            (None, true) => Some("the reader of standard output has gone away".to_owned()),
            (None, false) => None,
        }
    }

    /// Returns the width of the terminal, if standard output is one. Unit: columns.
    #[cfg(unix)]
    pub fn columns(&self) -> Option<usize> {
        let stdout = std::io::stdout();
        if !stdout.is_terminal() {
            return None;
        }
        let size = rustix::termios::tcgetwinsize(&stdout).ok()?;
        // A terminal that does not know its width reports 0.
        Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
    }

    /// Returns the width of the terminal that standard output is, if it is known. Unit: columns.
    #[cfg(not(unix))]
    pub const fn columns(&self) -> Option<usize> {
        None
    }

    /// Prints a heading to standard output.
    pub fn heading(&self, text: &str) {
        self.line(painted(text, BOLD, self.colour_on_stdout));
    }

    /// Prints a good result to standard output.
    pub fn good(&self, text: &str) {
        self.line(painted(text, GOOD, self.colour_on_stdout));
    }

    /// Prints a bad result to standard output.
    pub fn bad(&self, text: &str) {
        self.line(painted(text, BAD, self.colour_on_stdout));
    }

    /// Prints a line to standard error that is neither a log line nor a failure.
    pub fn notice(&self, text: &str) {
        notice(text);
    }

    /// Prints the failure of the command to standard error.
    pub fn failure(&self, failure: &Failure) {
        if FAILURES_ARE_LOGGED.load(Ordering::Relaxed) {
            log_failure(failure);
            return;
        }
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

/// The format of the log, once it has been chosen; and below, whether a failure is also a line of the log.
static LOG: OnceLock<LogFormat> = OnceLock::new();
static FAILURES_ARE_LOGGED: AtomicBool = AtomicBool::new(false);

/// Chooses the format of the log, once for the process.
pub fn choose_log_format(format: LogFormat) {
    let _ = LOG.set(format);
}

/// Writes the failure that ends the process as a line of the log from now on, instead of as text for the caller of a command.
pub fn log_failures() {
    FAILURES_ARE_LOGGED.store(true, Ordering::Relaxed);
}

/// Logs panics in the format of the log. A formatted message may contain input of a stranger, and is left out.
pub fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        log_line(&json!({
            "time": timestamp::rfc3339(clock::now()),
            "event": "panicked",
            "place": panic.location().map(ToString::to_string),
            "message": panic.payload().downcast_ref::<&str>(),
        }));
    }));
}

/// Writes a line of the log to standard error, as far as possible.
pub fn log_line(entry: &Value) {
    // A failure to write the log cannot be logged.
    let _ = write_log_lines(core::slice::from_ref(entry));
}

/// Writes lines of the log to standard error, at once so that they do not mix with others.
///
/// # Errors
///
/// If standard error cannot be written to. Some of the lines may have been written.
pub fn write_log_lines(entries: &[Value]) -> std::io::Result<()> {
    let format = LOG.get().copied();
    let format = format.unwrap_or_else(LogFormat::of_standard_error);
    let lines = entries.iter().map(|entry| format.line(entry) + "\n");
    std::io::stderr()
        .lock()
        .write_all(lines.collect::<String>().as_bytes())
}

/// Prints a line to standard error that is not a failure. Once the format of the log is chosen, the line is part of the log.
pub fn notice(text: &str) {
    match LOG.get() {
        Some(_) => log_notice(text.strip_prefix("notice: ").unwrap_or(text)),
        None => write_to_stderr(text),
    }
}

/// Logs a notice: something that is not a mistake, but probably not intended.
pub fn log_notice(message: &str) {
    log_line(&json!({
        "time": timestamp::rfc3339(clock::now()),
        "event": "notice",
        "message": message,
    }));
}

fn log_failure(failure: &Failure) {
    let mut entry = json!({
        "time": timestamp::rfc3339(clock::now()),
        "event": "failed",
    });
    if let (Some(entry), Value::Object(members)) = (entry.as_object_mut(), failure.json()) {
        let rename = |name: String| match &*name {
            "what" => "message".to_owned(),
            _ => name,
        };
        entry.extend(
            members
                .into_iter()
                .map(|(name, value)| (rename(name), value)),
        );
    }
    log_line(&entry);
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
