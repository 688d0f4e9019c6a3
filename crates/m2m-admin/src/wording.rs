//! The messages of deserializers, reworded for the authors of documents.
//!
//! The types of this product describe the expected value themselves, and put the fix behind the last semicolon of a message. The remaining messages
//! are those of serde's derived code, and this is the only module that parses them.

use core::fmt;

use m2m_authority::diagnose::nearest;
use m2m_authority::registry::{Path, Step};

/// A mistake in a document: what is wrong, where, and how to fix it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wording {
    /// The path of the wrong value; for a missing field, that of the value without it.
    pub(crate) path: Path,
    /// The mistake, without its place.
    pub(crate) what: String,
    /// The suggested fix, if there is one.
    pub(crate) help: Option<String>,
    /// The expected form, if the value has another one.
    pub(crate) wrong_form: Option<WrongForm>,
    /// True if the name of the field is wrong, and not its value.
    pub(crate) is_name: bool,
    /// The field that is missing in the value.
    pub(crate) missing: Option<Box<str>>,
}

/// The expected form of a value that has another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrongForm {
    /// A list was expected.
    NoList,
    /// Another form was expected.
    Other,
}

/// Reads a message. `also` returns the names of fields that are valid in the document but unknown to the type.
pub(crate) fn read<E: fmt::Display>(
    error: &serde_path_to_error::Error<E>,
    also: impl Fn(&Path) -> &'static [&'static str],
) -> Wording {
    use serde_path_to_error::Segment;

    let steps = error.path().iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(Step::Item(*index)),
        Segment::Map { key } => Some(Step::Member(key.as_str().into())),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    let path: Path = steps.collect();
    let message = error.inner().to_string();
    // The place in the text is not needed next to the path, and further lines would break a report.
    let line = message.lines().next().unwrap_or_default();
    let message = without_place(line);
    reword(path, message, also)
}

/// Rewords a message of a deserializer for the author of the document: the mistake, without its place, and the suggested fix.
///
/// ```
/// let (what, help) = m2m_admin::reworded("unknown field `scoep`, expected `scope` or `audience`");
/// assert_eq!(what, "unknown field `scoep`");
/// assert_eq!(help.as_deref(), Some("did you mean `scope`?"));
/// ```
#[must_use]
pub fn reworded(message: &str) -> (String, Option<String>) {
    let line = message.lines().next().unwrap_or_default();
    let wording = reword(Path::default(), without_place(line), |_| &[]);
    (wording.what, wording.help)
}

/// Returns a message without ` at line 1 column 2` at its end.
fn without_place(line: &str) -> &str {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match line.rsplit_once(" at line ") {
        Some((what, place)) if place.split(" column ").all(is_number) => what,
        Some(_) | None => line,
    }
}

fn reword(path: Path, message: &str, also: impl Fn(&Path) -> &'static [&'static str]) -> Wording {
    let wording = |what: &str, help: Option<String>| Wording {
        path: path.clone(),
        what: what.to_owned(),
        help,
        wrong_form: None,
        is_name: false,
        missing: None,
    };
    if let Some(field) = message.strip_prefix("missing field ") {
        return Wording {
            missing: Some(field.trim_matches('`').into()),
            ..wording(message, None)
        };
    }
    // Names are in backticks: the one that was found, then those that are known.
    if let Some(list) = message.strip_prefix("unknown field ") {
        let mut quoted = list.split('`').skip(1).step_by(2);
        let found = quoted.next().unwrap_or_default();
        let known: Vec<&str> = quoted.chain(also(&path).iter().copied()).collect();
        return Wording {
            is_name: true,
            ..wording(
                &format!("unknown field `{found}`"),
                did_you_mean(found, &known),
            )
        };
    }
    if let Some((what, list)) = message.rsplit_once(", expected one of `")
        && what.starts_with("unknown ")
    {
        let known: Vec<&str> = list.split('`').step_by(2).collect();
        let found = what.split(['"', '`']).nth(1).unwrap_or_default();
        return wording(&what.replace('`', "\""), did_you_mean(found, &known));
    }
    let form = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "))
        .or_else(|| message.strip_prefix("invalid length "));
    if let Some((found, expected)) = form.and_then(|form| form.rsplit_once(", expected ")) {
        return Wording {
            wrong_form: Some(match expected {
                "a sequence" => WrongForm::NoList,
                _ => WrongForm::Other,
            }),
            ..wording(
                &format!(
                    "expected {}, found {}",
                    form_word(expected),
                    found_word(found)
                ),
                None,
            )
        };
    }
    match message.rsplit_once("; ") {
        Some((what, help)) => wording(what, Some(help.to_owned())),
        None => wording(message, None),
    }
}

