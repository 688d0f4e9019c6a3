//! `m2m token`: a token on standard output, or the reason why there is none.

use clap::{Args, ValueEnum};
use m2m_client::{AccessToken, AccessTokenRequest, AuthenticationMethod, Client};
use m2m_host::error::Failure;
use m2m_host::http_client::HttpClient;
use m2m_host::output::{Format, Output};
use m2m_host::runtime::runtime;
use m2m_host::{clock, token_failure};
use m2m_jwt::UnixTime;
use serde_json::json;

use crate::credentials::{credentials, issuer};
use crate::options::ServerOptions;

/// Request a token and print it.
///
/// The token endpoint is found in the metadata of the issuer, which may be any OAuth server. Pass the secret
/// in M2M_CLIENT_SECRET or in a file: every user of the machine can read the flags of a process.
///
/// Exits 0 with the token on standard output, 1 if the server refuses the request, and 3 if the server cannot be reached. After a failure,
/// standard output is empty.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct TokenOptions {
    /// Audience of the API that the token is for; may be repeated. By default, the API that the application is authorized for, if there is only one
    #[arg(long, value_name = "AUDIENCE")]
    pub(crate) audience: Vec<String>,
    /// Identifier of the API, for servers that expect it as the parameter resource (RFC 8707); may be repeated
    #[arg(long, value_name = "URI")]
    pub(crate) resource: Vec<String>,
    /// Scopes, separated by spaces; may be repeated. By default, all scopes assigned to the application
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    /// Location of the credentials in the request
    #[arg(long, value_name = "METHOD", default_value = "basic")]
    pub(crate) auth_method: AuthMethod,
    /// Output format: the token alone, or JSON with token_type, expires_in and scope
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Format,
    #[command(flatten)]
    pub(crate) server: ServerOptions,
}

/// The location of the credentials in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuthMethod {
    /// Authorization: Basic header, which every server supports
    Basic,
    /// Request body, for servers that do not support the header
    Post,
}

impl From<AuthMethod> for AuthenticationMethod {
    fn from(method: AuthMethod) -> Self {
        match method {
            AuthMethod::Basic => Self::ClientSecretBasic,
            AuthMethod::Post => Self::ClientSecretPost,
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  export M2M_ISSUER=https://id.example M2M_CLIENT_ID=billing-job
  read -rs M2M_CLIENT_SECRET && export M2M_CLIENT_SECRET
  TOKEN=$(m2m token --audience https://orders.example/api)
  curl -H \"Authorization: Bearer $TOKEN\" https://orders.example/orders
  m2m token --client-secret-file /run/secrets/billing-job --output json
  m2m token --issuer https://id.internal --ca-file internal-ca.pem";

pub(super) fn token(options: &TokenOptions, output: &Output) -> Result<(), Failure> {
    let issuer = issuer(&options.server)?;
    let credentials = credentials(&options.server)?;
    let request = request(&options.audience, &options.resource, &options.scope);
    let http = HttpClient::new(&options.server.connection)?;
    let client = Client::new(issuer.clone(), credentials, http.transport())
        .with_authentication_method(options.auth_method.into());
    let now = clock::now();
    let token = runtime()?.block_on(client.token(&request, now));
    let token = token.map_err(|error| token_failure::failure(&error, &issuer))?;
    match options.output {
        Format::Text => output.line(token.expose_secret()),
        Format::Json => show_json(&token, &request, now, output),
    }
    Ok(())
}

/// Returns the request for a token with these parameters.
pub(super) fn request(
    audiences: &[String],
    resources: &[String],
    scopes: &[String],
) -> AccessTokenRequest {
    let request = AccessTokenRequest::new();
    let request = audiences
        .iter()
        .fold(request, |request, audience| request.with_audience(audience));
    let request = resources
        .iter()
        .fold(request, |request, resource| request.with_resource(resource));
    let scopes = scopes.iter();
    scopes.fold(request, |request, scope| request.with_scope(scope))
}

fn show_json(token: &AccessToken, request: &AccessTokenRequest, now: UnixTime, output: &Output) {
    let expires_in = token
        .expires_at()
        .map(|end| end.as_seconds().saturating_sub(now.as_seconds()));
    output.json(&json!({
        "access_token": token.expose_secret(),
        "token_type": token.token_type().as_str(),
        "expires_in": expires_in,
        // A server that grants the requested scope may leave it out (RFC 6749, section 5.1).
        "scope": token.scope().or_else(|| request.scope()),
    }));
}
