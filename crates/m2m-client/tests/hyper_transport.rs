//! The transport over real sockets.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use m2m_client::{
    AccessTokenRequest, Client, Credentials, HyperTransport, HyperTransportBuilder,
    InvalidCaCertificates, PlainHttp, TokenError, TransportError, TransportFailure,
};
use m2m_errors::Cause;
use oauth_proto::Issuer;
use oauth_proto::UnixTime;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tower_service::Service as _;

/// A certificate for these names, valid in these years, and its PEM.
fn certificate(names: &[&str], years: (i32, i32)) -> (rustls::ServerConfig, String) {
    certificate_with(names, years, |_| {})
}

/// Returns the same with other parameters.
#[expect(clippy::unwrap_used, reason = "a test takes its own input for granted")]
fn certificate_with(
    names: &[&str],
    years: (i32, i32),
    change: impl FnOnce(&mut rcgen::CertificateParams),
) -> (rustls::ServerConfig, String) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let key = rcgen::KeyPair::generate().unwrap();
    let mut parameters = rcgen::CertificateParams::new(names).unwrap();
    parameters.not_before = rcgen::date_time_ymd(years.0, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(years.1, 1, 1);
    change(&mut parameters);
    let certificate = parameters.self_signed(&key).unwrap();
    let pem = certificate.pem();
    let chain = vec![CertificateDer::from(certificate.der().to_vec())];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    (config, pem)
}

/// Reads a request up to the end of its header, and sends one answer.
async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: &[u8]) {
    let mut request: Vec<u8> = Vec::new();
    let mut bytes = [0; 1024];
    // A TLS handshake begins with this byte; a server that does not speak TLS answers at once.
    while !request.windows(4).any(|end| end == b"\r\n\r\n") && request.first() != Some(&0x16) {
        match stream.read(&mut bytes).await {
            Ok(read @ 1..) => request.extend(bytes.iter().take(read)),
            Ok(0) | Err(_) => return,
        }
    }
    let _ = stream.write_all(answer).await;
    let _ = stream.shutdown().await;
}

/// Starts a server that sends every caller the same answer, with TLS or without, and returns its port.
#[expect(clippy::unwrap_used, reason = "a test takes its own input for granted")]
async fn serve(tls: Option<rustls::ServerConfig>, answer: impl Into<Vec<u8>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = answer.into();
    let acceptor = tls.map(|tls| tokio_rustls::TlsAcceptor::from(Arc::new(tls)));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (answer, acceptor) = (answer.clone(), acceptor.clone());
            tokio::spawn(async move {
                match acceptor {
                    None => converse(stream, &answer).await,
                    Some(acceptor) => {
                        if let Ok(stream) = acceptor.accept(stream).await {
                            converse(stream, &answer).await;
                        }
                    }
                }
            });
        }
    });
    port
}

fn http_answer(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[expect(clippy::unwrap_used, reason = "a test takes its own input for granted")]
async fn get(builder: HyperTransportBuilder, url: &str) -> Result<Response<Bytes>, TransportError> {
    let mut transport = builder.build();
    let request = Request::get(url).body(Bytes::new()).unwrap();
    poll_fn(|context| transport.poll_ready(context)).await?;
    transport.call(request).await
}

#[track_caller]
fn failed(answer: Result<Response<Bytes>, TransportError>, expected: TransportFailure) -> Cause {
    let error = answer.expect_err("there is no answer");
    assert_eq!(error.failure(), expected, "{error}");
    assert!(!error.failure().advice().fixes.is_empty());
    assert!(!error.failure().advice().causes.is_empty());
    error.failure().cause()
}

const YEARS: (i32, i32) = (2020, 2120);

#[tokio::test]
async fn a_token_is_obtained_over_tls_from_a_server_of_an_added_authority() {
    let (tls, pem) = certificate(&["localhost"], YEARS);
    // One answer that is metadata and token at once: the port, and so the issuer, is known only now.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let issuer = format!("https://localhost:{port}");
    let body = format!(
        r#"{{"issuer":"{issuer}","token_endpoint":"{issuer}/t","access_token":"a.b.c","token_type":"Bearer"}}"#
    );
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(tls));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                converse(stream, http_answer(&body).as_bytes()).await;
            }
        }
    });
    let transport = HyperTransport::builder()
        .ca_certificates(pem.as_bytes())
        .unwrap()
        .build();
    let client = Client::new(
        Issuer::parse(&issuer).unwrap(),
        Credentials::new("billing-job", "hunter2-hunter2").unwrap(),
        transport,
    );
    let token = client
        .token(&AccessTokenRequest::new(), UnixTime::from_seconds(0))
        .await;
    assert_eq!(token.unwrap().expose_secret(), "a.b.c");
}

