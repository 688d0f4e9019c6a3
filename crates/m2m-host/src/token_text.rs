//! A token for people: one claim per line, times as RFC 3339.

use std::borrow::Cow;

use m2m_errors::Cause;
use m2m_jwt::{InvalidToken, Reading, Remark, UnixTime};
use serde_json::{Value, json};

use crate::error::Failure;
use crate::output::Output;
use crate::printable::printable;
use crate::timestamp::{relative, rfc3339};

/// Prints header and claims, and the remarks on them.
pub fn print(reading: &Reading, now: UnixTime, output: &Output) {
    if let Some(text) = reading.header_text() {
        output.heading("Header");
        print_members(reading.header(), &text, |_| None, output);
    }
    if let Some(text) = reading.payload_text() {
        output.heading("Claims");
        let times = TIMES.map(|name| Some((name, reading.time(name)?)));
        let comment = |name: &str| {
            let (_, time) = times.iter().flatten().find(|(own, _)| *own == name)?;
            Some(format!("  {}, {}", rfc3339(*time), relative(*time, now)))
        };
        print_members(reading.claims(), &text, comment, output);
    }
    if !reading.remarks().is_empty() {
        output.heading("Remarks");
        for remark in reading.remarks() {
            output.line(format!("  {}", printable(&remark.to_string())));
        }
    }
}

fn print_members<'r>(
    members: impl Iterator<Item = (Cow<'r, str>, Cow<'r, str>)>,
    text: &str,
    comment: impl Fn(&str) -> Option<String>,
    output: &Output,
) {
    let mut members = members.peekable();
    if members.peek().is_none() {
        output.line(format!("  {}", printable(text)));
    }
    for (name, value) in members {
        let comment = comment(&name).unwrap_or_default();
        // A string is shown with the escapes that it needs, however it is written.
        let value = match value.starts_with('"') {
            true => serde_json::from_str::<String>(&value)
                .map_or(value, |text| Value::from(text).to_string().into()),
            false => value,
        };
        let (name, value) = (printable(&name), printable(&value));
        output.line(format!("  {name:<12} {value}{comment}"));
    }
}

/// Returns header and claims for programs, with the times added as RFC 3339, and the remarks on them.
pub fn to_json(reading: &Reading) -> Value {
    let times: serde_json::Map<String, Value> = TIMES
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), rfc3339(reading.time(name)?).into())))
        .collect();
    json!({
        "form": reading.form().as_str(),
        "header": reading.header_text().map(|text| value(&text)),
        "claims": reading.payload_text().map(|text| value(&text)),
        "times": times,
        "remarks": remarks(reading),
    })
}

/// Returns the remarks for programs.
pub fn remarks(reading: &Reading) -> Vec<Value> {
    let remark = |remark: &Remark| json!({ "name": remark.place(), "found": remark.found(), "expected": remark.expected() });
    reading.remarks().iter().map(remark).collect()
}

/// Returns the JSON value in the text, or the text itself as a string.
fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

/// Returns the failure of a command whose token is not accepted: the cause, its meaning, and fixes.
pub fn failure(error: &InvalidToken) -> Failure {
    failure_of(error.cause(), &reason(error))
}

/// Returns the failure of a command whose token has this cause.
pub fn failure_of(cause: Cause, reason: &str) -> Failure {
    let failure = failure_without_fixes(cause).because(reason);
    fixes(cause)
        .iter()
        .fold(failure, |failure, fix| failure.help(*fix))
}

/// Returns the failure of a command whose token has this cause, without reason and fixes.
pub fn failure_without_fixes(cause: Cause) -> Failure {
    Failure::refused(format!("{}: {}", cause.id(), cause.entry().operator)).caused_by(cause)
}

/// Returns the failure of a command whose token is malformed, with the remarks on it as reasons.
pub fn unreadable(reading: &Reading) -> Failure {
    let failure = failure_without_fixes(Cause::TokenMalformed);
    remark_on(failure, reading)
}

/// Adds the remarks to a failure, as reasons.
pub fn remark_on(failure: Failure, reading: &Reading) -> Failure {
    let remarks = reading.remarks().iter();
    remarks.fold(failure, |failure, remark| {
        failure.because(printable(&remark.to_string()))
    })
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
