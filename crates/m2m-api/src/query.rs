//! The query parameters, as a client writes them.

use oauth_proto::FormWriter;
use serde::Serialize;
use serde_json::Value;

/// Returns the query as a text. A list has one parameter for each of its items; `null` is left out.
pub(crate) fn to_text(query: &impl Serialize) -> String {
    let mut form = FormWriter::new();
    // Serialization cannot fail: a query is a struct of plain values.
    if let Ok(Value::Object(members)) = serde_json::to_value(query) {
        for (name, value) in &members {
            match value {
                Value::Array(values) => {
                    for value in values {
                        append(&mut form, name, value);
                    }
                }
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Object(_) => {
                    append(&mut form, name, value);
                }
            }
        }
    }
    form.finish()
}

fn append(form: &mut FormWriter, name: &str, value: &Value) {
    match value {
        Value::String(text) => {
            form.append(name, text);
        }
        Value::Bool(_) | Value::Number(_) => {
            form.append(name, &value.to_string());
        }
        Value::Null | Value::Array(_) | Value::Object(_) => {}
    }
}
