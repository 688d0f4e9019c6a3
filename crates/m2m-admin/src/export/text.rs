//! The writer of readable TOML. A crate reads the files; the writer supports only the part of TOML that it needs.

use core::fmt::Write as _;

use toml::Value;

use crate::world::TIMES;

/// A `[[name]]` header and its lines.
#[derive(Debug)]
pub(super) struct Table(String);

impl Table {
    pub(super) fn new(name: &str) -> Self {
        Self(format!("\n[[{name}]]\n"))
    }

    /// Adds a line for each field. A list that is too long for one line gets a line for each of its values.
    pub(super) fn fields(&mut self, fields: Vec<(String, Value)>) {
        for (name, value) in fields {
            let one_line = match (&*name, &value) {
                // Times are written as date-times of TOML.
                (name, Value::String(time)) if TIMES.contains(&name) => time.clone(),
                _ => inline(&value),
            };
            let is_long = name.len() + one_line.len() > MAX_LINE;
            let values = value
                .as_array()
                .filter(|values| is_long && values.len() > 1);
            let Some(values) = values else {
                self.line(&name, &one_line);
                continue;
            };
            let lines = values.iter().fold(String::from("[\n"), |lines, value| {
                lines + "    " + &inline(value) + ",\n"
            });
            self.line(&name, &(lines + "]"));
        }
    }

    /// Adds a line with a text.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.line(name, &string(text));
    }

    fn line(&mut self, name: &str, value: &str) {
        for part in [name, " = ", value, "\n"] {
            self.0.push_str(part);
        }
    }

    pub(super) fn write(self, file: &mut String) {
        file.push_str(&self.0);
    }
}

/// Returns a value in one line. Empty lists in a table are left out.
fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => string(text),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(inline).collect();
            format!("[{}]", values.join(", "))
        }
        Value::Table(members) => {
            let members: Vec<String> = members
                .iter()
                .filter(|(_, value)| value.as_array().is_none_or(|values| !values.is_empty()))
                .map(|(name, value)| format!("{} = {}", key(name), inline(value)))
                .collect();
            format!("{{ {} }}", members.join(", "))
        }
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {
            value.to_string()
        }
    }
}

/// Returns a key, in quotes if it needs them.
fn key(name: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !name.is_empty() && name.bytes().all(is_bare) {
        name.to_owned()
    } else {
        string(name)
    }
}

/// Returns a basic string: in quotes, with every character escaped that would end it, break the line or control a terminal.
fn string(text: &str) -> String {
    let mut string = String::with_capacity(text.len() + 2);
    string.push('"');
    for character in text.chars() {
        match character {
            '"' => string.push_str("\\\""),
            '\\' => string.push_str("\\\\"),
            '\n' => string.push_str("\\n"),
            '\t' => string.push_str("\\t"),
            '\r' => string.push_str("\\r"),
            _ if is_escaped(character) => {
                // Writing to a string does not fail.
                let _ = write!(string, "\\U{:08X}", u32::from(character));
            }
            _ => string.push(character),
        }
    }
    string.push('"');
    string
}

/// Returns true for control characters and for characters that make a line look like another: direction marks, separators, and characters without a
/// width.
fn is_escaped(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The maximum length of a line: the width of most terminals. Unit: bytes.
const MAX_LINE: usize = 110;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_read_back_whatever_is_in_it() {
        for text in [
            "",
            "plain",
            "\"",
            "\\",
            "a\nb\r\tc",
            "\u{0}\u{7f}\u{85}",
            "\u{202e}\u{feff}",
            "ü𝄞",
            "'''\"\"\"",
            "#",
        ] {
            let document = format!("a = {}\n{} = 1\n", string(text), key(&format!("x{text}")));
            assert_eq!(document.lines().count(), 2, "{text:?}");
            let table: toml::Table = toml::from_str(&document).unwrap();
            assert_eq!(table.get("a").and_then(Value::as_str), Some(text));
            assert!(table.contains_key(&format!("x{text}")));
        }
    }

    #[test]
    fn a_long_list_has_a_line_for_each_value() {
        let mut table = Table::new("api");
        let scopes = vec!["a".repeat(50); 3];
        table.fields(vec![("scopes".to_owned(), scopes.into())]);
        let mut file = String::new();
        table.write(&mut file);
        assert_eq!(file.lines().count(), 7, "{file}");
    }
}
