//! `m2m check`: whether an application would get a token, and if not, why.

use serde_json::Value;

use super::diagnosis::fixes;
use super::done::payload;
use crate::management::{ApiPath, Management};
use crate::options::CheckOptions;
use m2m_host::error::Failure;
use m2m_host::output::Format;
use m2m_host::output::Output;
use m2m_host::printable::printable;
use m2m_host::table::{print_record, text};

pub(super) fn check(options: &CheckOptions, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.management.server)?;
    let path = ApiPath::of(["applications", &options.client, "check"]);
    let audiences = options.audience.iter();
    let path = audiences.fold(path, |path, audience| path.with("audience", audience));
    let scope = options.scope.join(" ");
    let path = path.with_some("scope", (!scope.is_empty()).then_some(&scope));
    let address = options.address.map(|address| address.to_string());
    let path = path.with_some("address", address.as_deref());
    let answer = management.get(&path)?;
    let check = payload(&answer, "check");
    let is_granted = check.get("granted").and_then(Value::as_bool) == Some(true);
    match options.management.output {
        Format::Json => output.json(check),
        Format::Text if is_granted => {
            output.good(&would_be_granted(check));
            print_record(check, &["granted", "only_from"], output);
        }
        Format::Text => {}
    }
    if check.get("quota_exceeded").and_then(Value::as_bool) == Some(true) {
        output.notice(
            "warning: the token quota is used up; it only warns, and no request is refused",
        );
    }
    if is_granted {
        Ok(())
    } else {
        Err(refused(check))
    }
}

/// The verdict, with the addresses that it is about if it is not about all.
fn would_be_granted(check: &Value) -> String {
    let blocks: Vec<&str> = texts(check, "only_from").collect();
    if blocks.is_empty() {
        return "it would be granted".to_owned();
    }
    let blocks = blocks.join(", ");
    format!("it would be granted to callers from {}", printable(&blocks))
}

fn refused(check: &Value) -> Failure {
    let (cause, error) = (text(check, "cause"), text(check, "error"));
    let mut failure = Failure::refused(format!("it would be refused: {}", printable(cause)));
    let description = text(check, "description");
    if !description.is_empty() {
        failure = failure.because(printable(description));
    }
    for evidence in texts(check, "evidence") {
        failure = failure.because(printable(evidence));
    }
    if !error.is_empty() {
        failure = failure.because(format!("the caller would be told {}", printable(error)));
    }
    fixes(check).into_iter().fold(failure, Failure::help)
}

/// The sentences of a list.
fn texts<'c>(check: &'c Value, member: &str) -> impl Iterator<Item = &'c str> {
    let list = check.get(member).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str)
}
