//! Signals: `SIGTERM` and `SIGINT` end a server, `SIGHUP` reloads its certificate, and all others are ignored.

#[cfg(unix)]
use rustix::process::Signal as Number;
#[cfg(unix)]
use serde_json::json;
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

#[cfg(unix)]
use crate::{clock, output, timestamp};

/// Listens for `SIGTERM` and `SIGINT` from its creation on, so that a caller that sees the server ready can stop it at once, and in good
/// order.
#[cfg(unix)]
#[derive(Debug)]
pub struct Interruptions(Option<[Signal; 2]>);

#[cfg(unix)]
impl Default for Interruptions {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(unix)]
impl Interruptions {
    /// Registers the signals.
    #[must_use]
    pub fn new() -> Self {
        let interrupt = signal(SignalKind::interrupt());
        // If they cannot be registered, the signals have their default effect: they end the process.
        Self(
            interrupt
                .and_then(|interrupt| Ok([interrupt, signal(SignalKind::terminate())?]))
                .ok(),
        )
    }

    /// Completes when the process is asked to end, once for each request.
    pub async fn next(&mut self) {
        match &mut self.0 {
            Some([interrupt, terminate]) => {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            }
            None => core::future::pending().await,
        }
    }
}

/// Listens for Ctrl-C.
#[cfg(not(unix))]
#[derive(Debug)]
pub struct Interruptions;

#[cfg(not(unix))]
impl Default for Interruptions {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(not(unix))]
impl Interruptions {
    /// Registers the signal.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }

    /// Completes when the process is asked to end, once for each request.
    pub async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// The effect of `SIGHUP`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hangup {
    /// The listener reloads the certificate.
    Reloads,
    /// The signal is ignored and logged, as other signals are.
    Ignored,
}

/// The signals that would end a process without a handler, though their senders do not want a server to end abruptly: scripts that
/// rotate logs, terminals that close, limits of the shell. Signals that report a fault of the process itself are not among them.
#[cfg(unix)]
const IGNORED: &[(Number, &str)] = &[
    (Number::HUP, "SIGHUP"),
    (Number::QUIT, "SIGQUIT"),
    (Number::USR1, "SIGUSR1"),
    (Number::USR2, "SIGUSR2"),
    (Number::ALARM, "SIGALRM"),
    (Number::VTALARM, "SIGVTALRM"),
    (Number::PROF, "SIGPROF"),
    (Number::XCPU, "SIGXCPU"),
    // A write to a file at the size limit then fails with an error, and is reported as one.
    (Number::XFSZ, "SIGXFSZ"),
    #[cfg(target_os = "linux")]
    (Number::IO, "SIGIO"),
    #[cfg(target_os = "linux")]
    (Number::POWER, "SIGPWR"),
    #[cfg(target_os = "linux")]
    (Number::STKFLT, "SIGSTKFLT"),
];

/// The real-time signals of Linux that are available to programs. The C library refuses those that it reserves.
#[cfg(unix)]
const REAL_TIME: core::ops::Range<i32> = match cfg!(target_os = "linux") {
    true => 34..65,
    false => 0..0,
};

/// Ignores, from the call on, every signal that would end the server unintentionally, and logs each that arrives.
#[cfg(unix)]
pub fn ignore_others(hangup: Hangup) {
    let named = IGNORED
        .iter()
        .map(|&(number, name)| (number.as_raw(), name.to_owned()));
    let numbered = REAL_TIME.map(|number| (number, format!("signal {number}")));
    for (number, name) in named.chain(numbered) {
        // If it cannot be registered, the signal has its default effect.
        let Ok(signal) = signal(SignalKind::from_raw(number)) else {
            continue;
        };
        if !(number == Number::HUP.as_raw() && hangup == Hangup::Reloads) {
            tokio::spawn(log_each(signal, name));
        }
    }
}

/// Does nothing: the system has none of these signals.
#[cfg(not(unix))]
pub const fn ignore_others(_: Hangup) {}

/// Calls a function that reloads the certificate at each `SIGHUP` from now on: a caller that sees the server ready may send one at once.
#[cfg(unix)]
pub fn on_hangup(reload: impl Fn() + Send + 'static) {
    let Ok(mut hangup) = signal(SignalKind::hangup()) else {
        return;
    };
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            reload();
        }
    });
}

/// Does nothing: the system does not have the signal.
#[cfg(not(unix))]
pub fn on_hangup(_: impl Fn() + Send + 'static) {}

#[cfg(unix)]
async fn log_each(mut signal: Signal, name: String) {
    let help = match name.as_str() {
        "SIGHUP" => {
            "SIGHUP reloads the TLS certificate, and this server has none; send SIGTERM to stop it"
        }
        _ => "send SIGTERM to stop the server once the requests in progress are answered",
    };
    while signal.recv().await.is_some() {
        let line = json!({
            "time": timestamp::rfc3339(clock::now()),
            "event": "signal_ignored",
            "signal": name,
            "help": help,
        });
        // Writing blocks while the log is not read, and requests must not wait for that.
        let _ = tokio::task::spawn_blocking(move || output::log_line(&line)).await;
    }
}
