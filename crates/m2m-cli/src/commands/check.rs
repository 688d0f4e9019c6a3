//! `m2m check`: whether an application would get a token, and if not, why.

use core::net::IpAddr;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;
use m2m_host::table::{print_record, text};
use serde_json::Value;

use crate::diagnosis::fixes;
use crate::done::payload;
use crate::management::{ApiPath, Management};
use crate::options::ManagementOptions;

/// Say whether an application would get a token, and if not, why: the same decision, without a token.
///
/// Exits 0 with what would be granted, and 1 with the cause and its fixes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CheckOptions {
    /// The client id of the application, or its id
    #[arg(long, value_name = "CLIENT_ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) client: String,
    /// The API that the token would be for; several may be given. Without it the only one that the application is authorized for
    #[arg(long, value_name = "AUDIENCE")]
    pub(crate) audience: Vec<String>,
    /// The scopes, parted by spaces; several may be given. Without it all that are assigned
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    /// The IP address that the application would call from. Without it the answer names the addresses that it may call from
    #[arg(long, value_name = "IP")]
    pub(crate) address: Option<IpAddr>,
    #[command(flatten)]
    pub(crate) management: ManagementOptions,
}

const EXAMPLES: &str = "\
Examples:
  m2m check --client billing-job --audience https://orders.example/api
  m2m check --client billing-job --audience https://orders.example/api --audience https://reports.example/
  m2m check --client billing-job --audience https://orders.example/api --address 10.1.2.3
  m2m check --client billing-job --audience https://orders.example/api --scope 'read:orders write:orders' --output json";

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
