//! The answers to calls that are right, wrong and hostile.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, header};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::issuer::Issuer;
use crate::tokens::{Keys, Token, encode, now, sign};
use crate::{CRATES, Outcome, apis};

/// A call: its name, the answer that the standards demand, and the call itself.
struct Case {
    name: &'static str,
    expected: &'static str,
    method: &'static str,
    path: String,
    authorization: Vec<String>,
}

impl Case {
    fn new(name: &'static str, expected: &'static str, authorization: &[&str]) -> Self {
        Self {
            name,
            expected,
            method: "GET",
            path: "/orders".to_owned(),
            authorization: authorization.iter().map(|&own| own.to_owned()).collect(),
        }
    }

    fn token(name: &'static str, expected: &'static str, token: &str) -> Self {
        Self::new(name, expected, &[&format!("Bearer {token}")])
    }

    fn request(&self) -> Request<Body> {
        let mut request = Request::builder()
            .method(self.method)
            .uri(&self.path)
            .header("host", "orders.example");
        for value in &self.authorization {
            request = request.header(header::AUTHORIZATION, value);
        }
        request.body(Body::empty()).unwrap()
    }
}

/// The status, and the parameters of the challenge that say what is wrong.
fn shown(response: &Response<Body>) -> String {
    let mut text = response.status().as_u16().to_string();
    let challenges: Vec<_> = response
        .headers()
        .get_all(header::WWW_AUTHENTICATE)
        .iter()
        .collect();
    if response.status().is_success() {
        return text;
    }
    let challenges: Vec<_> = challenges
        .iter()
        .map(|value| value.to_str().unwrap_or_default())
        .collect();
    let Some(challenge) = challenges.iter().find(|own| own.starts_with("Bearer")) else {
        return text + " without a challenge";
    };
    let parameter = |name: &str| {
        let (_, rest) = challenge.split_once(&format!("{name}=\""))?;
        rest.split('"').next()
    };
    text.push(' ');
    text.push_str(parameter("error").unwrap_or("no error code"));
    if let Some(scope) = parameter("scope") {
        text.push_str(&format!(", scope `{scope}`"));
    }
    text
}

/// Prints the answers of all crates.
pub async fn print(issuer: &Issuer) -> Outcome {
    let apis = apis(&issuer.url).await?;
    println!("\n| call | standards | {} |", CRATES.join(" | "));
    println!("|---|---|{}", "---|".repeat(CRATES.len()));
    for case in cases(issuer) {
        let mut row = format!("| {} | {} |", case.name, case.expected);
        for api in &apis {
            let answer = call(api, case.request()).await;
            row.push_str(&format!(" {} |", shown(&answer)));
        }
        println!("{row}");
    }
    Ok(())
}

/// Calls an API.
pub async fn call(api: &Router, request: Request<Body>) -> Response<Body> {
    let Ok(response) = api.clone().oneshot(request).await;
    response
}

