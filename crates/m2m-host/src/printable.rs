//! Texts from strangers, made harmless for the terminal that shows them.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Serialize;

/// Escapes every character, as in `\u{202e}`, that controls a terminal or makes a line look like another.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_unprintable(character) {
            escaped.extend(character.escape_unicode());
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

/// Escapes the same characters in a TOML document as TOML does. They can only be in strings, or else it is not valid TOML.
pub fn toml(document: &str) -> String {
    let mut escaped = String::with_capacity(document.len());
    for character in document.chars() {
        if character != '\n' && is_unprintable(character) {
            // Writing to a string does not fail.
            let _ = write!(escaped, "\\U{:08X}", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// Returns a JSON document of several lines, with the same characters escaped as JSON does.
pub fn json(document: &impl Serialize) -> String {
    // The documents consist of strings, numbers and lists, all of which JSON can represent.
    escaped_json(&serde_json::to_string_pretty(document).unwrap_or_default())
}

/// Returns a JSON document in one line, with the same characters escaped.
pub fn json_line(document: &impl Serialize) -> String {
    escaped_json(&serde_json::to_string(document).unwrap_or_default())
}

fn escaped_json(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character != '\n' && is_unprintable(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a string does not fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// Returns true for controls, and the format characters, line and paragraph separators of the Unicode Standard (general categories Cc,
/// Cf, Zl and Zp): among them those that change the direction of text.
fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{600}'..='\u{605}'
                | '\u{61c}'
                | '\u{6dd}'
                | '\u{70f}'
                | '\u{890}'..='\u{891}'
                | '\u{8e2}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{110bd}'
                | '\u{110cd}'
                | '\u{13430}'..='\u{1343f}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0001}'
                | '\u{e0020}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\u{9b}c"), "a\\u{1b}[2Jb\\u{9b}c");
        assert_eq!(printable("bücher"), "bücher");
    }

    #[test]
    fn no_line_looks_like_another() {
        assert_eq!(printable("a\u{202e}b\u{2066}c"), "a\\u{202e}b\\u{2066}c");
        assert_eq!(printable("\u{200b}\u{feff}"), "\\u{200b}\\u{feff}");
    }

    #[test]
    fn toml_stays_the_same_document() {
        let document = "name = \"a\u{202e}b\u{601}ü\"\n";
        let text = toml(document);
        assert_eq!(text, "name = \"a\\U0000202Eb\\U00000601ü\"\n");
    }

    #[test]
    fn json_stays_the_same_document() {
        let document = serde_json::json!({ "a": ["\u{202e}\u{7f}\u{e0041}\n", "ü"] });
        let text = json(&document);
        assert!(text.contains("\\u202e\\u007f\\udb40\\udc41\\n"), "{text}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap(),
            document
        );
    }
}
