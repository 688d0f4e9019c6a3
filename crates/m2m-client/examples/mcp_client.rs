//! Calls a server of the Model Context Protocol, which the client knows nothing about but its URL.
//!
//! ```sh
//! MCP_CONFORMANCE_CONTEXT='{"client_id": "job", "client_secret": "…"}' \
//!     cargo run -p m2m-client --example mcp_client -- https://orders.example/mcp
//! ```
//!
//! The first call has no token. Its challenge names the metadata of the server (RFC 9728), which name the issuer. The second call has a token
//! for this server. The conformance suite of the protocol runs this program; the variable has the name that the suite gives it.

#![expect(
    clippy::disallowed_methods,
    reason = "an example reads the environment"
)]

use std::env;

use m2m_client::http::{Error, Request, Response, header};
use m2m_client::{
    AccessTokenRequest, AuthorizeLayer, BoxError, Bytes, Credentials, HyperTransport, TokenSource,
};
use oauth_proto::{Challenge, MessageLimits, ProtectedResourceMetadata, ResourceIndicator};
use serde_json::Value;
use tower_layer::Layer as _;
use tower_service::Service as _;

/// The message that begins a session.
const INITIALIZE: &str = r#"{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-11-25",
    "capabilities": {}, "clientInfo": {"name": "m2m-client", "version": "1"}}}"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let server = env::args().nth(1).ok_or("name the URL of the server")?;
    let credentials = credentials(&env::var("MCP_CONFORMANCE_CONTEXT")?)?;
    let mut http = HyperTransport::builder().build();

    let refusal = http.call(initialize(&server)?).await?;
    let metadata = Request::get(metadata_url(&refusal)?).body(Bytes::new())?;
    let metadata = http.call(metadata).await?;
    let metadata =
        ProtectedResourceMetadata::parse(metadata.body(), ResourceIndicator::parse(&server)?)?;
    let [issuer] = metadata.authorization_servers.as_slice() else {
        return Err("the metadata do not name one issuer".into());
    };

    let tokens = TokenSource::over_hyper(issuer.as_str(), credentials)?;
    let request = AccessTokenRequest::new().with_resource(&server);
    let mut authorized = AuthorizeLayer::new(tokens, request).layer(http);
    let answer = authorized.call(initialize(&server)?).await?;
    if !answer.status().is_success() {
        let status = answer.status();
        return Err(format!("the call with a token was answered with {status}").into());
    }
    Ok(())
}

/// Reads the client id and the secret from a JSON object.
fn credentials(context: &str) -> Result<Credentials, BoxError> {
    let context: Value = serde_json::from_str(context)?;
    let member = |name: &str| {
        let value = context.get(name).and_then(Value::as_str);
        value.ok_or_else(|| format!("the variable has no member {name}"))
    };
    Ok(Credentials::new(
        member("client_id")?,
        member("client_secret")?,
    )?)
}

fn initialize(server: &str) -> Result<Request<Bytes>, Error> {
    Request::post(server)
        .header(header::ACCEPT, "application/json, text/event-stream")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Bytes::from_static(INITIALIZE.as_bytes()))
}

/// Returns the URL of the metadata in the challenge of a refused call.
fn metadata_url(refusal: &Response<Bytes>) -> Result<String, BoxError> {
    let value = refusal.headers().get(header::WWW_AUTHENTICATE);
    let value = value.ok_or("the answer has no challenge")?;
    let challenges = Challenge::parse_list(value.as_bytes(), &MessageLimits::DEFAULT)?;
    let named = challenges
        .iter()
        .find_map(|challenge| challenge.parameter("resource_metadata"));
    named
        .map(str::to_owned)
        .ok_or_else(|| "the challenge names no metadata".into())
}
