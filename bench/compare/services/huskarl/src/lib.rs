//! An API that `huskarl-resource-server` protects, by its adapter `huskarl-axum`.

use std::error::Error;

use axum::Router;
use axum::routing::{get, post};
use huskarl_axum::extractors::ValidatedToken;
use huskarl_axum::layers::ValidatorLayer;
use huskarl_reqwest::ReqwestClient;
use huskarl_resource_server::core::server_metadata::AuthorizationServerMetadata;
use huskarl_resource_server::validator::rfc9068::{Rfc9068AccessTokenClaims, Rfc9068Validator};

/// Returns the API of an issuer and an audience.
pub async fn router(issuer: &str, audience: &str) -> Result<Router, Box<dyn Error>> {
    let client = ReqwestClient::builder().build().await?;
    let metadata = AuthorizationServerMetadata::fetch()
        .http_client(&client)
        .issuer(issuer)
        .call()
        .await?;
    let validator = Rfc9068Validator::builder_from_metadata(&metadata)
        .audience(audience)
        .jwks_source(client)
        .build()
        .await?;
    let guard = ValidatorLayer::builder().validator(validator).build();
    let list = get(list).layer(guard.require_scopes(["read:orders"]));
    let create = post(create).layer(guard.require_scopes(["write:orders"]));
    Ok(Router::new().route("/orders", list.merge(create)))
}

async fn list(token: ValidatedToken<Rfc9068AccessTokenClaims>) -> String {
    token.claims.client_id.clone()
}

async fn create(token: ValidatedToken<Rfc9068AccessTokenClaims>) -> String {
    token.claims.client_id.clone()
}
