//! The `oauth2` crate gets tokens: by header and by body, for each application. It is used without an HTTP library of its
//! own; ureq sends its requests over TLS. Prints one line per check: `ok …` or `failed …`.
#![forbid(unsafe_code)]

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use oauth2::basic::{BasicClient, BasicErrorResponseType, BasicTokenResponse, BasicTokenType};
use oauth2::{
    AuthType, ClientId, ClientSecret, HttpRequest, HttpResponse, RequestTokenError, Scope,
    TokenResponse as _, TokenUrl,
};
use serde::Deserialize;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

/// The part of `callers.json` that is used here.
#[derive(Deserialize)]
struct Callers {
    applications: Vec<Application>,
    apis: Vec<Api>,
    scope: String,
}

#[derive(Deserialize)]
struct Application {
    client_id: String,
    client_secret: String,
}

#[derive(Deserialize)]
struct Api {
    audience: String,
}

/// The claims of an access token that are checked.
#[derive(Deserialize)]
struct Claims {
    client_id: String,
    scope: String,
}

/// The error of a request that did not return a token.
type Refusal = RequestTokenError<ureq::Error, oauth2::basic::BasicErrorResponse>;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let issuer = std::env::var("CLIENTS_ISSUER")?;
    let callers: Callers =
        serde_json::from_slice(&std::fs::read(std::env::var("CLIENTS_CALLERS")?)?)?;
    let agent = agent(&std::fs::read(std::env::var("SSL_CERT_FILE")?)?)?;
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
                    .add_scopes(
                        callers
                            .scope
                            .split(' ')
                            .map(|one| Scope::new(one.to_owned())),
                    )
                    .add_extra_param("audience", audience)
                    .request(&|request| carry(&agent, request))
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
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// A client that trusts only the CA of the test.
fn agent(ca: &[u8]) -> Result<Agent, ureq::Error> {
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::Specific(Arc::new(vec![Certificate::from_pem(
            ca,
        )?])))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    Ok(Agent::config_builder()
        .tls_config(tls)
        .https_only(true)
        .http_status_as_error(false)
        .max_redirects(0)
        .build()
        .into())
}

/// Sends one request of `oauth2`.
fn carry(agent: &Agent, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let (head, mut body) = agent.run(request)?.into_parts();
    Ok(HttpResponse::from_parts(head, body.read_to_vec()?))
}

fn check_token(
    token: &BasicTokenResponse,
    client_id: &str,
    scope: &str,
) -> Result<(), Box<dyn Error>> {
    let payload = token.access_token().secret().split('.').nth(1);
    let payload = BASE64_URL_SAFE_NO_PAD.decode(payload.ok_or("the token is not a JWT")?)?;
    let claims: Claims = serde_json::from_slice(&payload)?;
    if *token.token_type() != BasicTokenType::Bearer {
        return Err(format!("token type {:?}", token.token_type()).into());
    }
    if token.expires_in().map(|time| time.as_secs()) != Some(3600) {
        return Err(format!("expires in {:?}", token.expires_in()).into());
    }
    if claims.client_id != client_id || claims.scope != scope {
        return Err(format!("client {}, scope {}", claims.client_id, claims.scope).into());
    }
    Ok(())
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

/// Prints the result of a check. Returns true if it failed.
fn report(name: &str, outcome: Result<(), Box<dyn Error>>) -> bool {
    match outcome {
        Ok(()) => {
            println!("ok {name}");
            false
        }
        Err(error) => {
            let cause = error.source().map(|cause| format!(": {cause}"));
            println!("failed {name}: {error}{}", cause.unwrap_or_default());
            true
        }
    }
}
