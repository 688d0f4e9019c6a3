//! The certificate authorities that are trusted.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use crate::InvalidCaCertificates;

/// Authorities in addition to those that the machine trusts.
#[derive(Debug, Clone)]
pub(super) struct Trust(RootCertStore);

impl Default for Trust {
    fn default() -> Self {
        Self(RootCertStore::empty())
    }
}

impl Trust {
    /// Adds the certificates in this PEM text.
    pub(super) fn add(&mut self, pem: &[u8]) -> Result<(), InvalidCaCertificates> {
        let mut number = 0;
        for certificate in CertificateDer::pem_slice_iter(pem) {
            number += 1;
            let certificate = certificate.map_err(|_| InvalidCaCertificates::NotPem { number })?;
            self.0
                .add(certificate)
                .map_err(|_| InvalidCaCertificates::NotX509 { number })?;
        }
        if number == 0 {
            return Err(InvalidCaCertificates::NoCertificate);
        }
        Ok(())
    }

    /// Returns the settings of TLS, and the reason why the machine trusts no authority if that is so.
    pub(super) fn into_config(self) -> (ClientConfig, Option<String>) {
        let Self(mut roots) = self;
        let native = rustls_native_certs::load_native_certs();
        let (added, _) = roots.add_parsable_certificates(native.certs);
        let without_trust = (added == 0).then(|| {
            let why = native.errors.first().map(ToString::to_string);
            let why = why.unwrap_or_else(|| "none are installed".to_owned());
            format!("the trusted authorities of this machine cannot be loaded: {why}")
        });
        let config = ClientConfig::builder_with_provider(Arc::new(provider()))
            .with_safe_default_protocol_versions()
            .expect("both crypto libraries have the cipher suites of TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        (config, without_trust)
    }
}

/// The provider is named here, not taken from the process: a library must not depend on a provider that others installed there.
fn provider() -> rustls::crypto::CryptoProvider {
    #[cfg(feature = "aws-lc-rs")]
    {
        rustls::crypto::aws_lc_rs::default_provider()
    }
    #[cfg(not(feature = "aws-lc-rs"))]
    {
        rustls::crypto::ring::default_provider()
    }
}
