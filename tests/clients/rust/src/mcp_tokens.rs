//! The Rust SDK of the Model Context Protocol, `rmcp`, gets tokens for a protected resource: by body, and by header from a server
//! whose metadata name no other method, for each application.
//!
//! The resource is answered in this process: it requires a token, and names the server in its metadata (RFC 9728). Everything else
//! is sent to the server: the metadata of RFC 8414 and the token request with `resource`.

use std::error::Error;
use std::sync::Arc;

use oauth2::http::{Response, StatusCode, header};
use oauth2::{HttpRequest, HttpResponse};
use rmcp::transport::ClientCredentialsConfig;
use rmcp::transport::auth::{
    OAuthHttpClient, OAuthHttpClientError, OAuthHttpClientFuture, OAuthHttpRequest, OAuthState,
};
use serde_json::{Value, json};
use tokio::runtime::Builder;
use ureq::Agent;

use crate::callers::{Application, Callers};
use crate::checks::{claims_of, report};
use crate::oauth2_tokens::carry;

const METADATA_PATH: &str = "/.well-known/oauth-authorization-server";
const METHODS: &str = "token_endpoint_auth_methods_supported";

/// Runs the checks. Returns true if one of them failed.
pub fn run(issuer: &str, callers: &Callers, agent: &Agent) -> Result<bool, Box<dyn Error>> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    let mut failed = false;
    for (place, basic_only) in [("header", true), ("body", false)] {
        for application in &callers.applications {
            let network = Network {
                issuer: issuer.to_owned(),
                resource: callers.loopback_resource.clone(),
                scope: callers.scope.clone(),
                basic_only,
                agent: agent.clone(),
            };
            let Application {
                client_id,
                client_secret,
            } = application;
            let fetch = |secret: String| {
                runtime.block_on(token(network.clone(), callers, client_id.clone(), secret))
            };
            failed |= report(
                &format!("rmcp gets a token of a resource as {client_id} by {place}"),
                fetch(client_secret.clone()).and_then(|token| {
                    let claims = claims_of(&token)?;
                    claims.check_audience(&callers.loopback_resource)?;
                    claims.check(client_id, &callers.scope)
                }),
            );
            if basic_only {
                failed |= report(
                    &format!("rmcp sees invalid_client for {client_id} with a wrong secret"),
                    check_refusal(fetch(format!("{client_secret}-not"))),
                );
            }
        }
    }
    Ok(failed)
}

/// Discovers the server from the resource, and gets a token of it for the resource.
async fn token(
    network: Network,
    callers: &Callers,
    client_id: String,
    client_secret: String,
) -> Result<String, Box<dyn Error>> {
    let resource = &callers.loopback_resource;
    let mut state =
        OAuthState::new_with_oauth_http_client(resource.as_str(), Arc::new(network)).await?;
    state
        .authenticate_client_credentials(ClientCredentialsConfig::ClientSecret {
            client_id,
            client_secret,
            scopes: callers.scopes().collect(),
            resource: Some(resource.clone()),
        })
        .await?;
    let manager = state
        .into_authorization_manager()
        .ok_or("the client is not authorized")?;
    Ok(manager.get_access_token().await?)
}

fn check_refusal(outcome: Result<String, Box<dyn Error>>) -> Result<(), Box<dyn Error>> {
    match outcome {
        Ok(_) => Err("a token was issued for a wrong secret".into()),
        Err(refusal) if refusal.to_string().contains("invalid_client") => Ok(()),
        Err(other) => Err(other),
    }
}

/// The resource and the server.
#[derive(Clone)]
struct Network {
    issuer: String,
    resource: String,
    scope: String,
    /// Removes every method except `client_secret_basic` from the metadata of the server.
    basic_only: bool,
    agent: Agent,
}

impl OAuthHttpClient for Network {
    fn execute(&self, request: OAuthHttpRequest) -> OAuthHttpClientFuture<'_> {
        Box::pin(async move { self.answer(request.request) })
    }
}

impl Network {
    fn answer(&self, request: HttpRequest) -> Result<HttpResponse, OAuthHttpClientError> {
        let address = request.uri().to_string();
        let metadata = self.resource.replace(
            "/resource",
            "/.well-known/oauth-protected-resource/resource",
        );
        if address == metadata {
            return document(&json!({
                "resource": self.resource,
                "authorization_servers": [self.issuer],
                "scopes_supported": self.scope.split(' ').collect::<Vec<_>>(),
            }));
        }
        if address == self.resource {
            let challenge = format!("Bearer resource_metadata=\"{metadata}\"");
            return Ok(Response::builder()
                .status(StatusCode::UNAUTHORIZED)
                .header(header::WWW_AUTHENTICATE, challenge)
                .body(Vec::new())?);
        }
        let answer = carry(&self.agent, request)?;
        if self.basic_only && address.ends_with(METADATA_PATH) {
            let mut metadata: Value = serde_json::from_slice(answer.body())?;
            metadata[METHODS] = json!(["client_secret_basic"]);
            return document(&metadata);
        }
        Ok(answer)
    }
}

fn document(members: &Value) -> Result<HttpResponse, OAuthHttpClientError> {
    Ok(Response::builder()
        .header(header::CONTENT_TYPE, "application/json")
        .body(serde_json::to_vec(members)?)?)
}
