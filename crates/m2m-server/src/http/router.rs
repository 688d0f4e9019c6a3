//! Which path is what.

use oauth_proto::Issuer;

/// What a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route<'p> {
    /// The token endpoint, by its name or an alias.
    Token,
    /// What the server says about itself.
    Metadata,
    /// The public keys.
    JwkSet,
    /// All errors.
    Errors,
    /// The page of one error.
    Error(&'p str),
    /// Something of the management API, under this path.
    Management(&'p str),
    /// What the management API says about itself.
    OpenApi,
    /// The server itself.
    Root,
    /// Nothing.
    Unknown,
}

/// The paths of a server whose issuer may have a path of its own.
#[derive(Debug)]
pub(super) struct Router {
    /// The path of the issuer, without a slash at its end; mostly nothing.
    prefix: Box<str>,
}

impl Router {
    /// The paths below this issuer.
    pub(super) fn new(issuer: &Issuer) -> Self {
        Self {
            prefix: issuer.path().trim_end_matches('/').into(),
        }
    }

    /// What this path is. Every path is served with the path of the issuer before it and without, since some proxies strip it.
    pub(super) fn find<'p>(&self, path: &'p str) -> Route<'p> {
        if !self.prefix.is_empty() {
            // RFC 8414, section 3.1 inserts the path of the issuer behind the well-known name.
            if METADATA_PATHS
                .iter()
                .any(|name| path.strip_prefix(name) == Some(&*self.prefix))
            {
                return Route::Metadata;
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

fn find(path: &str) -> Route<'_> {
    match path {
        "/oauth2/token" | "/connect/token" | "/id/connect/token" => Route::Token,
        "/.well-known/jwks.json" => Route::JwkSet,
        "" | "/" => Route::Root,
        "/errors" => Route::Errors,
        "/api/v1/openapi.json" => Route::OpenApi,
        path if path.starts_with("/api/v1/") => Route::Management(path),
        path if METADATA_PATHS.contains(&path) => Route::Metadata,
        path => path
            .strip_prefix("/errors/")
            .map_or(Route::Unknown, Route::Error),
    }
}

/// Where the metadata are (RFC 8414, section 3; OpenID Connect Discovery 1.0, section 4).
const METADATA_PATHS: [&str; 2] = [
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
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
    fn finds_what_is_there_and_nothing_near_it() {
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
            "/oauth2/token/",
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
    fn a37_metadata_stand_where_clients_look_for_them() {
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
                Route::Metadata,
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
            Route::Metadata,
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
