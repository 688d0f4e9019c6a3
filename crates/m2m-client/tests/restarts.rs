//! The source of tokens over real sockets: many tasks, and a server that fails in every way that passes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use m2m_client::{
    AccessTokenRequest, Client, Credentials, HyperTransport, Issuer, TokenError, TokenSource,
};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// The reaction to a request for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reaction {
    Token,
    Unavailable,
    /// The connection is closed without an answer.
    Hangup,
}

/// A token endpoint. It is restarted once.
#[derive(Default)]
struct Endpoint {
    /// The number of requests so far.
    requests: AtomicUsize,
    has_restarted: AtomicBool,
    /// Notified when the restart is due.
    due: Notify,
}

impl Endpoint {
    /// Counts a request, and returns what becomes of it. It depends on the number alone, and not on the speed of the machine.
    fn meet(&self) -> Reaction {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        if self.has_restarted.load(Ordering::Acquire) {
            return Reaction::Token;
        }
        match number {
            20..30 => Reaction::Unavailable,
            50..60 => Reaction::Hangup,
            0..80 => Reaction::Token,
            _ => {
                self.due.notify_one();
                Reaction::Hangup
            }
        }
    }

    /// Serves connections until the future is dropped, which closes them all.
    async fn serve(self: Arc<Self>, listener: TcpListener) {
        let mut connections = JoinSet::new();
        loop {
            if let Ok((stream, _)) = listener.accept().await {
                let endpoint = Arc::clone(&self);
                connections.spawn(async move { endpoint.converse(stream).await });
            }
        }
    }

    /// Answers the requests of a connection. The token names the scope that was requested.
    async fn converse(&self, stream: TcpStream) -> Option<()> {
        let mut stream = BufReader::new(stream);
        loop {
            let body = body(&mut stream).await?;
            let (status, body) = match self.meet() {
                Reaction::Hangup => return None,
                Reaction::Unavailable => ("503 Service Unavailable", String::new()),
                Reaction::Token => {
                    let (_, scope) = body.split_once("scope=")?;
                    let token = format!(
                        r#"{{"access_token":"of-{scope}","token_type":"Bearer","expires_in":3600}}"#
                    );
                    ("200 OK", token)
                }
            };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
            );
            stream.write_all((head + &body).as_bytes()).await.ok()?;
        }
    }
}

/// Reads a request up to its end, and returns its body.
async fn body(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    String::from_utf8(body).ok()
}

/// Binds the address, and does not listen: it is reserved, and connections are refused.
fn bind(address: SocketAddr) -> std::io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // The next server binds the address while the last one still has it, so that no other program gets it between them.
    #[cfg(unix)]
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    Ok(socket)
}

const TASKS: usize = 32;
const CALLS: usize = 8;
const BACKLOG: u32 = 256;

/// The token of this call of a task is one that no call has requested before. The calls of all tasks with the same number share another one.
async fn call(
    tokens: &TokenSource<HyperTransport>,
    task: usize,
    call: usize,
) -> Result<(), TokenError> {
    for scope in [format!("task-{task}-{call}"), format!("all-{call}")] {
        let request = AccessTokenRequest::new().with_scope(scope.as_str());
        let token = tokens.token(&request).await?;
        assert_eq!(token.expose_secret(), format!("of-{scope}"));
    }
    Ok(())
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_of_many_tasks_fails_while_the_server_is_unavailable_and_restarts() {
    let socket = bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = socket.local_addr().unwrap();
    let endpoint = Arc::new(Endpoint::default());
    let listener = socket.listen(BACKLOG).unwrap();
    let server = tokio::spawn(Arc::clone(&endpoint).serve(listener));

    let issuer = Issuer::parse(&format!("http://{address}")).unwrap();
    let credentials = Credentials::new("billing-job", "throw-away").unwrap();
    let client = Client::new(issuer, credentials, HyperTransport::builder().build())
        .with_token_endpoint(format!("http://{address}/token").parse().unwrap());
    let tokens = TokenSource::new(client);
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let tokens = tokens.clone();
            tokio::spawn(async move {
                for number in 0..CALLS {
                    call(&tokens, task, number).await?;
                }
                Ok::<_, TokenError>(())
            })
        })
        .collect();

    endpoint.due.notified().await;
    let next = bind(address).unwrap();
    server.abort();
    assert!(server.await.unwrap_err().is_cancelled());
    // The endpoint does not see the connections that are refused. In this time there are some.
    tokio::time::sleep(Duration::from_millis(50)).await;
    endpoint.has_restarted.store(true, Ordering::Release);
    let listener = next.listen(BACKLOG).unwrap();
    let server = tokio::spawn(Arc::clone(&endpoint).serve(listener));

    for task in tasks {
        task.await.unwrap().unwrap();
    }
    server.abort();
    // A request for each scope, and another one for each that had no token.
    let requests = endpoint.requests.load(Ordering::Relaxed);
    assert!(requests > TASKS * CALLS + CALLS + 20, "{requests}");
}
