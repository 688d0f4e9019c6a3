//! Contradictions between settings. Each has one failure, which names both settings where they were given.

use core::net::IpAddr;

use m2m_admin::KeySchedule;
use m2m_errors::Cause;
use m2m_host::error::Failure;
use m2m_host::listen_address::ListenAddress;

use super::secrets::SEALING_KEY;
use super::setting::Setting;
use super::sources::{Origin, Sources, named};
use super::table::Values;

/// Adds all contradictions to the mistakes.
pub(super) fn check(values: &Values, sources: &mut Sources<'_>) {
    let rules = [
        registry,
        keys,
        tls,
        proxies,
        proxy_protocol,
        address_header,
        ops,
        sealing,
        key_rotation,
    ];
    for rule in rules {
        if let Some(failure) = rule(values, sources) {
            sources.mistakes.add(failure);
        }
    }
}

fn registry(values: &Values, sources: &Sources<'_>) -> Option<Failure> {
    match (&values.data, &values.world) {
        (Some(_), Some(_)) => Some(both(
            sources,
            [Setting::Data, Setting::World],
            "the registry is either in a data directory or in a file",
            "leave one of them out; `m2m apply` applies a file to a data directory",
        )),
        (None, None) => Some(
            Failure::mistake(Cause::SettingMissing, "there is nothing to serve")
                .because("neither a data directory nor a registry file is given")
                .help("set --data DIR, M2M_DATA=DIR, or data = \"DIR\" in the configuration file, for a registry that can be managed; the directory is created if it is missing")
                .help("or set --world FILE or M2M_WORLD=FILE, for one that is read-only; `m2m demo` needs neither"),
        ),
        (Some(_), None) | (None, Some(_)) => None,
    }
}

fn keys(values: &Values, sources: &Sources<'_>) -> Option<Failure> {
    (values.data.is_some() && values.world.is_none() && values.keys.is_some()).then(|| {
        both(
            sources,
            [Setting::Keys, Setting::Data],
            "a data directory stores its signing keys itself, encrypted",
            "leave out the directory of keys",
        )
    })
}

fn tls(values: &Values, sources: &Sources<'_>) -> Option<Failure> {
    let why = "TLS needs a certificate and its private key";
    match (&values.tls_cert, &values.tls_key) {
        (Some(_), None) => Some(without(sources, Setting::TlsCert, Setting::TlsKey, why)),
        (None, Some(_)) => Some(without(sources, Setting::TlsKey, Setting::TlsCert, why)),
        (Some(_), Some(_)) | (None, None) => None,
    }
}

/// Checks that trusted proxies have a way to report an address; otherwise a setting was forgotten.
fn proxies(values: &Values, sources: &Sources<'_>) -> Option<Failure> {
    let is_used = values.proxy_protocol || values.address_header.is_some();
    (!values.trusted_proxies.is_empty() && !is_used).then(|| {
        let given = Setting::TrustedProxies;
        let add = |other| like(sources.origin(given), other);
        alone(
            sources,
            given,
            "is given without a way to report the address of a caller",
        )
        .because("all callers would still appear to have the address of the proxy")
        .help(format!("add {}", add(Setting::ProxyProtocol)))
        .help(format!(
            "or add {}, with the value x-forwarded-for or forwarded",
            add(Setting::AddressHeader)
        ))
    })
}

fn proxy_protocol(values: &Values, sources: &Sources<'_>) -> Option<Failure> {
    (values.proxy_protocol && values.trusted_proxies.is_empty())
        .then(|| untrusted(sources, Setting::ProxyProtocol))
}

fn address_header(values: &Values, sources: &Sources<'_>) -> Option<Failure> {
    (values.address_header.is_some() && values.trusted_proxies.is_empty())
        .then(|| untrusted(sources, Setting::AddressHeader))
}

fn untrusted(sources: &Sources<'_>, given: Setting) -> Failure {
    let why = "no proxy is trusted to report addresses, and any caller could claim any address";
    without(sources, given, Setting::TrustedProxies, why)
}

fn ops(values: &Values, sources: &Sources<'_>) -> Option<Failure> {
    collide(values.listen, values.ops_listen?).then(|| {
        both(
            sources,
            [Setting::Listen, Setting::OpsListen],
            "callers and operators need separate addresses",
            "choose another port for one of them",
        )
    })
}

