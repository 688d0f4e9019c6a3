//! Who the server is, if where and how it listens fits it.

use std::net::IpAddr;

use http::Uri;
use oauth_proto::Issuer;

use crate::cli::ServeOptions;
use crate::commands::start::parse_issuer;
use crate::error::Failure;

/// The issuer that the options name. Without one it follows from the address, which is possible on loopback only.
///
/// # Errors
///
/// If it is none; or if secrets and tokens would go over plain http, but within a machine or behind a proxy that ends TLS (RFC
/// 6749, section 3.2); or if callers could not reach the issuer that tokens and metadata would carry.
pub(super) fn issuer(options: &ServeOptions) -> Result<Option<Issuer>, Failure> {
    let listen = options.listen;
    let has_tls = options.listening.tls_cert.is_some();
    if !listen.ip().is_loopback() && !options.behind_proxy && !has_tls {
        return Err(Failure::usage(format!(
            "{listen} is not a loopback address, and this is plain http"
        ))
        .because("client secrets and tokens would cross the network unencrypted")
        .help("--tls-cert and --tls-key, with the certificate of this server")
        .help("or listen on 127.0.0.1:8080, and let a proxy on this machine end TLS")
        .help(
            "or pass --behind-proxy and --issuer, if a proxy elsewhere ends TLS and the network behind it is yours",
        ));
    }
    let Some(text) = options.issuer.as_deref() else {
        return if options.behind_proxy {
            Err(Failure::usage("behind a proxy the issuer has to be named")
                .because(format!(
                    "callers reach the server under the address of the proxy, not under {listen}"
                ))
                .help("--issuer https://id.example, with the name under which callers reach it"))
        } else if listen.ip().is_unspecified() {
            Err(Failure::usage(format!(
                "the issuer has to be named, because {listen} is every address of this machine"
            ))
            .because("callers reach the server under a name, which tokens and metadata carry")
            .help("--issuer https://id.example, with the name that the certificate has"))
        } else {
            Ok(None)
        };
    };
    let issuer = parse_issuer(text)?;
    if !issuer.is_https() && has_tls {
        return Err(
            Failure::usage(format!("{issuer} is plain http, and the server speaks TLS"))
                .because("callers could not reach it at the address that tokens and metadata carry")
                .help(format!(
                    "--issuer https{}",
                    text.strip_prefix("http").unwrap_or_default()
                )),
        );
    }
    if !issuer.is_https() && !options.behind_proxy && !is_loopback(&issuer) {
        return Err(
            Failure::usage(format!("{issuer} is plain http, and not on this machine"))
                .because("callers would send their secrets unencrypted")
                .help(format!(
                    "--issuer https{}, with a proxy on this machine that ends TLS",
                    text.strip_prefix("http").unwrap_or_default()
                )),
        );
    }
    Ok(Some(issuer))
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

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Command};
    use crate::error::Exit;

    fn of(arguments: &[&str]) -> Result<Option<String>, Failure> {
        let serve = ["m2m", "serve", "--world", "world.toml"];
        let cli = Cli::try_parse_from(serve.iter().chain(arguments)).unwrap();
        let Command::Serve(options) = cli.command else {
            panic!("the command is serve")
        };
        issuer(&options).map(|issuer| issuer.map(|issuer| issuer.as_str().to_owned()))
    }

    #[test]
    fn on_loopback_nothing_needs_to_be_said() {
        assert_eq!(of(&[]).unwrap(), None);
        assert_eq!(of(&["--listen", "[::1]:0"]).unwrap(), None);
        for issuer in [
            "http://localhost:8080",
            "http://127.0.0.1:8080/tenant",
            "http://[::1]:8080",
            "https://id.example",
        ] {
            assert_eq!(of(&["--issuer", issuer]).unwrap().as_deref(), Some(issuer));
        }
    }

    #[test]
    fn a7_what_would_send_secrets_in_the_clear_is_refused_with_its_fix() {
        let check = |arguments: &[&str], what: &str, fix: &str| {
            let failure = of(arguments).unwrap_err();
            assert_eq!(failure.exit(), Exit::Usage);
            let text = failure.to_string();
            assert!(text.contains(what) && text.contains(fix), "{text}");
        };
        check(&["--listen", "0.0.0.0:0"], "plain http", "--behind-proxy");
        check(&["--listen", "[::]:0"], "plain http", "--issuer");
        check(
            &["--listen", "0.0.0.0:0", "--issuer", "https://id.example"],
            "plain http",
            "--behind-proxy",
        );
        check(
            &["--issuer", "http://id.example:8080/x"],
            "plain http",
            "--issuer https://id.example:8080/x",
        );
        check(
            &["--issuer", "http://localhost.example"],
            "plain http",
            "https://",
        );
    }

    #[test]
    fn behind_a_proxy_the_issuer_is_named() {
        let failure = of(&["--listen", "0.0.0.0:0", "--behind-proxy"]).unwrap_err();
        assert!(failure.to_string().contains("--issuer https://id.example"));
        assert!(of(&["--behind-proxy"]).is_err());
        for issuer in ["https://id.example", "http://id.internal"] {
            assert!(of(&["--behind-proxy", "--issuer", issuer]).is_ok());
        }
    }
}
