//! Requests a token from a server, with the credentials in the environment, and prints when it expires.
//!
//! `cargo run -p m2m-client --features hyper --example token` with `M2M_ISSUER`, `M2M_CLIENT_ID`, `M2M_CLIENT_SECRET` and, if
//! the server needs one, `AUDIENCE`

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example prints"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "a program reads the clock and the environment; the crate does not"
)]

use std::error::Error;
use std::process::ExitCode;
use std::time::SystemTime;

use m2m_client::{AccessTokenRequest, Client, Credentials, HyperTransport};

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let (issuer, client_id) = (variable("M2M_ISSUER")?, variable("M2M_CLIENT_ID")?);
    let credentials = Credentials::new(client_id, variable("M2M_CLIENT_SECRET")?)?;
    let client = Client::new(
        issuer.parse()?,
        credentials,
        HyperTransport::builder().build(),
    );
    let mut request = AccessTokenRequest::new();
    if let Ok(audience) = std::env::var("AUDIENCE") {
        request = request.with_audience(audience);
    }
    match client.token(&request, SystemTime::now().into()).await {
        Ok(token) => {
            let until = token.expires_at().map_or(0, |time| time.as_seconds());
            println!("a {} token until {until}", token.token_type());
            println!("scope: {}", token.scope().unwrap_or("as requested"));
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("{error}");
            for fix in error.fixes() {
                eprintln!("- {fix}");
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

fn variable(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("the variable {name} is not set"))
}
