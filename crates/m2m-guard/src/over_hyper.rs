//! A guard that fetches the keys of its issuer over hyper and rustls.

use http::Uri;
use m2m_client::{HyperTransport, Issuer};
use oauth_proto::is_loopback_host;

use crate::{ApiGuard, Guard, InvalidIssuer, IssuerKeys};

impl ApiGuard<HyperTransport> {
    /// Returns a guard of an API that trusts this issuer, and fetches its keys over hyper and rustls.
    ///
    /// ```
    /// use m2m_guard::ApiGuard;
    ///
    /// let refused = ApiGuard::over_hyper("http://id.example", "https://orders.example/api").expect_err("it is plain http");
    /// assert!(refused.to_string().starts_with(r#"the keys of "http://id.example" would be fetched over plain http"#));
    /// ```
    ///
    /// # Errors
    /// [`UnusableIssuer`]: the text is not an issuer, or is plain http on another machine.
    pub fn over_hyper(issuer: &str, audience: &str) -> Result<Self, UnusableIssuer> {
        Self::over_hyper_with(Guard::new(issuer, &[audience]))
    }

    /// Returns a guard with settings of its own, such as another leeway, which fetches keys over hyper and rustls. The transport speaks plain http to this machine
    /// only; for another one, use [`ApiGuard::new`] with a [`HyperTransport`] that is configured.
    ///
    /// # Errors
    /// [`UnusableIssuer`]: the issuer of the guard is not one, or is plain http on another machine.
    pub fn over_hyper_with(guard: Guard) -> Result<Self, UnusableIssuer> {
        let issuer = Issuer::parse(guard.issuer()).map_err(|error| UnusableIssuer::Invalid {
            issuer: shown(guard.issuer()),
            error,
        })?;
        if !issuer.is_https() && !is_on_this_machine(&issuer) {
            return Err(UnusableIssuer::PlainHttp {
                issuer: shown(issuer.as_str()),
            });
        }
        let keys = IssuerKeys::new(issuer, HyperTransport::builder().build());
        Ok(Self::of_own_issuer(guard, keys))
    }
}

/// The issuer cannot be used by [`ApiGuard::over_hyper`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnusableIssuer {
    /// The text is not an issuer.
    #[error("{issuer:?} is not an issuer, such as https://id.example: {error}")]
    Invalid {
        /// The text, without credentials, query and fragment.
        issuer: String,
        /// The problem.
        error: InvalidIssuer,
    },
    /// The issuer is plain http on another machine, so that anyone on the network path could replace its keys, and sign tokens.
    #[error(
        "the keys of {issuer:?} would be fetched over plain http, where anyone on the network path can replace them: use an https issuer, \
         or ApiGuard::new with a HyperTransport whose builder has plain_http(PlainHttp::Allowed)"
    )]
    PlainHttp {
        /// The issuer.
        issuer: String,
    },
}

/// Returns true if the transport speaks plain http to the host of this issuer.
fn is_on_this_machine(issuer: &Issuer) -> bool {
    let uri: Option<Uri> = issuer.as_str().parse().ok();
    let host = uri.as_ref().and_then(Uri::host);
    host.is_some_and(is_loopback_host)
}

/// Returns the beginning of a text that should be an issuer, without what may be a secret: credentials, a query and a fragment.
fn shown(text: &str) -> String {
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let text = text.get(..end).unwrap_or_default();
    let text = text.rsplit('@').next().unwrap_or_default();
    text.chars().take(MAX_SHOWN).collect()
}

/// The maximum length of an issuer in an error. Unit: characters.
const MAX_SHOWN: usize = 256;

#[cfg(test)]
mod tests {
    use m2m_client::{TransportFailure, exchange};

    use super::*;

    fn refused(issuer: &str) -> UnusableIssuer {
        ApiGuard::over_hyper(issuer, "orders").expect_err("the issuer cannot be used")
    }

    #[test]
    fn a_text_that_is_not_an_issuer_is_in_the_error_without_what_may_be_secret() {
        for (text, expected) in [
            (
                "id.example",
                r#""id.example" is not an issuer, such as https://id.example: the issuer must be a URL"#,
            ),
            (
                "https://user:hunter2@id.example/a",
                r#""id.example/a" is not an issuer, such as https://id.example: the issuer URL must contain a host, and must not contain credentials"#,
            ),
            (
                "https://id.example?key=hunter2",
                r#""https://id.example" is not an issuer, such as https://id.example: the issuer URL must not contain a query (?…)"#,
            ),
            (
                "",
                r#""" is not an issuer, such as https://id.example: the issuer must be a URL"#,
            ),
        ] {
            assert_eq!(refused(text).to_string(), expected);
        }
        assert!(refused(&"x".repeat(10_000)).to_string().len() < 400);
    }

    #[test]
    fn an_issuer_over_plain_http_on_another_machine_is_refused_with_the_way_out() {
        let text = refused("http://id.example/tenant").to_string();
        for part in [
            r#""http://id.example/tenant""#,
            "https",
            "ApiGuard::new",
            "plain_http(PlainHttp::Allowed)",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }

    /// The guard refuses the issuers that its transport would refuse later, and no others.
    #[tokio::test]
    async fn the_hosts_of_plain_http_are_those_of_the_transport() {
        let transport = HyperTransport::builder().build();
        // Nothing listens on port 1.
        for host in [
            "127.0.0.1:1",
            "127.1.2.3:1",
            "[::1]:1",
            "LOCALHOST:1",
            "m2m.localhost:1",
            "localhost.:1",
            "10.0.0.1:1",
            "0.0.0.0:1",
            "[::]:1",
            "127.0.0.1.example:1",
            "localhost.example:1",
            "notlocalhost:1",
        ] {
            let issuer = format!("http://{host}");
            let mut request = http::Request::new(bytes::Bytes::new());
            *request.uri_mut() = issuer.parse().unwrap();
            let error = exchange(&transport, request).await.unwrap_err();
            let is_refused = error.failure() == TransportFailure::PlainHttp;
            let outcome = ApiGuard::over_hyper(&issuer, "orders");
            assert_eq!(outcome.is_err(), is_refused, "{host}");
        }
    }
}