#[tokio::test]
async fn each_bad_certificate_has_a_failure_of_its_own() {
    let trusting = |pem: &str| {
        HyperTransport::builder()
            .ca_certificates(pem.as_bytes())
            .unwrap()
    };
    let (tls, _) = certificate(&["localhost"], YEARS);
    let port = serve(Some(tls), http_answer("{}")).await;
    let url = format!("https://localhost:{port}/");
    let answer = get(HyperTransport::builder(), &url).await;
    failed(answer, TransportFailure::CertificateUntrusted);

    let (tls, pem) = certificate(&["other.example"], YEARS);
    let port = serve(Some(tls), http_answer("{}")).await;
    let answer = get(trusting(&pem), &format!("https://localhost:{port}/")).await;
    failed(answer, TransportFailure::CertificateNameMismatch);

    let (tls, pem) = certificate(&["localhost"], (2020, 2021));
    let port = serve(Some(tls), http_answer("{}")).await;
    let answer = get(trusting(&pem), &format!("https://localhost:{port}/")).await;
    failed(answer, TransportFailure::CertificateNotValidNow);
}

/// Returns the error of a client that calls a server with this certificate, and trusts it as an authority.
async fn error_of(tls: rustls::ServerConfig, pem: &str) -> TransportError {
    let port = serve(Some(tls), http_answer("{}")).await;
    let trusting = HyperTransport::builder().ca_certificates(pem.as_bytes());
    let answer = get(
        trusting.expect("the certificate is X.509"),
        &format!("https://localhost:{port}/"),
    )
    .await;
    answer.expect_err("the certificate is not good")
}

#[tokio::test]
async fn f20_a_ca_certificate_is_refused_with_a_fix() {
    let (tls, pem) = certificate_with(&["localhost"], YEARS, |parameters| {
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    });
    let error = error_of(tls, &pem).await;
    assert_eq!(error.failure(), TransportFailure::CertificateIsCa);
    let text = error.to_string();
    assert!(
        text.contains("CA:TRUE") && !text.contains("CaUsed"),
        "{text}"
    );
    let fixes = error.failure().advice().fixes.concat();
    assert!(
        fixes.contains("basicConstraints=critical,CA:FALSE"),
        "{fixes}"
    );
    // The fix in the advice works.
    let (tls, pem) = certificate_with(&["localhost"], YEARS, |parameters| {
        parameters.is_ca = rcgen::IsCa::ExplicitNoCa;
    });
    let port = serve(Some(tls), http_answer("{}")).await;
    let trusting = HyperTransport::builder().ca_certificates(pem.as_bytes());
    let answer = get(trusting.unwrap(), &format!("https://localhost:{port}/")).await;
    assert_eq!(answer.unwrap().status(), 200);
}

#[tokio::test]
async fn f20_certificate_errors_contain_names_times_and_purposes() {
    let (tls, pem) = certificate(&["other.example", "*.test.example"], YEARS);
    let text = error_of(tls, &pem).await.to_string();
    assert!(
        text.contains("the host in the address is localhost; the certificate is for other.example, *.test.example"),
        "{text}"
    );
    let (tls, pem) = certificate(&["localhost"], (2020, 2021));
    let text = error_of(tls, &pem).await.to_string();
    for part in [
        "it expired at 2021-01-01T00:00:00Z",
        "the time on this machine is 20",
    ] {
        assert!(text.contains(part), "{text}");
    }
    let (tls, pem) = certificate(&["localhost"], (2119, 2120));
    let text = error_of(tls, &pem).await.to_string();
    assert!(
        text.contains("it is not valid before 2119-01-01T00:00:00Z"),
        "{text}"
    );
    let (tls, pem) = certificate_with(&["localhost"], YEARS, |parameters| {
        parameters.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    });
    let error = error_of(tls, &pem).await;
    assert_eq!(
        error.failure(),
        TransportFailure::CertificatePurposeMismatch
    );
}

#[tokio::test]
async fn tls_and_plain_http_on_the_wrong_port_are_reported() {
    let port = serve(None, "HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let answer = get(
        HyperTransport::builder(),
        &format!("https://127.0.0.1:{port}/"),
    )
    .await;
    failed(answer, TransportFailure::TlsFailed);

    let (tls, _) = certificate(&["localhost"], YEARS);
    let port = serve(Some(tls), "").await;
    let answer = get(
        HyperTransport::builder(),
        &format!("http://127.0.0.1:{port}/"),
    )
    .await;
    failed(answer, TransportFailure::AnswerNotHttp);
}

