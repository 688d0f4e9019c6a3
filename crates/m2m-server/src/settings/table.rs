//! The table of settings: the one place to add a setting.
//!
//! Flags with their help, variables, keys of the file, defaults, `m2m config check`, `docs/configuration.md` and `docs/m2m.toml` follow
//! from it. A field is an `Option` if it has no default, and a `Vec` if it is a list.

use core::convert::Infallible;
use std::path::PathBuf;

use ipnet::IpNet;
use m2m_dashboard::SupportUrl;
use m2m_errors::Profile;
use m2m_host::listen_address::ListenAddress;
use m2m_host::log_format::LogFormat;
use m2m_listen::AddressHeader;
use oauth_proto::Issuer;

use super::kind::{
    ADDRESS, ADDRESS_HEADER, ADDRESS_OR_OFF, BLOCKS, CLIENT_ID, DATABASE, DIRECTORY, FILE, ISSUER,
    LOG_FORMAT, PROFILE, SUPPORT, SWITCH, number,
};
use super::setting::{Field, Row, settings};
use super::sources::Sources;

settings! {
    /// Directory for the registry, keys and events; created if missing
    Data(data: Option<PathBuf>) {
        kind: DIRECTORY,
        example: "/var/lib/m2m",
    }

    /// Registry file with APIs, organizations and applications that are served read-only; cannot be combined with --data
    World(world: Option<PathBuf>) {
        kind: FILE,
        example: "/etc/m2m/world.toml",
    }

    /// With --world: directory for the signing keys; missing keys are created there
    ///
    /// Without this setting, keys are generated at each start and are lost when the server exits.
    Keys(keys: Option<PathBuf>) {
        kind: DIRECTORY,
        example: "/var/lib/m2m/keys",
    }

    /// Not available in this release
    Database(database: Option<Infallible>) {
        kind: DATABASE,
    }

    /// Address and port to listen on; port 0 picks a free port
    ///
    /// With localhost, as in localhost:8080, the server listens on 127.0.0.1 and ::1.
    Listen(listen: ListenAddress) {
        kind: ADDRESS,
        default: "127.0.0.1:8080",
    }

    /// Issuer identifier in tokens and metadata; by default https:// or http:// followed by the listen address
    ///
    /// The issuer is the URL at which callers reach the server. The variable M2M_ISSUER does not set the issuer; it names the server that other commands call.
    Issuer(issuer: Option<Issuer>) {
        kind: ISSUER,
        // `M2M_ISSUER` names the server that commands call, and is set in the shells of operators who also start one.
        variable: "M2M_SERVE_ISSUER",
        example: "https://id.example",
    }

    /// Dialect of the responses
    Profile(profile: Profile) {
        kind: PROFILE,
        default: "rfc",
    }

    /// Address at which callers can get help, as an https URL or a mailto: address; error pages show it
    SupportUrl(support_url: Option<SupportUrl>) {
        kind: SUPPORT,
        example: "https://help.example/m2m",
    }

    /// Certificate chain for TLS, in PEM
    TlsCert(tls_cert: Option<PathBuf>) {
        kind: FILE,
        key: "tls.cert",
        example: "/etc/m2m/tls/cert.pem",
    }

    /// Private key of the certificate, in PEM, in a file of mode 0600
    TlsKey(tls_key: Option<PathBuf>) {
        kind: FILE,
        key: "tls.key",
        example: "/etc/m2m/tls/key.pem",
    }

    /// Serve plain HTTP to other machines, because a proxy in front of the server terminates TLS
    ///
    /// The server then requires an issuer.
    BehindProxy(behind_proxy: bool) {
        kind: SWITCH,
        default: "false",
    }

    /// IP addresses and CIDR blocks, separated by commas, of the proxies that are trusted to report the caller's address
    ///
    /// The proxies report the address with the PROXY protocol (--proxy-protocol) or in a header (--address-header).
    TrustedProxies(trusted_proxies: Vec<IpNet>) {
        kind: BLOCKS,
        default: "",
    }

    /// Read the caller's address from the PROXY protocol, version 1 or 2, that the trusted proxies send
    ProxyProtocol(proxy_protocol: bool) {
        kind: SWITCH,
        default: "false",
    }

    /// Header in which the trusted proxies report the caller's address
    AddressHeader(address_header: Option<AddressHeader>) {
        kind: ADDRESS_HEADER,
        example: "x-forwarded-for",
    }

    /// Address and port of the listener for probes and metrics; off disables the listener
    OpsListen(ops_listen: Option<ListenAddress>) {
        kind: ADDRESS_OR_OFF,
        default: "127.0.0.1:9090",
    }

    /// Format of the log on standard error; by default text on a terminal, and JSON lines elsewhere
    ///
    /// If the server cannot start, the error is printed as text unless the format is set to json.
    LogFormat(log_format: Option<LogFormat>) {
        kind: LOG_FORMAT,
        example: "json",
    }

    /// With --data: file with the sealing key, which encrypts private keys; by default sealing.key in the data directory
    ///
    /// The file must have mode 0600.
    SealingKeyFile(sealing_key_file: Option<PathBuf>) {
        kind: FILE,
        example: "/etc/m2m/sealing.key",
    }

    /// With --data: number of days after which a signing key is replaced; 0 leaves rotation to m2m key rotate
    ///
    /// The next key is announced a day before it signs, and the previous one stays in the JWK set until its last token has expired. Imported keys are not replaced.
    KeyRotationDays(key_rotation_days: u32) {
        // The maximum is ten years. A rule refuses numbers below the minimum of a schedule.
        kind: number::<0, 3_650>("DAYS"),
        // As other servers of the field do: a quarter of a year limits what a stolen key is worth, and is rare enough for APIs that cache keys for long.
        default: "90",
    }

    /// Client id of the application that manages a new server; generated by default
    ///
    /// The client id is used only at the first start, and requires a secret: set M2M_BOOTSTRAP_CLIENT_SECRET or --bootstrap-client-secret-file.
    BootstrapClientId(bootstrap_client_id: Option<String>) {
        kind: CLIENT_ID,
        example: "admin",
    }

    /// File with the secret of the application that manages a new server, at least 32 characters long
    ///
    /// If neither this setting nor M2M_BOOTSTRAP_CLIENT_SECRET is set, credentials are generated and written to first-credentials in the data directory.
    BootstrapClientSecretFile(bootstrap_client_secret_file: Option<PathBuf>) {
        kind: FILE,
        example: "/run/secrets/m2m-admin",
    }

    /// Maximum number of concurrent connections
    MaxConnections(max_connections: u32) {
        // The maximum is more than one machine has memory and file descriptors for, at about 10 KiB each.
        kind: number::<1, 1_000_000>("NUMBER"),
        // An idle connection costs about 10 KiB: 100 MiB at most.
        default: "10000",
    }

    /// Maximum number of concurrent requests; further requests are answered with 503
    ///
    /// The number includes requests that are still being read. An HTTP/2 connection can have several requests at the same time.
    MaxRequests(max_requests: u32) {
        // The same maximum as for connections.
        kind: number::<1, 1_000_000>("NUMBER"),
        // The same default as for connections. Each request may have a body in memory.
        default: "10000",
    }

    /// Time after which a connection without requests is closed, in seconds
    ///
    /// The time must be longer than that of a proxy or load balancer in front of the server, which otherwise sends requests on connections that are being closed. The default is longer than that of AWS ALB and nginx (60 seconds), Azure (4 minutes) and Google Cloud (10 minutes); Envoy keeps a connection for an hour.
    IdleTimeoutSeconds(idle_timeout_seconds: u32) {
        // The maximum is a day; at the maximum number of connections, the one that has been idle longest is closed.
        kind: number::<1, 86_400>("SECONDS"),
        // As Google Cloud recommends for servers behind its load balancers.
        default: "620",
    }

    /// Maximum number of applications kept in memory
    CacheApplications(cache_applications: u32) {
        // The maximum is more than any server has, and at about 2 KiB each more than most machines have memory for.
        kind: number::<1, 10_000_000>("NUMBER"),
        // An application and its policy take about 2 KiB: 200 MiB at most.
        default: "100000",
    }

    /// Maximum number of events kept in the audit log
    ///
    /// Beyond this number, the oldest events are deleted.
    MaxAuditEvents(max_audit_events: u32) {
        // The maximum is about a hundred gigabytes, at a kilobyte each.
        kind: number::<1, 100_000_000>("NUMBER"),
        // About a kilobyte each: 1 GB at most.
        default: "1000000",
    }

    /// Maximum number of refused requests kept for diagnosis
    ///
    /// Beyond this number, the oldest refused requests are deleted.
    MaxRefusals(max_refusals: u32) {
        // The same maximum as for events.
        kind: number::<1, 100_000_000>("NUMBER"),
        // About half a kilobyte each: 50 MB.
        default: "100000",
    }

    /// Time for requests in progress to finish when the server shuts down, in seconds
    DrainSeconds(drain_seconds: u32) {
        // The maximum is far longer than any request takes.
        kind: number::<0, 600>("SECONDS"),
        // As long as a request may take; orchestrators wait for 30 seconds.
        default: "10",
    }

    /// Maximum time to serve from memory while the store cannot be reached, in seconds
    MaxStoreOutageSeconds(max_store_outage_seconds: u32) {
        // The maximum is a day: an application that was revoked longer ago must be refused.
        kind: number::<0, 86_400>("SECONDS"),
        // Long enough for a database to change over, short enough that a revoked application is not served for an hour.
        default: "300",
    }
}
