//! The checks that all clients here share, and the line that each check prints.

use std::error::Error;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;

/// The claims of an access token that are checked. Other clients verify signatures.
#[derive(Deserialize)]
pub struct Claims {
    client_id: String,
    scope: String,
}

/// The claims of this access token.
pub fn claims_of(token: &str) -> Result<Claims, Box<dyn Error>> {
    let payload = token.split('.').nth(1).ok_or("the token is not a JWT")?;
    Ok(serde_json::from_slice(
        &BASE64_URL_SAFE_NO_PAD.decode(payload)?,
    )?)
}

impl Claims {
    /// Fails if the token is of another application, or has other scopes.
    pub fn check(&self, client_id: &str, scope: &str) -> Result<(), Box<dyn Error>> {
        if self.client_id == client_id && self.scope == scope {
            Ok(())
        } else {
            Err(format!("client {}, scope {}", self.client_id, self.scope).into())
        }
    }
}

/// Prints the result of a check. Returns true if it failed.
pub fn report(name: &str, outcome: Result<(), Box<dyn Error>>) -> bool {
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
