//! What a command says when a server has done what it was asked to.

use m2m_host::output::{Format, Output};
use m2m_host::printable::printable;
use m2m_host::table::text;
use serde_json::Value;

/// Prints the answer to a change: its message, and its warning if it has one.
pub(crate) fn done(answer: &Value, format: Format, output: &Output) {
    match format {
        Format::Text => {
            let message = match text(answer, "message") {
                "" => "done",
                message => message,
            };
            output.good(&printable(message));
        }
        Format::Json => output.json(answer),
    }
    warn(answer, output);
}

/// Prints the warning of an answer, if it has one, where people see it whatever becomes of the result.
pub(crate) fn warn(answer: &Value, output: &Output) {
    let warning = text(answer, "warning");
    if !warning.is_empty() {
        output.notice(&format!("warning: {}", printable(warning)));
    }
}

/// The member of an answer that has what was asked for; all of the answer where there is none.
pub(crate) fn payload<'v>(answer: &'v Value, member: &str) -> &'v Value {
    answer.get(member).unwrap_or(answer)
}

pub(crate) fn insert(document: &mut Value, name: &str, value: Value) {
    if let Some(members) = document.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}
