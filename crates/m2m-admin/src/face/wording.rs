//! What a deserializer says, in the words of those who sent the document.

use core::fmt;

use m2m_authority::diagnose::nearest;

use crate::OperationError;

/// A member that is wrong: the one at the end of the path, or one that is not there. `whole` is what has no name.
pub(super) fn error(whole: &str, path: &impl fmt::Display, text: &str) -> OperationError {
    // The place in the text is of no use where the member is named.
    let text = text.rsplit_once(" at line ").map_or(text, |(what, _)| what);
    let (inner, what) = of(text);
    let path = path.to_string();
    let member = match (&*path, inner) {
        ("." | "?", None) => whole.to_owned(),
        ("." | "?", Some(inner)) => inner.to_owned(),
        (path, None) => path.to_owned(),
        (path, Some(inner)) => format!("{path}.{inner}"),
    };
    OperationError::invalid(member, what)
}

/// What is wrong, and with which member if it is another than the one that the path leads to.
fn of(text: &str) -> (Option<&str>, String) {
    // Names stand in backticks: what was found, then what would be right.
    let mut quoted = text.split('`').skip(1).step_by(2);
    if text.starts_with("missing field ") {
        return (quoted.next(), "is missing".to_owned());
    }
    if text.starts_with("unknown field ") {
        let found = quoted.next().unwrap_or_default();
        let known: Vec<&str> = quoted.collect();
        let meant = match (nearest(found, known.iter().copied()), &*known) {
            (Some(meant), _) => format!("; did you mean `{meant}`?"),
            (None, []) => String::new(),
            (None, known) => format!("; there are {}", known.join(", ")),
        };
        return (None, format!("there is no member of this name{meant}"));
    }
    if text.starts_with("unknown variant ") {
        let found = quoted.next().unwrap_or_default();
        let known: Vec<&str> = quoted.collect();
        return (None, format!("{found:?} is none of {}", known.join(", ")));
    }
    if let Some((found, expected)) = text.split_once(", expected ") {
        let found = found
            .strip_prefix("invalid type: ")
            .or_else(|| found.strip_prefix("invalid value: "))
            .or_else(|| found.strip_prefix("invalid length "));
        if let Some(found) = found {
            return (None, format!("is {found}, not {}", plain(expected)));
        }
    }
    (None, text.to_owned())
}

/// What was expected, without the names of our own types.
fn plain(expected: &str) -> &str {
    match expected {
        "u16" | "u32" | "u64" => "a whole number",
        "a nonzero u64" => "a whole number from 1 on",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "an object",
        expected if expected.starts_with("struct ") => "an object",
        expected if expected.starts_with("enum ") || expected.starts_with("string or map") => {
            "one of its words"
        }
        expected => expected,
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn nothing_of_our_own_types_is_left() {
        for (text, member, what) in [
            ("missing field `name`", Some("name"), "is missing"),
            (
                "unknown field `nmae`, expected one of `name`, `type`",
                None,
                "there is no member of this name; did you mean `name`?",
            ),
            (
                "unknown variant `up`, expected `name_asc` or `name_desc`",
                None,
                "\"up\" is none of name_asc, name_desc",
            ),
            (
                "invalid type: string \"1h\", expected u32",
                None,
                "is string \"1h\", not a whole number",
            ),
            (
                "invalid length 0, expected struct NewApplication with 19 elements",
                None,
                "is 0, not an object",
            ),
            ("is not a name", None, "is not a name"),
        ] {
            assert_eq!(of(text), (member, what.to_owned()), "{text}");
        }
    }
}
