//! TLS: which versions and protocols, and a certificate that can be replaced while the server serves.

mod files;
mod validity;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use m2m_jwt::UnixTime;
use rustls::crypto::CryptoProvider;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};
use serde_json::{Value, json};

use super::TlsFiles;
use crate::metrics::Metrics;
use m2m_host::clock;
use m2m_host::error::Failure;
use m2m_host::output;
use m2m_host::timestamp;

use files::Stamp;
use validity::Validity;

/// The server's side of TLS.
#[derive(Debug)]
pub(super) struct Tls {
    files: TlsFiles,
    current: Arc<Current>,
    config: Arc<ServerConfig>,
    stamp: Stamp,
    /// It hears from the beginning: whoever reads that the server is ready may ask at once.
    asked: Asked,
}

/// The certificate that is shown, and its key.
#[derive(Debug)]
struct Current(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

impl Tls {
    /// TLS with the certificate and the key in these files.
    ///
    /// # Errors
    ///
    /// If they cannot be read, hold something else, or do not belong together; and if others can read the key.
    pub(super) fn load(files: TlsFiles) -> Result<Self, Failure> {
        let provider = provider();
        let stamp = Stamp::of(&files);
        let current = Arc::new(Current(ArcSwap::from_pointee(files::read(
            &files, &provider,
        )?)));
        let broken = |error: rustls::Error| {
            Failure::refused("TLS cannot be set up").because(error.to_string())
        };
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])
            .map_err(broken)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::<Current>::clone(&current));
        config.alpn_protocols = [HTTP_2, HTTP_1_1].map(<[u8]>::to_vec).into();
        // A session is resumed without a store: its state is with the caller, sealed by a key that is changed every few hours.
        config.ticketer = ticketer().map_err(broken)?;
        Ok(Self {
            files,
            current,
            config: Arc::new(config),
            stamp,
            asked: Asked::new(),
        })
    }

    pub(super) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }

    /// Takes the certificate and the key anew when the files change or the operator says so; without end.
    ///
    /// A file that is broken changes nothing but the log: a certificate that expires in a week is better than none.
    pub(super) async fn reload(mut self, interval: Duration, metrics: &Metrics) {
        let mut expiry = Expiry::default();
        loop {
            if let Some(line) = expiry.look(&self.files, self.validity(), metrics, clock::now()) {
                output::log_line(&line);
            }
            let is_asked = tokio::select! {
                () = self.asked.again() => true,
                () = tokio::time::sleep(interval) => false,
            };
            let stamp = Stamp::of(&self.files);
            if is_asked || stamp != self.stamp {
                self.stamp = stamp;
                self.take(metrics);
                expiry = Expiry::default();
            }
        }
    }

    fn validity(&self) -> Option<Validity> {
        Validity::of(&self.current.0.load().cert)
    }

    fn take(&self, metrics: &Metrics) {
        match files::read(&self.files, self.config.crypto_provider()) {
            Ok(key) => {
                self.current.0.store(Arc::new(key));
                metrics.tls_reloaded();
                output::log_line(&json!({
                    "time": timestamp::rfc3339(clock::now()),
                    "event": "certificate-reloaded",
                    "file": self.files.cert.display().to_string(),
                }));
            }
            Err(failure) => {
                metrics.tls_reload_failed();
                output::log_line(&json!({
                    "time": timestamp::rfc3339(clock::now()),
                    "event": "certificate-not-reloaded",
                    "error": failure.to_string(),
                    "consequence": "the certificate that was loaded before is served on",
                }));
            }
        }
    }
}

/// Tells the operator that the certificate which is served has expired or soon will: at once, and then once a day.
#[derive(Debug, Default)]
struct Expiry {
    told_at: Option<UnixTime>,
}

