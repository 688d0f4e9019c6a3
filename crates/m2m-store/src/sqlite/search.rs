//! The search for records by a text in their name or their identifier.
//!
//! An index of groups of three characters shows which records may contain a text. If these are few, they are compared with the text.
//! Otherwise the text is frequent, and records are compared in the order of the list until the page is full.

use rusqlite::Connection;

use super::fault::Fault;
use super::page::{Asked, Table, rows};
use crate::List;

/// The number of records below which they are looked up one by one, in some milliseconds.
const FEW: i64 = 4_096;

/// The maximum number of groups of three characters in a query. Records that more groups would exclude are excluded by the comparison.
const MAX_ASKED: usize = 16;

/// The maximum length of a text that is searched for. No record has a longer one, and the database refuses a pattern of 50,000 bytes.
/// Unit: bytes.
const LONGEST: usize = 16_384;

/// Returns the rows of the records that contain a text, in the order of the list.
pub(super) fn containing(
    connection: &Connection,
    table: Table,
    text: &str,
    list: &List<'_>,
    wanted: usize,
) -> Result<Vec<i64>, Fault> {
    // The database reads a pattern up to its first zero byte.
    if text.contains('\0') || text.len() > LONGEST {
        return Ok(Vec::new());
    }
    let Table {
        name,
        identifier,
        search,
    } = table;
    let pattern = pattern(text);
    let compared = format!("(name LIKE ?1 ESCAPE '\\' OR {identifier} LIKE ?1 ESCAPE '\\')");
    let question = question(text);
    let few = match &question {
        Some(question) => has_few(connection, search, question)?,
        None => false,
    };
    let from = if few {
        // Without an index the database goes from the table of characters to the records; the other way round it would look at all of them.
        format!(
            "SELECT seq FROM {name} NOT INDEXED
             WHERE seq IN (SELECT rowid FROM {search} WHERE {search} MATCH ?2) AND {compared}"
        )
    } else {
        format!("SELECT seq FROM {name} WHERE {compared}")
    };
    let asked = Asked {
        value: &pattern,
        question: question.as_deref().unwrap_or_default(),
    };
    rows(connection, &from, asked, list, wanted)
}

/// Returns true if the characters of the query are in few records.
fn has_few(connection: &Connection, search: &str, question: &str) -> Result<bool, Fault> {
    let found: i64 = connection
        .prepare_cached(&format!(
            "SELECT count(*) FROM (SELECT 1 FROM {search} WHERE {search} MATCH ?1 LIMIT ?2)"
        ))?
        .query_row((question, FEW), |row| row.get(0))?;
    Ok(found < FEW)
}

/// Returns the pattern of `LIKE` for values that contain a text. `LIKE` ignores the case of ASCII letters only.
fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len().saturating_add(2));
    pattern.push('%');
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// Returns the query for the groups of three consecutive characters, in the language of the table; nothing if the text has fewer than
/// three. A quotation mark is written twice.
fn question(text: &str) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    let words: Vec<String> = characters
        .windows(3)
        .take(MAX_ASKED)
        .map(|three| {
            let word: String = three.iter().collect();
            format!("\"{}\"", word.replace('"', "\"\""))
        })
        .collect();
    (!words.is_empty()).then(|| words.join(" AND "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_with_a_meaning_in_patterns_are_escaped() {
        for (text, expected) in [
            ("", "%%"),
            ("a b", "%a b%"),
            ("100 %", "%100 \\%%"),
            ("a_\\b", "%a\\_\\\\b%"),
        ] {
            assert_eq!(pattern(text), expected);
        }
    }

    #[test]
    fn a_search_query_is_quoted() {
        assert_eq!(question("ab"), None);
        assert_eq!(question("é🦀"), None);
        assert_eq!(question("a\"*b").as_deref(), Some(r#""a""*" AND """*b""#));
        let long = question(&"x".repeat(99));
        assert_eq!(long.map(|asked| asked.len()), Some(16 * 5 + 15 * 5));
    }
}
