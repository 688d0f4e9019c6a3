//! The management API of a server in a process of its own.
//!
//! The answers of the operations are tested in one process, in `crates/m2m-testkit/tests/management`. The tests here need a process:
//!
//! - `curl` runs commands from the documentation of other services over TLS.
//! - `fixes` runs the commands that diagnoses print, in a shell.
//! - `full_disk` and `killed` need a full disk, a locked database and `kill -9`, and look into the data directory afterwards.
//! - `http` is about bytes on a connection: HEAD, bodies that are announced, paths beside the management API.
//! - `inspection` is about the endpoints for introspection and revocation, and about `kill -9`.
//! - `interleaved` sends requests of all kinds at once to a server that writes to a disk.
//! - `maintenance` is about the token endpoint of the binary, which refuses callers during it, and about a restart.
//! - `nowhere` and `refusals` look for secrets and refusals in the log, the metrics and the files of the process.
//! - `report` looks into the data directory after the server has stopped.
//! - `reuse` is about tokens and quotas in the memory of the process.
//! - `shell` runs commands against the server.

#![expect(
    clippy::indexing_slicing,
    reason = "an answer without what a test looks for fails the test, in its helpers too"
)]

mod curl;
mod fixes;
mod full_disk;
mod http;
mod inspection;
mod interleaved;
mod killed;
mod maintenance;
mod nowhere;
mod refusals;
mod report;
mod reuse;
mod shell;

use std::ffi::OsString;
use std::fs::{DirEntry, Permissions};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::LazyLock;

pub(crate) use m2m_testkit::{Made, ManagementCalls, assigned, bearer, claims, shape};
use serde_json::Value;

use crate::data::Data;
use crate::support::{Answer, PATIENCE, Serving, m2m, send_to};

/// The client id of the application that manages the servers of these tests.
pub(crate) const OPERATOR: &str = "operator";

/// The secret of this application.
pub(crate) const OPERATOR_SECRET: &str = "the-secret-of-the-operator-0123456789";

/// All profiles.
pub(crate) const PROFILES: [&str; 4] = ["rfc", "kinde", "trusted-application", "generic"];

/// A server with its own data directory, and a token for all of its management API.
pub(crate) struct Managed {
    pub(crate) server: Serving,
    pub(crate) data: Data,
    pub(crate) token: String,
}

impl ManagementCalls for Managed {
    fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.call_with(method, path, "", body)
    }
}

impl Managed {
    /// Starts a server with nothing in it but the application that manages it.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::over(fresh(), arguments)
    }

    /// Starts a server of this data directory.
    pub(crate) fn over(data: Data, arguments: &[&str]) -> Self {
        let mut command = m2m(&["serve", "--listen", "127.0.0.1:0", "--data"]);
        command.arg(data.path()).args(arguments);
        Self::of_command(command, data)
    }

    /// Starts a server of this data directory with this command.
    pub(crate) fn of_command(mut command: std::process::Command, data: Data) -> Self {
        command
            .env("M2M_BOOTSTRAP_CLIENT_ID", OPERATOR)
            .env("M2M_BOOTSTRAP_CLIENT_SECRET", OPERATOR_SECRET);
        let server = Serving::of_command(command, None);
        let token = management_token(&server, OPERATOR, OPERATOR_SECRET);
        Self {
            server,
            data,
            token,
        }
    }

    /// Calls it with further header fields.
    pub(crate) fn call_with(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &Value,
    ) -> Answer {
        let headers = format!("{}{headers}", bearer(&self.token));
        call(self.server.address, method, path, &headers, body)
    }

    /// Requests a token as an application.
    pub(crate) fn ask(&self, application: &Made, more: &str) -> Answer {
        self.server
            .token(&application.client_id, &application.secret, more)
    }

    /// Returns the claims of the token that an application gets.
    #[track_caller]
    pub(crate) fn claims(&self, application: &Made, more: &str) -> Value {
        claims(&self.ask(application, more).access_token())
    }
}

/// Sends a request with a body in JSON to a server that may end in the meantime. Returns nothing if the answer is incomplete.
pub(crate) fn try_call(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &Value,
) -> Option<Answer> {
    let headers = format!("{headers}content-type: application/json\r\n");
    try_send(address, method, path, &headers, &body.to_string())
}

/// Sends a request with a body of any kind to a server that may end in the meantime. Returns nothing if the answer is incomplete.
pub(crate) fn try_send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> Option<Answer> {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{headers}\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    if !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
        return None;
    }
    let answer = Answer::parse(&bytes);
    let length = answer.header("content-length")?.parse::<usize>().unwrap();
    (answer.body.len() == length).then_some(answer)
}

/// The files of a data directory that no server uses, to be copied.
pub(crate) struct Files(Vec<(OsString, Vec<u8>)>);

impl Files {
    pub(crate) fn of(data: &Data) -> Self {
        let entries = std::fs::read_dir(data.path()).unwrap();
        let read = |entry: DirEntry| (entry.file_name(), std::fs::read(entry.path()).unwrap());
        Self(entries.map(|entry| read(entry.unwrap())).collect())
    }

    pub(crate) fn copy(&self) -> Data {
        let data = Data::new();
        std::fs::create_dir(data.path()).unwrap();
        std::fs::set_permissions(data.path(), Permissions::from_mode(0o700)).unwrap();
        for (name, content) in &self.0 {
            let path = data.path().join(name);
            std::fs::write(&path, content).unwrap();
            std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        }
        data
    }
}

/// Returns the data directory of a server that was started once, with keys of all algorithms. Generating them takes longer than most tests.
pub(crate) fn fresh() -> Data {
    static FILES: LazyLock<Files> = LazyLock::new(|| {
        let managed = Managed::over(Data::new(), &[]);
        assert!(managed.server.stop().0.success());
        Files::of(&managed.data)
    });
    FILES.copy()
}

/// Requests a token for the management API, with all assigned scopes.
#[track_caller]
pub(crate) fn management_token(server: &Serving, client_id: &str, secret: &str) -> String {
    let audience = format!("&audience={}/api", server.issuer());
    server.token(client_id, secret, &audience).access_token()
}

/// Sends a request, with a body in JSON unless it is null.
pub(crate) fn call(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &Value,
) -> Answer {
    if body.is_null() {
        return send(address, method, path, headers, "");
    }
    let headers = format!("{headers}content-type: application/json\r\n");
    send(address, method, path, &headers, &body.to_string())
}

/// Sends a request with a body of any kind.
pub(crate) fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> Answer {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    send_to(address, request.as_bytes())
}
