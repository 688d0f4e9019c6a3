//! Servers that are measured: started, checked to be ready, and stopped with the bench.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::process::resident_memory;
use super::token::Requests;
use xtask::command;
use xtask::failure::Failure;
use xtask::steps::now;

/// The time limit for a start, more than a server needs to generate its keys, an RSA key among them. Unit: seconds.
const READY_WITHIN: Duration = Duration::from_secs(120);

/// The time limit for an orderly stop, more than a server needs.
const STOPPED_WITHIN: Duration = Duration::from_secs(15);

/// The interval at which the end of the process is checked.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The time after which a server that is about to be loaded is at rest.
pub(super) const AT_REST_AFTER: Duration = Duration::from_millis(500);

/// The cores on which a server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cores {
    /// On core 0, so that the load has another.
    First,
    /// On any core that the kernel chooses.
    Any,
}

/// A server that is ready, and is stopped when this is dropped.
#[derive(Debug)]
pub(super) struct Server {
    name: String,
    process: Process,
    address: SocketAddr,
    /// The time from the start of the process to its first token.
    pub(super) first_token_after: Duration,
    /// The length of its token. Unit: bytes.
    pub(super) token_bytes: usize,
    /// Stays open: the server may print more, and must not find its standard output closed.
    _output: BufReader<ChildStdout>,
}

/// The command that starts a server.
#[derive(Debug)]
pub(super) struct Plan {
    name: String,
    program: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(&'static str, &'static str)>,
    log: PathBuf,
}

impl Plan {
    /// `m2m serve` over a data directory, with a log next to it.
    pub(super) fn m2m(name: &str, binary: &Path, data: &Path, cache: Option<u32>) -> Self {
        let mut arguments = vec!["serve".to_owned(), "--data".to_owned()];
        arguments.push(data.display().to_string());
        for option in ["--listen", "--ops-listen"] {
            arguments.extend([option.to_owned(), "127.0.0.1:0".to_owned()]);
        }
        if let Some(cache) = cache {
            arguments.extend(["--cache-applications".to_owned(), cache.to_string()]);
        }
        Self {
            name: name.to_owned(),
            program: binary.to_owned(),
            arguments,
            environment: Vec::new(),
            log: data.with_extension("log"),
        }
    }

    /// Returns the plan with a variable of its environment.
    pub(super) fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.environment.push((name, value));
        self
    }

    /// Returns the plan of the yardstick, with a log at this path.
    pub(super) fn yardstick(name: &str, binary: &Path, arguments: [&str; 3], log: PathBuf) -> Self {
        Self {
            name: name.to_owned(),
            program: binary.to_owned(),
            arguments: arguments.map(str::to_owned).into(),
            environment: Vec::new(),
            log,
        }
    }

    /// Starts the server and gets a first token from it.
    pub(super) fn start(&self, cores: Cores, requests: &Requests) -> Result<Server, Failure> {
        let log = File::create(&self.log).map_err(|error| Failure::file(&self.log, &error))?;
        let mut command = self.command(cores);
        command
            .envs(self.environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log);
        let begin = now();
        let child = command
            .spawn()
            .map_err(|error| Failure::file(&self.program, &error))?;
        let mut process = Process(child);
        let output = process.0.stdout.take().map(BufReader::new);
        let (address, output) = output
            .and_then(listening)
            .ok_or_else(|| self.is_not_ready())?;
        let token_bytes = requests.send_one(address)?;
        Ok(Server {
            name: self.name.clone(),
            process,
            address,
            first_token_after: begin.elapsed(),
            token_bytes,
            _output: output,
        })
    }

    fn command(&self, cores: Cores) -> Command {
        match cores {
            Cores::Any => {
                let mut command = Command::new(&self.program);
                command.args(&self.arguments);
                command
            }
            Cores::First => {
                let mut command = command::program("taskset", &["-c", "0"]);
                command.arg(&self.program).args(&self.arguments);
                command
            }
        }
    }

    fn is_not_ready(&self) -> Failure {
        let said = std::fs::read_to_string(&self.log).unwrap_or_default();
        let last: Vec<&str> = said.lines().rev().take(10).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        Failure::new(
            format!(
                "{} did not become ready. The end of its log:\n{}",
                self.name,
                last.join("\n")
            ),
            format!(
                "start it manually: {} {}",
                self.program.display(),
                self.arguments.join(" ")
            ),
        )
    }
}

impl Server {
    /// The name in the table.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Its process.
    pub(super) fn pid(&self) -> u32 {
        self.process.0.id()
    }

    /// The address on which it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the URL of a path.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Requests one more token, and returns its length. Unit: bytes.
    pub(super) fn try_out(&self, requests: &Requests) -> Result<usize, Failure> {
        requests.send_one(self.address)
    }

    /// Returns its memory after a while without a request. Unit: MiB.
    pub(super) fn memory_at_rest(&self, after: Duration) -> Result<f64, Failure> {
        thread::sleep(after);
        resident_memory(self.pid())
    }
}

/// A process that is asked to stop when this is dropped, and killed if it does not.
#[derive(Debug)]
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let pid = self.0.id().to_string();
        command::succeeds(&mut command::program("kill", &["-TERM", &pid]));
        let begin = now();
        while begin.elapsed() < STOPPED_WITHIN {
            if !matches!(self.0.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(LOOK_EVERY);
        }
        // The process may have ended in the meantime; then there is nothing to do.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reads until the server prints its address; `None` if it ends before, or does not print it in time.
fn listening(mut output: BufReader<ChildStdout>) -> Option<(SocketAddr, BufReader<ChildStdout>)> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut line = String::new();
        while matches!(output.read_line(&mut line), Ok(1..)) {
            if let Some(address) = address(&line) {
                // The receiver is gone if this took too long.
                let _ = sender.send((address, output));
                return;
            }
            line.clear();
        }
    });
    receiver.recv_timeout(READY_WITHIN).ok()
}

fn address(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("listening on ")?;
    rest.split([',', ' ', '\n']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_address_in_a_ready_line() {
        let expected = "127.0.0.1:8080".parse().ok();
        for line in [
            "listening on 127.0.0.1:8080\n",
            "m2m ready: listening on 127.0.0.1:8080, issuer http://127.0.0.1:8080\n",
        ] {
            assert_eq!(address(line), expected, "{line}");
        }
        assert_eq!(address("m2m 0.1.0\n"), None);
    }

    #[test]
    fn the_failure_of_a_server_that_exits_contains_its_log() {
        let plan = Plan {
            name: "sh".to_owned(),
            program: "/bin/sh".into(),
            arguments: vec!["-c".to_owned(), "echo no such key >&2".to_owned()],
            environment: Vec::new(),
            log: std::env::temp_dir().join(format!("xtask-bench-{}.log", std::process::id())),
        };
        let output = process_output(&plan);
        assert!(output.contains("sh did not become ready"), "{output}");
        assert!(output.contains("no such key"), "{output}");
        assert!(output.contains("/bin/sh -c"), "{output}");
    }

    fn process_output(plan: &Plan) -> String {
        let folder = std::env::temp_dir();
        let requests = Requests::of_applications(&folder, 1).expect("requests");
        let failure = plan.start(Cores::Any, &requests).expect_err("not ready");
        let _ = std::fs::remove_file(&plan.log);
        let _ = std::fs::remove_file(&requests.forms);
        failure.to_string()
    }
}
