//! `m2m jwt verify`: whether a token is good, and if not, why.

use m2m_jwt::{Algorithm, Claim, Expectations, InvalidToken, JwkSet, KeySet, Limits, Unverified};
use serde_json::json;

use super::{read_token, token_text};
use crate::cli::{Format, JwtVerifyOptions};
use crate::error::Failure;
use crate::output::Output;
use crate::{clock, http_client};

pub(super) fn verify(options: &JwtVerifyOptions, output: &Output) -> Result<(), Failure> {
    let token = read_token(Some(&options.token))?;
    let keys = read_keys(&options.jwks)?;
    match judge(&token, &keys, options) {
        Ok(token) => {
            match options.output {
                Format::Text => {
                    output.good("good: signature, type and times are right");
                    token_text::print(&token, clock::now(), output)
                        .map_err(|error| token_text::failure(&error))?;
                    unchecked(options).iter().for_each(|line| output.line(line));
                }
                Format::Json => {
                    let mut json =
                        token_text::to_json(&token).map_err(|error| token_text::failure(&error))?;
                    if let Some(object) = json.as_object_mut() {
                        object.insert("verified".to_owned(), true.into());
                    }
                    output.line(format!("{json:#}"));
                }
            }
            Ok(())
        }
        Err(error) => {
            match options.output {
                Format::Text => output.bad("not good"),
                Format::Json => {
                    let cause = error.cause();
                    let json = json!({
                        "verified": false,
                        "cause": cause.id(),
                        "reason": error.to_string(),
                        "fixes": token_text::fixes(cause),
                    });
                    output.line(format!("{json:#}"));
                }
            }
            Err(token_text::failure(&error))
        }
    }
}

/// Verifies the token. What the options leave open is expected to be what the token itself says.
fn judge<'t>(
    token: &'t str,
    keys: &KeySet,
    options: &JwtVerifyOptions,
) -> Result<Unverified<'t>, InvalidToken> {
    let unverified = Unverified::parse(token, &Limits::DEFAULT)?;
    let claims = unverified.unverified_claims()?;
    let own_audiences: Vec<_> = claims.audience().collect();
    let audiences: Vec<&str> = if options.audience.is_empty() {
        own_audiences.iter().map(|audience| &**audience).collect()
    } else {
        options.audience.iter().map(String::as_str).collect()
    };
    let issuer = options
        .issuer
        .as_deref()
        .or_else(|| claims.issuer())
        .unwrap_or_default();
    let algorithms = if options.algorithms.is_empty() {
        Algorithm::ALL
    } else {
        &options.algorithms
    };
    let expectations = Expectations {
        // What both claim sets have; those of RFC 9068 have a `sub` as well.
        required_claims: Claim::KINDE,
        ..Expectations::access_token(issuer, &audiences, algorithms)
    };
    m2m_jwt::verify(&unverified, keys, &expectations, clock::now()).map(drop)?;
    Ok(unverified)
}

/// What nobody asked to be checked.
fn unchecked(options: &JwtVerifyOptions) -> Vec<&'static str> {
    let mut lines = Vec::new();
    if options.issuer.is_none() {
        lines.push("The issuer was not checked: give --issuer.");
    }
    if options.audience.is_empty() {
        lines.push("The audience was not checked: give --audience.");
    }
    lines
}

/// The keys of a file or a URL.
fn read_keys(place: &str) -> Result<KeySet, Failure> {
    let json = if place.contains("://") {
        let response = super::runtime()?.block_on(http_client::get(place))?;
        if !response.status().is_success() {
            return Err(Failure::unreachable(format!(
                "{place} answers with {}",
                response.status()
            ))
            .help("the metadata of the issuer name the address of its keys as jwks_uri"));
        }
        response.into_body().to_vec()
    } else {
        std::fs::read(place).map_err(|error| {
            Failure::usage(format!("cannot read {place}"))
                .because(error.to_string())
                .help("name a file with a JWK set, or its http URL")
        })?
    };
    let set = JwkSet::parse(&json).map_err(|error| {
        Failure::usage(format!("{place} is no JWK set")).because(error.to_string())
    })?;
    if set.keys().is_empty() {
        let failure = Failure::usage(format!("{place} has no key that can be used"));
        return Err(set
            .refused()
            .iter()
            .fold(failure, |failure, why| failure.because(why.to_string())));
    }
    Ok(KeySet::new(&set))
}
