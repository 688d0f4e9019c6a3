//! Reads the body of a token request, and prints its parameters or the first mistake in it.
//!
//! `cargo run -p oauth-proto --example token_request -- 'grant_type=client_credentials&scope=read%3Aorders'`

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example prints"
)]

use std::process::ExitCode;

use oauth_proto::{Audience, Cause, GrantType, MessageLimits, Scope, TokenRequest};

const BODY: &str = "grant_type=client_credentials&client_id=billing-job&client_secret=s3cr3t\
    &audience=https%3A%2F%2Forders.example%2Fapi&scope=read%3Aorders+write%3Aorders";

fn main() -> ExitCode {
    let body = std::env::args().nth(1).unwrap_or_else(|| BODY.to_owned());
    match show(&body) {
        Ok(()) => ExitCode::SUCCESS,
        Err((error, cause)) => {
            eprintln!("{cause}: {error}");
            for fix in cause.entry().for_caller.fixes {
                eprintln!("- {fix}");
            }
            ExitCode::FAILURE
        }
    }
}

fn show(body: &str) -> Result<(), (String, Cause)> {
    let request = TokenRequest::parse(body.as_bytes(), &MessageLimits::DEFAULT)
        .map_err(|error| (error.to_string(), error.cause()))?;
    if let Some(grant_type) = request.grant_type.as_deref() {
        match GrantType::parse(grant_type).refusal() {
            None => println!("grant type: {grant_type}"),
            Some(cause) => println!("grant type: {grant_type} ({cause})"),
        }
    }
    if let Some(client_id) = &request.client_id {
        println!("client: {client_id}");
    }
    // Secrets are redacted when they are printed.
    println!("secret: {:?}", request.client_secret);
    for audience in &request.audiences {
        let audience =
            Audience::parse(audience).map_err(|error| (error.to_string(), error.cause()))?;
        println!("audience: {audience}");
    }
    if let Some(scope) = &request.scope {
        let scope = Scope::parse(scope).map_err(|error| (error.to_string(), error.cause()))?;
        for token in scope.tokens() {
            println!("scope: {token}");
        }
    }
    Ok(())
}
