//! The Rust SDK of the Model Context Protocol, `rmcp`, gets tokens for the example `orders_api`: by body, and by header from a server
//! whose metadata name no other method, for each application.
//!
//! The API refuses the first call with a challenge, and names the server in its metadata (RFC 9728). The SDK reads both, discovers the
//! server by RFC 8414, and gets a token with `resource`.

use std::error::Error;
use std::sync::Arc;

use oauth2::{HttpRequest, HttpResponse};
use rmcp::transport::ClientCredentialsConfig;
use rmcp::transport::auth::{
    OAuthHttpClient, OAuthHttpClientError, OAuthHttpClientFuture, OAuthHttpRequest, OAuthState,
};
use serde_json::{Value, json};
use tokio::runtime::Builder;
use ureq::Agent;

use crate::callers::{Application, Callers};
use crate::checks::report;
use crate::oauth2_tokens::carry;

const METADATA_PATH: &str = "/.well-known/oauth-authorization-server";
const METHODS: &str = "token_endpoint_auth_methods_supported";

/// Runs the checks. Returns true if one of them failed.
pub fn run(orders: &str, callers: &Callers, agent: &Agent) -> Result<bool, Box<dyn Error>> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    let mut failed = false;
    for (place, basic_only) in [("header", true), ("body", false)] {
        for application in &callers.applications {
            let Application {
                client_id,
                client_secret,
            } = application;
            let fetch = |secret: String| {
                let network = Network {
                    basic_only,
                    agent: agent.clone(),
                };
                runtime.block_on(token(network, orders, client_id.clone(), secret))
            };
            failed |= report(
                &format!("rmcp gets a token for orders_api as {client_id} by {place}"),
                fetch(client_secret.clone()).and_then(|token| {
                    let created = create(agent, orders, &token)?;
                    if created == format!("created for {client_id}\n") {
                        Ok(())
                    } else {
                        Err(created.into())
                    }
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

/// Discovers the server from the API, and gets a token of it for the API.
async fn token(
    network: Network,
    orders: &str,
    client_id: String,
    client_secret: String,
) -> Result<String, Box<dyn Error>> {
    let mut state = OAuthState::new_with_oauth_http_client(orders, Arc::new(network)).await?;
    state
        .authenticate_client_credentials(ClientCredentialsConfig::ClientSecret {
            client_id,
            client_secret,
            scopes: vec!["write:orders".to_owned()],
            resource: Some(orders.to_owned()),
        })
        .await?;
    let manager = state
        .into_authorization_manager()
        .ok_or("the client is not authorized")?;
    Ok(manager.get_access_token().await?)
}

/// Creates an order, and returns the answer of the API.
fn create(agent: &Agent, orders: &str, token: &str) -> Result<String, ureq::Error> {
    let call = agent.post(orders);
    let call = call.header("authorization", format!("Bearer {token}"));
    call.send_empty()?.body_mut().read_to_string()
}

fn check_refusal(outcome: Result<String, Box<dyn Error>>) -> Result<(), Box<dyn Error>> {
    match outcome {
        Ok(_) => Err("a token was issued for a wrong secret".into()),
        Err(refusal) if refusal.to_string().contains("invalid_client") => Ok(()),
        Err(other) => Err(other),
    }
}

/// The API and the server.
struct Network {
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
        let is_metadata = request.uri().path() == METADATA_PATH;
        let mut answer = carry(&self.agent, request)?;
        if self.basic_only && is_metadata {
            let mut metadata: Value = serde_json::from_slice(answer.body())?;
            metadata[METHODS] = json!(["client_secret_basic"]);
            *answer.body_mut() = serde_json::to_vec(&metadata)?;
        }
        Ok(answer)
    }
}
