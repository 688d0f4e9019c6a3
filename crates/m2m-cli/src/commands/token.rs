//! `m2m token`: a token, alone, or the reason why there is none.

use m2m_client::{AccessToken, AccessTokenRequest, Client};
use m2m_jwt::UnixTime;
use serde_json::json;

use crate::credentials::{credentials, issuer};
use crate::options::TokenOptions;
use m2m_host::clock;
use m2m_host::error::Failure;
use m2m_host::http_client::HttpClient;
use m2m_host::output::Format;
use m2m_host::output::Output;
use m2m_host::runtime::runtime;
use m2m_host::token_failure;

pub(super) fn token(options: &TokenOptions, output: &Output) -> Result<(), Failure> {
    let issuer = issuer(&options.server)?;
    let credentials = credentials(&options.server)?;
    let request = request(options);
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

fn request(options: &TokenOptions) -> AccessTokenRequest {
    let request = AccessTokenRequest::new();
    let audiences = options.audience.iter();
    let request = audiences.fold(request, |request, audience| request.with_audience(audience));
    let scopes = options.scope.iter();
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
        // A server that grants what was asked for need not say so (RFC 6749, section 5.1).
        "scope": token.scope().or_else(|| request.scope()),
    }));
}
