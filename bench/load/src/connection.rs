//! A connection on which requests are sent one after the other.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use xtask::failure::Failure;

/// The maximum time for an answer. Unit: seconds.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// A connection that stays open between requests.
#[derive(Debug)]
pub(super) struct Connection(BufReader<TcpStream>);

/// The answer to a request.
#[derive(Debug)]
pub(super) struct Answer {
    /// The status line and the header fields.
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Connection {
    pub(super) fn open(to: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect_timeout(&to, ANSWER_WITHIN)?;
        // Each request is one packet, and waits for no other.
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends a request, and reads the whole answer.
    pub(super) fn send(&mut self, request: &str) -> std::io::Result<Answer> {
        self.0.get_mut().write_all(request.as_bytes())?;
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.0.read_line(&mut head)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .and_then(|length| length.parse().ok())
            .unwrap_or(0);
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok(Answer { head, body })
    }
}

impl Answer {
    /// The status code.
    pub(super) fn status(&self) -> Option<u16> {
        self.head.split(' ').nth(1)?.parse().ok()
    }
}

/// A request to the token endpoint, with more header fields if there are any; each of these ends with a line break.
pub(super) fn token_request(to: SocketAddr, fields: &str, form: &str) -> String {
    format!(
        "POST /oauth2/token HTTP/1.1\r\nhost: {to}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n{fields}\r\n{form}",
        form.len(),
    )
}

/// The failure of a connection that broke.
pub(super) fn lost(error: &std::io::Error) -> Failure {
    Failure::new(
        format!("the server does not answer: {error}"),
        "read the server's log, in the folder printed above",
    )
}
