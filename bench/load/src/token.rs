//! Requests for tokens: those that wrk sends, and a single one.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::options::Case;
use super::world::{self, AUTHORIZATION, CLIENT_ID, CLIENT_SECRET, SCOPE};
use xtask::failure::Failure;

/// The maximum time for an answer to one request. Unit: seconds.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// The requests that are sent.
#[derive(Debug)]
pub(super) struct Requests {
    /// A file of forms, one per line.
    pub(super) forms: PathBuf,
    /// The `Authorization` header.
    pub(super) authorization: Option<&'static str>,
    /// The path.
    pub(super) path: &'static str,
    /// The method.
    pub(super) method: &'static str,
    /// The first of the forms.
    first: String,
}

impl Requests {
    /// The one request of a case, its form written into the folder.
    pub(super) fn of_case(folder: &Path, case: Case) -> Result<Self, Failure> {
        let credentials = match case {
            Case::Basic => None,
            Case::Es256 | Case::Rs256 | Case::EdDsa => Some(CLIENT_ID),
        };
        let form = form(credentials, case);
        let authorization = credentials.is_none().then_some(AUTHORIZATION);
        Self::write(
            folder.join(format!("{}.form", case.name())),
            vec![form],
            authorization,
        )
    }

    /// The request to introspect a token.
    pub(super) fn of_introspection(folder: &Path, token: &str) -> Result<Self, Failure> {
        let form = format!("client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}&token={token}");
        let requests = Self::write(folder.join("introspection.form"), vec![form], None)?;
        Ok(Self {
            path: "/oauth2/introspect",
            ..requests
        })
    }

    /// The request for a document that is in memory.
    pub(super) fn of_document(folder: &Path) -> Result<Self, Failure> {
        let requests = Self::write(folder.join("document.form"), vec![String::new()], None)?;
        Ok(Self {
            path: "/",
            method: "GET",
            ..requests
        })
    }

    /// Returns one request of each of this number of applications.
    pub(super) fn of_applications(folder: &Path, count: u32) -> Result<Self, Failure> {
        let forms = (1..=count)
            .map(|number| form(Some(&world::client_id(number)), Case::Es256))
            .collect();
        Self::write(folder.join(format!("{count}.forms")), forms, None)
    }

    fn write(
        path: PathBuf,
        forms: Vec<String>,
        authorization: Option<&'static str>,
    ) -> Result<Self, Failure> {
        std::fs::write(&path, forms.join("\n") + "\n")
            .map_err(|error| Failure::file(&path, &error))?;
        Ok(Self {
            forms: path,
            authorization,
            path: "/oauth2/token",
            method: "POST",
            first: forms.into_iter().next().unwrap_or_default(),
        })
    }

    /// Sends the first request, and returns the length of its token. Unit: bytes.
    pub(super) fn send_one(&self, to: SocketAddr) -> Result<usize, Failure> {
        Ok(self.token(to)?.len())
    }

    /// Sends the first request, and returns its token.
    pub(super) fn token(&self, to: SocketAddr) -> Result<String, Failure> {
        let answer = self.exchange(to).map_err(|error| {
            Failure::new(
                format!("{to} does not answer a token request: {error}"),
                "read the server's log, in the folder printed above",
            )
        })?;
        token_in(&answer).ok_or_else(|| {
            Failure::new(
                format!("{to} did not return a token:\n{answer}"),
                "the requests and the registry of the bench are defined in bench/load/src/{token,world}.rs",
            )
        })
    }

    fn exchange(&self, to: SocketAddr) -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&to, ANSWER_WITHIN)?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        let authorization = self
            .authorization
            .map(|value| format!("authorization: {value}\r\n"))
            .unwrap_or_default();
        write!(
            stream,
            "POST /oauth2/token HTTP/1.1\r\nhost: {to}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n{authorization}connection: close\r\n\r\n{}",
            self.first.len(),
            self.first,
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

fn form(client_id: Option<&str>, case: Case) -> String {
    let credentials = client_id
        .map(|client_id| format!("&client_id={client_id}&client_secret={CLIENT_SECRET}"))
        .unwrap_or_default();
    format!(
        "grant_type=client_credentials{credentials}&scope={}&audience={}",
        encoded(SCOPE),
        encoded(world::audience(case)),
    )
}

/// Encodes a text for a form, as far as the scopes and audiences of the benches need it.
fn encoded(text: &str) -> String {
    text.replace(':', "%3A").replace('/', "%2F")
}

#[derive(Debug, Deserialize)]
struct Granted {
    access_token: String,
}

fn token_in(answer: &str) -> Option<String> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    if head.split(' ').nth(1) != Some("200") {
        return None;
    }
    let granted: Granted = serde_json::from_str(body).ok()?;
    Some(granted.access_token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_in_the_body_unless_they_are_in_the_header() {
        assert_eq!(
            form(None, Case::Basic),
            "grant_type=client_credentials&scope=api%3Aread&audience=https%3A%2F%2Fes256.example.com"
        );
        assert!(form(Some("a"), Case::EdDsa).contains("&client_id=a&client_secret=bench-secret-"));
    }

    #[test]
    fn reads_a_token_only_from_an_answer_with_200() {
        let body = "\r\n\r\n{\"access_token\":\"abc\",\"token_type\":\"Bearer\"}";
        let token = token_in(&format!("HTTP/1.1 200 OK{body}"));
        assert_eq!(token.as_deref(), Some("abc"));
        assert_eq!(token_in(&format!("HTTP/1.1 503 no{body}")), None);
        assert_eq!(token_in("HTTP/1.1 200 OK\r\n\r\n{}"), None);
    }
}
