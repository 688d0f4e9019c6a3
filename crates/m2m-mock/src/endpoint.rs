//! The endpoints of the mock, and their paths.

use http::Method;
use oauth_proto::{AuthorizationServerMetadata, Issuer};
use serde::{Deserialize, Serialize};

/// An endpoint of an issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Endpoint {
    /// The token endpoint (RFC 6749, section 3.2).
    #[default]
    Token,
    /// The introspection endpoint (RFC 7662).
    Introspection,
    /// The revocation endpoint (RFC 7009).
    Revocation,
    /// The metadata: the document of RFC 8414, and the same one at the path of OpenID Connect Discovery.
    Metadata,
    /// The JWK set.
    Jwks,
}

impl Endpoint {
    const ALL: [Self; 5] = [
        Self::Token,
        Self::Introspection,
        Self::Revocation,
        Self::Metadata,
        Self::Jwks,
    ];

    /// Returns the endpoint at a path of this issuer.
    pub(crate) fn at(path: &str, issuer: &Issuer) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|endpoint| endpoint.paths(issuer).any(|own| own == path))
    }

    /// Returns the paths of all endpoints of this issuer.
    pub(crate) fn all_paths(issuer: &Issuer) -> impl Iterator<Item = String> {
        Self::ALL
            .into_iter()
            .flat_map(move |endpoint| endpoint.paths(issuer))
    }

    /// Returns the URL of the endpoint.
    pub(crate) fn url(self, issuer: &Issuer) -> String {
        let path = self.paths(issuer).next().unwrap_or_default();
        format!("{}{path}", issuer.origin())
    }

    /// The methods that it accepts.
    pub(crate) const fn methods(self) -> &'static [Method] {
        match self {
            Self::Token | Self::Introspection | Self::Revocation => &[Method::POST],
            Self::Metadata | Self::Jwks => &[Method::GET, Method::HEAD],
        }
    }

    /// Returns the paths, which are those of `m2m serve`.
    fn paths(self, issuer: &Issuer) -> impl Iterator<Item = String> {
        let base = issuer.path().trim_end_matches('/');
        let paths = match self {
            Self::Token => [Some(format!("{base}/oauth2/token")), None],
            Self::Introspection => [Some(format!("{base}/oauth2/introspect")), None],
            Self::Revocation => [Some(format!("{base}/oauth2/revoke")), None],
            Self::Jwks => [Some(format!("{base}/.well-known/jwks.json")), None],
            Self::Metadata => [
                Some(AuthorizationServerMetadata::path(issuer)),
                Some(AuthorizationServerMetadata::openid_path(issuer)),
            ],
        };
        paths.into_iter().flatten()
    }
}

/// True if the path is that of a control endpoint, or of one that does not exist.
pub(crate) fn is_control(path: &str) -> bool {
    path.strip_prefix(CONTROL_PREFIX)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The prefix of all control endpoints.
pub(crate) const CONTROL_PREFIX: &str = "/mock";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_with_a_path_has_its_metadata_at_both_places() {
        let issuer = Issuer::parse("http://mock.test/tenant").unwrap();
        for path in [
            "/.well-known/oauth-authorization-server/tenant",
            "/tenant/.well-known/openid-configuration",
        ] {
            assert_eq!(Endpoint::at(path, &issuer), Some(Endpoint::Metadata));
        }
        assert_eq!(Endpoint::at("/oauth2/token", &issuer), None);
        assert_eq!(
            Endpoint::Token.url(&issuer),
            "http://mock.test/tenant/oauth2/token"
        );
    }
}
