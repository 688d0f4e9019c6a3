//! A diagnosis as the management API returns it.

use m2m_api::operations::{DiagnosisShown, FixShown};
use m2m_errors::Cause;
use m2m_host::output::Output;
use m2m_host::printable::printable;
use m2m_host::table::print_record;

/// Prints a diagnosis for people.
pub(crate) fn show(diagnosis: &DiagnosisShown, output: &Output) {
    output.heading(&printable(&diagnosis.cause));
    // A server of a later release may return causes that are unknown here.
    if let Ok(cause) = diagnosis.cause.parse::<Cause>() {
        output.line(cause.entry().operator);
    }
    print_record(
        diagnosis,
        &["cause", "evidence", "fixes", "number", "text"],
        output,
    );
    if !diagnosis.evidence.is_empty() {
        output.heading("evidence");
        for evidence in &diagnosis.evidence {
            output.line(format!("  - {}", printable(&evidence.text)));
        }
    }
    if !diagnosis.fixes.is_empty() {
        output.heading("fixes");
        for fix in &diagnosis.fixes {
            output.line(format!("  - {}", step(fix, "    ")));
        }
    }
}

/// Returns a fix with its command, or the lines of the registry file, on lines of their own, which begin with `indent`.
pub(crate) fn step(fix: &FixShown, indent: &str) -> String {
    let mut text = printable(&fix.text).into_owned();
    for lines in [&fix.command, &fix.lines].into_iter().flatten() {
        for line in lines.lines() {
            text = text + "\n" + indent + &printable(line);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_on_a_line_of_its_own() {
        let fix = FixShown {
            kind: "enable".to_owned(),
            text: "enable it\u{202e}".to_owned(),
            command: Some("m2m application update a --enable".to_owned()),
            lines: None,
        };
        assert_eq!(
            step(&fix, "  "),
            "enable it\\u{202e}\n  m2m application update a --enable"
        );
    }
}
