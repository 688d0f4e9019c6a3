//! The checks that the issuer fits the address and the protocol of the listener.

use core::net::IpAddr;

use http::Uri;
use m2m_errors::Cause;
use m2m_host::error::Failure;
use oauth_proto::Issuer;

use super::Scheme;
use super::notices::CLIENT_ISSUER;
use super::setting::Setting;
use super::sources::Sources;
use super::table::Values;

/// Checks that secrets and tokens do not go over plain HTTP, except within a machine or behind a proxy that terminates TLS (RFC 6749,
/// section 3.2); and that callers can reach the issuer in tokens and metadata.
pub(super) fn check(values: &Values, sources: &mut Sources<'_>) {
    let issuer = match &values.issuer {
        Some(issuer) => named(values, issuer, sources),
        None => unnamed(values, sources),
    };
    for failure in plain_listener(values, sources).into_iter().chain(issuer) {
        sources.mistakes.add(failure);
    }
}

fn plain_listener(values: &Values, sources: &Sources<'_>) -> Option<Failure> {
    let listen = values.listen;
    let is_plain = values.scheme() == Scheme::Http;
    (is_plain && !listen.is_loopback() && !values.behind_proxy).then(|| {
        let what = format!("cannot serve plain http on {listen}, which is not a loopback address");
        let failure = Failure::mistake(Cause::PlainHttpExposed, what);
        sources
            .at(Setting::Listen, failure)
            .because("client secrets and tokens would cross the network unencrypted")
            .help(format!(
                "give the server a certificate: {} and {}",
                Setting::TlsCert.names(),
                Setting::TlsKey.names()
            ))
            .help(format!(
                "or set {} to 127.0.0.1:8080, and let a proxy on this machine terminate TLS",
                Setting::Listen.names()
            ))
            .help(format!(
                "or set {} and {}, if a proxy on another machine terminates TLS and the network behind it is trusted",
                Setting::BehindProxy.names(),
                Setting::Issuer.names()
            ))
    })
}

/// Returns the mistake if no issuer is configured and it cannot follow from the address.
fn unnamed(values: &Values, sources: &Sources<'_>) -> Option<Failure> {
    let listen = values.listen;
    let names = named_as("https://id.example");
    let of_commands = |failure: Failure| {
        match sources.environment().get(CLIENT_ISSUER) {
        None => failure,
        Some(_) => failure.because(format!(
            "{CLIENT_ISSUER} is set, but it names the server that commands call, not the issuer of this server"
        )),
    }
    };
    if values.behind_proxy {
        let what = "the issuer must be set behind a proxy";
        let why = format!("callers reach the server at the address of the proxy, not at {listen}");
        let failure = Failure::mistake(Cause::SettingMissing, what).because(why);
        return Some(
            of_commands(failure).help(format!("set {names}, with the host name that callers use")),
        );
    }
    let is_tls = values.scheme() == Scheme::Https;
    // Without TLS the address itself is refused already.
    (is_tls && listen.is_unspecified()).then(|| {
        let what = format!("the issuer must be set to listen on {listen}");
        let failure = Failure::mistake(Cause::SettingMissing, what).because(format!(
            "{listen} means all addresses of this machine, and callers cannot connect to it"
        ));
        of_commands(failure).help(format!(
            "set {names}, with the host name in the certificate"
        ))
    })
}

/// Returns the mistake in an issuer that is configured.
fn named(values: &Values, issuer: &Issuer, sources: &Sources<'_>) -> Option<Failure> {
    if issuer.is_https() || values.behind_proxy {
        return None;
    }
    let rest = issuer.as_str().strip_prefix("http").unwrap_or_default();
    let (what, why, with) = match values.scheme() {
        Scheme::Https => (
            format!("{issuer} is plain http, but the server uses TLS"),
            "callers that use the URL of the issuer could not reach the server",
            "",
        ),
        Scheme::Http if !is_loopback(issuer) => (
            format!("{issuer} is plain http, and does not name this machine"),
            "callers would send their secrets unencrypted",
            ", and terminate TLS here or in a proxy on this machine",
        ),
        Scheme::Http => return None,
    };
    let https = named_as(&format!("https{rest}"));
    Some(
        sources
            .at(Setting::Issuer, Failure::usage(what))
            .caused_by(Cause::IssuerNotHttps)
            .because(why)
            .help(format!("set {https}{with}")),
    )
}

/// Returns the flag with this issuer, and the variable.
fn named_as(issuer: &str) -> String {
    let (flag, variable) = (Setting::Issuer.flag(), Setting::Issuer.variable());
    format!("{flag} {issuer} ({variable})")
}

fn is_loopback(issuer: &Issuer) -> bool {
    let uri = issuer.as_str().parse::<Uri>();
    let host = uri.as_ref().ok().and_then(Uri::host).unwrap_or_default();
    host.eq_ignore_ascii_case("localhost")
        || host
            .trim_matches(['[', ']'])
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
