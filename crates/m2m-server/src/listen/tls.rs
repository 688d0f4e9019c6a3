//! TLS: which versions and protocols, and a certificate that can be replaced while the server serves.

mod files;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use rustls::crypto::CryptoProvider;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};
use serde_json::json;

use super::TlsFiles;
use crate::error::Failure;
use crate::metrics::Metrics;
use crate::{clock, output, timestamp};

use files::Stamp;

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
        loop {
            let is_asked = tokio::select! {
                () = self.asked.again() => true,
                () = tokio::time::sleep(interval) => false,
            };
            let stamp = Stamp::of(&self.files);
            if is_asked || stamp != self.stamp {
                self.stamp = stamp;
                self.take(metrics);
            }
        }
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
