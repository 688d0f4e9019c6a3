//! Tables and records for people.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use crate::output::Output;
use crate::printable::printable;

/// Rows under headings. Control characters in their cells are escaped.
#[derive(Debug)]
pub struct Table<const N: usize> {
    headings: [&'static str; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// Returns a table without rows.
    pub const fn new(headings: [&'static str; N]) -> Self {
        Self {
            headings,
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn with(mut self, row: [String; N]) -> Self {
        self.rows.push(row.map(|cell| match cell.trim() {
            // Spaces alone would look like an empty cell.
            "" if !cell.is_empty() => format!("{cell:?}"),
            _ => printable(&cell).into_owned(),
        }));
        self
    }

    /// Prints the table; without rows, `if_empty`. On a terminal long cells are truncated, so that each row is one line.
    pub fn print(&self, if_empty: &str, output: &Output) {
        let Some((heading, rows)) = self.lines(output.columns()) else {
            output.line(if_empty);
            return;
        };
        output.heading(&heading);
        rows.iter().for_each(|row| output.line(row));
    }

    /// Returns the line of headings and those of the rows, if there are any, each at most `columns` wide as far as headings allow it.
    fn lines(&self, columns: Option<usize>) -> Option<(String, Vec<String>)> {
        if self.rows.is_empty() {
            return None;
        }
        let mut widths = self.headings.map(str::len);
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        if let Some(columns) = columns {
            narrow(&mut widths, self.headings.map(least_width), columns);
        }
        let line = |cells: [&str; N]| {
            let mut line = String::new();
            for (cell, width) in cells.into_iter().zip(widths) {
                let cell = cut(cell, width);
                line.push_str(&format!("{cell:<width$}  "));
            }
            line.trim_end().to_owned()
        };
        let rows = self
            .rows
            .iter()
            .map(|row| line(row.each_ref().map(|cell| &**cell)));
        Some((line(self.headings), rows.collect()))
    }
}

/// Returns the width below which a column is not truncated: that of its heading, and of an identifier, which users copy into commands.
fn least_width(heading: &str) -> usize {
    let least = if heading.ends_with("ID") {
        IDENTIFIER
    } else {
        NARROWEST
    };
    heading.len().max(least)
}

/// Reduces the widest cells until a line has at most `columns`, or each cell has its least width.
fn narrow<const N: usize>(widths: &mut [usize; N], least: [usize; N], columns: usize) {
    let between = 2 * N.saturating_sub(1);
    let mut excess = (widths.iter().sum::<usize>() + between).saturating_sub(columns);
    while excess > 0 {
        let wide = widths.iter_mut().zip(least);
        let wide = wide.filter(|(width, least)| **width > *least);
        let Some((width, _)) = wide.max_by_key(|(width, _)| **width) else {
            return;
        };
        *width -= 1;
        excess -= 1;
    }
}

/// Truncates a text to `width` columns; a longer one ends with an ellipsis.
fn cut(text: &str, width: usize) -> Cow<'_, str> {
    match text.char_indices().nth(width) {
        None => text.into(),
        Some(_) => {
            let mut cut: String = text.chars().take(width.saturating_sub(1)).collect();
            cut.push('…');
            cut.into()
        }
    }
}

/// The least width of a column. Fewer columns are not informative.
const NARROWEST: usize = 6;

/// The length of a generated id. Unit: characters.
const IDENTIFIER: usize = 32;

/// Prints the members of a record, one per line, except those that are shown elsewhere.
pub fn print_record(record: &impl Serialize, without: &[&str], output: &Output) {
    // Records are plain values with text as keys, which JSON can represent.
    let record = serde_json::to_value(record).unwrap_or_default();
    let members = record.as_object().into_iter().flatten();
    let members = members.filter(|(name, _)| !without.contains(&name.as_str()));
    let lines: Vec<_> = members
        .map(|(name, value)| (label(name), shown(value)))
        .collect();
    let width = lines.iter().map(|(label, _)| label.chars().count()).max();
    let width = width.unwrap_or_default();
    for (label, value) in lines {
        output.line(printable(&format!("{label:<width$}  {value}")));
    }
}

/// Returns the name of a member for people: `is_enabled` is `enabled`, and a duration has its unit.
fn label(name: &str) -> String {
    let words = name.strip_prefix("is_").unwrap_or(name).replace('_', " ");
    if words.ends_with("lifetime") || words == "expires in" {
        words + " (s)"
    } else {
        words
    }
}

/// Returns a value as it is shown in a table.
pub fn cell(value: &impl Serialize) -> String {
    shown(&serde_json::to_value(value).unwrap_or_default()).into_owned()
}

/// Returns a JSON value for people.
fn shown(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => NOTHING.into(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::String(text) if text.is_empty() => NOTHING.into(),
        Value::String(text) => text.into(),
        Value::Array(values) if values.is_empty() => NOTHING.into(),
        Value::Array(values) => {
            let values: Vec<_> = values.iter().map(shown).collect();
            values.join(", ").into()
        }
        Value::Object(members) if members.is_empty() => NOTHING.into(),
        Value::Object(members) => {
            let members: Vec<_> = members
                .iter()
                .map(|(name, value)| format!("{name}={}", shown(value)))
                .collect();
            members.join(" ").into()
        }
        Value::Number(number) => number.to_string().into(),
    }
}

/// The text for a missing value.
const NOTHING: &str = "-";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn columns_are_as_wide_as_what_is_in_them_and_nothing_steers_the_terminal() {
        let table = Table::new(["NAME", "ID"])
            .with(["a\u{1b}[2J".to_owned(), "1".to_owned()])
            .with(["ü".to_owned(), "22".to_owned()]);
        let (heading, rows) = table.lines(None).unwrap();
        assert_eq!(heading, "NAME        ID");
        assert_eq!(rows, ["a\\u{1b}[2J  1", "ü           22"]);
        assert!(Table::new(["A"]).lines(None).is_none());
    }

    #[test]
    fn a_long_cell_is_cut_off_where_lines_have_a_width_and_whole_elsewhere() {
        let name = "ü".repeat(256);
        let table = Table::new(["NAME", "CLIENT ID"])
            .with([name.clone(), "billing-job".to_owned()])
            .with(["   ".to_owned(), "2".to_owned()]);
        let (heading, _) = table.lines(Some(1)).unwrap();
        assert!(heading.contains("CLIENT ID"), "{heading}");
        let (_, rows) = table.lines(Some(40)).unwrap();
        assert!(rows.iter().all(|row| row.chars().count() <= 40), "{rows:?}");
        assert!(rows[0].contains("ü…  billing-job"), "{rows:?}");
        assert!(rows[1].starts_with("\"   \""), "{rows:?}");
        let (_, rows) = table.lines(None).unwrap();
        assert!(rows[0].contains(&name));
        let id = "i".repeat(IDENTIFIER);
        let table = Table::new(["NAME", "ID"]).with([name, id.clone()]);
        let (_, rows) = table.lines(Some(30)).unwrap();
        assert!(rows[0].ends_with(&id) && rows[0].contains('…'), "{rows:?}");
    }

    #[test]
    fn a_value_is_shown_as_people_write_it() {
        let value = json!([null, true, "", 7, { "b": false }, []]);
        assert_eq!(cell(&value), "-, yes, -, 7, b=no, -");
        assert_eq!(cell(&None::<bool>), "-");
    }

    #[test]
    fn a_label_is_the_name_of_the_member_in_words() {
        for (name, expected) in [
            ("is_enabled", "enabled"),
            ("access_token_lifetime", "access token lifetime (s)"),
            ("token_feature_flags", "token feature flags"),
        ] {
            assert_eq!(label(name), expected);
        }
    }
}
