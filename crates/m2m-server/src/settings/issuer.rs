//! The checks that the issuer fits the address and the protocol of the listener.

use core::net::IpAddr;

use http::Uri;
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
    (is_plain && !listen.ip().is_loopback() && !values.behind_proxy).then(|| {
        let failure = Failure::usage(format!(
            "{listen} is not a loopback address, and this is plain http"
        ));
        sources
            .at(Setting::Listen, failure)
            .because("client secrets and tokens would cross the network unencrypted")
            .help(format!(
                "give the server a certificate: {} and {}",
                Setting::TlsCert.names(),
                Setting::TlsKey.names()
            ))
            .help(format!(
                "or listen on 127.0.0.1:8080, {}, and let a proxy on this machine end TLS",
                Setting::Listen.names()
            ))
            .help(format!(
                "or set {} and {}, if a proxy elsewhere ends TLS and the network behind it is yours",
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
            "{CLIENT_ISSUER} is set, which is the server that commands call, and not who this server is"
        )),
    }
    };
    if values.behind_proxy {
        let failure = Failure::usage("behind a proxy the issuer has to be named").because(format!(
            "callers reach the server under the address of the proxy, not under {listen}"
        ));
        return Some(of_commands(failure).help(format!(
            "{names}, with the name under which callers reach it"
        )));
    }
    let is_tls = values.scheme() == Scheme::Https;
    // Without TLS the address itself is refused already.
    (is_tls && listen.ip().is_unspecified()).then(|| {
        let failure = Failure::usage(format!("the issuer has to be named to listen on {listen}"))
            .because(format!(
                "{} stands for all addresses of this machine, and callers can reach none by it",
                listen.ip()
            ));
        of_commands(failure).help(format!("{names}, with the name in the certificate"))
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
            format!("{issuer} is plain http, and the server speaks TLS"),
            "callers who follow the issuer would not reach it",
            "",
        ),
        Scheme::Http if !is_loopback(issuer) => (
            format!("{issuer} is plain http, and not on this machine"),
            "callers would send their secrets unencrypted",
            ", with TLS here or in a proxy on this machine",
        ),
        Scheme::Http => return None,
    };
    Some(
        sources
            .at(Setting::Issuer, Failure::usage(what))
            .because(why)
            .help(named_as(&format!("https{rest}")) + with),
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
