//! The body of the fuzz target, replayed by a test.

use m2m_jwt::{Jwk, KeySet, UnixTime, VerificationKey};
use oauth_proto::{Challenge, MessageLimits};

use crate::{Call, Evidence, Guard, Requirement};

/// The public key of RFC 8037, appendix A.2. Its private half is published too, so that seeds can be signed with it.
const KEY: &str =
    r#"{"kty":"OKP","crv":"Ed25519","kid":"1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

const AUDIENCE: &str = "https://orders.example/api";
const SCOPE: &str = "read:orders";
const ORGANIZATION: &str = "org_acme";
const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

/// Checks a call: its query is in the first line, and an `Authorization` header in each of the others.
///
/// Either it is accepted and the caller meets the requirement, or it is denied with one cause, a status and a challenge that can be read.
pub fn guard(data: &[u8]) {
    let Some(key) = Jwk::parse(KEY)
        .ok()
        .and_then(|jwk| VerificationKey::new(&jwk).ok())
    else {
        return;
    };
    let mut lines = data.split(|byte| *byte == b'\n');
    let query = lines.next();
    let authorization: Vec<&[u8]> = lines.collect();
    let call = Call::new(&authorization, query);
    let guard = Guard::new("https://as.example", &[AUDIENCE]).with_realm("orders");
    let required = Requirement::scope(SCOPE).in_organization(ORGANIZATION);
    match guard.check(&call, &KeySet::from(key), required, NOW) {
        Ok(caller) => {
            assert!(caller.has_scope(SCOPE), "the caller has the required scope");
            assert_eq!(caller.organization_code(), Some(ORGANIZATION));
            assert!(caller.audiences().any(|audience| audience == AUDIENCE));
            assert!(
                caller.expires_at() > NOW,
                "an expired token is not accepted"
            );
        }
        Err(denied) => {
            let challenge = denied
                .challenge(Some("t"))
                .expect("a denied call has a challenge");
            let read = Challenge::parse_list(challenge.as_bytes(), &MessageLimits::DEFAULT);
            let [read] = read.as_deref().expect("a challenge can be read") else {
                panic!("one challenge: {challenge}");
            };
            let error = denied.error_code().map(m2m_errors::ErrorCode::as_str);
            assert_eq!(read.parameter("error"), error);
            assert!(matches!(denied.status(), 400 | 401 | 403));
            assert!(
                denied.status() == 401 || error.is_some(),
                "only a missing token has no code"
            );
            let needs_scope = matches!(denied.evidence(), Evidence::Scope { .. });
            assert_eq!(read.parameter("scope"), needs_scope.then_some(SCOPE));
        }
    }
}
