//! JSON documents of any provider.

use std::borrow::Cow;

use oauth_proto::ErrorResponse;

use super::json_tree::JsonTree;
use super::members::Member;

/// Reads the document, or the one inside the text: behind a prefix, within a message, or as Python prints it.
pub(super) fn read(text: &str) -> Option<Vec<Member>> {
    let Some(document) = document(text) else {
        return of_refusal(text);
    };
    let mut members = Vec::new();
    collect(&document, String::new(), 0, &mut members);
    Some(members)
}

fn document(text: &str) -> Option<JsonTree> {
    parse(text).or_else(|| {
        let start = text.find(['{', '['])?;
        let end = text.rfind(['}', ']'])?;
        let inner = text.get(start..=end)?;
        parse(inner)
            .or_else(|| parse(&inner.replace("\\\"", "\"")))
            .or_else(|| parse(&of_python(inner)))
    })
}

/// Reads a refusal beside values that cannot be represented, such as `1e999` and half a surrogate pair.
fn of_refusal(text: &str) -> Option<Vec<Member>> {
    let refusal = ErrorResponse::parse(text.as_bytes()).ok()?;
    let members = [
        ("error", Some(refusal.error)),
        ("error_description", refusal.error_description),
        ("error_uri", refusal.error_uri),
        ("trace_id", refusal.trace_id),
    ];
    let member = |(name, value): (&str, Option<Cow<'_, str>>)| {
        value.map(|value| Member::new(name.to_owned(), value.into_owned()))
    };
    Some(members.into_iter().filter_map(member).collect())
}

/// Parses an object or an array of objects. Other values are not errors.
fn parse(text: &str) -> Option<JsonTree> {
    let value: JsonTree = serde_json::from_str(text.trim()).ok()?;
    let is_object = |value: &JsonTree| matches!(value, JsonTree::Object(_));
    let is_document = match &value {
        JsonTree::Object(_) => true,
        JsonTree::Array(items) => items.iter().any(is_object),
        JsonTree::Null | JsonTree::Scalar(_) => false,
    };
    is_document.then_some(value)
}

/// Rewrites `{'error': 'invalid_client', 'x': None}` as JSON.
fn of_python(text: &str) -> String {
    text.replace('\'', "\"")
        .replace(": None", ": null")
        .replace(": True", ": true")
        .replace(": False", ": false")
}

/// Collects the values in the order of the document, down to a fixed depth.
fn collect(value: &JsonTree, path: String, depth: usize, members: &mut Vec<Member>) {
    if depth > MAX_DEPTH || members.len() >= MAX_MEMBERS {
        return;
    }
    let scalar = match value {
        JsonTree::Null => None,
        JsonTree::Scalar(value) => Some(value.clone()),
        JsonTree::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, format!("{path}[{index}]"), depth + 1, members);
            }
            None
        }
        JsonTree::Object(object) => {
            for (name, item) in object {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                collect(item, path, depth + 1, members);
            }
            None
        }
    };
    members.extend(scalar.map(|value| Member::new(path, value)));
}

/// The maximum depth of a document that is read.
const MAX_DEPTH: usize = 8;

/// The maximum number of values that are read.
const MAX_MEMBERS: usize = 200;
