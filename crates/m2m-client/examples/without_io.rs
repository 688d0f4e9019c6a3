//! Prints the request for a token, and the advice for answers to it. Nothing is sent.
//!
//! `cargo run -p m2m-client --example without_io`, with `-- '{"error":"invalid_scope"}'` to explain an answer of your own

#![expect(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;

use m2m_client::{
    AccessTokenRequest, AuthenticationMethod, Bytes, Credentials, UnixTime, http, read_token,
};

fn main() -> Result<(), Box<dyn Error>> {
    let credentials = Credentials::new("billing-job", "s3cr3t")?;
    let request = AccessTokenRequest::new()
        .with_audience("https://orders.example/api")
        .with_scope("read:orders")
        .to_http(
            &"https://id.example/oauth2/token".parse()?,
            &credentials,
            AuthenticationMethod::ClientSecretBasic,
        );
    println!("{} {}", request.method(), request.uri());
    for (name, value) in request.headers() {
        // The header with the secret is marked as sensitive, and prints as `Sensitive`.
        println!("{name}: {value:?}");
    }
    println!("\n{}\n", String::from_utf8_lossy(request.body()));

    let now = UnixTime::from_seconds(1_800_000_000);
    let granted = r#"{"access_token":"2YotnFZFEjr1","token_type":"bearer","expires_in":3600}"#;
    let answers = match std::env::args().nth(1) {
        Some(body) => vec![(400, body)],
        None => vec![
            (200, granted.to_owned()),
            (401, r#"{"error":"invalid_client"}"#.to_owned()),
            (502, "<html>Bad Gateway</html>".to_owned()),
        ],
    };
    for (status, body) in answers {
        let answer = http::Response::builder()
            .status(status)
            .body(Bytes::from(body))?;
        match read_token(&answer, &credentials, now) {
            Ok(token) => println!("{status}: {token:?}"),
            Err(error) => {
                println!("{status}: {error}");
                for fix in error.fixes() {
                    println!("- {fix}");
                }
            }
        }
    }
    Ok(())
}
