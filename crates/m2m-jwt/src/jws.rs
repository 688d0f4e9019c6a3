//! Signatures over any payload.

use crate::algorithm::Algorithm;
use crate::error::{InvalidToken, SigningFailed};
use crate::header::Header;
use crate::key_set::KeySet;
use crate::mac_key::MacKey;
use crate::signer::{Signer, encode_header, header_json, sign_compact};
use crate::unverified::Unverified;
use crate::verification_key::VerifySignature;
use crate::verified::Verified;

/// Signs any payload, with this `typ` in the header and the signer's `alg` and `kid`.
///
/// # Errors
/// [`SigningFailed`] if the signer fails ([`Cause::SigningFailed`](m2m_errors::Cause)).
///
/// Source: [RFC 7515, section 5.1](https://www.rfc-editor.org/rfc/rfc7515#section-5.1).
pub fn sign<S: Signer + ?Sized>(
    token_type: Option<&str>,
    payload: &[u8],
    signer: &S,
) -> Result<String, SigningFailed> {
    let header = encode_header(&header_json(
        signer.algorithm().as_str(),
        token_type,
        Some(signer.key_id()),
    ));
    sign_compact(
        &header,
        payload,
        signer.signature_bytes(),
        |input, signature| signer.sign(input, signature),
    )
}

/// Checks the signature alone, and returns the payload. It is for JWS that are not JWT; for access tokens there is
/// [`verify()`](crate::verify()).
///
/// # Errors
/// The first seven of the checks of [`verify()`](crate::verify()), except that of `typ`.
///
/// Source: [RFC 7515, section 5.2](https://www.rfc-editor.org/rfc/rfc7515#section-5.2).
pub fn verify_signature<'u, K: VerifySignature>(
    unverified: &'u Unverified<'_>,
    keys: &KeySet<K>,
    algorithms: &[Algorithm],
) -> Result<Verified<&'u [u8]>, InvalidToken> {
    let header = unverified.header()?;
    header.check_extensions()?;
    let algorithm = expected_algorithm(&header, algorithms)?;
    check_signature(unverified, &header, algorithm, keys)?;
    Ok(Verified::new(unverified.payload()))
}

/// Checks the signature alone with one key that the caller has chosen, whatever `kid` the header has, and returns the payload.
///
/// As [`verify_with_key`](crate::verify_with_key), for JWS that are not JWT.
///
/// # Errors
/// As [`verify_signature`], except that the `kid` is not compared.
///
/// Source: [RFC 7515, section 6](https://www.rfc-editor.org/rfc/rfc7515#section-6).
pub fn verify_signature_with_key<'u, K: VerifySignature>(
    unverified: &'u Unverified<'_>,
    key: &K,
    algorithms: &[Algorithm],
) -> Result<Verified<&'u [u8]>, InvalidToken> {
    let header = unverified.header()?;
    header.check_extensions()?;
    let algorithm = expected_algorithm(&header, algorithms)?;
    check_signature_of_key(unverified, algorithm, key)?;
    Ok(Verified::new(unverified.payload()))
}

/// Checks the authentication code alone, and returns the payload.
///
/// # Errors
/// As [`verify_signature`]; the expected algorithm is that of the key.
pub fn verify_mac_signature<'u>(
    unverified: &'u Unverified<'_>,
    key: &MacKey,
) -> Result<Verified<&'u [u8]>, InvalidToken> {
    let header = unverified.header()?;
    header.check_extensions()?;
    check_mac(unverified, &header, key)?;
    Ok(Verified::new(unverified.payload()))
}

pub(crate) fn expected_algorithm(
    header: &Header<'_>,
    expected: &[Algorithm],
) -> Result<Algorithm, InvalidToken> {
    let algorithm = Algorithm::parse(header.algorithm()).ok_or(InvalidToken::AlgorithmUnknown)?;
    if expected.contains(&algorithm) {
        Ok(algorithm)
    } else {
        Err(InvalidToken::AlgorithmUnexpected)
    }
}

pub(crate) fn check_signature<K: VerifySignature>(
    unverified: &Unverified<'_>,
    header: &Header<'_>,
    algorithm: Algorithm,
    keys: &KeySet<K>,
) -> Result<(), InvalidToken> {
    keys.verify(
        header.key_id(),
        algorithm,
        unverified.signing_input(),
        unverified.signature(),
    )
}

pub(crate) fn check_signature_of_key<K: VerifySignature>(
    unverified: &Unverified<'_>,
    algorithm: Algorithm,
    key: &K,
) -> Result<(), InvalidToken> {
    if !key.permits(algorithm) {
        Err(InvalidToken::AlgorithmNotOfKey)
    } else if key.verify(
        algorithm,
        unverified.signing_input(),
        unverified.signature(),
    ) {
        Ok(())
    } else {
        Err(InvalidToken::Signature)
    }
}

pub(crate) fn check_mac(
    unverified: &Unverified<'_>,
    header: &Header<'_>,
    key: &MacKey,
) -> Result<(), InvalidToken> {
    if header.algorithm() != key.algorithm().as_str() {
        return Err(InvalidToken::AlgorithmUnexpected);
    }
    if let (Some(own), Some(named)) = (key.key_id(), header.key_id())
        && own != named
    {
        return Err(InvalidToken::KeyUnknown);
    }
    if key.verifies(unverified.signing_input(), unverified.signature()) {
        Ok(())
    } else {
        Err(InvalidToken::Signature)
    }
}
