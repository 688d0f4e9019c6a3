//! The routes of the server by path.

use m2m_authority::Refusal;
use m2m_authority::diagnose::{Evidence, missing_endpoint, similar_path};
use m2m_errors::Cause;
use oauth_proto::Issuer;

/// The resource at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route<'p> {
    /// The token endpoint, by its name or an alias.
    Token,
    /// The introspection endpoint.
    Introspection,
    /// The revocation endpoint.
    Revocation,
    /// The metadata of the server, as of an authorization server.
    Metadata,
    /// The same as of an OpenID provider.
    OpenIdProvider,
    /// The public keys.
    JwkSet,
    /// The list of all errors.
    Errors,
    /// The page of one error.
    Error(&'p str),
    /// A file that pages load.
    Asset(&'p str),
    /// A resource of the management API, at this path.
    Management(&'p str),
    /// The OpenAPI document of the management API.
    OpenApi,
    /// The server itself.
    Root,
    /// An unknown path.
    Unknown,
}

/// The paths of a server whose issuer may have a path of its own.
#[derive(Debug)]
pub(super) struct Router {
    /// The path of the issuer, without a slash at its end; usually empty.
    prefix: Box<str>,
}

impl Router {
    /// Returns a router for the paths below this issuer.
    pub(super) fn new(issuer: &Issuer) -> Self {
        Self {
            prefix: issuer.path().trim_end_matches('/').into(),
        }
    }

    /// Returns the refusal of a request for an unknown path. It names the endpoint of other servers that is usually at this path, or the path
    /// that the caller probably meant.
    pub(super) fn nothing_at(&self, path: &str) -> Refusal {
        let path = path.strip_prefix(&*self.prefix).unwrap_or(path);
        let refusal = Refusal::of(Cause::PathUnknown);
        match missing_endpoint(path) {
            Some(endpoint) => {
                refusal
                    .echoing(endpoint)
                    .observing(vec![Evidence::EndpointMissing {
                        endpoint: endpoint.into(),
                    }])
            }
            None => refusal.observing(similar_path(path, &PATHS)),
        }
    }

    /// Returns the route of a path. Every path is served with and without the path of the issuer before it, since some proxies strip it.
    ///
    /// The endpoints, the metadata and the key set are also found at a path with doubled slashes or one at its end, which clients make of
    /// a base URL that ends in a slash, and which a redirect could not correct without losing the body. Nothing else is, and nothing is
    /// decoded: the paths of the management API have ids in them.
    pub(super) fn find<'p>(&self, path: &'p str) -> Route<'p> {
        let route = self.find_exactly(path);
        if route != Route::Unknown {
            return route;
        }
        let Some(path) = without_slashes(path) else {
            return Route::Unknown;
        };
        let found = self.find_exactly(&path);
        let mut fixed = [
            Route::Token,
            Route::Introspection,
            Route::Revocation,
            Route::Metadata,
            Route::OpenIdProvider,
            Route::JwkSet,
        ]
        .into_iter();
        fixed
            .find(|route| *route == found)
            .unwrap_or(Route::Unknown)
    }

    fn find_exactly<'p>(&self, path: &'p str) -> Route<'p> {
        if !self.prefix.is_empty() {
            // RFC 8414, section 3.1 inserts the path of the issuer after the well-known name.
            let inserted = path.strip_suffix(&*self.prefix).map(find);
            if let Some(Route::Metadata | Route::OpenIdProvider) = inserted {
                return inserted.unwrap_or(Route::Unknown);
            }
            if let Some(rest) = path
                .strip_prefix(&*self.prefix)
                .filter(|rest| rest.is_empty() || rest.starts_with('/'))
            {
                return find(rest);
            }
        }
        find(path)
    }
}

/// Returns the path with one slash for each doubled one, and none at the end; nothing if it has neither.
fn without_slashes(path: &str) -> Option<String> {
    let single = path.replace("//", "/");
    let single = single.strip_suffix('/').unwrap_or(&single);
    (single.len() < path.len()).then(|| single.to_owned())
}

fn find(path: &str) -> Route<'_> {
    match path {
        "/oauth2/token" | "/connect/token" | "/id/connect/token" => Route::Token,
        "/oauth2/introspect" => Route::Introspection,
        "/oauth2/revoke" => Route::Revocation,
        "/.well-known/jwks.json" => Route::JwkSet,
        "" | "/" => Route::Root,
        "/errors" => Route::Errors,
        "/api/v1/openapi.json" => Route::OpenApi,
        path if path.starts_with("/api/v1/") => Route::Management(path),
        "/.well-known/oauth-authorization-server" => Route::Metadata,
        "/.well-known/openid-configuration" => Route::OpenIdProvider,
        path => {
            let below = |folder, route: fn(_) -> _| path.strip_prefix(folder).map(route);
            below("/errors/", Route::Error)
                .or_else(|| below("/assets/", Route::Asset))
                .unwrap_or(Route::Unknown)
        }
    }
}

/// The paths that callers ask for.
const PATHS: [&str; 10] = [
    "/oauth2/token",
    "/connect/token",
    "/id/connect/token",
    "/oauth2/introspect",
    "/oauth2/revoke",
    "/.well-known/jwks.json",
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/api/v1/openapi.json",
    "/errors",
];

#[cfg(test)]
mod tests {
    use oauth_proto::AuthorizationServerMetadata;

    use super::*;

    fn check(issuer: &str, path: &str, expected: Route<'_>) {
        assert_eq!(
            Router::new(&Issuer::parse(issuer).unwrap()).find(path),
            expected,
            "{issuer} {path}"
        );
    }

