//! The OpenAPI document, and the copy of it in the documentation.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that breaks off has failed"
)]

use std::collections::BTreeSet;
use std::path::Path;

use m2m_admin::http_api::openapi;
use serde_json::Value;

const COPY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");

/// Returns the operations, each with its method and path.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, operations)| {
        let operations = operations.as_object().unwrap().iter();
        operations.map(move |(method, operation)| (format!("{method} {path}"), operation))
    });
    operations.collect()
}

/// Collects all texts under `$ref`, at any depth.
fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members
                .values()
                .for_each(|member| references(member, found));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test has no arguments")]
fn the_copy_in_the_documentation_is_up_to_date() {
    let path = Path::new(COPY);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, format!("{:#}\n", openapi())).unwrap();
    }
    let copy = std::fs::read_to_string(path).unwrap_or_default();
    let copy: Value = serde_json::from_str(&copy).unwrap_or_default();
    assert!(
        copy == openapi(),
        "docs/openapi.json is out of date: `cargo xtask codegen` writes it"
    );
}

#[test]
fn operations_have_unique_ids_and_tags_with_descriptions() {
    let document = openapi();
    let mut ids = BTreeSet::new();
    let tags = document["tags"].as_array().unwrap();
    for (name, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id.to_owned()), "{name}: {id} occurs twice");
        let tag = &operation["tags"][0];
        assert!(tags.iter().any(|own| own["name"] == *tag), "{name}: {tag}");
    }
}

#[test]
fn request_bodies_have_examples() {
    let document = openapi();
    for (name, operation) in operations(&document) {
        let content = operation.pointer("/requestBody/content");
        for (media_type, content) in content.and_then(Value::as_object).into_iter().flatten() {
            assert!(!content["example"].is_null(), "{name}: {media_type}");
        }
    }
}

#[test]
fn schemas_have_chosen_names_and_all_exist() {
    let document = openapi();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for name in schemas.keys() {
        assert!(
            name.chars()
                .all(|character| character.is_ascii_alphabetic()),
            "{name}"
        );
    }
    let mut found = Vec::new();
    references(&document, &mut found);
    for reference in &found {
        let there = document.pointer(reference.trim_start_matches('#'));
        assert!(there.is_some(), "{reference}");
    }
    for name in schemas.keys() {
        let reference = format!("#/components/schemas/{name}");
        assert!(found.contains(&&*reference), "nothing refers to {name}");
    }
}

#[test]
fn links_lead_to_operations() {
    let document = openapi();
    let operations = operations(&document);
    let ids: Vec<&Value> = operations
        .iter()
        .map(|(_, operation)| &operation["operationId"])
        .collect();
    let mut links = 0;
    for (name, operation) in &operations {
        for (_, response) in operation["responses"].as_object().unwrap() {
            for (_, link) in response["links"].as_object().into_iter().flatten() {
                assert!(ids.contains(&&link["operationId"]), "{name}");
                links += 1;
            }
        }
    }
    assert!(links > 20, "{links}");
}
