//! TOML, written so that people like to read it. The reader of it is a crate; what is written is less than it knows.

use core::fmt::Write as _;

/// `[[name]]` and its lines.
#[derive(Debug)]
pub(super) struct Table(String);

impl Table {
    pub(super) fn new(name: &str) -> Self {
        Self(format!("\n[[{name}]]\n"))
    }

    /// A line `name = value`.
    pub(super) fn line(&mut self, name: &str, value: impl AsRef<str>) {
        for part in [name, " = ", value.as_ref(), "\n"] {
            self.0.push_str(part);
        }
    }

    /// A list in one line, or, if that were too long, in as many as it has values; nothing if it is empty.
    pub(super) fn list(&mut self, name: &str, values: impl Iterator<Item = String>) {
        let values: Vec<String> = values.collect();
        if values.is_empty() {
            return;
        }
        let one_line = list(&values);
        if name.len() + one_line.len() <= MAX_LINE || values.len() == 1 {
            self.line(name, one_line);
            return;
        }
        let lines = values.iter().fold(String::from("[\n"), |lines, value| {
            lines + "    " + value + ",\n"
        });
        self.line(name, lines + "]");
    }

    pub(super) fn write(self, file: &mut String) {
        file.push_str(&self.0);
    }
}

/// A list in one line.
pub(super) fn list(values: &[String]) -> String {
    format!("[{}]", values.join(", "))
}

/// A table in one line.
pub(super) fn inline(members: impl IntoIterator<Item = (String, String)>) -> String {
    let members: Vec<String> = members
        .into_iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    format!("{{ {} }}", members.join(", "))
}

/// A key, in quotes where it needs them.
pub(super) fn key(name: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !name.is_empty() && name.bytes().all(is_bare) {
        name.to_owned()
    } else {
        string(name)
    }
}

/// A basic string: in quotes, with everything escaped that would end it, break the line or steer a terminal.
pub(super) fn string(text: &str) -> String {
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

/// Controls, and what makes a line look like another: marks of direction, separators, and characters without a width.
fn is_escaped(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// As wide as most terminals. Unit: bytes.
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
            assert_eq!(table.get("a").and_then(toml::Value::as_str), Some(text));
            assert!(table.contains_key(&format!("x{text}")));
        }
    }

    #[test]
    fn a_long_list_has_a_line_for_each_value() {
        let mut table = Table::new("api");
        table.list("scopes", (0..3).map(|_| string(&"a".repeat(50))));
        let mut file = String::new();
        table.write(&mut file);
        assert_eq!(file.lines().count(), 7, "{file}");
    }
}