fn cases(issuer: &Issuer) -> Vec<Case> {
    let keys = &*issuer.keys;
    let valid = Token::valid(&issuer.url, keys);
    let good = valid.sign(keys);
    let bearer = format!("Bearer {good}");
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let invalid = "401 invalid_token";
    let malformed = "400 invalid_request";
    let signed_by = |token: &Token| token.sign(keys);
    let other = Keys::generate("other");
    let refused = |name, token: &Token| Case::token(name, invalid, &signed_by(token));
    let mut create = Case::token(
        "without the scope of the route",
        "403 insufficient_scope",
        &good,
    );
    create.method = "POST";
    let mut query = Case::new(
        "token in the URL",
        "400 invalid_request, or as without a token",
        &[],
    );
    query.path = format!("/orders?access_token={good}");
    let mut both = Case::token("token in the URL and in the header", malformed, &good);
    both.path = query.path.clone();
    let claims = Value::from(valid.claims.clone()).to_string();
    let header = Value::from(valid.header.clone()).to_string();
    let twice = claims.replacen('{', r#"{"scope":"read:orders write:orders","#, 1);
    let mut escalated = Case::token(
        "the claim `scope` twice, of which the first would suffice",
        invalid,
        &sign(&header, &twice, keys),
    );
    escalated.method = "POST";
    vec![
        Case::token("valid token, ES256", "200", &good),
        Case::token(
            "valid token, RS256",
            "200",
            &valid.clone().rsa(keys).sign(keys),
        ),
        Case::new("no token", "401 no error code", &[]),
        Case::new("another scheme", "401 no error code", &["Basic YTpi"]),
        Case::new("`Bearer` alone", malformed, &["Bearer"]),
        Case::new(
            "two tokens in the header",
            malformed,
            &[&format!("{bearer} {good}")],
        ),
        Case::new("two headers", malformed, &[&bearer, &bearer]),
        query,
        both,
        create,
        Case::token("`abc`", invalid, "abc"),
        Case::token("one character too many", invalid, &format!("{good}A")),
        Case::token(
            "the signature of another token",
            invalid,
            &format!("{signed}.{}", signature.chars().rev().collect::<String>()),
        ),
        Case::token(
            "signature with other unused bits",
            invalid,
            &format!("{signed}.{}", with_unused_bits(signature)),
        ),
        Case::token(
            "signed with a key of another issuer, known `kid`",
            invalid,
            &valid.sign(&other),
        ),
        refused("`alg`: none", &valid.clone().header("alg", "none")),
        refused(
            "`alg`: HS256, with the public key as the secret",
            &valid.clone().header("alg", "HS256"),
        ),
        refused("unknown `kid`", &valid.clone().header("kid", "other")),
        refused("`typ`: JWT", &valid.clone().header("typ", "JWT")),
        refused("`typ` absent", &valid.clone().header("typ", Value::Null)),
        Case::token(
            "`typ`: application/at+jwt",
            "200",
            &valid.clone().header("typ", "application/at+jwt").sign(keys),
        ),
        refused(
            "`crit` with an unknown extension",
            &valid.clone().header("crit", json!(["x"])).header("x", true),
        ),
        refused(
            "another issuer",
            &valid.clone().claim("iss", "https://other.example"),
        ),
        refused(
            "another audience",
            &valid.clone().claim("aud", "https://other.example"),
        ),
        refused("`aud` absent", &valid.clone().claim("aud", Value::Null)),
        refused("`exp` absent", &valid.clone().claim("exp", Value::Null)),
        refused("`iat` absent", &valid.clone().claim("iat", Value::Null)),
        refused("`sub` absent", &valid.clone().claim("sub", Value::Null)),
        refused(
            "`client_id` absent",
            &valid.clone().claim("client_id", Value::Null),
        ),
        refused("`jti` absent", &valid.clone().claim("jti", Value::Null)),
        refused(
            "expired 5 seconds ago",
            &valid.clone().claim("exp", now() - 5),
        ),
        refused(
            "expired 50 seconds ago",
            &valid.clone().claim("exp", now() - 50),
        ),
        refused(
            "`nbf` in 50 seconds",
            &valid.clone().claim("nbf", now() + 50),
        ),
        refused(
            "`iat` in an hour",
            &valid.clone().claim("iat", now() + 3600),
        ),
        refused(
            "bound to a key (`cnf`)",
            &valid.clone().claim(
                "cnf",
                json!({ "jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" }),
            ),
        ),
        escalated,
        Case::token(
            "token of 20 KiB",
            invalid,
            &valid
                .clone()
                .claim("roles", "x".repeat(14 * 1024))
                .sign(keys),
        ),
    ]
}

/// The same signature, whose last character has other bits that no byte uses.
fn with_unused_bits(signature: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = signature.split_at(signature.len() - 1);
    let place = ALPHABET.find(last).unwrap();
    let other = &ALPHABET[place + 1..place + 2];
    debug_assert_ne!(encode(last), encode(other));
    format!("{rest}{other}")
}
