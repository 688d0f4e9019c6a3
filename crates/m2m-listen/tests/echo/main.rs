//! A small server on the listener, over real sockets: what its callers and its observer see.

#![expect(
    clippy::unwrap_used,
    reason = "what a test takes for granted it may unwrap, in its helpers too"
)]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use m2m_listen::{
    AddressHeader, Bytes, Closed, Full, Handler, Incoming, ListenError, ListenSettings, Listener,
    Observer, ProxyProtocol, Refusal, Request, Response, TlsError, TlsFiles, Validity,
};
use rcgen::{CertifiedKey, generate_simple_self_signed};
#[cfg(feature = "aws-lc-rs")]
use rustls::crypto::aws_lc_rs as library;
#[cfg(not(feature = "aws-lc-rs"))]
use rustls::crypto::ring as library;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

/// Answers with the address of the caller; `/wait` waits until it is let go.
#[derive(Debug, Default)]
struct Echo {
    waiting: Notify,
    release: Notify,
}

impl Handler for Echo {
    type Body = Full<Bytes>;

    async fn respond(&self, request: Request<Incoming>, address: IpAddr) -> Response<Self::Body> {
        if request.uri().path() == "/wait" {
            self.waiting.notify_one();
            self.release.notified().await;
        }
        Response::new(address.to_string().into())
    }
}

/// Counts what it hears.
#[derive(Debug, Default)]
struct Seen {
    opened: AtomicUsize,
    refused: AtomicUsize,
    began: AtomicUsize,
    ended: AtomicUsize,
    closed: Mutex<Vec<Closed>>,
    validity: Mutex<Option<Validity>>,
    reloaded: Notify,
    not_reloaded: Notify,
}

impl Observer for Seen {
    fn connection_opened(&self) {
        self.opened.fetch_add(1, Ordering::Relaxed);
    }

    fn connection_refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    fn connection_closed(&self, reason: Closed) {
        self.closed.lock().unwrap().push(reason);
    }

    fn request_began(&self) {
        self.began.fetch_add(1, Ordering::Relaxed);
    }

    fn request_ended(&self) {
        self.ended.fetch_add(1, Ordering::Relaxed);
    }

    fn certificate_checked(&self, _: &TlsFiles, validity: Validity) {
        *self.validity.lock().unwrap() = Some(validity);
    }

    fn certificate_reloaded(&self, _: &TlsFiles) {
        self.reloaded.notify_one();
    }

    fn certificate_not_reloaded(&self, _: &TlsFiles, _: &TlsError) {
        self.not_reloaded.notify_one();
    }
}

/// A server that serves until it is stopped.
struct Server {
    address: SocketAddr,
    echo: Arc<Echo>,
    seen: Arc<Seen>,
    reloader: Option<m2m_listen::Reloader>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Server {
    async fn start(change: impl FnOnce(&mut ListenSettings)) -> Self {
        let mut settings = ListenSettings::at((Ipv4Addr::LOCALHOST, 0).into());
        change(&mut settings);
        let listener = Listener::bind(settings).await.unwrap();
        let (address, reloader) = (listener.address(), listener.reloader());
        let (stop, stopped) = oneshot::channel::<()>();
        let (echo, seen) = (Arc::new(Echo::default()), Arc::new(Seen::default()));
        let serving = tokio::spawn({
            let (echo, seen) = (Arc::clone(&echo), Arc::clone(&seen));
            async move {
                let stopped = async {
                    let _ = stopped.await;
                };
                listener.observed_by(seen).serve(echo, stopped).await;
            }
        });
        Self {
            address,
            echo,
            seen,
            reloader,
            stop,
            serving,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends bytes on a connection of their own, and reads to its end.
    async fn send(&self, bytes: &[u8]) -> String {
        exchange(self.connect().await, bytes).await
    }

    async fn stop(self) -> Arc<Seen> {
        let _ = self.stop.send(());
        self.serving.await.unwrap();
        self.seen
    }
}

async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, bytes: &[u8]) -> String {
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    // TLS without a farewell is an end as well.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

fn get(path: &str, fields: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: a.example\r\nconnection: close\r\n{fields}\r\n")
        .into_bytes()
}

/// A certificate for `localhost` and its key in files, and a client that trusts it.
fn tls() -> (TempDir, TlsFiles) {
    let folder = tempfile::tempdir().unwrap();
    let files = TlsFiles::new(
        folder.path().join("cert.pem"),
        folder.path().join("key.pem"),
    );
    renew(&files);
    (folder, files)
}

/// Writes a new certificate and its key into the files.
fn renew(files: &TlsFiles) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(&files.cert, cert.pem()).unwrap();
    std::fs::write(&files.key, signing_key.serialize_pem()).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&files.key, mode).unwrap();
    }
}

/// Calls a server as a client that trusts the certificate in this file alone.
async fn call_with_tls(server: &Server, files: &TlsFiles) -> std::io::Result<String> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;

    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(&files.cert).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(library::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    let stream = connector.connect(name, server.connect().await).await?;
    Ok(exchange(stream, &get("/", "")).await)
}

