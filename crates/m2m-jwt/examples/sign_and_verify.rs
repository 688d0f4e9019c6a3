//! Signs an access token, publishes its key, and verifies it: as an API that it is for, as another API, and after it has expired.
//!
//! `cargo run -p m2m-jwt --example sign_and_verify`, with `-- RS256` for another algorithm. RSA keys need the feature `aws-lc-rs`.

#![expect(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;

use m2m_jwt::{
    Algorithm, Expectations, JwkSet, KeySet, Limits, SigningKey, UnixTime, Unverified,
    sign_access_token, verify,
};

const ISSUER: &str = "https://as.example";
const API: &str = "https://orders.example/api";
const CLAIMS: &str = r#"{
    "iss": "https://as.example", "sub": "billing-job", "client_id": "billing-job", "aud": "https://orders.example/api",
    "exp": 1800003600, "iat": 1800000000, "jti": "Wq0-5h7XkS0", "scope": "read:orders"
}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let algorithm: Algorithm = match std::env::args().nth(1) {
        Some(name) => name.parse()?,
        None => Algorithm::Es256,
    };
    let (key, _pkcs8) = SigningKey::generate(algorithm, None)?;
    let token = sign_access_token(CLAIMS.as_bytes(), &key)?;
    let published = JwkSet::from_iter([key.public_jwk().clone()]).to_json();
    println!("token: {token}\njwks:  {published}\n");

    let keys = KeySet::new(&JwkSet::parse(&published)?);
    let unverified = Unverified::parse(&token, &Limits::DEFAULT)?;
    let algorithms = [algorithm];
    let issued_at = UnixTime::from_seconds(1_800_000_000);
    for (case, audience, now) in [
        ("at its API", API, issued_at),
        ("at another API", "https://billing.example/api", issued_at),
        ("an hour later", API, issued_at.saturating_add_seconds(3600)),
    ] {
        let audiences = [audience];
        let expected = Expectations::access_token(ISSUER, &audiences, &algorithms);
        match verify(&unverified, &keys, &expected, now) {
            Ok(claims) => println!(
                "{case}: {} may {}",
                claims.client_id().unwrap_or_default(),
                claims.scope().collect::<Vec<_>>().join(", "),
            ),
            Err(error) => println!("{case}: {}: {error}", error.cause()),
        }
    }
    Ok(())
}
