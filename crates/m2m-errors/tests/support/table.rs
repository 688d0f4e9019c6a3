//! The table of the rows of the seed documents that the catalogue answers.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The rows that each entry of the catalogue answers.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rows {
    pub(crate) status: BTreeMap<String, Vec<String>>,
    pub(crate) code: BTreeMap<String, Vec<String>>,
    pub(crate) cause: BTreeMap<String, Vec<String>>,
}

pub(crate) static ROWS: LazyLock<Rows> =
    LazyLock::new(|| toml::from_str(include_str!("../rows.toml")).expect("the table can be read"));

/// Returns true if an entry answers a row. Ids of causes, codes and statuses differ.
pub(crate) fn answers(entry: &str, row: &str) -> bool {
    let tables = [&ROWS.status, &ROWS.code, &ROWS.cause];
    let rows = tables.iter().filter_map(|table| table.get(entry));
    rows.flatten().any(|known| known == row)
}
