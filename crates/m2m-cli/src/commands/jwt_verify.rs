//! `m2m jwt verify`: whether a token is good, and if not, why.

mod keys;
mod mismatch;
mod unusable_key;

use m2m_jwt::{Algorithm, Claim, Expectations, InvalidToken, KeySet, Limits, UnixTime, Unverified};
use serde_json::{Value, json};

use super::token_input;
use crate::options::JwtVerifyOptions;
use m2m_host::clock;
use m2m_host::error::Failure;
use m2m_host::output::Format;
use m2m_host::output::Output;
use m2m_host::token_text;

use keys::Keys;
use mismatch::Mismatch;
use unusable_key::UnusableKey;

/// Why a token is not good.
#[derive(Debug)]
struct Rejected {
    error: InvalidToken,
    mismatch: Option<Box<Mismatch>>,
    /// The keys of the set that may have been meant, and cannot be used.
    unusable_keys: Vec<UnusableKey>,
}

pub(super) fn verify(options: &JwtVerifyOptions, output: &Output) -> Result<(), Failure> {
    let token = token_input::read(
        options.token.as_deref(),
        "m2m jwt verify \"$TOKEN\" --issuer URL --audience AUDIENCE",
    )?;
    let keys = keys::read(options)?;
    let now = clock::now();
    match judge(&token, &keys, options, now) {
        Ok(token) => {
            show(&token, options, now, output).map_err(|error| token_text::failure(&error))
        }
        Err(rejected) => {
            match options.output {
                Format::Text => output.bad("not good"),
                Format::Json => output.json(&rejected.to_json(options)),
            }
            Err(rejected.into_failure())
        }
    }
}

/// Verifies the token. What the options leave open is expected to be what the token itself says.
fn judge<'t>(
    token: &'t str,
    keys: &Keys,
    options: &JwtVerifyOptions,
    now: UnixTime,
) -> Result<Unverified<'t>, Rejected> {
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
        required_claims: &[Claim::ClientId, Claim::IssuedAt, Claim::JwtId],
        leeway: options.leeway,
        ..Expectations::access_token(issuer, &audiences, algorithms)
    };
    let header = unverified.header()?;
    m2m_jwt::verify(&unverified, &KeySet::new(&keys.usable), &expectations, now)
        .map(drop)
        .map_err(|error| Rejected {
            error,
            mismatch: Mismatch::of(error, &unverified, &keys.usable, &expectations, now)
                .map(Box::new),
            unusable_keys: keys.suspects(error, header.key_id()),
        })?;
    Ok(unverified)
}

/// Prints a token that is good.
fn show(
    token: &Unverified<'_>,
    options: &JwtVerifyOptions,
    now: UnixTime,
    output: &Output,
) -> Result<(), InvalidToken> {
    match options.output {
        Format::Text => {
            output.good("good: signature, type and times are right");
            token_text::print(token, now, output)?;
            for name in not_checked(options) {
                output.line(format!("The {name} was not checked: give --{name}."));
            }
        }
        Format::Json => {
            let mut json = token_text::to_json(token)?;
            if let Some(object) = json.as_object_mut() {
                object.insert("verified".to_owned(), true.into());
                object.insert("not_checked".to_owned(), not_checked(options).into());
            }
            output.json(&json);
        }
    }
    Ok(())
}

/// What nobody asked to be checked: each the name of an option.
fn not_checked(options: &JwtVerifyOptions) -> Vec<&'static str> {
    let issuer = options.issuer.is_none().then_some("issuer");
    let audience = options.audience.is_empty().then_some("audience");
    issuer.into_iter().chain(audience).collect()
}

impl Rejected {
    fn to_json(&self, options: &JwtVerifyOptions) -> Value {
        let cause = self.error.cause();
        let mut json = json!({
            "verified": false,
            "cause": cause.id(),
            "reason": token_text::reason(&self.error),
            "fixes": token_text::fixes(cause),
            "not_checked": not_checked(options),
        });
        let mismatch = serde_json::to_value(&self.mismatch).unwrap_or_default();
        if let (Some(object), Value::Object(mismatch)) = (json.as_object_mut(), mismatch) {
            object.extend(mismatch);
            if !self.unusable_keys.is_empty() {
                object.insert("unusable_keys".to_owned(), json!(self.unusable_keys));
            }
        }
        json
    }

    fn into_failure(self) -> Failure {
        let failure = token_text::failure(&self.error);
        let failure = match self.mismatch {
            Some(mismatch) => failure.because(mismatch.text()),
            None => failure,
        };
        self.unusable_keys
            .iter()
            .fold(failure, |failure, key| failure.because(key.to_string()))
    }
}

impl From<InvalidToken> for Rejected {
    fn from(error: InvalidToken) -> Self {
        Self {
            error,
            mismatch: None,
            unusable_keys: Vec::new(),
        }
    }
}
