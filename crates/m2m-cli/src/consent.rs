//! Confirmation of actions that cannot be undone.

use std::io::{BufRead, IsTerminal as _, Write};

use m2m_host::error::Failure;

/// Asks whether to continue. `what` is the action, and `unasked` the reason for the failure if there is no terminal to ask on.
///
/// # Errors
///
/// If there is no terminal to ask on, or the answer is not yes.
pub(crate) fn ask(what: &str, unasked: &str, help: &str) -> Result<(), Failure> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Failure::usage(what).because(unasked).help(help));
    }
    let (stdin, stderr) = (std::io::stdin(), std::io::stderr());
    if is_agreed(what, &mut stdin.lock(), &mut stderr.lock()) {
        Ok(())
    } else {
        Err(Failure::refused(what).because("nothing was changed"))
    }
}

/// Asks before a record is deleted permanently, unless `yes` confirms it.
///
/// # Errors
///
/// As [`ask`].
pub(crate) fn to_delete(kind: &str, name: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    ask(
        &format!("the {kind} {name:?} would be deleted permanently"),
        "there is no terminal to confirm on, and nothing was changed",
        "add --yes to confirm",
    )
}

/// Asks before applications are stopped. `what` is the applications.
///
/// # Errors
///
/// As [`ask`].
pub(crate) fn to_stop(what: &str) -> Result<(), Failure> {
    ask(
        &format!("{what} would be stopped: token requests are refused, and tokens are revoked"),
        "there is no terminal to confirm on, and nothing was changed",
        "add --yes to confirm",
    )
}

/// Returns true if the input confirms the action. No answer counts as a no.
fn is_agreed(what: &str, input: &mut impl BufRead, prompt: &mut impl Write) -> bool {
    let mut answer = String::new();
    let asked = write!(prompt, "{what}. Continue? [y/N] ")
        .and_then(|()| prompt.flush())
        .and_then(|()| input.read_line(&mut answer));
    asked.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_a_yes() {
        for (answer, expected) in [
            ("y\n", true),
            ("Y\n", true),
            ("yes\r\n", true),
            ("\n", false),
            ("", false),
            ("n\n", false),
            ("yy\n", false),
        ] {
            let mut prompt = Vec::new();
            let agreed = is_agreed(
                "2 records would be deleted",
                &mut answer.as_bytes(),
                &mut prompt,
            );
            assert_eq!(agreed, expected, "{answer:?}");
            assert_eq!(prompt, b"2 records would be deleted. Continue? [y/N] ");
        }
    }

    #[test]
    fn a_confirmed_action_is_not_asked_about() {
        assert!(to_delete("api", "https://a.example", true).is_ok());
    }
}
