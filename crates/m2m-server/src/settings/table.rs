//! The table of settings: the one place to add a setting.
//!
//! Flags with their help, variables, keys of the file, defaults, `m2m config check`, `docs/configuration.md` and `docs/m2m.toml` follow
//! from it. A field is an `Option` if it has no default, and a `Vec` if it is a list.

use core::convert::Infallible;
use core::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use m2m_errors::Profile;
use m2m_host::log_format::LogFormat;
use m2m_listen::AddressHeader;
use oauth_proto::Issuer;

use super::kind::{
    ADDRESS, ADDRESS_HEADER, ADDRESS_OR_OFF, BLOCKS, CLIENT_ID, DATABASE, DIRECTORY, FILE, ISSUER,
    LOG_FORMAT, PROFILE, SWITCH, number,
};
use super::setting::{Field, Row, settings};
use super::sources::Sources;

settings! {
    /// Directory for the registry, keys and events; created if it is missing
    Data(data: Option<PathBuf>) {
        kind: DIRECTORY,
        example: "/var/lib/m2m",
    }

    /// Registry file with APIs, organizations and applications, which is only read; instead of --data
    World(world: Option<PathBuf>) {
        kind: FILE,
        example: "/etc/m2m/world.toml",
    }

    /// With --world: directory for the signing keys; missing keys are created there
    ///
    /// Without it, the keys last as long as the process.
    Keys(keys: Option<PathBuf>) {
        kind: DIRECTORY,
        example: "/var/lib/m2m/keys",
    }

    /// Not available in this release
    Database(database: Option<Infallible>) {
        kind: DATABASE,
    }

    /// Address and port to listen on; port 0 picks a free port
    Listen(listen: SocketAddr) {
        kind: ADDRESS,
        default: "127.0.0.1:8080",
    }

    /// Issuer identifier in tokens and metadata; by default https:// or http:// and the address
    ///
    /// It is the URL under which callers reach the server. M2M_ISSUER is not this: it names the server that commands call.
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

    /// A proxy in front of the server terminates TLS, so that plain HTTP may leave this machine
    ///
    /// The issuer has to be set then.
    BehindProxy(behind_proxy: bool) {
        kind: SWITCH,
        default: "false",
    }

    /// IP addresses and CIDR blocks, separated by commas, of the proxies that may report the address of a caller
    ///
    /// They report it by the PROXY protocol or in a header.
    TrustedProxies(trusted_proxies: Vec<IpNet>) {
        kind: BLOCKS,
        default: "",
    }

    /// The trusted proxies report the address by the PROXY protocol, version 1 or 2
    ProxyProtocol(proxy_protocol: bool) {
        kind: SWITCH,
        default: "false",
    }

    /// Header in which the trusted proxies report the address
    AddressHeader(address_header: Option<AddressHeader>) {
        kind: ADDRESS_HEADER,
        example: "x-forwarded-for",
    }

    /// Address and port for probes and metrics, or off
    OpsListen(ops_listen: Option<SocketAddr>) {
        kind: ADDRESS_OR_OFF,
        default: "127.0.0.1:9090",
    }

    /// Format of the log on standard error; by default text on a terminal, and JSON lines elsewhere
    ///
    /// A refused start is explained as text, unless json is asked for.
    LogFormat(log_format: Option<LogFormat>) {
        kind: LOG_FORMAT,
        example: "json",
    }

    /// With --data: file with the key that seals private keys; by default sealing.key in that directory
    ///
    /// The file has mode 0600.
    SealingKeyFile(sealing_key_file: Option<PathBuf>) {
        kind: FILE,
        example: "/etc/m2m/sealing.key",
    }

    /// Client id of the application that manages a new server; by default one is made
    ///
    /// It counts at the first start alone, together with a secret: M2M_BOOTSTRAP_CLIENT_SECRET, or a file with it.
    BootstrapClientId(bootstrap_client_id: Option<String>) {
        kind: CLIENT_ID,
        example: "admin",
    }

    /// File with the secret of that application, of at least 32 characters
    ///
    /// Without it and without M2M_BOOTSTRAP_CLIENT_SECRET credentials are made, and put into first-credentials in the data directory.
    BootstrapClientSecretFile(bootstrap_client_secret_file: Option<PathBuf>) {
        kind: FILE,
        example: "/run/secrets/m2m-admin",
    }

    /// Maximum number of concurrent connections
    MaxConnections(max_connections: u32) {
        // At most: more than one machine has memory and file descriptors for, at some 10 KiB each.
        kind: number::<1, 1_000_000>("NUMBER"),
        // An idle connection costs some 10 KiB: 100 MiB at most.
        default: "10000",
    }

    /// Maximum number of requests in flight; more are answered with 503
    ///
    /// Requests that are still being read count. A connection of HTTP/2 can have several.
    MaxRequests(max_requests: u32) {
        // At most: as many as there can be connections.
        kind: number::<1, 1_000_000>("NUMBER"),
        // As many as there are connections by default. Each may hold a body.
        default: "10000",
    }

    /// Maximum number of applications kept in memory
    CacheApplications(cache_applications: u32) {
        // At most: more than anybody has, and at some 2 KiB each more than most machines have memory for.
        kind: number::<1, 10_000_000>("NUMBER"),
        // An application and its policy take some 2 KiB: 200 MiB at most.
        default: "100000",
    }

    /// Maximum number of events kept in the audit log
    ///
    /// Beyond it the oldest are deleted.
    MaxAuditEvents(max_audit_events: u32) {
        // At most: some hundred gigabytes, at a kilobyte each.
        kind: number::<1, 100_000_000>("NUMBER"),
        // About a kilobyte each: 1 GB at most.
        default: "1000000",
    }

    /// Maximum number of refused requests kept for diagnosis
    ///
    /// Beyond it the oldest are deleted.
    MaxRefusals(max_refusals: u32) {
        // At most: as for events.
        kind: number::<1, 100_000_000>("NUMBER"),
        // About half a kilobyte each: 50 MB.
        default: "100000",
    }

    /// Time for requests in progress to finish when the server shuts down, in seconds
    DrainSeconds(drain_seconds: u32) {
        // At most: no request takes nearly as long.
        kind: number::<0, 600>("SECONDS"),
        // As long as a request may take; orchestrators wait for 30 seconds.
        default: "10",
    }

    /// Time to serve from memory while the store cannot be reached, in seconds
    MostSecondsOutOfContact(most_seconds_out_of_contact: u32) {
        // At most a day: an application that was revoked that long ago has to be refused.
        kind: number::<0, 86_400>("SECONDS"),
        // Long enough for a database to change over, short enough that a revoked application is not served for an hour.
        default: "300",
    }
}
