//! Checks calls of an API, and prints for each the caller, or the answer and the line for the log.
//!
//! `cargo run -p m2m-guard --example check_calls`

#![expect(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;

use m2m_guard::{Algorithm, Call, Guard, JwkSet, KeySet, Requirement, UnixTime};
use m2m_jwt::{SigningKey, sign_access_token};

fn main() -> Result<(), Box<dyn Error>> {
    // The issuer, which is another program.
    let (key, _pkcs8) = SigningKey::generate(Algorithm::Es256, None)?;
    let claims = r#"{
        "iss": "https://as.example", "sub": "billing-job", "client_id": "billing-job", "aud": "https://orders.example/api",
        "exp": 1800003600, "iat": 1800000000, "jti": "Wq0-5h7XkS0", "scope": "read:orders", "org_code": "org_acme"
    }"#;
    let bearer = format!("Bearer {}", sign_access_token(claims.as_bytes(), &key)?);
    let published = JwkSet::from_iter([key.public_jwk().clone()]).to_json();

    // The API.
    let keys = KeySet::new(&JwkSet::parse(&published)?);
    let guard = Guard::new("https://as.example", &["https://orders.example/api"]);
    let guard = guard.with_realm("orders");
    let now = UnixTime::from_seconds(1_800_000_000);
    let read = Requirement::scope("read:orders");
    let with_token = [bearer.as_bytes()];
    let in_query = format!("access_token={bearer}");

    let good = Call::new(&with_token, None);
    let calls = [
        ("GET /orders", good, read, now),
        (
            "POST /orders",
            good,
            Requirement::scope("write:orders"),
            now,
        ),
        (
            "GET /orgs/org_acme/orders",
            good,
            read.in_organization("org_acme"),
            now,
        ),
        (
            "GET /orgs/org_other/orders",
            good,
            read.in_organization("org_other"),
            now,
        ),
        (
            "GET /orders without a token",
            Call::new(&[], None),
            read,
            now,
        ),
        (
            "GET /orders with the token in the query",
            Call::new(&[], Some(in_query.as_bytes())),
            read,
            now,
        ),
        (
            "GET /orders, a day later",
            good,
            read,
            now.saturating_add_seconds(86_400),
        ),
    ];
    for (name, call, required, now) in calls {
        match guard.check(&call, &keys, required, now) {
            Ok(caller) => println!("{name}: {} may", caller.client_id()),
            Err(denied) => {
                println!("{name}: {}", denied.status());
                if let Some(challenge) = denied.challenge(None) {
                    println!("  www-authenticate: {challenge}");
                }
                println!("  log: {denied}");
            }
        }
    }
    Ok(())
}
