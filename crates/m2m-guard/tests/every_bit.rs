//! Every truncation of a token, and every change of one bit of it.

#[path = "support/site.rs"]
mod site;

use m2m_guard::{
    ApiGuard, Call, Cause, Denied, Guard, IssuerKeys, JwkSet, KeySet, Profile, Requirement,
    UnixTime,
};
use m2m_jwt::{Algorithm, SigningKey, sign_access_token};
use site::Site;

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);
const ISSUER: &str = "https://as.example";
const AUDIENCE: &str = "https://orders.example/api";
const CLAIMS: &str = r#"{"iss":"https://as.example","sub":"job","client_id":"job","aud":"https://orders.example/api","exp":1800003600,"iat":1800000000,"jti":"1","scope":"read:orders list:orders","org_code":"org_acme"}"#;

const NOT_A_TOKEN: Cause = Cause::AuthorizationHeaderMalformed;

fn key(algorithm: Algorithm) -> SigningKey {
    if algorithm == Algorithm::Rs256 {
        let pem = include_str!("../../m2m-jwt/tests/keys/rsa-2048.pem");
        return SigningKey::from_pkcs8_pem(algorithm, Some("1"), pem).expect("the key is good");
    }
    let (key, _) = SigningKey::generate(algorithm, Some("1")).expect("there are random numbers");
    key
}

/// Every beginning of the token, and every text that differs from it in one bit.
fn broken(token: &str) -> impl Iterator<Item = Vec<u8>> {
    let truncated = (0..token.len()).map(|end| token.bytes().take(end).collect());
    let flipped = (0..8 * token.len()).map(|bit| {
        let flip = |(index, byte)| byte ^ (u8::from(index == bit / 8) << (bit % 8));
        token.bytes().enumerate().map(flip).collect()
    });
    truncated.chain(flipped)
}

/// Returns true if the text has the form of a token (RFC 6750, section 2.1).
fn is_b64token(text: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte);
    let end = text.iter().position(|byte| !is_plain(byte));
    let (plain, rest) = text.split_at(end.unwrap_or(text.len()));
    !plain.is_empty() && rest.iter().all(|byte| *byte == b'=')
}

#[track_caller]
fn check(denied: &Denied, profile: Profile, token: &[u8], what: &str) {
    let (status, cause) = (denied.status(), denied.cause());
    // A header whose bytes no token can have is not a request with a token. The profile `kinde` answers 401 to it as well.
    let expected = match (is_b64token(token), profile) {
        (false, Profile::Rfc) => (400, Some("invalid_request")),
        (false, _) => (401, Some("invalid_request")),
        (true, _) => (401, Some("invalid_token")),
    };
    let error = denied.error_code().map(|code| code.as_str());
    assert_eq!((status, error), expected, "{what}: {denied}");
    assert_eq!(
        cause == NOT_A_TOKEN,
        !is_b64token(token),
        "{what}: {denied}"
    );
    assert!(denied.challenge(None).is_some());
    assert_eq!(
        denied.client_id(),
        None,
        "nothing in it is believed: {what}"
    );
}

#[test]
fn x5_r4_every_truncation_and_every_flipped_bit_is_refused() {
    let guard = Guard::new(ISSUER, &[AUDIENCE]).with_profile(Profile::Kinde);
    for algorithm in [Algorithm::Es256, Algorithm::Rs256, Algorithm::EdDsa] {
        let key = key(algorithm);
        let keys = KeySet::new(&JwkSet::from_iter([key.public_jwk().clone()]));
        let token = sign_access_token(CLAIMS.as_bytes(), &key).expect("the key signs");
        let enters = |token: &[u8]| {
            let header = [b"Bearer ", token].concat();
            let authorization: [&[u8]; 1] = [&header];
            let call = Call::new(&authorization, None);
            guard.check(&call, &keys, Requirement::token(), NOW)
        };
        assert!(enters(token.as_bytes()).is_ok());
        for token in broken(&token) {
            let what = format!("{algorithm} {}", token.escape_ascii());
            let denied = enters(&token).expect_err(&what);
            check(&denied, Profile::Kinde, &token, &what);
        }
    }
}

/// The same with the keys of an issuer, after the right token has been verified and is kept.
#[tokio::test]
async fn x5_r4_no_broken_token_is_taken_for_the_one_that_was_verified() {
    for algorithm in [Algorithm::Es256, Algorithm::Rs256, Algorithm::EdDsa] {
        let key = key(algorithm);
        let document = format!(r#"{{"issuer":"{ISSUER}","jwks_uri":"{ISSUER}/jwks.json"}}"#);
        let set = JwkSet::from_iter([key.public_jwk().clone()]).to_json();
        let site = Site::default()
            .with(
                &format!("{ISSUER}/.well-known/oauth-authorization-server"),
                document,
            )
            .with(&format!("{ISSUER}/jwks.json"), set);
        let keys = IssuerKeys::new(ISSUER.parse().expect("it is an issuer"), site.clone());
        let guard = ApiGuard::new(Guard::new(ISSUER, &[AUDIENCE]), keys)
            .expect("the keys are its own")
            .with_clock(|| NOW);
        let token = sign_access_token(CLAIMS.as_bytes(), &key).expect("the key signs");
        let enters = async |token: &[u8]| {
            let header = [b"Bearer ", token].concat();
            let authorization: [&[u8]; 1] = [&header];
            let call = Call::new(&authorization, None);
            guard.check(&call, Requirement::token()).await
        };
        assert!(enters(token.as_bytes()).await.is_ok());
        for token in broken(&token) {
            let what = format!("{algorithm} {}", token.escape_ascii());
            let denied = enters(&token).await.expect_err(&what);
            check(&denied, Profile::Rfc, &token, &what);
        }
        assert!(enters(token.as_bytes()).await.is_ok());
        // Tokens with a broken key id lead to no fetch within the cool-down.
        assert_eq!(site.requests().len(), 2);
    }
}
