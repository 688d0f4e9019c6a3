//! What a server is told: by flags, before variables `M2M_…`, before a TOML file, before defaults.
//!
//! Every setting can come from each of the three places, is read by the same rules in all, and is answered for in the words of the
//! place that it came from. Secrets come from variables only.

mod file;
mod issuer;
mod mistakes;
mod notices;
mod rules;
mod secrets;
mod setting;
mod shown;
mod sources;
mod value;

use core::net::SocketAddr;
use core::time::Duration;
use std::collections::BTreeMap;
use std::path::PathBuf;

use ipnet::IpNet;
use m2m_errors::Profile;
use m2m_store::StoreLimits;
use oauth_proto::Issuer;

use crate::cli::SettingOptions;
use crate::environment::Environment;
use crate::listen::{AddressHeader, ListenSettings, MAX_REQUESTS, ProxyProtocol, Times, TlsFiles};

pub(crate) use mistakes::Mistakes;
pub(crate) use secrets::{Bootstrap, Secret};
pub(crate) use setting::Setting;
pub(crate) use shown::Shown;
pub(crate) use sources::Origin;

use sources::Sources;

/// What a server is told. It contradicts itself nowhere.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Where its registry is.
    pub(crate) registry: RegistrySource,
    /// How callers reach it.
    pub(crate) listening: ListenSettings,
    /// Whether a proxy in front ends TLS.
    pub(crate) behind_proxy: bool,
    /// Who it is. Without one that follows from [`Settings::scheme`] and the address.
    pub(crate) issuer: Option<Issuer>,
    /// Its dialect.
    pub(crate) profile: Profile,
    /// Where probes and metrics are answered.
    pub(crate) ops_listen: Option<SocketAddr>,
    /// The file of the key that seals private keys.
    pub(crate) sealing_key_file: Option<PathBuf>,
    /// That key itself, in base64. Never given together with the file.
    pub(crate) sealing_key: Option<Secret>,
    /// The credentials of the first management application.
    pub(crate) bootstrap: Option<Bootstrap>,
    /// So many applications are kept in memory.
    pub(crate) cache_applications: usize,
    /// How much of what grows is kept before the oldest is forgotten.
    pub(crate) kept: StoreLimits,
    /// How long to serve from memory when the store cannot be reached.
    pub(crate) most_out_of_contact: Duration,
    /// What is no mistake, but probably not what was meant.
    pub(crate) notices: Vec<String>,
    origins: BTreeMap<Setting, Origin>,
}

/// Where the registry is.
#[derive(Debug)]
pub(crate) enum RegistrySource {
    /// In a folder of the server's own.
    Data(PathBuf),
    /// In a file, which is only read.
    World {
        /// The file.
        file: PathBuf,
        /// The folder of signing keys, if they are to outlast the process.
        keys: Option<PathBuf>,
    },
}

/// What callers speak to the server, or to the proxy before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// Plain.
    Http,
    /// With TLS.
    Https,
}

/// All values, each right by itself.
#[derive(Debug)]
struct Draft {
    data: Option<PathBuf>,
    world: Option<PathBuf>,
    keys: Option<PathBuf>,
    listen: SocketAddr,
    issuer: Option<Issuer>,
    profile: Profile,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    behind_proxy: bool,
    trusted_proxies: Vec<IpNet>,
    proxy_protocol: bool,
    address_header: Option<AddressHeader>,
    ops_listen: Option<SocketAddr>,
    sealing_key_file: Option<PathBuf>,
    sealing_key: Option<Secret>,
    max_connections: u32,
    cache_applications: u32,
    max_audit_events: u32,
    max_refusals: u32,
    drain_seconds: u32,
    most_seconds_out_of_contact: u32,
}

impl Settings {
    /// What flags, variables and the file that one of them names say together.
    ///
    /// # Errors
    ///
    /// All values that are wrong in themselves; if there are none, all contradictions between them.
    pub(crate) fn resolve(
        options: &SettingOptions,
        environment: &Environment,
    ) -> Result<Self, Mistakes> {
        let mut sources = Sources::open(options, environment)?;
        let bootstrap = secrets::bootstrap(environment, &mut sources.mistakes);
        let draft = Draft::read(&mut sources, environment);
        let draft = match draft {
            Some(draft) if sources.mistakes.is_empty() => draft,
            Some(_) | None => return Err(sources.mistakes),
        };
        rules::check(&draft, &mut sources);
        issuer::check(&draft, &mut sources);
        let registry = match (draft.data, draft.world) {
            (Some(folder), None) => RegistrySource::Data(folder),
            (None, Some(file)) => RegistrySource::World {
                file,
                keys: draft.keys,
            },
            (Some(_), Some(_)) | (None, None) => return Err(sources.mistakes),
        };
        if !sources.mistakes.is_empty() {
            return Err(sources.mistakes);
        }
        let tls = draft.tls_cert.zip(draft.tls_key);
        Ok(Self {
            listening: ListenSettings {
                address: draft.listen,
                tls: tls.map(|(cert, key)| TlsFiles { cert, key }),
                trusted_proxies: draft.trusted_proxies,
                proxy_protocol: if draft.proxy_protocol {
                    ProxyProtocol::Required
                } else {
                    ProxyProtocol::Off
                },
                address_header: draft.address_header,
                max_connections: number(draft.max_connections),
                drain: seconds(draft.drain_seconds),
                times: Times::DEFAULT,
                max_requests: MAX_REQUESTS,
            },
            behind_proxy: draft.behind_proxy,
            issuer: draft.issuer,
            profile: draft.profile,
            ops_listen: draft.ops_listen,
            sealing_key_file: draft.sealing_key_file,
            sealing_key: draft.sealing_key,
            cache_applications: number(draft.cache_applications),
            kept: StoreLimits {
                audit_events: draft.max_audit_events.into(),
                refusals: draft.max_refusals.into(),
                ..StoreLimits::default()
            },
            most_out_of_contact: seconds(draft.most_seconds_out_of_contact),
            notices: notices::notices(environment, &registry, &sources),
            registry,
            bootstrap,
            origins: sources.into_origins(),
        })
    }

