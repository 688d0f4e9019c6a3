//! The `oauth2` crate gets tokens: by header and by body, for each application.

use std::error::Error;

use oauth2::basic::{BasicClient, BasicErrorResponseType, BasicTokenResponse, BasicTokenType};
use oauth2::{
    AuthType, ClientId, ClientSecret, HttpRequest, HttpResponse, RequestTokenError, Scope,
    TokenResponse as _, TokenUrl,
};
use ureq::Agent;

use crate::callers::Callers;
use crate::checks::{claims_of, report};

/// The error of a request that did not return a token.
type Refusal = RequestTokenError<ureq::Error, oauth2::basic::BasicErrorResponse>;

/// Runs the checks. Returns true if one of them failed.
pub fn run(issuer: &str, callers: &Callers, agent: &Agent) -> Result<bool, Box<dyn Error>> {
    let token_url = TokenUrl::new(format!("{issuer}/oauth2/token"))?;
    let audience = &callers
        .apis
        .first()
        .ok_or("callers.json has no API")?
        .audience;

    let mut failed = false;
    for (place, method) in [
        ("header", AuthType::BasicAuth),
        ("body", AuthType::RequestBody),
    ] {
        for application in &callers.applications {
            let client_id = &application.client_id;
            let fetch = |client_secret: String| {
                BasicClient::new(ClientId::new(client_id.clone()))
                    .set_client_secret(ClientSecret::new(client_secret))
                    .set_token_uri(token_url.clone())
                    .set_auth_type(method.clone())
                    .exchange_client_credentials()
                    .add_scopes(callers.scopes().map(Scope::new))
                    .add_extra_param("audience", audience)
                    .request(&|request| carry(agent, request))
            };

            let granted = fetch(application.client_secret.clone());
            failed |= report(
                &format!("oauth2 gets a token for {client_id} by {place}"),
                granted
                    .map_err(Into::into)
                    .and_then(|token| check_token(&token, client_id, &callers.scope)),
            );
            let refused = fetch(format!("{}-not", application.client_secret));
            failed |= report(
                &format!(
                    "oauth2 sees invalid_client for {client_id} with a wrong secret by {place}"
                ),
                check_refusal(refused),
            );
        }
    }
    Ok(failed)
}

/// Sends one request of `oauth2`.
pub fn carry(agent: &Agent, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let (head, mut body) = agent.run(request)?.into_parts();
    Ok(HttpResponse::from_parts(head, body.read_to_vec()?))
}

fn check_token(
    token: &BasicTokenResponse,
    client_id: &str,
    scope: &str,
) -> Result<(), Box<dyn Error>> {
    if *token.token_type() != BasicTokenType::Bearer {
        return Err(format!("token type {:?}", token.token_type()).into());
    }
    if token.expires_in().map(|time| time.as_secs()) != Some(3600) {
        return Err(format!("expires in {:?}", token.expires_in()).into());
    }
    claims_of(token.access_token().secret())?.check(client_id, scope)
}

fn check_refusal(outcome: Result<BasicTokenResponse, Refusal>) -> Result<(), Box<dyn Error>> {
    match outcome {
        Ok(_) => Err("a token was issued for a wrong secret".into()),
        Err(RequestTokenError::ServerResponse(refusal))
            if *refusal.error() == BasicErrorResponseType::InvalidClient
                && refusal.error_description().is_some() =>
        {
            Ok(())
        }
        Err(other) => Err(other.into()),
    }
}
