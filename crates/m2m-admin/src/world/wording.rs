//! What the reader of TOML says about the form of a file, in the words of those who write it.

use core::ops::Range;

use m2m_authority::registry::Lifetime;

/// What is wrong, and what would be right where that can be told.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wording {
    pub(super) what: String,
    pub(super) help: Option<String>,
}

/// Says anew that a value has another form than its field: `message` is "invalid type: *found*, expected *form*", or "invalid value:
/// …", and the value stands in `span` of `source`. Any other message has nothing to be said anew.
pub(super) fn of(message: &str, source: &str, span: Range<usize>) -> Option<Wording> {
    let (kind, rest) = message.split_once(": ")?;
    if !matches!(kind, "invalid type" | "invalid value") {
        return None;
    }
    let (found, form) = rest.rsplit_once(", expected ")?;
    let value = source.get(span).and_then(|text| text.lines().next());
    let value = value.unwrap_or_default().trim_end();
    let found = match found {
        "map" => "a table".to_owned(),
        "sequence" => "a list".to_owned(),
        // The kind alone: the value may be a secret, and the excerpt shows it if it is none.
        _ => {
            let kind = found.split(['`', '"']).next().unwrap_or_default();
            kind.trim_end().replace("floating point", "fraction")
        }
    };
    Some(Wording {
        what: format!("expected {}, found {found}", words(form)),
        help: (form == LIST).then(|| as_list(value)),
    })
}

/// The form in the words of those who write the file. Tables and scopes describe themselves.
fn words(form: &str) -> String {
    match form {
        LIST => "a list".to_owned(),
        "a map" => "a table, such as { key = \"value\" }".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a string" => "a string, in quotes".to_owned(),
        "a TOML datetime" => {
            "date, time and offset without quotes, as in 2026-11-20T00:00:00Z".to_owned()
        }
        // The only fields of these types are lifetimes and numbers of tokens.
        "u32" => format!("a number of seconds, 1 to {}", Lifetime::MAX.as_seconds()),
        "u64" => "a number, 1 or more".to_owned(),
        described => described.to_owned(),
    }
}

/// How the value is written as a list: a header with two brackets, anything else between two.
fn as_list(value: &str) -> String {
    if value.starts_with('[') {
        format!("write [{value}]: there can be several")
    } else if value.starts_with('{') {
        // What is in a table may be a secret.
        "write a list: [{ … }]".to_owned()
    } else {
        format!("write a list: [{value}]")
    }
}

const LIST: &str = "a sequence";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_message_is_left_alone() {
        for message in ["missing field `name`", "duplicate key", "invalid type", ""] {
            assert_eq!(of(message, "", 0..0), None, "{message}");
        }
    }

    #[test]
    fn a_value_may_say_what_it_likes() {
        let message = "invalid type: string \"a, expected b: c\", expected a boolean";
        assert_eq!(
            of(message, "", 3..90).unwrap().what,
            "expected true or false, found string"
        );
    }
}