impl Expiry {
    /// Measures the end of the validity, and returns a line for the log when it is time for one.
    fn look(
        &mut self,
        files: &TlsFiles,
        validity: Option<Validity>,
        metrics: &Metrics,
        now: UnixTime,
    ) -> Option<Value> {
        let validity = validity?;
        metrics.certificate_expires(&files.cert, validity.not_after());
        let state = validity.state(now)?;
        let is_told = |told_at: UnixTime| {
            // After a clock that was set back it is told again.
            told_at <= now && now < told_at.saturating_add_seconds(TELL_INTERVAL_SECONDS)
        };
        if self.told_at.is_some_and(is_told) {
            return None;
        }
        self.told_at = Some(now);
        Some(json!({
            "time": timestamp::rfc3339(now),
            "event": "certificate_expires",
            "state": state.as_str(),
            "file": files.cert.display().to_string(),
            "not_after": timestamp::rfc3339(validity.not_after()),
            "warning": validity.warning(now),
            "consequence": "callers refuse a certificate that is not valid; put a renewed one into the file, which is taken without a restart",
        }))
    }
}

/// A day. Unit: seconds.
const TELL_INTERVAL_SECONDS: u64 = 24 * 3600;

/// Hears when the operator asks for the files to be read again: `SIGHUP`.
#[derive(Debug)]
struct Asked {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl Asked {
    #[cfg(unix)]
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};

        Self {
            signal: signal(SignalKind::hangup()).ok(),
        }
    }

    #[cfg(not(unix))]
    const fn new() -> Self {
        Self {}
    }

    async fn again(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        core::future::pending().await
    }
}

impl TlsFiles {
    /// The mistakes that a start would report in these files; empty if the server would take them.
    pub(crate) fn mistakes(&self) -> Vec<Failure> {
        files::mistakes(self, &provider())
    }

    /// A warning if the certificate has expired or soon will.
    pub(crate) fn warning(&self, now: UnixTime) -> Option<String> {
        let key = files::read(self, &provider()).ok()?;
        let warning = Validity::of(&key.cert)?.warning(now)?;
        Some(format!("{}: {warning}", self.cert.display()))
    }
}

/// The crypto library of TLS: the one that signs tokens.
fn provider() -> Arc<CryptoProvider> {
    #[cfg(feature = "aws-lc-rs")]
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    #[cfg(not(feature = "aws-lc-rs"))]
    let provider = rustls::crypto::ring::default_provider();
    Arc::new(provider)
}

fn ticketer() -> Result<Arc<dyn rustls::server::ProducesTickets>, rustls::Error> {
    #[cfg(feature = "aws-lc-rs")]
    return rustls::crypto::aws_lc_rs::Ticketer::new();
    #[cfg(not(feature = "aws-lc-rs"))]
    return rustls::crypto::ring::Ticketer::new();
}

/// The names of the protocols in ALPN (RFC 7301, RFC 9113).
pub(super) const HTTP_2: &[u8] = b"h2";
const HTTP_1_1: &[u8] = b"http/1.1";

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_told_once_a_day() {
        let mut parameters = CertificateParams::new(["localhost".to_owned()]).unwrap();
        parameters.not_before = date_time_ymd(2026, 1, 1);
        parameters.not_after = date_time_ymd(2027, 1, 15);
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.self_signed(&key).unwrap().der().clone();
        let validity = Validity::of(&[certificate]);
        let files = TlsFiles {
            cert: "cert.pem".into(),
            key: "key.pem".into(),
        };
        let metrics = Metrics::new();
        let mut expiry = Expiry::default();
        let mut told = |text: &str| {
            let now = timestamp::parse(text).unwrap();
            let line = expiry.look(&files, validity, &metrics, now)?;
            assert_eq!(line["event"], "certificate_expires");
            Some(line["state"].as_str().unwrap().to_owned())
        };
        assert_eq!(told("2026-06-01T00:00:00Z"), None);
        assert_eq!(told("2027-01-10T00:00:00Z").as_deref(), Some("expires"));
        assert_eq!(told("2027-01-10T23:59:59Z"), None);
        assert_eq!(told("2027-01-11T00:00:00Z").as_deref(), Some("expires"));
        assert_eq!(told("2027-01-20T00:00:00Z").as_deref(), Some("expired"));
        let line = "m2m_tls_certificate_expiry_seconds{file=\"cert.pem\"} 1799971200";
        let text = metrics.text();
        assert!(text.lines().any(|own| own == line), "{text}");
    }
}
