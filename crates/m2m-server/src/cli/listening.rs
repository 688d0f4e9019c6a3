//! How `m2m serve` listens.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use ipnet::IpNet;

use crate::listen::{
    AddressHeader, ListenSettings, MAX_CONNECTIONS, ProxyProtocol, Times, TlsFiles,
};

/// Everything about connections but the address.
#[derive(Debug, Clone, Args)]
pub(crate) struct ListeningOptions {
    /// The certificate of the server and those that lead to the root, in PEM; read again when it changes, and on SIGHUP
    #[arg(long, value_name = "FILE", env = "M2M_TLS_CERT", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The private key of the certificate, in PEM
    #[arg(long, value_name = "FILE", env = "M2M_TLS_KEY", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Where to answer /livez, /readyz and /metrics, or `off`
    #[arg(
        long,
        value_name = "ADDR",
        env = "M2M_OPS_LISTEN",
        default_value = "127.0.0.1:9090",
        value_parser = ops_address
    )]
    pub(crate) ops_listen: OpsAddress,
    /// A proxy whose word on a caller's address is taken: an address or a block of them. Can be given several times
    #[arg(long, value_name = "BLOCK", env = "M2M_TRUSTED_PROXIES", value_delimiter = ',', value_parser = block)]
    trusted_proxies: Vec<IpNet>,
    /// Connections of trusted proxies begin with a header of the PROXY protocol
    #[arg(long, requires = "trusted_proxies")]
    proxy_protocol: bool,
    /// In which header trusted proxies name the caller
    #[arg(
        long,
        value_name = "NAME",
        env = "M2M_ADDRESS_HEADER",
        requires = "trusted_proxies"
    )]
    address_header: Option<AddressHeaderName>,
    /// So many connections at once
    #[arg(long, value_name = "COUNT", env = "M2M_MAX_CONNECTIONS", default_value_t = MAX_CONNECTIONS)]
    max_connections: usize,
    /// How long requests may take to end when the server does. Unit: seconds
    #[arg(
        long,
        value_name = "SECONDS",
        env = "M2M_DRAIN_SECONDS",
        default_value_t = 10
    )]
    drain_seconds: u32,
    /// For tests: how long callers may take for anything. Unit: milliseconds
    #[arg(long, value_name = "MILLISECONDS", hide = true)]
    caller_time_ms: Option<u32>,
}

/// Where the ops listener is, if there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OpsAddress {
    /// Nowhere.
    Off,
    /// Here.
    At(SocketAddr),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AddressHeaderName {
    XForwardedFor,
    Forwarded,
}

impl ListeningOptions {
    /// How to listen at this address.
    pub(crate) fn settings(&self, address: SocketAddr) -> ListenSettings {
        let tls = self.tls_cert.as_ref().zip(self.tls_key.as_ref());
        ListenSettings {
            tls: tls.map(|(cert, key)| TlsFiles {
                cert: cert.clone(),
                key: key.clone(),
            }),
            trusted_proxies: self.trusted_proxies.clone(),
            proxy_protocol: match self.proxy_protocol {
                true => ProxyProtocol::Required,
                false => ProxyProtocol::Off,
            },
            address_header: self.address_header.map(|name| match name {
                AddressHeaderName::XForwardedFor => AddressHeader::XForwardedFor,
                AddressHeaderName::Forwarded => AddressHeader::Forwarded,
            }),
            max_connections: self.max_connections.max(1),
            drain: Duration::from_secs(self.drain_seconds.into()),
            times: self.caller_time_ms.map_or(Times::DEFAULT, |time| {
                Times::all(Duration::from_millis(time.into()))
            }),
            ..ListenSettings::at(address)
        }
    }
}

fn ops_address(text: &str) -> Result<OpsAddress, String> {
    match text {
        "off" => Ok(OpsAddress::Off),
        address => super::listen_address(address).map(OpsAddress::At),
    }
}

/// Reads a block of addresses; a single one is a block of its own.
fn block(text: &str) -> Result<IpNet, String> {
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<core::net::IpAddr>().map(IpNet::from))
        .map_err(|_| "an address or a block of them is wanted, as in 10.0.0.0/8".to_owned())
}
