//! Settings that do not go together. Each contradiction has one failure, which names both where they were given.

use core::net::SocketAddr;

use super::Draft;
use super::setting::Setting;
use super::sources::{Origin, Sources};
use crate::error::Failure;

/// Looks for all contradictions.
pub(super) fn check(draft: &Draft, sources: &mut Sources<'_>) {
    let rules = [
        registry,
        keys,
        tls,
        proxies,
        proxy_protocol,
        address_header,
        ops,
        sealing,
    ];
    for rule in rules {
        if let Some(failure) = rule(draft, sources) {
            sources.mistakes.add(failure);
        }
    }
}

fn registry(draft: &Draft, sources: &Sources<'_>) -> Option<Failure> {
    match (&draft.data, &draft.world) {
        (Some(_), Some(_)) => Some(both(
            sources,
            Setting::Data,
            Setting::World,
            "the registry comes from a folder or from a file",
            "leave one of them out; `m2m apply` is what brings a file into a folder",
        )),
        (None, None) => Some(
            Failure::usage("there is nothing to serve")
                .because("neither a folder of data nor a file of the world is named")
                .help("--data DIR, for a registry that can be managed; it is made where it is missing")
                .help("or --world FILE, for one that is only read; `m2m demo` shows the whole without either"),
        ),
        (Some(_), None) | (None, Some(_)) => None,
    }
}

fn keys(draft: &Draft, sources: &Sources<'_>) -> Option<Failure> {
    (draft.data.is_some() && draft.world.is_none() && draft.keys.is_some()).then(|| {
        both(
            sources,
            Setting::Keys,
            Setting::Data,
            "with a folder of data the keys are kept in it, sealed",
            "leave out the folder of keys",
        )
    })
}

fn tls(draft: &Draft, sources: &Sources<'_>) -> Option<Failure> {
    let (given, missing) = match (&draft.tls_cert, &draft.tls_key) {
        (Some(_), None) => (Setting::TlsCert, Setting::TlsKey),
        (None, Some(_)) => (Setting::TlsKey, Setting::TlsCert),
        (Some(_), Some(_)) | (None, None) => return None,
    };
    let what = format!(
        "{} is given without {}",
        sources.named(given),
        missing.name()
    );
    Some(
        sources
            .at(given, Failure::usage(what))
            .because("TLS needs a certificate and its private key")
            .help(format!("add {}", like(sources.origin(given), missing))),
    )
}

/// A proxy that is trusted and has no way to say anything is a setting that was forgotten.
fn proxies(draft: &Draft, sources: &Sources<'_>) -> Option<Failure> {
    let is_used = draft.proxy_protocol || draft.address_header.is_some();
    (!draft.trusted_proxies.is_empty() && !is_used).then(|| {
        let given = Setting::TrustedProxies;
        let what = format!(
            "{} is given, and nothing that they may say",
            sources.named(given)
        );
        let origin = sources.origin(given);
        sources
            .at(given, Failure::usage(what))
            .because("callers would seem to come from the proxy all the same")
            .help(format!("add {}", like(origin, Setting::ProxyProtocol)))
            .help(format!(
                "or add {}, x-forwarded-for or forwarded",
                like(origin, Setting::AddressHeader)
            ))
    })
}

fn proxy_protocol(draft: &Draft, sources: &Sources<'_>) -> Option<Failure> {
    (draft.proxy_protocol && draft.trusted_proxies.is_empty())
        .then(|| untrusted(sources, Setting::ProxyProtocol))
}

fn address_header(draft: &Draft, sources: &Sources<'_>) -> Option<Failure> {
    (draft.address_header.is_some() && draft.trusted_proxies.is_empty())
        .then(|| untrusted(sources, Setting::AddressHeader))
}

fn untrusted(sources: &Sources<'_>, given: Setting) -> Failure {
    let what = format!(
        "{} is given without {}",
        sources.named(given),
        Setting::TrustedProxies.name()
    );
    sources
        .at(given, Failure::usage(what))
        .because("nobody is trusted to say where callers are, and any caller could")
        .help(format!(
            "add {} with the addresses of your proxies",
            like(sources.origin(given), Setting::TrustedProxies)
        ))
}

fn ops(draft: &Draft, sources: &Sources<'_>) -> Option<Failure> {
    let ops = draft.ops_listen?;
    collide(draft.listen, ops).then(|| {
        both(
            sources,
            Setting::Listen,
            Setting::OpsListen,
            "callers and operators have an address each",
            "give one of them another port",
        )
    })
}

/// Whether only one of two addresses can be listened at.
fn collide(one: SocketAddr, other: SocketAddr) -> bool {
    let covers = |one: SocketAddr, other: SocketAddr| {
        one.ip().is_unspecified() && (one.is_ipv6() || other.is_ipv4())
    };
    one.port() != 0
        && one.port() == other.port()
        && (one.ip() == other.ip() || covers(one, other) || covers(other, one))
}

/// The variables stand where several commands are run, of which some seal; flags and files say what this one is to do.
fn sealing(draft: &Draft, sources: &Sources<'_>) -> Option<Failure> {
    let given = Setting::SealingKeyFile;
    if draft.sealing_key_file.is_some() && draft.sealing_key.is_some() {
        let what = format!(
            "{} and M2M_SEALING_KEY are both given",
            sources.named(given)
        );
        return Some(
            sources
                .at(given, Failure::usage(what))
                .because("there is one key that seals, and which is meant is not guessed")
                .help("leave one of them out"),
        );
    }
    let is_meant = match sources.origin(given) {
        Origin::Flag | Origin::File { .. } => true,
        Origin::Variable | Origin::Default => false,
    };
    (draft.sealing_key_file.is_some() && draft.world.is_some() && is_meant).then(|| {
        both(
            sources,
            given,
            Setting::World,
            "it seals the keys in a folder of data; beside a file they are not sealed",
            "leave out the sealing key",
        )
    })
}

/// Two settings are given of which one has to go.
fn both(sources: &Sources<'_>, one: Setting, other: Setting, why: &str, help: &str) -> Failure {
    let what = match (sources.origin(one), sources.origin(other)) {
        (Origin::Default, _) | (_, Origin::Default) => format!(
            "{} and {} do not go together",
            sources.named(one),
            sources.named(other)
        ),
        _ => format!(
            "{} and {} are both given, and do not go together",
            sources.named(one),
            sources.named(other)
        ),
    };
    let failure = Failure::usage(what).because(why).help(help);
    // The place of one of them; a file that has both shows the second, which is the one that somebody added.
    let in_file = [one, other]
        .into_iter()
        .rfind(|setting| matches!(sources.origin(*setting), Origin::File { .. }));
    match in_file {
        Some(setting) => sources.at(setting, failure),
        None => failure,
    }
}

/// The other setting, named as who gave the one in this place would name it.
fn like(origin: &Origin, other: Setting) -> String {
    match origin {
        Origin::Flag | Origin::Default => other.flag(),
        Origin::Variable => other.variable(),
        Origin::File { .. } => format!("{} to the file", other.name()),
    }
}
