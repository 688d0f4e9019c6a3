//! What the program prints, and the only place where it does.
//!
//! A reader who went away (`m2m demo | head -1`) is no error. That something else could not be written (a full disk) is kept until
//! the command ends, and fails it then: a script must not take half a result for the whole.

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

/// Where colour is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Where a person looks at a terminal.
    OnTerminals,
    /// Nowhere.
    Never,
}

/// How a result is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs: one JSON document. `m2m events` prints one for each event, on a line of its own.
    Json,
}

/// Standard output and standard error, with colour where a person looks at it.
#[derive(Debug)]
pub struct Output {
    colour_on_stdout: bool,
    colour_on_stderr: bool,
    /// Why something could not be written to standard output: the first time.
    unwritten: OnceLock<Error>,
    /// Set when the reader of standard output has gone away.
    abandoned: OnceLock<()>,
}

impl Output {
    /// Colour on terminals, if the user does not mind it.
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

    /// A line, or several, on standard output.
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

    /// A JSON document on standard output.
    pub fn json(&self, document: &impl Serialize) {
        self.line(printable::json(document));
    }

    /// A JSON document on standard output, in one line.
    pub fn json_line(&self, document: &impl Serialize) {
        self.line(printable::json_line(document));
    }

    /// Whether nobody reads standard output any more.
    pub fn is_abandoned(&self) -> bool {
        self.abandoned.get().is_some()
    }

    /// Whether all that was printed has been written.
    ///
    /// # Errors
    ///
    /// If standard output did not take something, for another reason than that its reader went away.
    pub fn finish(&self) -> Result<(), Failure> {
        match self.unwritten.get() {
            None => Ok(()),
            Some(error) => {
                Err(Failure::refused("cannot write to standard output").because(error.to_string()))
            }
        }
    }

    /// Checks that standard output can be written to, as far as that shows before anything is written.
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
                .help("--secrets-to FILE keeps a new secret in a file")),
        }
    }

    /// The reason why something that was printed has not reached a reader, whatever it is.
    pub fn undelivered(&self) -> Option<String> {
        match (self.unwritten.get(), self.is_abandoned()) {
            (Some(error), _) => Some(format!("cannot write to standard output: {error}")),
            (None, true) => Some("the reader of standard output has gone away".to_owned()),
            (None, false) => None,
        }
    }

    /// The width of the terminal that standard output is, if it is one. Unit: columns.
    #[cfg(unix)]
    pub fn columns(&self) -> Option<usize> {
        let stdout = std::io::stdout();
        if !stdout.is_terminal() {
            return None;
        }
        let size = rustix::termios::tcgetwinsize(&stdout).ok()?;
        // A terminal that does not know its width says 0.
        Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
    }

    /// The width of the terminal that standard output is, if it is known. Unit: columns.
    #[cfg(not(unix))]
    pub const fn columns(&self) -> Option<usize> {
        None
    }

    /// A heading on standard output.
    pub fn heading(&self, text: &str) {
        self.line(painted(text, BOLD, self.colour_on_stdout));
    }

    /// Something good on standard output.
    pub fn good(&self, text: &str) {
        self.line(painted(text, GOOD, self.colour_on_stdout));
    }

    /// Something bad on standard output.
    pub fn bad(&self, text: &str) {
        self.line(painted(text, BAD, self.colour_on_stdout));
    }

    /// A line on standard error that is neither a log line nor a failure.
    pub fn notice(&self, text: &str) {
        notice(text);
    }

    /// Why the command failed, on standard error.
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

/// The format of the log, once it has been chosen, and whether a failure is a line of the log as well.
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

/// Logs panics as the rest of the log is written. A message that was put together may hold what a stranger sent, and is left out.
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

/// A line of the log on standard error, as far as it can be written.
pub fn log_line(entry: &Value) {
    // What cannot be written cannot be said.
    let _ = write_log_line(entry);
}

/// A line of the log on standard error, written at once so that lines do not mix.
///
/// # Errors
///
/// If standard error does not take it.
pub fn write_log_line(entry: &Value) -> std::io::Result<()> {
    let format = LOG.get().copied();
    let format = format.unwrap_or_else(LogFormat::of_standard_error);
    writeln!(std::io::stderr().lock(), "{}", format.line(entry))
}

/// A line on standard error that is not a failure. Once there is a log it is a line of it.
pub fn notice(text: &str) {
    match LOG.get() {
        Some(_) => log_notice(text.strip_prefix("notice: ").unwrap_or(text)),
        None => write_to_stderr(text),
    }
}

/// A line of the log for its reader: something that is not a mistake, but probably not what was meant.
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
