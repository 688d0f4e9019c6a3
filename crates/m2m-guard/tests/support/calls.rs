//! Calls with tokens that are wrong in one place.

use m2m_guard::{Call, Caller, Denied, Guard, Requirement};
use m2m_jwt::UnixTime;

use crate::issuer::{HEADER, NOW, keys, signed};

/// The claims of a valid token, as Kinde writes them.
pub(crate) const KINDE: &str = r#"{"aud":["https://orders.example/api"],"azp":"job","gty":["client_credentials"],"iss":"https://as.example","exp":1800003600,"iat":1800000000,"jti":"1","scp":["read:orders","list:orders"],"v":"2","org_code":"org_acme"}"#;

/// Returns the claims with another value, a JSON text, for one of them. An empty value leaves the claim out; a new claim is added.
pub(crate) fn with(claims: &str, claim: &str, value: &str) -> String {
    let name = format!("\"{claim}\":");
    let (before, after) = claims
        .split_once(&name)
        .map_or((claims, "}"), |(before, rest)| {
            let mut quoted = false;
            let mut depth = 0;
            let end = rest.find(|c| {
                quoted ^= c == '"';
                depth += i32::from(c == '[') - i32::from(c == ']');
                !quoted && depth == 0 && (c == ',' || c == '}')
            });
            (before, &rest[end.expect("the claims are an object")..])
        });
    let before = before.trim_end_matches(['}', ',']);
    let value = if value.is_empty() {
        String::new()
    } else {
        format!("{}{name}{value}", if before == "{" { "" } else { "," })
    };
    format!("{before}{value}{after}").replace("{,", "{")
}

/// Checks a call with this `Authorization` header, at [`NOW`].
pub(crate) fn call(
    guard: &Guard,
    authorization: &str,
    required: Requirement<'_>,
) -> Result<Caller, Denied> {
    let authorization = [authorization.as_bytes()];
    let call = Call::new(&authorization, None);
    guard.check(&call, &keys(), required, UnixTime::from_seconds(NOW))
}

/// Checks a call with a token of the issuer that has these claims.
pub(crate) fn call_with(
    guard: &Guard,
    claims: &str,
    required: Requirement<'_>,
) -> Result<Caller, Denied> {
    call(
        guard,
        &format!("Bearer {}", signed(HEADER, claims)),
        required,
    )
}
