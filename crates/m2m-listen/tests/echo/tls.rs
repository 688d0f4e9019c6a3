//! TLS, and its certificate that is renewed while the server serves.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use m2m_listen::{Closed, ListenError, ListenSettings, Listener, Refusal, TlsFiles};
use rcgen::{CertifiedKey, generate_simple_self_signed};
#[cfg(feature = "aws-lc-rs")]
use rustls::crypto::aws_lc_rs as library;
#[cfg(not(feature = "aws-lc-rs"))]
use rustls::crypto::ring as library;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::{AsyncWriteExt as _, DuplexStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::http2::Http2;
use crate::support::{PROXY, Server, exchange, get, rest};

/// A certificate for `localhost` and its key, in files.
pub(crate) fn files() -> (TempDir, TlsFiles) {
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

/// A server that speaks TLS.
pub(crate) fn server(files: &TlsFiles) -> Server {
    Server::start(|settings| settings.tls = Some(files.clone()))
}

/// The side of a client that trusts the certificate in this file alone.
pub(crate) async fn connect(
    stream: DuplexStream,
    files: &TlsFiles,
    protocols: &[&[u8]],
) -> io::Result<TlsStream<DuplexStream>> {
    let mut roots = RootCertStore::empty();
    let trusted = CertificateDer::from_pem_file(&files.cert).unwrap();
    roots.add(trusted).unwrap();
    let mut config = ClientConfig::builder_with_provider(library::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|own| own.to_vec()).collect();
    let name = ServerName::try_from("localhost").unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, stream).await
}

/// Calls a server as a client that trusts the certificate in this file alone.
async fn call(server: &Server, files: &TlsFiles) -> io::Result<String> {
    let stream = connect(server.connect(), files, &[]).await?;
    Ok(exchange(stream, get("/", "")).await)
}

#[tokio::test(start_paused = true)]
async fn either_protocol_is_negotiated() {
    let (_folder, files) = files();
    let server = server(&files);
    assert!(call(&server, &files).await.unwrap().ends_with("192.0.2.1"));
    let stream = connect(server.connect(), &files, &[b"http/1.1", b"h2"]).await;
    let stream = stream.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let mut http2 = Http2::new(stream).await;
    assert_eq!(http2.request("/").await, "192.0.2.1");
    let stream = connect(server.connect(), &files, &[b"http/1.1"]).await;
    let answer = exchange(stream.unwrap(), get("/", "")).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_renewed_certificate_is_loaded_when_asked_for() {
    let (_folder, files) = files();
    let server = server(&files);
    let reloader = server.reloader.clone().unwrap();
    assert!(call(&server, &files).await.is_ok());
    assert_eq!(files.validity(), server.report.validity());
    // Files that cannot be used change nothing.
    let key = std::fs::read(&files.key).unwrap();
    std::fs::write(&files.key, "").unwrap();
    reloader.reload();
    let report = &server.report;
    report
        .until(|report| report.not_reloaded.load(Ordering::Relaxed) == 1)
        .await;
    assert!(call(&server, &files).await.is_ok());
    std::fs::write(&files.key, key).unwrap();
    let (_other, old) = self::files();
    std::fs::copy(&files.cert, &old.cert).unwrap();
    renew(&files);
    reloader.reload();
    report
        .until(|report| report.reloaded.load(Ordering::Relaxed) == 1)
        .await;
    assert!(call(&server, &files).await.is_ok());
    assert!(call(&server, &old).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_renewed_certificate_is_noticed_and_connections_stay_open() {
    let (_folder, files) = files();
    let server = server(&files);
    let mut before = connect(server.connect(), &files, &[]).await.unwrap();
    renew(&files);
    server
        .report
        .until(|report| report.reloaded.load(Ordering::Relaxed) == 1)
        .await;
    assert!(call(&server, &files).await.is_ok());
    before.write_all(get("/", "").as_bytes()).await.unwrap();
    assert!(rest(before).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test(start_paused = true)]
async fn plain_http_is_answered_on_the_tls_port() {
    let (_folder, files) = files();
    let server = server(&files);
    let plain = server.send(get("/", "")).await;
    assert!(plain.starts_with("HTTP/1.1 400 "), "{plain}");
    assert!(plain.ends_with(Refusal::PlainOnTlsPort.as_str()), "{plain}");
    assert_eq!(server.report.until_closed(1).await, [Closed::Handshake]);
}

#[tokio::test(start_paused = true)]
async fn tls_follows_the_header_of_a_proxy() {
    let (_folder, files) = files();
    let server = Server::start(|settings| {
        settings.tls = Some(files.clone());
        settings.trusted_proxies = vec![PROXY.into()];
        settings.proxy_protocol = m2m_listen::ProxyProtocol::Required;
    });
    let header = b"PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n";
    let mut stream = server.connect_from(PROXY);
    stream.write_all(header).await.unwrap();
    // The header alone, before its caller has sent a byte.
    tokio::task::yield_now().await;
    let stream = connect(stream, &files, &[]).await.unwrap();
    let answer = exchange(stream, get("/", "")).await;
    assert!(answer.ends_with("\r\n\r\n192.0.2.7"), "{answer}");
    let mut plain = server.connect_from(PROXY);
    plain.write_all(header).await.unwrap();
    let answer = exchange(plain, get("/", "")).await;
    assert!(
        answer.ends_with(Refusal::PlainOnTlsPort.as_str()),
        "{answer}"
    );
}

#[tokio::test]
async fn a_listener_does_not_start_without_its_certificate() {
    let (_folder, files) = files();
    std::fs::remove_file(&files.cert).unwrap();
    let mut settings = ListenSettings::at(([127, 0, 0, 1], 0).into());
    settings.tls = Some(files);
    let error = Listener::bind(settings).await.unwrap_err();
    assert!(matches!(error, ListenError::Tls(_)), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("cannot read the certificate file"), "{text}");
    assert!(std::error::Error::source(&error).is_some());
}
