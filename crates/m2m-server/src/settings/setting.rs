//! The settings: their names, in each place where they can be given.

/// What can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Setting {
    /// The folder of the registry.
    Data,
    /// The file of the registry.
    World,
    /// The folder of keys beside a file.
    Keys,
    /// A database, which is not offered yet.
    Database,
    /// Where to listen.
    Listen,
    /// Who the server is.
    Issuer,
    /// The dialect of answers.
    Profile,
    /// The certificate chain.
    TlsCert,
    /// Its private key.
    TlsKey,
    /// Whether a proxy in front ends TLS.
    BehindProxy,
    /// Who may say where callers are.
    TrustedProxies,
    /// Whether they say it by the PROXY protocol.
    ProxyProtocol,
    /// In which header they say it.
    AddressHeader,
    /// Where operators and probes are answered.
    OpsListen,
    /// The key that seals private keys.
    SealingKeyFile,
    /// How many connections there may be.
    MaxConnections,
    /// How many applications are kept in memory.
    CacheApplications,
    /// How many events of the audit log are kept.
    MaxAuditEvents,
    /// How many refused requests are kept.
    MaxRefusals,
    /// How long requests may take when the server ends.
    DrainSeconds,
    /// How long to serve from memory alone.
    MostSecondsOutOfContact,
}

/// How a value is written in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A string.
    Text,
    /// A string that leads to a file or folder; a relative one begins at the folder of the file that says it.
    Path,
    /// `true` or `false`.
    Boolean,
    /// An integer.
    Number,
    /// A list of strings; elsewhere separated by commas.
    List,
}

impl Setting {
    /// All, in the order in which they are shown.
    pub(crate) const ALL: [Self; 21] = [
        Self::Data,
        Self::World,
        Self::Keys,
        Self::Database,
        Self::Listen,
        Self::Issuer,
        Self::Profile,
        Self::TlsCert,
        Self::TlsKey,
        Self::BehindProxy,
        Self::TrustedProxies,
        Self::ProxyProtocol,
        Self::AddressHeader,
        Self::OpsListen,
        Self::SealingKeyFile,
        Self::MaxConnections,
        Self::CacheApplications,
        Self::MaxAuditEvents,
        Self::MaxRefusals,
        Self::DrainSeconds,
        Self::MostSecondsOutOfContact,
    ];

    /// All that are offered, as against those that are known only to be refused.
    pub(crate) fn offered() -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(|setting| *setting != Self::Database)
    }

    /// Its name in a file. A dot stands between the name of a table and the key in it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::World => "world",
            Self::Keys => "keys",
            Self::Database => "database",
            Self::Listen => "listen",
            Self::Issuer => "issuer",
            Self::Profile => "profile",
            Self::TlsCert => "tls.cert",
            Self::TlsKey => "tls.key",
            Self::BehindProxy => "behind_proxy",
            Self::TrustedProxies => "trusted_proxies",
            Self::ProxyProtocol => "proxy_protocol",
            Self::AddressHeader => "address_header",
            Self::OpsListen => "ops_listen",
            Self::SealingKeyFile => "sealing_key_file",
            Self::MaxConnections => "max_connections",
            Self::CacheApplications => "cache_applications",
            Self::MaxAuditEvents => "max_audit_events",
            Self::MaxRefusals => "max_refusals",
            Self::DrainSeconds => "drain_seconds",
            Self::MostSecondsOutOfContact => "most_seconds_out_of_contact",
        }
    }

    /// Its flag.
    pub(crate) fn flag(self) -> String {
        format!("--{}", self.name().replace(['.', '_'], "-"))
    }

    /// Its variable.
    pub(crate) fn variable(self) -> String {
        // `M2M_ISSUER` names the server that commands call, and stands in the shells of those who also start one.
        if self == Self::Issuer {
            return "M2M_SERVE_ISSUER".to_owned();
        }
        format!("M2M_{}", self.name().replace('.', "_").to_uppercase())
    }

    /// How its value is written in a file.
    pub(crate) const fn form(self) -> Form {
        match self {
            Self::Data
            | Self::World
            | Self::Keys
            | Self::TlsCert
            | Self::TlsKey
            | Self::SealingKeyFile => Form::Path,
            Self::BehindProxy | Self::ProxyProtocol => Form::Boolean,
            Self::TrustedProxies => Form::List,
            Self::MaxConnections
            | Self::CacheApplications
            | Self::MaxAuditEvents
            | Self::MaxRefusals
            | Self::DrainSeconds
            | Self::MostSecondsOutOfContact => Form::Number,
            Self::Database
            | Self::Listen
            | Self::Issuer
            | Self::Profile
            | Self::AddressHeader
            | Self::OpsListen => Form::Text,
        }
    }

    /// What it is where nobody says anything, as it would be written in a variable. The issuer follows from the address then, and
    /// the rest that has no default is not set.
    pub(crate) const fn default(self) -> Option<&'static str> {
        match self {
            Self::Listen => Some("127.0.0.1:8080"),
            Self::Profile => Some("rfc"),
            Self::BehindProxy | Self::ProxyProtocol => Some("false"),
            Self::TrustedProxies => Some(""),
            Self::OpsListen => Some("127.0.0.1:9090"),
            // An idle connection costs some 10 KiB: 100 MiB at most.
            Self::MaxConnections => Some("10000"),
            // An application and its policy take some 2 KiB: 200 MiB at most.
            Self::CacheApplications => Some("100000"),
            // About a kilobyte each: 1 GB at most.
            Self::MaxAuditEvents => Some("1000000"),
            // About half a kilobyte each: 50 MB.
            Self::MaxRefusals => Some("100000"),
            // As long as a request may take; orchestrators wait for 30 seconds.
            Self::DrainSeconds => Some("10"),
            // Long enough for a database to change over, short enough that a revoked application is not served for an hour.
            Self::MostSecondsOutOfContact => Some("300"),
            Self::Data
            | Self::World
            | Self::Keys
            | Self::Database
            | Self::Issuer
            | Self::TlsCert
            | Self::TlsKey
            | Self::AddressHeader
            | Self::SealingKeyFile => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_has_names_of_its_own() {
        assert_eq!(Setting::TlsCert.flag(), "--tls-cert");
        assert_eq!(Setting::TlsCert.variable(), "M2M_TLS_CERT");
        let names: BTreeSet<_> = Setting::ALL.map(Setting::name).into();
        let variables: BTreeSet<_> = Setting::ALL.map(Setting::variable).into();
        assert_eq!(names.len(), Setting::ALL.len());
        assert_eq!(variables.len(), Setting::ALL.len());
    }
}
