//! The table of scopes in the threats document covers every management scope.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that breaks off has failed"
)]

use m2m_admin::management::SCOPES;

const THREATS: &str = include_str!("../../../docs/threats.md");

/// Returns the rows of the table of scopes: the scope, its reach alone, and its reach together with others.
fn rows() -> Vec<Vec<&'static str>> {
    let (_, section) = THREATS
        .split_once("## What each management scope reaches")
        .unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect()
}

#[test]
fn x23_the_table_of_scopes_has_each_scope_once_in_their_order() {
    let rows = rows();
    let listed: Vec<&str> = rows.iter().map(|row| row[0].trim_matches('`')).collect();
    let scopes: Vec<&str> = SCOPES.iter().map(|(scope, _)| *scope).collect();
    assert_eq!(listed, scopes);
    assert!(rows.iter().all(|row| row.len() >= 2 && !row[1].is_empty()));
}

#[test]
fn x23_the_table_of_scopes_names_no_scope_that_does_not_exist() {
    for row in rows() {
        for word in row.join(" ").split('`').skip(1).step_by(2) {
            let is_scope = SCOPES.iter().any(|(scope, _)| *scope == word);
            let is_kind = word.ends_with(':');
            assert!(
                is_scope || is_kind || !word.contains(':'),
                "{word} in {row:?}"
            );
        }
    }
}

#[test]
fn x23_the_table_of_scopes_names_the_scopes_of_fields() {
    let rows = rows();
    let whole = |scope: &str| {
        let mut rows = rows.iter();
        let row = rows.find(|row| row[0].trim_matches('`') == scope).unwrap();
        row.join(" ")
    };
    for operation in m2m_admin::http_api::descriptions() {
        for field in operation.fields {
            if field.needs == m2m_admin::Needs::EveryScope {
                let row = whole(operation.scope);
                assert!(row.contains("with every scope"), "{}", operation.id);
            }
        }
    }
}
