//! Clients written in Rust get tokens. ureq sends their requests, so they need no HTTP library of their own. Prints one
//! line per check: `ok …` or `failed …`.
#![forbid(unsafe_code)]

mod callers;
mod checks;
mod mcp_tokens;
mod oauth2_tokens;

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let issuer = std::env::var("CLIENTS_ISSUER")?;
    let callers = serde_json::from_slice(&std::fs::read(std::env::var("CLIENTS_CALLERS")?)?)?;
    let agent = agent(&std::fs::read(std::env::var("SSL_CERT_FILE")?)?)?;
    let orders = std::env::var("CLIENTS_ORDERS")?;

    let mut failed = oauth2_tokens::run(&issuer, &callers, &agent)?;
    failed |= mcp_tokens::run(&orders, &callers, &agent)?;
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// A client that trusts only the CA of the test.
fn agent(ca: &[u8]) -> Result<Agent, ureq::Error> {
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::Specific(Arc::new(vec![Certificate::from_pem(
            ca,
        )?])))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    Ok(Agent::config_builder()
        .tls_config(tls)
        .http_status_as_error(false)
        .max_redirects(0)
        .build()
        .into())
}
