//! A token for people: one claim per line, times as RFC 3339.

use std::borrow::Cow;

use m2m_errors::Cause;
use m2m_jwt::{Claims, InvalidToken, JsonObject, JsonString, JsonValue, UnixTime, Unverified};
use serde_json::{Value, json};

use crate::error::Failure;
use crate::output::Output;
use crate::printable::printable;
use crate::timestamp::{relative, rfc3339};

/// Prints header and claims.
///
/// # Errors
///
/// If they cannot be read.
pub fn print(token: &Unverified<'_>, now: UnixTime, output: &Output) -> Result<(), InvalidToken> {
    let header = token.header()?;
    let claims = token.unverified_claims()?;
    output.heading("Header");
    if let Ok(object) = JsonObject::parse(header.raw().as_bytes()) {
        object
            .members()
            .for_each(|(name, value)| output.line(line(name, value, "")));
    }
    output.heading("Claims");
    for (name, value) in claims.members() {
        let time = time(&claims, &name.to_str());
        let comment = time.map(|time| format!("  {}, {}", rfc3339(time), relative(time, now)));
        output.line(line(name, value, comment.as_deref().unwrap_or_default()));
    }
    Ok(())
}

/// Returns header and claims for programs, with the times added as RFC 3339.
///
/// # Errors
///
/// If they cannot be read.
pub fn to_json(token: &Unverified<'_>) -> Result<Value, InvalidToken> {
    let header = token.header()?;
    let claims = token.unverified_claims()?;
    let times: serde_json::Map<String, Value> = TIMES
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), rfc3339(time(&claims, name)?).into())))
        .collect();
    Ok(json!({ "header": parse(header.raw()), "claims": parse(claims.raw()), "times": times }))
}

/// Returns the failure of a command whose token is not accepted: the cause, its meaning, and fixes.
pub fn failure(error: &InvalidToken) -> Failure {
    failure_of(error.cause(), &reason(error))
}

/// Returns the failure of a command whose token has this cause.
pub fn failure_of(cause: Cause, reason: &str) -> Failure {
    let failure = Failure::refused(format!("{}: {}", cause.id(), cause.entry().operator))
        .because(reason)
        .caused_by(cause);
    fixes(cause)
        .iter()
        .fold(failure, |failure, fix| failure.help(*fix))
}

/// Returns the reason, with times as RFC 3339.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the reasons that are not named have no time in them"
)]
pub fn reason(error: &InvalidToken) -> String {
    match error {
        InvalidToken::Expired { expired_at } => {
            format!("the token expired at {}", rfc3339(*expired_at))
        }
        InvalidToken::NotYetValid { not_before } => {
            format!("the token is not valid before {}", rfc3339(*not_before))
        }
        InvalidToken::IssuedInFuture { issued_at } => {
            format!(
                "the token was issued in the future, at {}",
                rfc3339(*issued_at)
            )
        }
        _ => error.to_string(),
    }
}

/// Returns the fixes for the reader of a token.
pub const fn fixes(cause: Cause) -> &'static [&'static str] {
    cause.entry().for_caller.fixes
}

const TIMES: [&str; 3] = ["exp", "iat", "nbf"];

fn time(claims: &Claims<'_>, name: &str) -> Option<UnixTime> {
    match name {
        "exp" => claims.expires_at(),
        "iat" => claims.issued_at(),
        "nbf" => claims.not_before(),
        _ => None,
    }
}

fn parse(json: &str) -> Value {
    // m2m-jwt has parsed it, and accepts less than serde_json does.
    serde_json::from_str(json).unwrap_or_default()
}

fn line(name: JsonString<'_>, value: JsonValue<'_>, comment: &str) -> String {
    let value = match value {
        JsonValue::Null => Cow::Borrowed("null"),
        JsonValue::Boolean(value) => value.to_string().into(),
        JsonValue::Number(number) => number.as_str().into(),
        JsonValue::String(string) => Value::from(string.to_str()).to_string().into(),
        JsonValue::Array(array) => array.as_str().into(),
        JsonValue::Object(object) => object.as_str().into(),
    };
    format!(
        "  {:<12} {}{comment}",
        printable(&name.to_str()),
        printable(&value)
    )
}
