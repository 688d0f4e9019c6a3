//! An API that `oauth-resource-server` protects.

use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use oauth_resource_server::axum::{AuthLayer, RequireScopes};
use oauth_resource_server::{AuthorizedToken, KeyNaming, OAuthConfig, OAuthValidator};

/// Returns the API of an issuer and an audience.
pub async fn router(issuer: &str, audience: &str) -> Result<Router, Box<dyn Error>> {
    let config = OAuthConfig {
        enabled: true,
        issuer: issuer.to_owned(),
        audience: audience.to_owned(),
        resource: audience.to_owned(),
        // As RFC 9068 demands. It is off by default.
        require_at_jwt: true,
        ..OAuthConfig::default()
    };
    let config = config.resolve(KeyNaming::Dotted("oauth"))?;
    let oauth = Arc::new(OAuthValidator::new(&config.ok_or("it is enabled")?)?);
    oauth.spawn_background_refresh();
    let guard = AuthLayer::builder().oauth(oauth).build()?;
    let list = get(list).route_layer(RequireScopes::new(["read:orders"]));
    let create = post(create).route_layer(RequireScopes::new(["write:orders"]));
    let router = Router::new().route("/orders", list.merge(create));
    Ok(router.route_layer(guard))
}

async fn list(token: AuthorizedToken) -> String {
    token.subject.unwrap_or_default()
}

async fn create(token: AuthorizedToken) -> String {
    token.subject.unwrap_or_default()
}