#[tokio::test]
async fn an_unreachable_server_is_reported_with_the_reason() {
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let answer = get(HyperTransport::builder(), &format!("http://{closed}/")).await;
    let cause = failed(answer, TransportFailure::ConnectionRefused);
    assert_eq!(cause, Cause::ConnectionRefused);
    // A name that every resolver refuses without a query: a label has at most 63 letters.
    let unresolvable = format!("//{}.example/", "a".repeat(64));
    let anywhere = HyperTransport::builder().plain_http(PlainHttp::Allowed);
    let answer = get(anywhere, &format!("http:{unresolvable}")).await;
    let cause = failed(answer, TransportFailure::NameUnresolved);
    assert_eq!(cause, Cause::HostNameUnresolved);
    for url in ["http://id.example/", "http://192.0.2.1/"] {
        let answer = get(HyperTransport::builder(), url).await;
        let cause = failed(answer, TransportFailure::PlainHttp);
        assert_eq!(cause, Cause::PlainHttpRefused);
    }
    for url in [
        "ftp://localhost/".to_owned(),
        format!("https:{unresolvable}"),
    ] {
        let answer = get(HyperTransport::builder(), &url).await;
        let cause = failed(answer, TransportFailure::UrlInvalid);
        assert_eq!(cause, Cause::ServerUrlInvalid);
    }
}

#[tokio::test]
async fn answers_are_bounded_in_time_and_size() {
    let quick = HyperTransport::builder()
        .total_timeout(Duration::from_millis(50))
        .plain_http(PlainHttp::Allowed);
    // An answer that never ends.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = get(quick, &format!("http://{address}/")).await;
    let cause = failed(answer, TransportFailure::TimedOut);
    assert_eq!(cause, Cause::AnswerTimedOut);
    // A handshake that never begins.
    let impatient = HyperTransport::builder().connect_timeout(Duration::from_millis(50));
    let answer = get(impatient, &format!("https://{address}/")).await;
    let cause = failed(answer, TransportFailure::ConnectTimedOut);
    assert_eq!(cause, Cause::ConnectionTimedOut);

    let port = serve(None, http_answer(&"x".repeat(1001))).await;
    let url = format!("http://127.0.0.1:{port}/");
    let small = |bytes| HyperTransport::builder().max_answer_bytes(bytes);
    let answer = get(small(1000), &url).await;
    let cause = failed(answer, TransportFailure::AnswerTooLarge);
    assert_eq!(cause, Cause::AnswerTooLarge);
    assert_eq!(get(small(1001), &url).await.unwrap().body().len(), 1001);

    let port = serve(None, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc").await;
    let answer = get(
        HyperTransport::builder(),
        &format!("http://127.0.0.1:{port}/"),
    )
    .await;
    let cause = failed(answer, TransportFailure::ConnectionLost);
    assert_eq!(cause, Cause::ConnectionLost);
    let port = serve(None, "").await;
    let answer = get(
        HyperTransport::builder(),
        &format!("http://127.0.0.1:{port}/"),
    )
    .await;
    let cause = failed(answer, TransportFailure::ConnectionLost);
    assert_eq!(cause, Cause::ConnectionLost);
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let elsewhere = "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/?a=b\r\ncontent-length: 0\r\n\r\n";
    let port = serve(None, elsewhere).await;
    let client = Client::new(
        Issuer::parse("http://localhost").unwrap(),
        Credentials::new("billing-job", "hunter2-hunter2").unwrap(),
        HyperTransport::builder().build(),
    )
    .with_token_endpoint(format!("http://127.0.0.1:{port}/t").parse().unwrap());
    let error = client
        .token(&AccessTokenRequest::new(), UnixTime::from_seconds(0))
        .await
        .unwrap_err();
    assert!(matches!(error, TokenError::Unexpected(_)), "{error:?}");
    assert!(
        error.to_string().contains("http://127.0.0.1:1/,"),
        "{error}"
    );
}

#[test]
fn an_invalid_certificate_is_refused_with_its_number() {
    let refused = |pem: &str| {
        HyperTransport::builder()
            .ca_certificates(pem.as_bytes())
            .unwrap_err()
    };
    let (_, good) = certificate(&["localhost"], YEARS);
    assert_eq!(refused(""), InvalidCaCertificates::NoCertificate);
    assert_eq!(refused("").cause(), Cause::CaCertificatesInvalid);
    assert_eq!(refused("a.b.c"), InvalidCaCertificates::NoCertificate);
    let half: String = good
        .lines()
        .take(3)
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(
        refused(&format!("{good}{half}")),
        InvalidCaCertificates::NotPem { number: 2 }
    );
    let other = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(
        refused(&format!("{good}{other}")),
        InvalidCaCertificates::NotX509 { number: 2 }
    );
}
