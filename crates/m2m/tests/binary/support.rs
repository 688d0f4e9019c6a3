//! A server in its own process, and a client that sends exactly the given bytes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

pub(crate) use m2m_testkit::{HttpAnswer as Answer, SECRET, registry_file};
use serde_json::Value;
use tempfile::TempDir;

/// Returns a command of the binary, isolated from the environment of the test run.
pub(crate) fn m2m(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_m2m"));
    let ours = |name: &str| name.starts_with("M2M_") || name == "NO_COLOR";
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(ours) {
            command.env_remove(name);
        }
    }
    // Servers of concurrent tests would all use its default address.
    command.env("M2M_OPS_LISTEN", "off");
    command.args(arguments);
    command
}

/// Runs a command to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    m2m(arguments).stdin(Stdio::null()).output().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Asks a process to end, as an operator would.
pub(crate) fn terminate(child: &Child) {
    signal(child, "TERM");
}

fn signal(child: &Child, name: &str) {
    let (name, id) = (format!("-{name}"), child.id().to_string());
    let kill = Command::new("kill").args([name, id]).status();
    assert!(kill.unwrap().success());
}

/// The time within which a test expects an immediate event.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Returns a folder with this file in it, and the path of the file.
pub(crate) fn file(name: &str, content: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    (folder, path.to_str().unwrap().to_owned())
}

/// Sends these bytes, and reads until the server closes the connection.
pub(crate) fn send_to(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    Answer::parse(&bytes)
}

/// Sends a form.
pub(crate) fn post_to(address: SocketAddr, target: &str, headers: &str, form: &str) -> Answer {
    let head = format!(
        "POST {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n{headers}\r\n{form}",
        form.len(),
    );
    send_to(address, head.as_bytes())
}

/// A running server. It is stopped when this is dropped.
pub(crate) struct Serving {
    child: Child,
    stderr: Option<JoinHandle<String>>,
    log: Mutex<Receiver<String>>,
    /// The lines on standard output after the one that reports that the server is ready.
    printed: Mutex<Receiver<String>>,
    pub(crate) ready: String,
    pub(crate) address: SocketAddr,
    _folder: Option<TempDir>,
}

impl Serving {
    /// Starts a server of [`world`].
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::of(&registry_file(), arguments)
    }

    /// Starts a server of this registry file, and waits until it is ready.
    pub(crate) fn of(world: &str, arguments: &[&str]) -> Self {
        let (folder, path) = file("world.toml", world);
        Self::spawn(&["--world", &path], arguments, Some(folder))
    }

    /// Starts a server of this data directory, and waits until it is ready.
    pub(crate) fn of_data(folder: &Path, arguments: &[&str]) -> Self {
        Self::spawn(&["--data", folder.to_str().unwrap()], arguments, None)
    }

    fn spawn(registry: &[&str], arguments: &[&str], folder: Option<TempDir>) -> Self {
        let mut command = m2m(&["serve", "--listen", "127.0.0.1:0"]);
        command.args(registry).args(arguments);
        Self::of_command(command, folder)
    }

    /// Starts a server with this command, and waits until it is ready.
    pub(crate) fn of_command(mut command: Command, folder: Option<TempDir>) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (tell, log) = channel();
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            for line in stderr.lines() {
                let line = line.unwrap();
                text.push_str(&line);
                text.push('\n');
                let _ = tell.send(line);
            }
            text
        });
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut ready = String::new();
        stdout.read_line(&mut ready).unwrap();
        let (tell, printed) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        if ready.is_empty() {
            let _ = child.wait();
            panic!("the server did not start: {}", stderr.join().unwrap());
        }
        let address = ready.trim().rsplit(' ').next().unwrap().parse().unwrap();
        Self {
            child,
            stderr: Some(stderr),
            log: Mutex::new(log),
            printed: Mutex::new(printed),
            ready,
            address,
            _folder: folder,
        }
    }

    /// Sends these bytes, and reads until the server closes the connection.
    pub(crate) fn send(&self, request: &[u8]) -> Answer {
        send_to(self.address, request)
    }

    /// Sends a request without a body.
    pub(crate) fn call(&self, method: &str, target: &str, headers: &str) -> Answer {
        let head = format!(
            "{method} {target} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n{headers}\r\n",
            self.address
        );
        self.send(head.as_bytes())
    }

    /// Sends a form.
    pub(crate) fn post(&self, target: &str, headers: &str, form: &str) -> Answer {
        post_to(self.address, target, headers, form)
    }

    /// Requests a token with the credentials in the body.
    pub(crate) fn token(&self, client_id: &str, secret: &str, more: &str) -> Answer {
        let client_id = client_id.replace('/', "%2F");
        let form = format!(
            "grant_type=client_credentials&client_id={client_id}&client_secret={secret}{more}"
        );
        self.post("/oauth2/token", "", &form)
    }

    pub(crate) fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits for the next line on standard output after the one that reports that the server is ready.
    pub(crate) fn next_printed(&self) -> String {
        let line = self.printed.lock().unwrap().recv_timeout(PATIENCE);
        line.unwrap()
    }

    /// Waits for a line of the log with this text, after the lines that were waited for before.
    #[track_caller]
    pub(crate) fn wait_for_log(&self, text: &str) -> String {
        loop {
            let line = self.log.lock().unwrap().recv_timeout(PATIENCE);
            let line = line.expect(text);
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Starts a server of [`world`] with an ops listener, and returns the address of that.
    pub(crate) fn with_ops(arguments: &[&str]) -> (Self, SocketAddr) {
        let server = Self::start(&[&["--ops-listen", "127.0.0.1:0"], arguments].concat());
        let address = server.ops();
        (server, address)
    }

    /// Returns the address of the ops listener, which the server logs before it is ready.
    pub(crate) fn ops(&self) -> SocketAddr {
        let line = self.wait_for_log("\"ops_listening\"");
        let line: Value = serde_json::from_str(&line).unwrap();
        let address = line.get("address").and_then(Value::as_str);
        address.unwrap().parse().unwrap()
    }

    /// Sends a signal to the server.
    pub(crate) fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// Sends a signal to the server, which may have ended by itself.
    pub(crate) fn signal_if_alive(&self, name: &str) {
        let (name, id) = (format!("-{name}"), self.child.id().to_string());
        let _ = Command::new("kill").args([name, id]).output();
    }

    /// Returns the id of the process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Returns the resident memory of the server. Unit: KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.unwrap().trim().trim_end_matches(" kB");
        number.parse().unwrap()
    }

    /// Waits until the server has ended.
    pub(crate) fn wait(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        (status, self.stderr.take().unwrap().join().unwrap())
    }

    /// Stops the server as an operator would, and returns its standard error.
    pub(crate) fn stop(self) -> (ExitStatus, String) {
        terminate(&self.child);
        self.wait()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
