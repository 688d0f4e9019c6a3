//! `docs/errors.md`, written from the taxonomy, `docs/openapi.json`, from the operations of the management API, and
//! `docs/configuration.md` and `docs/m2m.toml`, from the table of settings.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use m2m_errors::{
    Advice, Cause, Disclosure, Entry, ErrorCode, Profile, Source, Status, Text, Wire,
};
use serde::Deserialize;

use crate::command;
use crate::failure::{Failure, Outcome};

/// The generated document.
const DOCUMENT: &str = "docs/errors.md";

const INTRODUCTION: &str = "\
# Errors

Written by `cargo xtask codegen` from `crates/m2m-errors`; a change made here is lost.

An answer has a status and, as a rule, an error code; both are few, and stand for many mistakes. What exactly went wrong is the *cause*. The caller of a
refused request gets a `trace_id`; under it the log of the server names the cause to the operator. Some causes are concealed: their answers are the same,
byte for byte, so that nobody learns from them whether a client or an audience exists. In a description, `…` is a value of the request; it is left out, with
the words around it, where it is not short and clean.

- [Statuses](#statuses)
- [Error codes](#error-codes)
- [Causes](#causes)
";

/// Writes the document, or with `--check` only checks whether it is up to date.
pub(crate) fn run(options: &[&str]) -> Outcome {
    match options {
        [] => write(),
        ["--check"] => check(),
        _ => Err(Failure::usage("`codegen` has the one option `--check`")),
    }
}

/// Checks that the document matches the taxonomy.
pub(crate) fn check() -> Outcome {
    let path = command::root().join(DOCUMENT);
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    if written == generated()? {
        println!("{DOCUMENT} is up to date");
        return Ok(());
    }
    Err(Failure::new(
        format!("{DOCUMENT} is not what the taxonomy says"),
        "`cargo xtask codegen`, and commit the document",
    ))
}

fn write() -> Outcome {
    let path = command::root().join(DOCUMENT);
    std::fs::write(&path, generated()?).map_err(|error| Failure::file(&path, &error))?;
    println!("{DOCUMENT} is written");
    // The tests that find the other documents out of date can write them as well: they have the data that these tasks lack.
    let admin = ["test", "--quiet", "-p", "m2m-admin", "--test", "openapi"];
    command::run(
        command::cargo(&admin).env("UPDATE", "1"),
        "the test says what is wrong with the OpenAPI document",
    )?;
    let documents = "settings::tests::documents";
    let server = ["test", "--quiet", "-p", "m2m-server", "--lib", documents];
    command::run(
        command::cargo(&server).env("UPDATE", "1"),
        "the test says what is wrong with the documents of settings",
    )
}

fn generated() -> Result<String, Failure> {
    let mut text = String::new();
    let rows = Rows::read()?;
    document(&mut text, &rows).map_err(|_| {
        Failure::new(
            "the taxonomy cannot be printed",
            "look at its `Display` implementations",
        )
    })?;
    Ok(text)
}

/// The rows of the seed documents that the entries answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    status: BTreeMap<String, Vec<String>>,
    code: BTreeMap<String, Vec<String>>,
    cause: BTreeMap<String, Vec<String>>,
}

impl Rows {
    fn read() -> Result<Self, Failure> {
        let path = command::root().join(ROWS);
        let text = std::fs::read_to_string(&path).map_err(|error| Failure::file(&path, &error))?;
        toml::from_str(&text)
            .map_err(|error| Failure::new(format!("{ROWS}: {error}"), "mend the table"))
    }
}

/// The path of the rows of the seed documents, beside the tests that compare them with the taxonomy.
const ROWS: &str = "crates/m2m-errors/tests/rows.toml";

fn document(out: &mut String, rows: &Rows) -> fmt::Result {
    out.write_str(INTRODUCTION)?;
    out.write_str("\n## Statuses\n")?;
    for &status in Status::ALL {
        status_section(out, status, rows)?;
    }
    out.write_str("\n## Error codes\n")?;
    for &code in ErrorCode::ALL {
        code_section(out, code, rows)?;
    }
    out.write_str("\n## Causes\n")?;
    for cause in Cause::ALL {
        cause_section(out, cause.entry(), rows)?;
    }
    Ok(())
}

fn status_section(out: &mut String, status: Status, rows: &Rows) -> fmt::Result {
    let entry = status.entry();
    writeln!(
        out,
        "\n### {} {}\n\n{}",
        entry.code, entry.reason, entry.meaning
    )?;
    advice(out, &entry.advice)?;
    causes(out, |wire| wire.status == status)?;
    origin(out, entry.sources, rows.status.get(&entry.code.to_string()))
}

fn code_section(out: &mut String, code: ErrorCode, rows: &Rows) -> fmt::Result {
    let entry = code.entry();
    writeln!(out, "\n### `{}`\n\n{}", entry.code, entry.meaning)?;
    advice(out, &entry.advice)?;
    causes(out, |wire| wire.error == Some(code))?;
    origin(out, entry.sources, rows.code.get(entry.code))
}

fn cause_section(out: &mut String, entry: &Entry, rows: &Rows) -> fmt::Result {
    let disclosure = match entry.disclosure {
        Disclosure::Public => "the answer tells",
        Disclosure::Concealed => "concealed",
    };
    writeln!(
        out,
        "\n### {}\n\n{}\n\nFault: {}; {disclosure}.\n",
        entry.id,
        entry.operator,
        entry.fault.as_str()
    )?;
    writeln!(
        out,
        "| profile | status | error | description |\n|---|---|---|---|"
    )?;
    for (profiles, wire) in wire_forms(entry) {
        let error = wire
            .error
            .map_or_else(|| "none".to_owned(), |code| format!("`{}`", code.as_str()));
        writeln!(
            out,
            "| {profiles} | {} | {error} | {} |",
            wire.status.code(),
            description(&wire.description)
        )?;
    }
    out.write_str("\n#### For the caller\n")?;
    advice(out, &entry.for_caller)?;
    out.write_str("\n#### For the operator\n")?;
    advice(out, &entry.for_operator)?;
    origin(out, entry.sources, rows.cause.get(entry.id))
}

/// Returns the distinct forms, each with the profiles that use it.
fn wire_forms(entry: &Entry) -> Vec<(String, Wire)> {
    let mut forms: Vec<(Vec<&str>, Wire)> = Vec::new();
    for profile in Profile::ALL {
        let wire = *entry.wire.of(profile);
        match forms.iter_mut().find(|(_, form)| *form == wire) {
            Some((profiles, _)) => profiles.push(profile.as_str()),
            None => forms.push((vec![profile.as_str()], wire)),
        }
    }
    let names = |profiles: Vec<&str>| {
        if profiles.len() == Profile::ALL.len() {
            "all".to_owned()
        } else {
            profiles.join(", ")
        }
    };
    let mut forms: Vec<(String, Wire)> = forms
        .into_iter()
        .map(|(profiles, wire)| (names(profiles), wire))
        .collect();
    if let Some(wire) = entry.wire.rfc_by_resource {
        forms.push((format!("{}, asked by `resource`", Profile::Rfc), wire));
    }
    forms
}

/// Returns the text as the caller reads it; `…` replaces a value of the caller's own.
fn description(text: &Text) -> String {
    text.with_value
        .map_or_else(
            || text.plain.to_owned(),
            |with_value| with_value.replace("{}", "…"),
        )
        .replace('|', "\\|")
}

fn advice(out: &mut String, advice: &Advice) -> fmt::Result {
    for (title, lines) in [("Causes", advice.causes), ("What to do", advice.fixes)] {
        writeln!(out, "\n{title}:\n")?;
        for line in lines {
            writeln!(out, "- {line}")?;
        }
    }
    Ok(())
}

/// Writes the causes with a form for which `is_so` is true.
fn causes(out: &mut String, is_so: impl Fn(&Wire) -> bool) -> fmt::Result {
    let links: Vec<String> = Cause::ALL
        .iter()
        .map(|cause| cause.entry())
        .filter(|entry| wire_forms(entry).iter().any(|(_, wire)| is_so(wire)))
        .map(|entry| format!("[{0}](#{0})", entry.id))
        .collect();
    if links.is_empty() {
        return out
            .write_str("\nThis server does not answer so; it is explained because others do.\n");
    }
    writeln!(out, "\nExactly: {}.", links.join(", "))
}

fn origin(out: &mut String, sources: &[Source], rows: Option<&Vec<String>>) -> fmt::Result {
    let sources: Vec<String> = sources.iter().map(ToString::to_string).collect();
    if !sources.is_empty() {
        writeln!(out, "\nSource: {}.", sources.join("; "))?;
    }
    if let Some(rows) = rows {
        writeln!(out, "\nRows: {} ([rows.md](rows.md)).", rows.join(", "))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_every_status_code_and_cause() {
        let text = generated().expect("prints");
        for cause in Cause::ALL {
            assert!(text.contains(&format!("\n### {}\n", cause.id())), "{cause}");
        }
        for code in ErrorCode::ALL {
            assert!(
                text.contains(&format!("\n### `{}`\n", code.as_str())),
                "{}",
                code.as_str()
            );
        }
        for status in Status::ALL {
            assert!(
                text.contains(&format!("\n### {} ", status.code())),
                "{}",
                status.code()
            );
        }
    }

    #[test]
    fn a_form_that_all_profiles_share_stands_once() {
        let forms = wire_forms(Cause::MethodNotAllowed.entry());
        assert_eq!(forms.len(), 1);
        assert_eq!(forms[0].0, "all");
    }
}