    /// What callers speak, where nobody named the issuer.
    pub(crate) const fn scheme(&self) -> Scheme {
        match self.listening.tls {
            Some(_) => Scheme::Https,
            None => Scheme::Http,
        }
    }
}

impl Draft {
    /// Reads all values; nothing if one that is needed is wrong, which is among the mistakes then.
    fn read(sources: &mut Sources<'_>, environment: &Environment) -> Option<Self> {
        let not_yet = "PostgreSQL is not in this release; use --data DIR";
        if let Some(failure) = sources.at_without_value(Setting::Database, not_yet) {
            sources.mistakes.add(failure);
        }
        let sealing_key = secrets::sealing_key(environment, &mut sources.mistakes);
        let data = sources.value(Setting::Data, value::path);
        let world = sources.value(Setting::World, value::path);
        let keys = sources.value(Setting::Keys, value::path);
        let listen = sources.value(Setting::Listen, value::address);
        let issuer = sources.value(Setting::Issuer, value::issuer);
        let profile = sources.value(Setting::Profile, value::profile);
        let tls_cert = sources.value(Setting::TlsCert, value::path);
        let tls_key = sources.value(Setting::TlsKey, value::path);
        let behind_proxy = sources.value(Setting::BehindProxy, value::boolean);
        let trusted_proxies = sources.values(Setting::TrustedProxies, value::block);
        let proxy_protocol = sources.value(Setting::ProxyProtocol, value::boolean);
        let address_header = sources.value(Setting::AddressHeader, value::address_header);
        let ops_listen = sources.value(Setting::OpsListen, value::address_or_off);
        let sealing_key_file = sources.value(Setting::SealingKeyFile, value::path);
        let max_connections = sources.value(
            Setting::MaxConnections,
            value::number::<1, MOST_CONNECTIONS>,
        );
        let cache_applications = sources.value(
            Setting::CacheApplications,
            value::number::<1, MOST_CACHED_APPLICATIONS>,
        );
        let max_audit_events =
            sources.value(Setting::MaxAuditEvents, value::number::<1, MOST_KEPT>);
        let max_refusals = sources.value(Setting::MaxRefusals, value::number::<1, MOST_KEPT>);
        let drain_seconds = sources.value(
            Setting::DrainSeconds,
            value::number::<0, MOST_DRAIN_SECONDS>,
        );
        let most_seconds_out_of_contact = sources.value(
            Setting::MostSecondsOutOfContact,
            value::number::<0, MOST_SECONDS_OUT_OF_CONTACT>,
        );
        Some(Self {
            data,
            world,
            keys,
            listen: listen?,
            issuer,
            profile: profile?,
            tls_cert,
            tls_key,
            behind_proxy: behind_proxy?,
            trusted_proxies: trusted_proxies?,
            proxy_protocol: proxy_protocol?,
            address_header,
            ops_listen: ops_listen?,
            sealing_key_file,
            sealing_key,
            max_connections: max_connections?,
            cache_applications: cache_applications?,
            max_audit_events: max_audit_events?,
            max_refusals: max_refusals?,
            drain_seconds: drain_seconds?,
            most_seconds_out_of_contact: most_seconds_out_of_contact?,
        })
    }

    const fn scheme(&self) -> Scheme {
        match self.tls_cert {
            Some(_) => Scheme::Https,
            None => Scheme::Http,
        }
    }
}

impl Scheme {
    /// What URLs begin with.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

fn seconds(number: u32) -> Duration {
    Duration::from_secs(number.into())
}

fn number(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Beyond what one machine has memory and file descriptors for, at some 10 KiB each.
const MOST_CONNECTIONS: u32 = 1_000_000;

/// More than anybody has, and at some 2 KiB each more than most machines have memory for.
const MOST_CACHED_APPLICATIONS: u32 = 10_000_000;

/// Some hundred gigabytes, at a kilobyte each.
const MOST_KEPT: u32 = 100_000_000;

/// No request takes nearly as long. Unit: seconds.
const MOST_DRAIN_SECONDS: u32 = 600;

/// A day: whoever was revoked that long ago has to be refused. Unit: seconds.
const MOST_SECONDS_OUT_OF_CONTACT: u32 = 86_400;

#[cfg(test)]
mod tests;