/// Returns a suggestion of the nearest of these words, or of all of them.
pub(crate) fn did_you_mean(word: &str, words: &[&str]) -> Option<String> {
    match (nearest(word, words.iter().copied()), words) {
        (Some(nearest), _) => Some(format!("did you mean `{nearest}`?")),
        (None, []) => None,
        (None, words) => Some(format!("expected one of {}", words.join(", "))),
    }
}

/// Returns the name of a form, without the names of types.
fn form_word(form: &str) -> &str {
    match form {
        "a sequence" => "a list",
        "a map" => "a table, such as { key = \"value\" }",
        "a boolean" => "true or false",
        "a string" => "a string, in quotes",
        "u8" | "u16" | "u32" | "u64" | "i64" => "a whole number",
        form if form.starts_with("struct ") => "an object",
        described => described,
    }
}

/// Returns the kind of the value that was found, without the value, which may be a secret.
fn found_word(found: &str) -> String {
    let kind = found.split(['`', '"']).next().unwrap_or_default();
    match kind.trim_end() {
        "map" => "a table".to_owned(),
        "sequence" => "a list".to_owned(),
        kind if kind.bytes().all(|byte| byte.is_ascii_digit()) => "a list".to_owned(),
        // A number is not a secret, and may be of the right type but out of range.
        "integer" | "floating point" => {
            let number = found.split('`').nth(1).unwrap_or_default();
            format!(
                "{} {number}",
                kind.trim_end().replace("floating point", "fraction")
            )
        }
        kind => kind.to_owned(),
    }
}

/// The fix for a revocation up to a later time.
pub(crate) const NO_TOKENS_YET: &str =
    "set a time in the past, or disable the application if it should not get tokens";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, what: &str, help: Option<&str>) {
        let wording = reword(Path::default(), message, |_| &["client_id"]);
        assert_eq!((&*wording.what, wording.help.as_deref()), (what, help));
    }

    #[test]
    fn messages_do_not_name_types_of_the_code() {
        check("missing field `name`", "missing field `name`", None);
        check(
            "unknown field `nmae`, expected one of `name`, `type`",
            "unknown field `nmae`",
            Some("did you mean `name`?"),
        );
        check(
            "unknown field `clientid`, expected `name`",
            "unknown field `clientid`",
            Some("did you mean `client_id`?"),
        );
        check(
            "unknown variant `up`, expected one of `name_asc`, `name_desc`",
            "unknown variant \"up\"",
            Some("expected one of name_asc, name_desc"),
        );
        check(
            "unknown client type \"a`b\", expected one of `confidential`, `public`",
            "unknown client type \"a\"b\"",
            Some("expected one of confidential, public"),
        );
        check(
            "invalid length 0, expected struct NewApplication with 19 elements",
            "expected an object, found a list",
            None,
        );
        check("is not a name", "is not a name", None);
        check("\"x\" is not y; write z", "\"x\" is not y", Some("write z"));
    }

    #[test]
    fn a_value_is_not_repeated_whatever_it_contains() {
        check(
            "invalid type: string \"a, expected b: c\", expected a boolean",
            "expected true or false, found string",
            None,
        );
    }
}
