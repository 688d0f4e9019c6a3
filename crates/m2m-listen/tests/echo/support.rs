//! A small server in memory, the report of its observer, and its callers.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use m2m_listen::http::request::Parts;
use m2m_listen::{
    Acceptor, Bytes, Closed, Full, Handler, HandshakeError, Incoming, ListenSettings, Listener,
    Observer, Refusal, Reloader, Request, Response, TlsError, TlsFiles, Validity, read_body,
};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Answers with the address of the caller. `/wait` waits until it is released, `/body` answers with the body of the request, and `/large`
/// with 1 MiB.
#[derive(Debug, Default)]
pub(crate) struct Echo {
    pub(crate) waiting: Notify,
    pub(crate) release: Notify,
    /// The refusals that the listener had worded.
    pub(crate) refusals: Mutex<Vec<Refusal>>,
}

impl Handler for Echo {
    type Body = Full<Bytes>;

    async fn respond(&self, request: Request<Incoming>, address: IpAddr) -> Response<Self::Body> {
        match request.uri().path() {
            "/wait" => {
                self.waiting.notify_one();
                self.release.notified().await;
            }
            "/body" => {
                self.waiting.notify_one();
                let body = read_body(request.into_body(), MAX_BODY_BYTES, BODY_TIME).await;
                return match body {
                    Ok(body) => Response::new(body.into()),
                    Err(refusal) => refusal.to_response(),
                };
            }
            "/large" => return Response::new(vec![b'a'; 1024 * 1024].into()),
            _ => {}
        }
        Response::new(address.to_string().into())
    }

    fn refuse(&self, refusal: Refusal, _: &Parts, _: IpAddr) -> Response<Full<Bytes>> {
        self.refusals.lock().unwrap().push(refusal);
        refusal.to_response()
    }
}

/// The maximum size of a body that [`Echo`] reads. Unit: bytes.
pub(crate) const MAX_BODY_BYTES: usize = 1000;

/// The time in which [`Echo`] reads a body.
pub(crate) const BODY_TIME: Duration = Duration::from_secs(10);

/// The report of an observer.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) opened: AtomicUsize,
    pub(crate) refused: AtomicUsize,
    pub(crate) began: AtomicUsize,
    pub(crate) ended: AtomicUsize,
    pub(crate) reloaded: AtomicUsize,
    pub(crate) not_reloaded: AtomicUsize,
    closed: Mutex<Vec<Closed>>,
    failed_accepts: Mutex<Vec<String>>,
    failed_handshakes: Mutex<Vec<(IpAddr, String)>>,
    validity: Mutex<Option<Validity>>,
    changed: Notify,
}

impl Report {
    fn count(&self, counter: &AtomicUsize) {
        counter.fetch_add(1, Ordering::Relaxed);
        self.changed.notify_waiters();
    }

    /// The reasons of all connections that ended.
    pub(crate) fn closed(&self) -> Vec<Closed> {
        self.closed.lock().unwrap().clone()
    }

    /// The errors of connections that could not be accepted.
    pub(crate) fn failed_accepts(&self) -> Vec<String> {
        self.failed_accepts.lock().unwrap().clone()
    }

    /// The callers whose handshake failed, and the reasons.
    pub(crate) fn failed_handshakes(&self) -> Vec<(IpAddr, String)> {
        self.failed_handshakes.lock().unwrap().clone()
    }

    pub(crate) fn validity(&self) -> Option<Validity> {
        *self.validity.lock().unwrap()
    }

    /// Waits until something is true of the report.
    pub(crate) async fn until(&self, is_true: impl Fn(&Self) -> bool) {
        let reported = async {
            loop {
                let changed = self.changed.notified();
                if is_true(self) {
                    return;
                }
                changed.await;
            }
        };
        let reported = tokio::time::timeout(PATIENCE, reported).await;
        assert!(reported.is_ok(), "never reported: {self:?}");
    }

    /// Waits until this many requests are being answered.
    pub(crate) async fn until_in_flight(&self, count: usize) {
        self.until(|report| {
            let ended = report.ended.load(Ordering::Relaxed);
            report.began.load(Ordering::Relaxed) - ended == count
        })
        .await;
    }

    /// Waits until this many connections have ended, and returns the reasons.
    pub(crate) async fn until_closed(&self, count: usize) -> Vec<Closed> {
        self.until(|report| report.closed().len() >= count).await;
        self.closed()
    }
}

impl Observer for Report {
    fn connection_opened(&self) {
        self.count(&self.opened);
    }

    fn connection_refused(&self) {
        self.count(&self.refused);
    }

    fn accept_failed(&self, error: &io::Error) {
        let error = error.to_string();
        self.failed_accepts.lock().unwrap().push(error);
    }

    fn handshake_failed(&self, address: IpAddr, error: &HandshakeError) {
        let failed = (address, error.to_string());
        self.failed_handshakes.lock().unwrap().push(failed);
    }

    fn connection_closed(&self, reason: Closed) {
        self.closed.lock().unwrap().push(reason);
        self.changed.notify_waiters();
    }

    fn request_began(&self) {
        self.count(&self.began);
    }

    fn request_ended(&self) {
        self.count(&self.ended);
    }

    fn certificate_checked(&self, _: &TlsFiles, validity: Validity) {
        *self.validity.lock().unwrap() = Some(validity);
    }

    fn certificate_reloaded(&self, _: &TlsFiles) {
        self.count(&self.reloaded);
    }