#[tokio::test]
async fn a_request_is_answered_and_observed() {
    let server = Server::start(|_| {}).await;
    let answer = server.send(&get("/", "")).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n127.0.0.1"), "{answer}");
    let seen = server.stop().await;
    assert_eq!(seen.opened.load(Ordering::Relaxed), 1);
    assert_eq!(seen.began.load(Ordering::Relaxed), 1);
    assert_eq!(seen.ended.load(Ordering::Relaxed), 1);
    assert_eq!(*seen.closed.lock().unwrap(), [Closed::Done]);
}

#[tokio::test]
async fn an_address_that_is_taken_is_an_error_that_names_it() {
    let server = Server::start(|_| {}).await;
    let error = Listener::bind(ListenSettings::at(server.address)).await;
    let error = error.unwrap_err();
    assert!(matches!(error, ListenError::Bind { .. }), "{error:?}");
    assert!(
        error.to_string().contains(&server.address.to_string()),
        "{error}"
    );
}

#[tokio::test]
async fn ambiguous_requests_and_other_protocols_are_refused() {
    let server = Server::start(|_| {}).await;
    for bytes in [
        &b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n"[..],
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",
    ] {
        let answer = server.send(bytes).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{bytes:?}: {answer}");
    }
    let tls = server
        .send(b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00")
        .await;
    assert!(tls.ends_with(Refusal::TlsOnPlainPort.as_str()), "{tls}");
}

#[tokio::test]
async fn beyond_the_maximum_of_connections_a_caller_is_told_so() {
    let server = Server::start(|settings| settings.max_connections = 1).await;
    let busy = tokio::spawn({
        let stream = server.connect().await;
        async move { exchange(stream, &get("/wait", "")).await }
    });
    // It is being answered, so that it does not give way.
    server.echo.waiting.notified().await;
    let refused = server.send(&get("/", "")).await;
    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    server.echo.release.notify_one();
    assert!(busy.await.unwrap().starts_with("HTTP/1.1 200 "));
    assert_eq!(server.stop().await.refused.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn an_idle_connection_gives_way() {
    let server = Server::start(|settings| settings.max_connections = 1).await;
    let mut idle = server.connect().await;
    idle.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    let mut first = [0; 12];
    idle.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    let answer = server.send(&get("/", "")).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let seen = server.stop().await;
    assert!(seen.closed.lock().unwrap().contains(&Closed::Displaced));
}

#[tokio::test]
async fn a_request_that_is_under_way_at_the_end_is_answered() {
    let server = Server::start(|_| {}).await;
    let waiting = tokio::spawn({
        let stream = server.connect().await;
        async move { exchange(stream, &get("/wait", "")).await }
    });
    server.echo.waiting.notified().await;
    let echo = Arc::clone(&server.echo);
    let stopping = tokio::spawn(server.stop());
    echo.release.notify_one();
    stopping.await.unwrap();
    assert!(waiting.await.unwrap().starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_trusted_proxy_states_the_address_and_a_stranger_does_not() {
    let loopback = IpAddr::from(Ipv4Addr::LOCALHOST);
    for (proxies, expected) in [(vec![loopback.into()], "192.0.2.7"), (vec![], "127.0.0.1")] {
        let server = Server::start(|settings| {
            settings.trusted_proxies = proxies;
            settings.address_header = Some(AddressHeader::Forwarded);
        })
        .await;
        let answer = server.send(&get("/", "forwarded: for=192.0.2.7\r\n")).await;
        assert!(answer.ends_with(expected), "{answer}");
        server.stop().await;
    }
}

#[tokio::test]
async fn the_proxy_protocol_states_the_address() {
    let server = Server::start(|settings| {
        settings.trusted_proxies = vec![IpAddr::from(Ipv4Addr::LOCALHOST).into()];
        settings.proxy_protocol = ProxyProtocol::Required;
    })
    .await;
    let mut bytes = b"PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n".to_vec();
    bytes.extend(get("/", ""));
    let answer = server.send(&bytes).await;
    assert!(answer.ends_with("192.0.2.7"), "{answer}");
    let without = server.send(&get("/", "")).await;
    assert!(without.starts_with("HTTP/1.1 400 "), "{without}");
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_without_a_restart() {
    let (_folder, files) = tls();
    let server = Server::start(|settings| settings.tls = Some(files.clone())).await;
    let answer = call_with_tls(&server, &files).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let ends = server.seen.validity.lock().unwrap().unwrap().not_after();
    assert_eq!(files.validity().unwrap().not_after(), ends);
    // Files that cannot be used change nothing.
    let key = std::fs::read(&files.key).unwrap();
    std::fs::write(&files.key, "").unwrap();
    server.reloader.as_ref().unwrap().reload();
    server.seen.not_reloaded.notified().await;
    assert!(call_with_tls(&server, &files).await.is_ok());
    std::fs::write(&files.key, key).unwrap();
    let (_other, old) = tls();
    std::fs::copy(&files.cert, &old.cert).unwrap();
    renew(&files);
    server.reloader.as_ref().unwrap().reload();
    server.seen.reloaded.notified().await;
    assert!(call_with_tls(&server, &files).await.is_ok());
    assert!(call_with_tls(&server, &old).await.is_err());
    let plain = server.send(&get("/", "")).await;
    assert!(plain.ends_with(Refusal::PlainOnTlsPort.as_str()), "{plain}");
}