    #[test]
    fn f7d_the_path_that_was_meant_is_found() {
        for (path, meant) in [
            ("/oauth2/token/", "/oauth2/token"),
            ("//oauth2//token", "/oauth2/token"),
            ("/oauth/token", "/oauth2/token"),
            ("/OAuth2/Token", "/oauth2/token"),
            (
                "/.well-known/openid-configuration/",
                "/.well-known/openid-configuration",
            ),
            ("/.well-known/jwk.json", "/.well-known/jwks.json"),
        ] {
            let expected = Evidence::SimilarPath {
                path: meant.into(),
                only_slashes: path.trim_end_matches('/').replace("//", "/") == meant,
            };
            assert_eq!(similar_path(path, &PATHS), [expected], "{path}");
        }
        assert_eq!(similar_path("/index.php", &PATHS), []);
        assert_eq!(similar_path(&"/a".repeat(1000), &PATHS), []);
    }

    #[test]
    fn finds_existing_paths_and_no_similar_ones() {
        let issuer = "https://id.example";
        check(issuer, "/oauth2/token", Route::Token);
        check(issuer, "/id/connect/token", Route::Token);
        check(
            issuer,
            "/errors/invalid_client",
            Route::Error("invalid_client"),
        );
        check(issuer, "/", Route::Root);
        check(issuer, "/api/v1/openapi.json", Route::OpenApi);
        check(
            issuer,
            "/api/v1/apis/a%2Fb",
            Route::Management("/api/v1/apis/a%2Fb"),
        );
        for path in [
            "/OAuth2/token",
            "/oauth2",
            "/.well-known",
            "/api",
            "/api/v1",
            "/api/v2/apis",
            "//",
        ] {
            check(issuer, path, Route::Unknown);
        }
    }

    #[test]
    fn a5_a_doubled_slash_or_one_at_the_end_is_the_path_itself() {
        for (issuer, path, expected) in [
            ("", "/oauth2/token/", Route::Token),
            ("", "//oauth2/token", Route::Token),
            ("", "/oauth2//token", Route::Token),
            ("", "/connect/token/", Route::Token),
            ("", "//id/connect/token", Route::Token),
            (
                "",
                "//.well-known/openid-configuration",
                Route::OpenIdProvider,
            ),
            (
                "",
                "/.well-known/openid-configuration/",
                Route::OpenIdProvider,
            ),
            (
                "",
                "/.well-known//oauth-authorization-server",
                Route::Metadata,
            ),
            ("", "/.well-known/jwks.json/", Route::JwkSet),
            ("/tenant", "/tenant//oauth2/token", Route::Token),
            ("/tenant", "//tenant/oauth2/token", Route::Token),
            ("/tenant", "/tenant/oauth2/token/", Route::Token),
            (
                "/tenant/",
                "/.well-known/oauth-authorization-server/tenant/",
                Route::Metadata,
            ),
            (
                "/tenant/",
                "/.well-known/oauth-authorization-server//tenant",
                Route::Metadata,
            ),
            (
                "/tenant/",
                "/tenant//.well-known/openid-configuration",
                Route::OpenIdProvider,
            ),
        ] {
            check(&format!("https://id.example{issuer}"), path, expected);
        }
    }

    #[test]
    fn a5_no_other_path_is_changed() {
        for path in [
            "///oauth2/token",
            "/oauth2/token///",
            "/oauth2/./token",
            "/oauth2/x/../token",
            "/oauth2%2Ftoken",
            "/oauth2/token%2F",
            "/%6fauth2/token",
            "/oauth2/token/.",
            "\\oauth2\\token",
            "//api/v1/apis",
            "/api//v1/apis",
            "//errors",
            "//errors/invalid_client",
            "/tenant//oauth2/token",
            "//",
        ] {
            check("https://id.example", path, Route::Unknown);
        }
        let issuer = "https://id.example";
        for path in ["/api/v1//apis", "/api/v1/apis/", "/api/v1/"] {
            check(issuer, path, Route::Management(path));
        }
        check(issuer, "/errors/", Route::Error(""));
    }

    #[test]
    fn a37_metadata_are_where_clients_look_for_them() {
        for text in [
            "https://id.example",
            "https://id.example/",
            "https://id.example/tenant",
            "https://id.example/a/b/",
        ] {
            let issuer = Issuer::parse(text).unwrap();
            check(
                text,
                &AuthorizationServerMetadata::path(&issuer),
                Route::Metadata,
            );
            check(
                text,
                &AuthorizationServerMetadata::openid_path(&issuer),
                Route::OpenIdProvider,
            );
        }
    }

    #[test]
    fn a37_an_issuer_with_a_path_has_it_in_every_path() {
        let issuer = "https://id.example/tenant";
        check(
            issuer,
            "/.well-known/oauth-authorization-server/tenant",
            Route::Metadata,
        );
        check(
            issuer,
            "/tenant/.well-known/openid-configuration",
            Route::OpenIdProvider,
        );
        check(
            issuer,
            "/.well-known/oauth-authorization-server",
            Route::Metadata,
        );
        check(
            issuer,
            "/.well-known/oauth-authorization-server/other",
            Route::Unknown,
        );
        check(issuer, "/tenant/oauth2/token", Route::Token);
        check(issuer, "/oauth2/token", Route::Token);
        check(
            issuer,
            "/tenant/api/v1/apis",
            Route::Management("/api/v1/apis"),
        );
        check(issuer, "/tenants", Route::Unknown);
    }
}