    fn certificate_not_reloaded(&self, _: &TlsFiles, _: &TlsError) {
        self.count(&self.not_reloaded);
    }
}

/// Connections in memory.
struct Memory(mpsc::UnboundedReceiver<io::Result<(DuplexStream, IpAddr)>>);

impl Acceptor for Memory {
    type Stream = DuplexStream;

    fn poll_accept(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<(DuplexStream, IpAddr)>> {
        match self.0.poll_recv(context) {
            Poll::Ready(Some(accepted)) => Poll::Ready(accepted),
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }
}

/// A server that serves until it is stopped.
pub(crate) struct Server {
    connections: mpsc::UnboundedSender<io::Result<(DuplexStream, IpAddr)>>,
    pub(crate) echo: Arc<Echo>,
    pub(crate) report: Arc<Report>,
    pub(crate) reloader: Option<Reloader>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Server {
    /// A server with changed settings.
    pub(crate) fn start(change: impl FnOnce(&mut ListenSettings)) -> Self {
        let echo = Arc::new(Echo::default());
        Self::answering(Arc::clone(&echo), echo, change)
    }

    /// A server with a handler of its own.
    pub(crate) fn with(handler: impl Handler) -> Self {
        Self::answering(handler, Arc::default(), |_| {})
    }

    fn answering(
        handler: impl Handler,
        echo: Arc<Echo>,
        change: impl FnOnce(&mut ListenSettings),
    ) -> Self {
        let mut settings = ListenSettings::at((Ipv4Addr::LOCALHOST, 0).into());
        change(&mut settings);
        let (connections, accepted) = mpsc::unbounded_channel();
        let report = Arc::new(Report::default());
        let listener = Listener::over(Memory(accepted), settings).unwrap();
        let listener = listener.observed_by(Arc::<Report>::clone(&report));
        let reloader = listener.reloader();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            listener.serve(handler, stopped).await;
        });
        Self {
            connections,
            echo,
            report,
            reloader,
            stop,
            serving,
        }
    }

    /// A connection of [`CALLER`].
    pub(crate) fn connect(&self) -> DuplexStream {
        self.connect_from(CALLER)
    }

    /// A connection with this address at its other end.
    pub(crate) fn connect_from(&self, address: IpAddr) -> DuplexStream {
        let (ours, theirs) = tokio::io::duplex(PIPE_BYTES);
        self.connections
            .send(Ok((theirs, address)))
            .expect("the server accepts connections");
        ours
    }

    /// A connection that cannot be accepted.
    pub(crate) fn fail_to_accept(&self, error: io::Error) {
        let _ = self.connections.send(Err(error));
    }

    /// A connection on which this was sent, and nothing more.
    pub(crate) async fn sent(&self, bytes: impl AsRef<[u8]>) -> DuplexStream {
        let mut stream = self.connect();
        stream.write_all(bytes.as_ref()).await.unwrap();
        stream
    }

    /// Sends bytes on a connection of their own, and reads to its end.
    pub(crate) async fn send(&self, bytes: impl AsRef<[u8]>) -> String {
        rest(self.sent(bytes).await).await
    }

    /// Begins the shutdown, and waits for its end.
    pub(crate) async fn stop(self) -> Arc<Report> {
        let _ = self.stop.send(());
        self.serving.await.unwrap();
        self.report
    }
}

/// Reads a connection to its end.
pub(crate) async fn rest(mut stream: impl AsyncRead + Unpin) -> String {
    let mut answer = Vec::new();
    // TLS that ends without a farewell is an end as well.
    let read = stream.read_to_end(&mut answer);
    let read = tokio::time::timeout(PATIENCE, read).await;
    assert!(read.is_ok(), "no end after {answer:?}");
    String::from_utf8(answer).unwrap()
}

/// Sends bytes, and reads to the end of the connection.
pub(crate) async fn exchange(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    bytes: impl AsRef<[u8]>,
) -> String {
    stream.write_all(bytes.as_ref()).await.unwrap();
    rest(stream).await
}

/// Reads one answer on a connection that stays open: its head, and the body of the length that it states.
pub(crate) async fn answer(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await.expect("an answer"));
    }
    let head = String::from_utf8(bytes).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    head + &String::from_utf8(body).unwrap()
}

/// The last request of a connection.
pub(crate) fn get(path: &str, fields: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: a.example\r\nconnection: close\r\n{fields}\r\n")
}

/// A request on a connection that stays open.
pub(crate) const KEPT: &str = "GET / HTTP/1.1\r\nhost: a.example\r\n\r\n";

/// The head of a request and a part of its body.
pub(crate) const HALF_BODY: &str =
    "POST /body HTTP/1.1\r\nhost: a.example\r\ncontent-length: 10\r\n\r\n01234";

/// Checks that a time limit was observed: no earlier, and later by a quarter at most.
#[track_caller]
pub(crate) fn assert_took(began: Instant, limit: Duration) {
    let took = began.elapsed();
    assert!(
        limit <= took && took <= limit + limit / 4,
        "{took:?} instead of {limit:?}"
    );
}

/// The address of callers that are not proxies.
pub(crate) const CALLER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// The address of a proxy.
pub(crate) const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));

/// The time after which a test has failed, in a clock that runs ahead when all tasks are idle.
const PATIENCE: Duration = Duration::from_secs(2000);

/// The size of the buffer between a caller and the server. Unit: bytes.
const PIPE_BYTES: usize = 64 * 1024;
