//! The scopes that an operation needs, in the OpenAPI document.

use m2m_api::{Needs, Operation, Part};
use serde_json::{Value, json};

/// Returns the scopes of the operation and of its fields, in sentences.
pub(super) fn description<O: Operation>() -> String {
    let needs_every = O::SPEC
        .fields
        .iter()
        .any(|field| field.part == Part::Request && field.needs == Needs::EveryScope);
    if needs_every {
        return "Needs every scope of this API.".to_owned();
    }
    let mut text = format!("Needs the scope `{}`.", O::SPEC.scope);
    for field in O::SPEC.fields {
        let scopes: Vec<String> = match field.needs {
            Needs::EveryScope => vec!["every scope of this API".to_owned()],
            Needs::Scopes(scopes) => scopes.iter().map(|scope| format!("`{scope}`")).collect(),
        };
        let part = match field.part {
            Part::Request => continue,
            Part::Member(name) | Part::Switch(name) => format!("`{name}`"),
            Part::Choice { name, values } => {
                let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
                format!("`{name}` with {}", values.join(" or "))
            }
            Part::ItemWith { list, member } => format!("An item of `{list}` with `{member}`"),
            Part::ItemWithout { list, member } => format!("An item of `{list}` without `{member}`"),
        };
        text.push_str(&format!(" {part} also needs {}.", scopes.join(" and ")));
    }
    text
}

/// Returns the scopes of the fields and of the request as a whole, for programs.
pub(super) fn of_fields<O: Operation>() -> Option<Value> {
    let fields = O::SPEC
        .fields
        .iter()
        .filter(|field| field.part != Part::Request);
    let fields: Vec<Value> = fields
        .map(|field| {
            let scopes: Vec<&str> = field.scopes().collect();
            json!({ "field": field.part.to_string(), "scopes": scopes })
        })
        .collect();
    (!fields.is_empty()).then(|| fields.into())
}
