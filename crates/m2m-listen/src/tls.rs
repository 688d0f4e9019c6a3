//! TLS: its versions and protocols, and a certificate that can be replaced while the server serves.

mod files;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use rustls::crypto::CryptoProvider;
#[cfg(feature = "aws-lc-rs")]
use rustls::crypto::aws_lc_rs as library;
#[cfg(not(feature = "aws-lc-rs"))]
use rustls::crypto::ring as library;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};
use tokio::sync::Notify;

use super::{Observer, TlsError, TlsFiles, Validity};

use files::Stamp;

/// The server's side of TLS.
#[derive(Debug)]
pub(super) struct Tls {
    files: TlsFiles,
    current: Arc<Current>,
    config: Arc<ServerConfig>,
    stamp: Stamp,
    reload: Reloader,
}

/// The certificate that is presented, and its key.
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
    /// If the files cannot be read, contain something else, or do not belong together; and if other users can read the key.
    pub(super) fn load(files: TlsFiles) -> Result<Self, TlsError> {
        let provider = provider();
        let stamp = Stamp::of(&files);
        let current = Arc::new(Current(ArcSwap::from_pointee(files::read(
            &files, &provider,
        )?)));
        let broken = |error: rustls::Error| TlsError::Setup {
            why: error.to_string().into(),
        };
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])
            .map_err(broken)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::<Current>::clone(&current));
        config.alpn_protocols = [HTTP_2, HTTP_1_1].map(<[u8]>::to_vec).into();
        // Sessions need no store: the caller keeps their state, encrypted by a key that is rotated every few hours.
        config.ticketer = library::Ticketer::new().map_err(broken)?;
        Ok(Self {
            files,
            current,
            config: Arc::new(config),
            stamp,
            reload: Reloader::default(),
        })
    }

    pub(super) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }

    pub(super) fn reloader(&self) -> Reloader {
        self.reload.clone()
    }

    /// Loads the certificate and the key again when the files change or a [`Reloader`] asks for it. Never returns.
    ///
    /// A file that cannot be used changes nothing: a certificate that expires in a week is better than no certificate.
    pub(super) async fn reload(mut self, interval: Duration, observer: &dyn Observer) {
        loop {
            if let Some(validity) = Validity::of(&self.current.0.load().cert) {
                observer.certificate_checked(&self.files, validity);
            }
            let is_asked = tokio::select! {
                () = self.reload.0.notified() => true,
                () = tokio::time::sleep(interval) => false,
            };
            let stamp = Stamp::of(&self.files);
            if is_asked || stamp != self.stamp {
                self.stamp = stamp;
                match files::read(&self.files, self.config.crypto_provider()) {
                    Ok(key) => {
                        self.current.0.store(Arc::new(key));
                        observer.certificate_reloaded(&self.files);
                    }
                    Err(error) => observer.certificate_not_reloaded(&self.files, &error),
                }
            }
        }
    }
}

/// A handle that makes a listener read the files of TLS again, for example on a signal.
#[derive(Debug, Clone, Default)]
pub struct Reloader(Arc<Notify>);

impl Reloader {
    /// Asks for the files to be read again. Several calls before the listener gets to it count as one.
    pub fn reload(&self) {
        self.0.notify_one();
    }
}

impl TlsFiles {
    /// The mistakes in these files, both files at once. [`Listener::bind`](crate::Listener::bind) reports the first of them; it accepts the
    /// files if there are none.
    #[must_use]
    pub fn mistakes(&self) -> Vec<TlsError> {
        files::mistakes(self, &provider())
    }

    /// The validity of the certificates; `None` if they cannot be used, or do not state it as RFC 5280 demands.
    #[must_use]
    pub fn validity(&self) -> Option<Validity> {
        let key = files::read(self, &provider()).ok()?;
        Validity::of(&key.cert)
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(library::default_provider())
}

/// The names of the protocols in ALPN (RFC 7301, RFC 9113).
pub(super) const HTTP_2: &[u8] = b"h2";
const HTTP_1_1: &[u8] = b"http/1.1";
