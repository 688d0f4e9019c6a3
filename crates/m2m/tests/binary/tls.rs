//! TLS: versions, protocols, and certificates that are replaced while the server serves.

use std::fs::Permissions;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::client::Resumption;
use rustls::{ClientConfig, ClientConnection, HandshakeKind, RootCertStore, StreamOwned};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::Value;
use tempfile::TempDir;

use crate::connections::wait_for_count;
use crate::http2::Http2;
use crate::support::{
    Answer, PATIENCE, SECRET, Serving, file, m2m, registry_file, run, send_to, text,
};

/// A folder with a certificate and its key.
pub(crate) struct Files {
    folder: TempDir,
}

impl Files {
    pub(crate) fn new() -> Self {
        let files = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        files.replace();
        files
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Replaces the certificate and its key by others.
    fn replace(&self) {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        write(&self.path("key.pem"), &signing_key.serialize_pem());
        write(&self.path("cert.pem"), &cert.pem());
    }

    fn certificate(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(self.path("cert.pem")).unwrap()
    }

    pub(crate) fn arguments(&self) -> [String; 4] {
        let path = |name| self.path(name).to_str().unwrap().to_owned();
        [
            "--tls-cert".to_owned(),
            path("cert.pem"),
            "--tls-key".to_owned(),
            path("key.pem"),
        ]
    }

    fn serve(&self, more: &[&str]) -> Serving {
        let arguments = self.arguments();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        Serving::start(&[&*arguments, more].concat())
    }
}

/// Writes a file that only its owner can read.
fn write(path: &Path, content: &str) {
    std::fs::write(path, content).unwrap();
    std::fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
}

type Client = StreamOwned<ClientConnection, TcpStream>;

/// Returns the configuration of a client that trusts this certificate, and speaks these protocols.
fn config(
    certificate: CertificateDer<'static>,
    version: &'static rustls::SupportedProtocolVersion,
    protocols: &[&[u8]],
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let provider = rustls::crypto::ring::default_provider();
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    config
}

fn connect(server: &Serving, config: &Arc<ClientConfig>) -> std::io::Result<Client> {
    let mut stream = TcpStream::connect(server.address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut connection =
        ClientConnection::new(Arc::clone(config), "localhost".try_into().unwrap()).unwrap();
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    Ok(StreamOwned::new(connection, stream))
}

fn ask(client: &mut Client, request: &str) -> Answer {
    client.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    client.read_to_end(&mut bytes).unwrap();
    Answer::parse(&bytes)
}

const JWKS: &str =
    "GET /.well-known/jwks.json HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

/// Returns true if the server presents this certificate.
fn shows(server: &Serving, certificate: CertificateDer<'static>) -> bool {
    let config = Arc::new(config(certificate, &rustls::version::TLS13, &[]));
    connect(server, &config).is_ok()
}

#[test]
fn a7_tokens_are_issued_over_tls_1_2_and_1_3_and_both_versions_of_http() {
    let files = Files::new();
    let server = files.serve(&[]);
    let issuer = format!("issuer https://{},", server.address);
    assert!(server.ready.contains(&issuer), "{}", server.ready);
    let form = format!("grant_type=client_credentials&client_id=plain-id&client_secret={SECRET}");
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        for protocols in [&[][..], &[b"http/1.1".as_slice()]] {
            let config = Arc::new(config(files.certificate(), version, protocols));
            let mut client = connect(&server, &config).unwrap();
            assert_eq!(client.conn.alpn_protocol(), protocols.first().copied());
            let request = format!(
                "POST /oauth2/token HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
                 content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
                form.len()
            );
            ask(&mut client, &request).access_token();
        }
        let protocols = [b"h2".as_slice(), b"http/1.1"];
        let config = Arc::new(config(files.certificate(), version, &protocols));
        let client = connect(&server, &config).unwrap();
        assert_eq!(client.conn.alpn_protocol(), Some(b"h2".as_slice()));
        let body = Http2::new(client).request("POST", "/oauth2/token", &form);
        assert!(body.contains("\"access_token\""), "{body}");
    }
}

#[test]
fn a7_any_address_will_do_with_tls_and_the_issuer_is_https() {
    let files = Files::new();
    let (_folder, world) = file("world.toml", &registry_file());
    let tls = files.arguments();
    let mut child = m2m(&["serve", "--world", &world, "--listen", "0.0.0.0:0"])
        .args(&tls)
        .args(["--issuer", "https://id.example"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = String::new();
    let stdout = child.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut ready).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(ready.contains("issuer https://id.example,"), "{ready}");
    let refused = |more: &[&str], help: &str| {
        let tls: Vec<&str> = tls.iter().map(String::as_str).collect();
        let output = run(&[&["serve", "--world", &world], &*tls, more].concat());
        assert_eq!(output.status.code(), Some(2));
        let stderr = text(&output.stderr);
        assert!(stderr.contains(help), "{stderr}");
    };
    refused(&["--listen", "0.0.0.0:0"], "--issuer https://id.example");
    refused(
        &["--issuer", "http://localhost:1"],
        "--issuer https://localhost:1",
    );
}

#[test]
fn sessions_are_resumed() {
    let files = Files::new();
    let server = files.serve(&[]);
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let mut config = config(files.certificate(), version, &[]);
        config.resumption = Resumption::in_memory_sessions(4);
        let config = Arc::new(config);
        let mut kinds = Vec::new();
        for _ in 0..2 {
            let mut client = connect(&server, &config).unwrap();
            assert_eq!(ask(&mut client, JWKS).status, 200);
            kinds.push(client.conn.handshake_kind());
        }
        assert_eq!(
            kinds,
            [Some(HandshakeKind::Full), Some(HandshakeKind::Resumed)]
        );
    }
}

#[test]
fn f15_config_check_finds_what_a_start_finds_wrong_with_certificate_and_key() {
    let (files, other) = (Files::new(), Files::new());
    let path = |files: &Files, name| files.path(name).to_str().unwrap().to_owned();
    let (cert, key) = (path(&files, "cert.pem"), path(&files, "key.pem"));
    let good = run(&[
        "config",
        "check",
        "--data",
        "d",
        "--tls-cert",
        &cert,
        "--tls-key",
        &key,
    ]);
    assert!(good.status.success(), "{}", text(&good.stderr));
    let others = path(&other, "key.pem");
    let nonsense = path(&other, "nonsense.pem");
    write(&other.path("nonsense.pem"), "nonsense");
    for (cert, key, expected) in [
        (
            &cert,
            &others,
            [
                "does not belong to the certificate in",
                "m2m explain tls-key-mismatch\n",
            ],
        ),
        (
            &key,
            &cert,
            [
                "it contains a private key",
                "m2m explain tls-certificate-unusable\n",
            ],
        ),
        (
            &cert,
            &nonsense,
            [
                "there is no private key in",
                "m2m explain tls-key-unusable\n",
            ],
        ),
        (
            &nonsense,
            &key,
            [
                "there is no certificate in",
                "m2m explain tls-certificate-unusable\n",
            ],
        ),
    ] {
        let options = ["--data", "d", "--tls-cert", cert, "--tls-key", key];
        for command in [&["config", "check"][..], &["serve"]] {
            let output = run(&[command, &options].concat());
            let stderr = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{stderr}");
            for expected in expected {
                assert!(stderr.contains(expected), "{stderr}");
            }
        }
    }
}

#[test]
fn a_certificate_is_replaced_without_a_restart_and_a_broken_one_is_not_taken() {
    let files = Files::new();
    let first = files.certificate();
    let server = files.serve(&[]);
    assert!(shows(&server, first.clone()));
    // The files are replaced, and `SIGHUP` follows.
    files.replace();
    let second = files.certificate();
    server.signal("HUP");
    server.wait_for_log("certificate_reloaded");
    assert!(shows(&server, second.clone()) && !shows(&server, first));
    write(&files.path("key.pem"), "nonsense");
    server.signal("HUP");
    let line = server.wait_for_log("certificate_not_reloaded");
    assert!(line.contains("there is no private key in"), "{line}");
    assert!(shows(&server, second));
    let (status, log) = server.stop();
    assert!(status.success() && !log.contains("signal_ignored"), "{log}");
}

#[test]
fn a_certificate_that_changes_is_noticed() {
    let files = Files::new();
    let server = files.serve(&["--caller-time-ms", "500"]);
    files.replace();
    server.wait_for_log("certificate_reloaded");
    assert!(shows(&server, files.certificate()));
}

#[test]
fn a7_plain_http_on_a_tls_port_is_reported() {
    let files = Files::new();
    let server = files.serve(&[]);
    let answer = send_to(server.address, JWKS.as_bytes());
    answer.assert_refused(400, "invalid_request");
    assert!(answer.body.contains("This port requires TLS"), "{answer:?}");
    let line = server.wait_for_log(&answer.member("trace_id"));
    assert!(line.contains("plain-http-on-tls-port"), "{line}");
    assert!(shows(&server, files.certificate()));
}

#[test]
fn a7_tls_where_plain_http_is_spoken_is_logged_as_that() {
    let server = Serving::start(&[]);
    let certificate = Files::new().certificate();
    assert!(!shows(&server, certificate));
    server.wait_for_log("tls-on-plain-http-port");
}

/// Returns the log line of the next failed handshake and that of its diagnosis.
fn failed_handshake(server: &Serving) -> (Value, Value) {
    let refused = server.wait_for_log("tls-handshake-failed");
    let refused: Value = serde_json::from_str(&refused).unwrap();
    let diagnosed = server.wait_for_log(refused.get("trace_id").and_then(Value::as_str).unwrap());
    (refused, serde_json::from_str(&diagnosed).unwrap())
}

#[test]
fn f9_a_failed_handshake_is_logged_with_the_alert_and_the_fix() {
    let files = Files::new();
    let server = files.serve(&["--caller-time-ms", "500", "--ops-listen", "127.0.0.1:0"]);
    let ops = server.ops();
    let trusting_another = || {
        let mut parameters = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
        let name = &mut parameters.distinguished_name;
        name.push(rcgen::DnType::CommonName, "another authority");
        let key = rcgen::KeyPair::generate().unwrap();
        let other = parameters.self_signed(&key).unwrap();
        config(other.der().clone(), &rustls::version::TLS13, &[])
    };
    let other_protocol = || config(files.certificate(), &rustls::version::TLS12, &[b"http/1.0"]);
    for (attempt, reason, evidence, fix) in [
        (
            Attempt::Handshake(&trusting_another),
            "unknown_ca",
            "sent the alert unknown_ca",
            "--ca-file",
        ),
        (
            Attempt::Handshake(&other_protocol),
            "no_shared_protocol",
            "(ALPN)",
            "http/1.1",
        ),
        // A ClientHello of TLS 1.1.
        (
            Attempt::Bytes(TLS_1_1),
            "version_unsupported",
            "neither TLS 1.2 nor TLS 1.3",
            "enable TLS 1.2",
        ),
        (
            Attempt::Bytes(b"\x16\x09\x09\0\x01\x01"),
            "not_tls",
            "not a TLS handshake",
            "https URL",
        ),
        (
            Attempt::Bytes(b"\x16\x03\x01"),
            "timeout",
            "did not end in time",
            "network",
        ),
    ] {
        match attempt {
            Attempt::Handshake(config) => {
                assert!(connect(&server, &Arc::new(config())).is_err(), "{reason}");
            }
            Attempt::Bytes(bytes) => {
                let mut stream = TcpStream::connect(server.address).unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                stream.write_all(bytes).unwrap();
                let _ = stream.read_to_end(&mut Vec::new());
            }
        }
        let (refused, diagnosed) = failed_handshake(&server);
        assert_eq!(refused["address"], "127.0.0.1");
        assert_eq!(refused["fault"], "client");
        let observed = diagnosed["evidence"][0].as_str().unwrap();
        assert!(observed.contains(evidence), "{reason}: {diagnosed}");
        let text = diagnosed["fixes"][0]["text"].as_str().unwrap();
        assert!(text.contains(fix), "{reason}: {diagnosed}");
        let counter = format!("m2m_tls_handshake_failures_total{{reason=\"{reason}\"}}");
        wait_for_count(ops, &counter, 1);
    }
    wait_for_count(ops, "m2m_refusals_total{cause=\"tls-handshake-failed\"}", 5);
    assert!(shows(&server, files.certificate()));
}

/// A way to make a handshake fail.
enum Attempt<'a> {
    /// A client with this configuration.
    Handshake(&'a dyn Fn() -> ClientConfig),
    /// These bytes.
    Bytes(&'a [u8]),
}

/// A ClientHello of a client that supports TLS 1.1 at most: version, random bytes, no session, two cipher suites, no compression.
const TLS_1_1: &[u8] = b"\x16\x03\x01\0\x2f\x01\0\0\x2b\x03\x02\
    0123456789abcdef0123456789abcdef\
    \0\0\x04\xc0\x14\0\x35\x01\0";

#[test]
fn x26_a_flood_of_failed_handshakes_is_counted_and_hides_no_application() {
    let files = Files::new();
    let server = files.serve(&["--ops-listen", "127.0.0.1:0"]);
    let ops = server.ops();
    for _ in 0..300 {
        let mut garbage = TcpStream::connect(server.address).unwrap();
        garbage.write_all(&[22, 9, 9, 0, 1, 1]).unwrap();
        let _ = garbage.read_to_end(&mut Vec::new());
    }
    wait_for_count(
        ops,
        "m2m_refusals_total{cause=\"tls-handshake-failed\"}",
        300,
    );
    let form = "grant_type=client_credentials&client_id=plain-id&client_secret=wrong";
    let request = format!(
        "POST /oauth2/token HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    let config = Arc::new(config(files.certificate(), &rustls::version::TLS13, &[]));
    let mut client = connect(&server, &config).unwrap();
    let trace_id = ask(&mut client, &request).member("trace_id");
    let refused = server.wait_for_log(&trace_id);
    assert!(refused.contains("secret-wrong"), "{refused}");
    let diagnosed = server.wait_for_log(&trace_id);
    assert!(diagnosed.contains("\"diagnosed\""), "{diagnosed}");
    let (_, log) = server.stop();
    let lines = log.lines().filter(|line| line.contains("\"trace_id\""));
    let lines = lines.filter(|line| line.contains("tls-handshake-failed"));
    assert!(lines.count() <= 200, "{log}");
    assert!(log.contains("\"count\""), "{log}");
}

#[test]
fn a_certificate_that_is_about_to_expire_is_reported_at_startup_and_by_config_check() {
    let files = Files::new();
    let mut parameters = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
    parameters.not_after = rcgen::date_time_ymd(2021, 1, 1);
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = parameters.self_signed(&key).unwrap();
    write(&files.path("key.pem"), &key.serialize_pem());
    write(&files.path("cert.pem"), &certificate.pem());
    let server = files.serve(&["--ops-listen", "127.0.0.1:0"]);
    let line = server.wait_for_log("certificate_expires");
    assert!(
        line.contains("2021-01-01T00:00:00Z") && line.contains("expired"),
        "{line}"
    );
    let (_folder, world) = file("world.toml", &registry_file());
    let tls = files.arguments();
    let tls: Vec<&str> = tls.iter().map(String::as_str).collect();
    let output = run(&[&["config", "check", "--world", &world], &*tls].concat());
    assert_eq!(output.status.code(), Some(0));
    let stderr = text(&output.stderr);
    assert!(stderr.contains("the TLS certificate expired"), "{stderr}");
}

#[test]
fn x17_a_handshake_that_does_not_end_is_broken_off() {
    let files = Files::new();
    let server = files.serve(&["--caller-time-ms", "300", "--ops-listen", "127.0.0.1:0"]);
    let ops = server.ops();
    let mut begun = TcpStream::connect(server.address).unwrap();
    begun.set_read_timeout(Some(PATIENCE)).unwrap();
    begun.write_all(&[22, 3, 1, 2, 0, 1]).unwrap();
    let mut garbage = TcpStream::connect(server.address).unwrap();
    garbage.write_all(&[22, 9, 9, 0, 1, 1]).unwrap();
    let mut bytes = Vec::new();
    begun.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, b"");
    wait_for_count(ops, "m2m_connections_closed_total{reason=\"handshake\"}", 2);
    assert!(shows(&server, files.certificate()));
}

#[test]
fn the_proxy_protocol_precedes_tls() {
    let files = Files::new();
    let server = files.serve(&["--trusted-proxies", "127.0.0.1", "--proxy-protocol"]);
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
        .write_all(b"PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n")
        .unwrap();
    let config = Arc::new(config(files.certificate(), &rustls::version::TLS13, &[]));
    let connection = ClientConnection::new(config, "localhost".try_into().unwrap()).unwrap();
    let mut client = StreamOwned::new(connection, stream);
    let request = "GET /nothing HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let trace_id = ask(&mut client, request).member("trace_id");
    let line = server.wait_for_log(&trace_id);
    assert!(line.contains("\"192.0.2.7\""), "{line}");
}

#[test]
fn x17_a_caller_that_is_silent_before_tls_behind_a_proxy_is_not_waited_for() {
    let files = Files::new();
    let server = files.serve(&[
        "--trusted-proxies",
        "127.0.0.1",
        "--proxy-protocol",
        "--caller-time-ms",
        "300",
    ]);
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
        .write_all(b"PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n")
        .unwrap();
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
}

#[test]
fn invalid_files_start_nothing_and_are_reported() {
    let (_folder, world) = file("world.toml", &registry_file());
    let files = Files::new();
    let refused = |what: &str| {
        let tls = files.arguments();
        let tls: Vec<&str> = tls.iter().map(String::as_str).collect();
        let serve = ["serve", "--world", &world, "--listen", "127.0.0.1:0"];
        let output = run(&[&serve, &*tls].concat());
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(text(&output.stdout), "");
        let stderr = text(&output.stderr);
        assert!(
            stderr.contains(what) && stderr.contains(" = help: "),
            "{stderr}"
        );
    };
    let key = files.path("key.pem");
    std::fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    refused("key.pem can be read by others");
    write(&key, "");
    refused("there is no private key in");
    std::fs::remove_file(&key).unwrap();
    refused("cannot read the key file");
    let output = run(&["serve", "--world", &world, "--tls-cert", "cert.pem"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--tls-key"));
}
