//! The verification of tokens.

use crate::claim::Claim;
use crate::claims::Claims;
use crate::error::InvalidToken;
use crate::expectations::{Expectations, WithoutAudience, WithoutType};
use crate::header::Header;
use crate::jws::{check_mac, check_signature, check_signature_of_key, expected_algorithm};
use crate::key_set::KeySet;
use crate::mac_key::MacKey;
use crate::unverified::Unverified;
use crate::verification_key::VerifySignature;
use crate::verified::Verified;
use oauth_proto::UnixTime;

/// Checks a token against keys, expectations and the time, and returns its claims.
///
/// If several checks fail, the first in this list is reported. [`Unverified::parse`] has done the first two.
///
/// 1. Length.
/// 2. Three parts, each base64url.
/// 3. The header: a JSON object without duplicates, `alg`, `kid` and `typ` strings, `kid` bounded.
/// 4. No `crit`, no `b64` except `true`, no `zip`.
/// 5. `alg` is supported and expected.
/// 6. `typ` is expected.
/// 7. A key has the `kid`, permits the `alg`, and created the signature.
/// 8. The claims: a JSON object without duplicates, each claim of its type.
/// 9. The conditions on claims are met; then `iss`, `aud`, `exp` and the required claims are there.
/// 10. `iss` is expected.
/// 11. `aud` is expected.
/// 12. `exp`: refused from that second on.
/// 13. `nbf`: accepted from that second on, if there is one.
/// 14. `iat`: accepted from that second on, if there is one.
/// 15. The lifetime is not longer than the maximum, if there is one.
///
/// Nothing in the payload is read before its signature has been verified. The leeway applies to 13 and 14: `nbf` and `iat` may lie that far
/// ahead. `exp` has no leeway.
///
/// # Errors
/// [`InvalidToken`], with the first check that fails; its [`cause`](InvalidToken::cause) names it.
///
/// Source: [RFC 9068, section 4](https://www.rfc-editor.org/rfc/rfc9068#section-4), [RFC 8725, section 3](https://www.rfc-editor.org/rfc/rfc8725#section-3),
/// [RFC 7519, sections 4.1 and 7.2](https://www.rfc-editor.org/rfc/rfc7519#section-7.2).
pub fn verify<'u, K: VerifySignature>(
    unverified: &'u Unverified<'_>,
    keys: &KeySet<K>,
    expectations: &Expectations<'_>,
    now: UnixTime,
) -> Result<Verified<Claims<'u>>, InvalidToken> {
    let header = unverified.header()?;
    header.check_extensions()?;
    let algorithm = expected_algorithm(&header, expectations.algorithms)?;
    check_type(&header, expectations)?;
    check_signature(unverified, &header, algorithm, keys)?;
    believe(unverified, expectations, now)
}

/// Checks a token with one key that the caller has chosen, and returns its claims.
///
/// This is for a caller that knows the key by other means than the token, such as a key in its configuration: the `kid` of the header is not compared with
/// that of the key. A set, of which the token may select a key, is verified with [`verify()`], and cannot be passed here. `alg`, `typ` and the
/// claims are checked as there.
///
/// ```
/// use m2m_jwt::{Algorithm, Expectations, Limits, SigningKey, UnixTime, Unverified, VerificationKey, sign_access_token, verify_with_key};
///
/// let signer = SigningKey::from_jwk(Algorithm::EdDsa, r#"{"kty":"OKP","crv":"Ed25519","kid":"the name that the issuer gave it",
///   "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#)?;
/// let claims = br#"{"iss":"https://as.example","sub":"a","client_id":"a","aud":"https://api.example","exp":1800003600,"iat":1800000000,"jti":"1"}"#;
/// let token = sign_access_token(claims, &signer)?;
///
/// let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
/// let key = VerificationKey::from_spki_pem(Some(Algorithm::EdDsa), Some("our name for it"), pem)?;
/// let expectations = Expectations::access_token("https://as.example", &["https://api.example"], &[Algorithm::EdDsa]);
/// let unverified = Unverified::parse(&token, &Limits::DEFAULT)?;
/// verify_with_key(&unverified, &key, &expectations, UnixTime::from_seconds(1_800_000_000))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`verify()`], except that the `kid` is not compared: [`InvalidToken::AlgorithmNotOfKey`] or [`InvalidToken::Signature`] if the key did not create
/// the signature.
///
/// Source: [RFC 7515, section 6](https://www.rfc-editor.org/rfc/rfc7515#section-6).
pub fn verify_with_key<'u, K: VerifySignature>(
    unverified: &'u Unverified<'_>,
    key: &K,
    expectations: &Expectations<'_>,
    now: UnixTime,
) -> Result<Verified<Claims<'u>>, InvalidToken> {
    let header = unverified.header()?;
    header.check_extensions()?;
    let algorithm = expected_algorithm(&header, expectations.algorithms)?;
    check_type(&header, expectations)?;
    check_signature_of_key(unverified, algorithm, key)?;
    believe(unverified, expectations, now)
}

