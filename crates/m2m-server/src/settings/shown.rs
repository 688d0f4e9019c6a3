//! Settings as they count, and where each comes from.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::secrets::{BOOTSTRAP_CLIENT_ID, BOOTSTRAP_CLIENT_SECRET, SEALING_KEY};
use super::{Origin, RegistrySource, Setting, Settings};
use crate::listen::{AddressHeader, ListenSettings, ProxyProtocol};

/// A setting as it counts.
#[derive(Debug)]
pub(crate) struct Shown {
    /// Its name, as in a file; of a secret, its variable.
    pub(crate) name: &'static str,
    /// Its value, nothing where it is not set. Of a secret only that there is one.
    pub(crate) value: Value,
    /// Where it comes from.
    pub(crate) origin: Origin,
}

impl Settings {
    /// All settings, and of the secrets those that are set.
    pub(crate) fn shown(&self) -> Vec<Shown> {
        let settings = Setting::offered().map(|setting| Shown {
            name: setting.name(),
            value: self.value(setting),
            origin: self
                .origins
                .get(&setting)
                .cloned()
                .unwrap_or(Origin::Default),
        });
        let secret = |name, value| Shown {
            name,
            value,
            origin: Origin::Variable,
        };
        let sealing_key = self.sealing_key.iter();
        let bootstrap = self.bootstrap.iter();
        settings
            .chain(sealing_key.map(|_| secret(SEALING_KEY, NOT_SHOWN.into())))
            .chain(bootstrap.flat_map(|bootstrap| {
                [
                    secret(BOOTSTRAP_CLIENT_ID, bootstrap.client_id.as_str().into()),
                    secret(BOOTSTRAP_CLIENT_SECRET, NOT_SHOWN.into()),
                ]
            }))
            .collect()
    }

    fn value(&self, setting: Setting) -> Value {
        let ListenSettings {
            address,
            tls,
            trusted_proxies,
            proxy_protocol,
            address_header,
            max_connections,
            drain,
            times: _,
            max_requests: _,
        } = &self.listening;
        let (data, world, keys) = match &self.registry {
            RegistrySource::Data(folder) => (Some(folder), None, None),
            RegistrySource::World { file, keys } => (None, Some(file), keys.as_ref()),
        };
        match setting {
            Setting::Data => path(data),
            Setting::World => path(world),
            Setting::Keys => path(keys),
            Setting::Database => Value::Null,
            Setting::Listen => json!(address),
            Setting::Issuer => match &self.issuer {
                Some(issuer) => json!(issuer),
                // Which port that is, is known once the server listens.
                None if address.port() == 0 => Value::Null,
                None => json!(format!("{}://{address}", self.scheme().as_str())),
            },
            Setting::Profile => json!(self.profile.as_str()),
            Setting::TlsCert => path(tls.as_ref().map(|tls| &tls.cert)),
            Setting::TlsKey => path(tls.as_ref().map(|tls| &tls.key)),
            Setting::BehindProxy => json!(self.behind_proxy),
            Setting::TrustedProxies => {
                let blocks = trusted_proxies.iter().map(ToString::to_string);
                json!(blocks.collect::<Vec<_>>())
            }
            Setting::ProxyProtocol => json!(match proxy_protocol {
                ProxyProtocol::Required => true,
                ProxyProtocol::Off => false,
            }),
            Setting::AddressHeader => json!(address_header.map(AddressHeader::as_str)),
            Setting::OpsListen => match self.ops_listen {
                Some(address) => json!(address),
                None => json!("off"),
            },
            Setting::SealingKeyFile => path(self.sealing_key_file.as_ref()),
            Setting::MaxConnections => json!(max_connections),
            Setting::CacheApplications => json!(self.cache_applications),
            Setting::MaxAuditEvents => json!(self.kept.audit_events),
            Setting::MaxRefusals => json!(self.kept.refusals),
            Setting::DrainSeconds => json!(drain.as_secs()),
            Setting::MostSecondsOutOfContact => json!(self.most_out_of_contact.as_secs()),
        }
    }
}

/// A path as it is shown: JSON has no others than those in UTF-8.
fn path(path: Option<&PathBuf>) -> Value {
    json!(path.map(|path| path.display().to_string()))
}

/// What stands for a secret.
const NOT_SHOWN: &str = "set, not shown";
