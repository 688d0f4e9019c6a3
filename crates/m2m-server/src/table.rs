//! Tables and records for people.

use std::borrow::Cow;

use serde_json::Value;

use crate::output::Output;
use crate::printable::printable;

/// Rows under headings. What is in them cannot steer a terminal.
#[derive(Debug)]
pub(crate) struct Table<const N: usize> {
    headings: [&'static str; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// A table without rows.
    pub(crate) const fn new(headings: [&'static str; N]) -> Self {
        Self {
            headings,
            rows: Vec::new(),
        }
    }

    /// The table with one more row.
    pub(crate) fn with(mut self, row: [String; N]) -> Self {
        self.rows
            .push(row.map(|cell| printable(&cell).into_owned()));
        self
    }

    /// Prints it; without rows, `if_empty`.
    pub(crate) fn print(&self, if_empty: &str, output: &Output) {
        let Some((heading, rows)) = self.lines() else {
            output.line(if_empty);
            return;
        };
        output.heading(&heading);
        rows.iter().for_each(|row| output.line(row));
    }

    /// The line of headings and those of the rows, if there are any.
    fn lines(&self) -> Option<(String, Vec<String>)> {
        if self.rows.is_empty() {
            return None;
        }
        let mut widths = self.headings.map(str::len);
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let line = |cells: [&str; N]| {
            let mut line = String::new();
            for (cell, width) in cells.into_iter().zip(widths) {
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

/// Prints the members of a record, one a line, but for those that are shown otherwise.
pub(crate) fn print_record(record: &Value, without: &[&str], output: &Output) {
    let members = record.as_object().into_iter().flatten();
    let members = members.filter(|(name, _)| !without.contains(&name.as_str()));
    let lines: Vec<_> = members
        .map(|(name, value)| (label(name), cell(value)))
        .collect();
    let width = lines.iter().map(|(label, _)| label.chars().count()).max();
    let width = width.unwrap_or_default();
    for (label, value) in lines {
        output.line(printable(&format!("{label:<width$}  {value}")));
    }
}

/// The name of a member for people: `is_enabled` is `enabled`, and a length of time has its unit.
fn label(name: &str) -> String {
    let words = name.strip_prefix("is_").unwrap_or(name).replace('_', " ");
    if words.ends_with("lifetime") || words == "expires in" {
        words + " (s)"
    } else {
        words
    }
}

/// A member of a record as it stands in a table.
pub(crate) fn member(record: &Value, name: &str) -> String {
    record
        .get(name)
        .map_or_else(|| NOTHING.to_owned(), |value| cell(value).into_owned())
}

/// A text in a record, empty if there is none.
pub(crate) fn text<'v>(record: &'v Value, name: &str) -> &'v str {
    record.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The records in a list of a record.
pub(crate) fn records<'v>(record: &'v Value, name: &str) -> &'v [Value] {
    let records = record.get(name).and_then(Value::as_array);
    records.map_or(&[], Vec::as_slice)
}

/// A value for people.
pub(crate) fn cell(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => NOTHING.into(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::String(text) if text.is_empty() => NOTHING.into(),
        Value::String(text) => text.into(),
        Value::Array(values) if values.is_empty() => NOTHING.into(),
        Value::Array(values) => {
            let values: Vec<_> = values.iter().map(cell).collect();
            values.join(", ").into()
        }
        Value::Object(members) if members.is_empty() => NOTHING.into(),
        Value::Object(members) => {
            let members: Vec<_> = members
                .iter()
                .map(|(name, value)| format!("{name}={}", cell(value)))
                .collect();
            members.join(" ").into()
        }
        Value::Number(number) => number.to_string().into(),
    }
}

/// What stands where nothing is.
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
        let (heading, rows) = table.lines().unwrap();
        assert_eq!(heading, "NAME        ID");
        assert_eq!(rows, ["a\\u{1b}[2J  1", "ü           22"]);
        assert!(Table::new(["A"]).lines().is_none());
    }

    #[test]
    fn a_value_is_shown_as_people_say_it() {
        let value = json!([null, true, "", 7, { "b": false }, []]);
        assert_eq!(cell(&value), "-, yes, -, 7, b=no, -");
        assert_eq!(member(&value, "none"), "-");
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
