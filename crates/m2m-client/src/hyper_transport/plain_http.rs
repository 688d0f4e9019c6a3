//! The hosts that are called without TLS.

use http::Uri;
use oauth_proto::is_loopback_host;

use crate::TransportFailure;

/// The hosts to which plain http is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum PlainHttp {
    /// To this machine: `localhost`, the names below it, and loopback addresses.
    #[default]
    LoopbackOnly,
    /// Any host. Everything that is sent, credentials and tokens included, can be read and changed by anyone on the
    /// network path.
    Allowed,
}

impl PlainHttp {
    /// Refuses a target to which requests are not allowed.
    pub(super) fn check(self, target: &Uri) -> Result<(), TransportFailure> {
        let host = target.host().unwrap_or_default();
        match (target.scheme_str(), self) {
            _ if host.is_empty() => Err(TransportFailure::UrlInvalid),
            (Some("https"), _) | (Some("http"), Self::Allowed) => Ok(()),
            (Some("http"), Self::LoopbackOnly) if is_loopback_host(host) => Ok(()),
            (Some("http"), Self::LoopbackOnly) => Err(TransportFailure::PlainHttp),
            (Some(_) | None, _) => Err(TransportFailure::UrlInvalid),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_on_this_machine_unless_it_is_allowed() {
        let check = |target: &str, rule: PlainHttp| rule.check(&target.parse().unwrap());
        for target in [
            "http://127.0.0.1:8080/a",
            "http://[::1]/",
            "http://LOCALHOST/",
            "http://m2m.localhost./",
            "https://id.example/",
        ] {
            assert_eq!(check(target, PlainHttp::LoopbackOnly), Ok(()), "{target}");
        }
        for target in [
            "http://id.example/",
            "http://localhost.example/",
            "http://notlocalhost/",
            "http://10.0.0.1/",
            "http://127.0.0.1.example/",
            "http://0.0.0.0/",
        ] {
            assert_eq!(
                check(target, PlainHttp::LoopbackOnly),
                Err(TransportFailure::PlainHttp),
                "{target}"
            );
            assert_eq!(check(target, PlainHttp::Allowed), Ok(()), "{target}");
        }
        for target in ["/path", "ftp://localhost/", "localhost:80"] {
            assert_eq!(
                check(target, PlainHttp::Allowed),
                Err(TransportFailure::UrlInvalid),
                "{target}"
            );
        }
    }
}
