//! The parts of a request that need more scopes, as far as the request sets them.

use m2m_api::{Field, Part};
use oauth_proto::{Form, MessageLimits, UniqueMembers};
use serde_json::Value;

/// Returns the fields that a request sets, in the order of their declaration.
///
/// A body that cannot be read sets every field, unless the reader of bodies also refuses it.
pub(super) fn set<'f>(
    fields: &'f [Field],
    query: Option<&str>,
    body: &[u8],
) -> impl Iterator<Item = &'f Field> {
    let is_empty = fields.is_empty();
    let body = if is_empty {
        Content::Nothing
    } else {
        Content::of(body)
    };
    let parameters: Vec<(String, String)> = match query {
        Some(query) if !is_empty => match Form::parse(query.as_bytes(), &MessageLimits::DEFAULT) {
            Ok(form) => form
                .pairs()
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
            // The reader of queries also refuses it, by the same function.
            Err(_) => Vec::new(),
        },
        Some(_) | None => Vec::new(),
    };
    fields.iter().filter(move |field| match field.part {
        Part::Request => true,
        Part::Switch(name) => parameters
            .iter()
            .any(|(own, value)| *own == *name && *value != "false"),
        Part::Choice { name, values } => parameters
            .iter()
            .any(|(own, value)| *own == *name && values.contains(&&**value)),
        Part::Member(name) => body.has(|members| members.contains_key(name)),
        Part::ItemWith { list, member } => body.has_item(list, |item| is_there(item, member)),
        Part::ItemWithout { list, member } => body.has_item(list, |item| !is_there(item, member)),
    })
}

/// The content of a body.
enum Content {
    /// A JSON object.
    Members(serde_json::Map<String, Value>),
    /// A document that no operation accepts.
    Nothing,
    /// A document that the reader of bodies might accept.
    Unclear,
}

impl Content {
    fn of(body: &[u8]) -> Self {
        match serde_json::from_slice(body) {
            Ok(Value::Object(members)) => Self::Members(members),
            Ok(_) => Self::Nothing,
            Err(_) if serde_json::from_slice::<UniqueMembers>(body).is_err() => Self::Nothing,
            Err(_) => Self::Unclear,
        }
    }

    fn has(&self, found: impl Fn(&serde_json::Map<String, Value>) -> bool) -> bool {
        match self {
            Self::Members(members) => found(members),
            Self::Nothing => false,
            Self::Unclear => true,
        }
    }

    fn has_item(&self, list: &str, found: impl Fn(&Value) -> bool) -> bool {
        self.has(|members| match members.get(list) {
            Some(Value::Array(items)) => items.iter().any(|item| !item.is_object() || found(item)),
            Some(_) => true,
            None => false,
        })
    }
}

fn is_there(item: &Value, member: &str) -> bool {
    item.get(member).is_some_and(|value| !value.is_null())
}

#[cfg(test)]
mod tests {
    use m2m_api::Needs;

    use super::*;

    const FIELDS: [Field; 5] = [
        Field::member("a", &["one"]),
        Field {
            part: Part::ItemWith {
                list: "items",
                member: "gone",
            },
            needs: Needs::Scopes(&["two"]),
        },
        Field {
            part: Part::ItemWithout {
                list: "items",
                member: "gone",
            },
            needs: Needs::Scopes(&["three"]),
        },
        Field::of_everything(Part::Switch("all")),
        Field::member("b", &["four"]),
    ];

    #[track_caller]
    fn check(query: Option<&str>, body: &str, expected: &[&str]) {
        let set: Vec<String> = set(&FIELDS, query, body.as_bytes())
            .map(|field| field.part.to_string())
            .collect();
        assert_eq!(set, expected, "{query:?} {body}");
    }

    #[test]
    fn f8_a_member_is_set_whatever_its_value() {
        check(None, r#"{"a": null}"#, &["a"]);
        check(None, r#"{"\u0061": 1, "c": 2}"#, &["a"]);
        check(None, r#"{"c": {"a": 1}}"#, &[]);
    }

    #[test]
    fn f8_items_are_distinguished_by_their_members() {
        let (with, without) = ("items with gone", "items without gone");
        check(None, r#"{"items": []}"#, &[]);
        check(None, r#"{"items": [{"gone": "delete"}]}"#, &[with]);
        check(
            None,
            r#"{"items": [{"gone": null}, {"id": 1}]}"#,
            &[without],
        );
        check(None, r#"{"items": [{"gone": 1}, {}]}"#, &[with, without]);
        // Some readers accept a list for an object.
        check(None, r#"{"items": [["x", "delete"]]}"#, &[with, without]);
    }

    #[test]
    fn f8_a_switch_is_on_unless_it_is_false() {
        check(Some("all=true"), "", &["all"]);
        check(Some("%61ll=1"), "", &["all"]);
        check(Some("all="), "", &["all"]);
        check(Some("all=false&other=true"), "", &[]);
    }

    #[test]
    fn a_body_that_no_operation_accepts_sets_nothing() {
        for body in ["", "[]", "{", r#"{"a": 1, "a": 2}"#, "\"a\"", "{} {}"] {
            if body == r#"{"a": 1, "a": 2}"# {
                // The members are known, and the reader refuses the duplicate later.
                check(None, body, &["a"]);
            } else {
                check(None, body, &[]);
            }
        }
    }
}
