//! Signals: `SIGTERM` and `SIGINT` end a server, `SIGHUP` reloads its certificate, and all others are ignored.

use m2m_listen::Reloader;
#[cfg(unix)]
use rustix::process::Signal as Number;
#[cfg(unix)]
use serde_json::json;
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

#[cfg(unix)]
use m2m_host::clock;
use m2m_host::output;
use m2m_host::timestamp;

/// Listens for `SIGTERM` and `SIGINT` from its creation on, so that a caller that sees the server ready can stop it at once, and in good
/// order.
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct Interruptions(Option<[Signal; 2]>);

#[cfg(unix)]
impl Interruptions {
    pub(crate) fn new() -> Self {
        let interrupt = signal(SignalKind::interrupt());
        // Without a place for them the signals do what they do to any process: they end it.
        Self(
            interrupt
                .and_then(|interrupt| Ok([interrupt, signal(SignalKind::terminate())?]))
                .ok(),
        )
    }

    /// Ready when somebody does, once more.
    pub(crate) async fn next(&mut self) {
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
pub(crate) struct Interruptions;

#[cfg(not(unix))]
impl Interruptions {
    pub(crate) const fn new() -> Self {
        Self
    }

    /// Ready when somebody does, once more.
    pub(crate) async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// The effect of `SIGHUP`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hangup {
    /// The listener reloads the certificate.
    Reloads,
    /// None: it is ignored and logged, as other signals are.
    Ignored,
}

/// Signals that would end a process which does not hear them, though nobody who sends one wants a server to end without order: scripts
/// that rotate logs, terminals that close, limits of the shell. Those that tell of a fault of the process itself are not among them.
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
    // A file that may not grow is an error of the write then, and is told as one.
    (Number::XFSZ, "SIGXFSZ"),
    #[cfg(target_os = "linux")]
    (Number::IO, "SIGIO"),
    #[cfg(target_os = "linux")]
    (Number::POWER, "SIGPWR"),
    #[cfg(target_os = "linux")]
    (Number::STKFLT, "SIGSTKFLT"),
];

/// The real-time signals of Linux, as far as they are for programs. The C library refuses those that it keeps.
#[cfg(unix)]
const REAL_TIME: core::ops::Range<i32> = match cfg!(target_os = "linux") {
    true => 34..65,
    false => 0..0,
};

/// Ignores, from the call on, every signal that would end the server without being meant to, and logs each that comes.
#[cfg(unix)]
pub(crate) fn ignore_others(hangup: Hangup) {
    let named = IGNORED
        .iter()
        .map(|&(number, name)| (number.as_raw(), name.to_owned()));
    let numbered = REAL_TIME.map(|number| (number, format!("signal {number}")));
    for (number, name) in named.chain(numbered) {
        // Without a place for it the signal does what it does to any process.
        let Ok(signal) = signal(SignalKind::from_raw(number)) else {
            continue;
        };
        if !(number == Number::HUP.as_raw() && hangup == Hangup::Reloads) {
            tokio::spawn(log_each(signal, name));
        }
    }
}

#[cfg(not(unix))]
pub(crate) const fn ignore_others(_: Hangup) {}

/// Reads the certificate again at each `SIGHUP`, from now on: a caller that sees the server ready may ask at once.
#[cfg(unix)]
pub(crate) fn reload_on_hangup(reloader: Option<Reloader>) {
    let Some(reloader) = reloader else { return };
    let Ok(mut hangup) = signal(SignalKind::hangup()) else {
        return;
    };
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            reloader.reload();
        }
    });
}

#[cfg(not(unix))]
pub(crate) fn reload_on_hangup(_: Option<Reloader>) {}

#[cfg(unix)]
async fn log_each(mut signal: Signal, name: String) {
    let help = match name.as_str() {
        "SIGHUP" => "SIGHUP reads certificates again, and this server has none; SIGTERM ends it",
        _ => "SIGTERM ends the server, when the requests that it has are answered",
    };
    while signal.recv().await.is_some() {
        let line = json!({
            "time": timestamp::rfc3339(clock::now()),
            "event": "signal-ignored",
            "signal": name,
            "help": help,
        });
        // Writing blocks if nobody reads the log, and requests must not wait for that.
        let _ = tokio::task::spawn_blocking(move || output::log_line(&line)).await;
    }
}
