//! The signing of access tokens.

use crate::error::SigningFailed;
use crate::limits::MAX_ISSUED_TOKEN_BYTES;
use crate::signer::{Signer, compact_bytes, sign_compact};

/// Signs claims as an access token, under the signer's own header of type `at+jwt`.
///
/// `claims` is a JSON object, such as a [`JsonWriter`](crate::JsonWriter) or `serde_json` writes; it is signed as it is. One
/// allocation, beyond those of the signer. For a token of another type there is [`sign()`](crate::sign()).
///
/// # Errors
/// - [`SigningFailed::TokenTooLong`] if many verifiers would refuse the token for its length ([`Cause::IssuedTokenTooLong`](m2m_errors::Cause)).
///   Nothing is signed then.
/// - Another [`SigningFailed`] if the signer fails ([`Cause::SigningFailed`](m2m_errors::Cause)).
///
/// Source: [RFC 9068, section 2](https://www.rfc-editor.org/rfc/rfc9068#section-2).
///
/// ```
/// use m2m_jwt::{Algorithm, Limits, SigningKey, Unverified, sign_access_token};
///
/// let (key, _) = SigningKey::generate(Algorithm::Es256, None)?;
/// let claims = br#"{"iss":"https://as.example","sub":"billing-job"}"#;
/// let token = sign_access_token(claims, &key)?;
/// let unverified = Unverified::parse(&token, &Limits::DEFAULT)?;
/// assert_eq!(unverified.header()?.token_type(), Some("at+jwt"));
/// assert_eq!(unverified.payload(), claims);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sign_access_token<S: Signer + ?Sized>(
    claims: &[u8],
    signer: &S,
) -> Result<String, SigningFailed> {
    check_access_token(claims, signer)?;
    sign_compact(
        signer.access_token_header().encoded(),
        claims,
        signer.signature_bytes(),
        |input, signature| signer.sign(input, signature),
    )
}

/// Checks that [`sign_access_token`] would not refuse these claims for the length of the token. Nothing is signed.
///
/// # Errors
/// [`SigningFailed::TokenTooLong`] beyond [`MAX_ISSUED_TOKEN_BYTES`] ([`Cause::IssuedTokenTooLong`](m2m_errors::Cause)).
pub fn check_access_token<S: Signer + ?Sized>(
    claims: &[u8],
    signer: &S,
) -> Result<(), SigningFailed> {
    let header = signer.access_token_header().encoded();
    let bytes = compact_bytes(header, claims, signer.signature_bytes());
    if bytes > MAX_ISSUED_TOKEN_BYTES {
        return Err(SigningFailed::TokenTooLong { bytes });
    }
    Ok(())
}