/// Checks a token that is signed with a shared secret. The `algorithms` of the expectations are ignored: the key has one.
///
/// # Errors
/// As [`verify()`].
pub fn verify_mac<'u>(
    unverified: &'u Unverified<'_>,
    key: &MacKey,
    expectations: &Expectations<'_>,
    now: UnixTime,
) -> Result<Verified<Claims<'u>>, InvalidToken> {
    let header = unverified.header()?;
    header.check_extensions()?;
    check_type(&header, expectations)?;
    check_mac(unverified, &header, key)?;
    believe(unverified, expectations, now)
}

fn check_type(header: &Header<'_>, expectations: &Expectations<'_>) -> Result<(), InvalidToken> {
    let Some(token_type) = header.token_type() else {
        return match expectations.without_type {
            WithoutType::Refused => Err(InvalidToken::TypeMissing),
            WithoutType::Accepted => Ok(()),
        };
    };
    if expectations.accepts_type(token_type) {
        Ok(())
    } else {
        Err(InvalidToken::TypeMismatch)
    }
}

/// Checks the claims of a token whose signature has been verified.
fn believe<'u>(
    unverified: &'u Unverified<'_>,
    expectations: &Expectations<'_>,
    now: UnixTime,
) -> Result<Verified<Claims<'u>>, InvalidToken> {
    let claims = unverified.unverified_claims_in(expectations.claim_forms)?;
    for condition in expectations.conditions {
        condition.check(&claims)?;
    }
    let may_lack_audience =
        expectations.without_audience == WithoutAudience::Accepted && !claims.has(Claim::Audience);
    let always = [Claim::Issuer, Claim::Audience, Claim::ExpiresAt];
    if let Some(missing) = always
        .iter()
        .filter(|claim| !(may_lack_audience && **claim == Claim::Audience))
        .chain(expectations.required_claims)
        .find(|claim| !claims.has(**claim))
    {
        return Err(InvalidToken::ClaimMissing(*missing));
    }
    if claims.issuer() != Some(expectations.issuer) {
        return Err(InvalidToken::IssuerMismatch);
    }
    let is_for_this = |audience: &&str| claims.is_for(audience);
    if !may_lack_audience && !expectations.audiences.iter().any(is_for_this) {
        return Err(InvalidToken::AudienceMismatch);
    }
    check_times(&claims, expectations, now)?;
    Ok(Verified::new(claims))
}

fn check_times(
    claims: &Claims<'_>,
    expectations: &Expectations<'_>,
    now: UnixTime,
) -> Result<(), InvalidToken> {
    let latest = now.saturating_add_seconds(expectations.leeway.as_seconds());
    if let Some(expired_at) = claims.expires_at()
        && now >= expired_at
    {
        return Err(InvalidToken::Expired { expired_at });
    }
    if let Some(not_before) = claims.not_before()
        && not_before > latest
    {
        return Err(InvalidToken::NotYetValid { not_before });
    }
    if let Some(issued_at) = claims.issued_at()
        && issued_at > latest
    {
        return Err(InvalidToken::IssuedInFuture { issued_at });
    }
    if let Some(limit) = expectations.max_lifetime_seconds
        && let Some(expires_at) = claims.expires_at()
    {
        let start = claims.issued_at().unwrap_or(now);
        if expires_at > start.saturating_add_seconds(limit) {
            return Err(InvalidToken::LifetimeTooLong { expires_at, limit });
        }
    }
    Ok(())
}