/// Returns true if the server cannot listen on both addresses.
fn collide(one: ListenAddress, other: ListenAddress) -> bool {
    let covers = |one: IpAddr, other: IpAddr| {
        one == other || (one.is_unspecified() && (one.is_ipv6() || other.is_ipv4()))
    };
    let meet = |one| {
        other
            .ips()
            .any(|other| covers(one, other) || covers(other, one))
    };
    one.port() != 0 && one.port() == other.port() && one.ips().any(meet)
}

/// Checks that the sealing key is given once, and not with a registry file. A variable may be set for other commands, and is ignored there.
fn sealing(values: &Values, sources: &Sources<'_>) -> Option<Failure> {
    values.sealing_key_file.as_ref()?;
    let given = Setting::SealingKeyFile;
    if sources.environment().get(SEALING_KEY).is_some() {
        let failure = alone(sources, given, "and M2M_SEALING_KEY are both given");
        return Some(
            failure
                .because("there is only one sealing key, and it is not clear which one is meant")
                .help("leave one of them out")
                .caused_by(Cause::SettingsConflict),
        );
    }
    let is_meant = match sources.origin(given) {
        Origin::Flag | Origin::File { .. } => true,
        Origin::Variable | Origin::Default => false,
    };
    (values.world.is_some() && is_meant).then(|| {
        both(
            sources,
            [given, Setting::World],
            "the sealing key encrypts the keys in a data directory; with a registry file, keys are not encrypted",
            "leave out the sealing key",
        )
    })
}

/// Checks that keys are not replaced so often that the JWK set is full of those that retire.
fn key_rotation(values: &Values, sources: &Sources<'_>) -> Option<Failure> {
    let (given, days) = (Setting::KeyRotationDays, values.key_rotation_days);
    let least = KeySchedule::MIN_DAYS;
    (0 < days && days < least).then(|| {
        let what = format!("{} is {days}, which is too often", sources.named(given));
        let why =
            "a replaced key stays in the JWK set for 30 days, the longest lifetime of a token";
        let failure = Failure::mistake(Cause::SettingInvalid, what).because(why);
        let help = format!("choose a number from {least}, or 0 to rotate keys by hand");
        sources.at(given, failure.help(help))
    })
}

/// Returns the failure for a setting without another one that it needs. Its name begins the text.
fn alone(sources: &Sources<'_>, given: Setting, what: &str) -> Failure {
    let what = format!("{} {what}", sources.named(given));
    sources.at(given, Failure::mistake(Cause::SettingMissing, what))
}

/// Returns the failure for a setting that needs another.
fn without(sources: &Sources<'_>, given: Setting, missing: Setting, why: &str) -> Failure {
    // Named as in the source that has the first.
    let missing_name = named(missing, sources.origin(given));
    let what = format!("is given without {missing_name}");
    alone(sources, given, &what)
        .because(why)
        .help(format!("add {}", like(sources.origin(given), missing)))
}

/// Returns the failure for two settings of which one has to be removed.
fn both(sources: &Sources<'_>, settings: [Setting; 2], why: &str, help: &str) -> Failure {
    let [one, other] = settings.map(|setting| sources.named(setting));
    let are_given = match settings.iter().all(|setting| sources.is_given(*setting)) {
        true => "are both given, and conflict",
        false => "conflict",
    };
    let what = format!("{one} and {other} {are_given}");
    let failure = Failure::mistake(Cause::SettingsConflict, what);
    let failure = failure.because(why).help(help);
    // For a file that has both, the second is shown, which is probably the one that was added.
    let is_in_file = |setting: &Setting| matches!(sources.origin(*setting), Origin::File { .. });
    match settings.into_iter().rfind(is_in_file) {
        Some(setting) => sources.at(setting, failure),
        None => failure,
    }
}

/// Returns the other setting, named as in the source that has the first.
fn like(origin: &Origin, other: Setting) -> String {
    match origin {
        Origin::Flag | Origin::Default => other.names(),
        Origin::Variable => other.variable(),
        Origin::File { .. } => format!("{} to the file", other.name()),
    }
}
