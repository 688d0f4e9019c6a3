//! The flags of settings, which can come from a variable or a file as well.

use std::ffi::{OsStr, OsString};

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueHint};
use m2m_errors::Profile;

use crate::listen::AddressHeader;
use crate::settings::Setting;

/// What flags say. It is read where variables and files are, so that all three have the same rules and the same words.
#[derive(Debug, Default, Args)]
pub(crate) struct SettingOptions {
    /// A TOML file with settings (also M2M_CONFIG)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<OsString>,
    /// The folder that holds registry, keys and events; made where it is missing
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    data: Option<OsString>,
    /// Instead of a folder: a file with APIs, organizations and applications, which is only read
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    world: Option<OsString>,
    /// With --world, the folder of signing keys; missing ones are made there. Without it keys last as long as the process
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    keys: Option<OsString>,
    /// Not offered yet
    #[arg(long, value_name = "URL", hide = true)]
    database: Option<OsString>,
    /// Where to listen; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    listen: Option<OsString>,
    /// The issuer identifier, which tokens and metadata carry; by default https:// or http:// and the address
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    issuer: Option<OsString>,
    /// The dialect of answers [default: rfc]
    #[arg(long, value_name = "PROFILE", value_parser = PossibleValuesParser::new(Profile::ALL.map(Profile::as_str)))]
    profile: Option<String>,
    /// The certificate chain for TLS, in PEM
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    tls_cert: Option<OsString>,
    /// The private key of the certificate, in PEM, in a file of mode 0600
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    tls_key: Option<OsString>,
    /// A proxy in front of the server ends TLS, so that plain http may leave this machine
    #[arg(
        long,
        value_name = "true|false",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    behind_proxy: Option<OsString>,
    /// Addresses and blocks, separated by commas, of the proxies that may say where callers are
    #[arg(long, value_name = "ADDR,…")]
    trusted_proxies: Vec<OsString>,
    /// The trusted proxies say it by the PROXY protocol, version 1 or 2
    #[arg(
        long,
        value_name = "true|false",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    proxy_protocol: Option<OsString>,
    /// The trusted proxies say it in this header
    #[arg(long, value_name = "HEADER", value_parser = PossibleValuesParser::new(AddressHeader::ALL.map(AddressHeader::as_str)))]
    address_header: Option<String>,
    /// Where probes and metrics are answered, or off [default: 127.0.0.1:9090]
    #[arg(long, value_name = "ADDR")]
    ops_listen: Option<OsString>,
    /// With --data, the file of the key that seals private keys; by default sealing.key in that folder
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    sealing_key_file: Option<OsString>,
    /// So many connections at once [default: 10000]
    #[arg(long, value_name = "NUMBER")]
    max_connections: Option<OsString>,
    /// So many applications are kept in memory [default: 100000]
    #[arg(long, value_name = "NUMBER")]
    cache_applications: Option<OsString>,
    /// So many events of the audit log are kept [default: 1000000]
    #[arg(long, value_name = "NUMBER")]
    max_audit_events: Option<OsString>,
    /// So many refused requests are kept [default: 100000]
    #[arg(long, value_name = "NUMBER")]
    max_refusals: Option<OsString>,
    /// How long requests may take to end when the server does [default: 10]
    #[arg(long, value_name = "SECONDS")]
    drain_seconds: Option<OsString>,
    /// How long to serve from memory when the store cannot be reached [default: 300]
    #[arg(long, value_name = "SECONDS")]
    most_seconds_out_of_contact: Option<OsString>,
}

impl SettingOptions {
    /// What the flag of this setting says, if it is there. Only the flag of a list can be there more than once.
    pub(crate) fn given(&self, setting: Setting) -> Vec<&OsStr> {
        fn one(option: &Option<OsString>) -> Vec<&OsStr> {
            option.as_deref().into_iter().collect()
        }
        match setting {
            Setting::Data => one(&self.data),
            Setting::World => one(&self.world),
            Setting::Keys => one(&self.keys),
            Setting::Database => one(&self.database),
            Setting::Listen => one(&self.listen),
            Setting::Issuer => one(&self.issuer),
            Setting::Profile => self.profile.iter().map(OsStr::new).collect(),
            Setting::TlsCert => one(&self.tls_cert),
            Setting::TlsKey => one(&self.tls_key),
            Setting::BehindProxy => one(&self.behind_proxy),
            Setting::TrustedProxies => self
                .trusted_proxies
                .iter()
                .map(OsString::as_os_str)
                .collect(),
            Setting::ProxyProtocol => one(&self.proxy_protocol),
            Setting::AddressHeader => self.address_header.iter().map(OsStr::new).collect(),
            Setting::OpsListen => one(&self.ops_listen),
            Setting::SealingKeyFile => one(&self.sealing_key_file),
            Setting::MaxConnections => one(&self.max_connections),
            Setting::CacheApplications => one(&self.cache_applications),
            Setting::MaxAuditEvents => one(&self.max_audit_events),
            Setting::MaxRefusals => one(&self.max_refusals),
            Setting::DrainSeconds => one(&self.drain_seconds),
            Setting::MostSecondsOutOfContact => one(&self.most_seconds_out_of_contact),
        }
    }
}
