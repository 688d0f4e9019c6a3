//! The place of a value in the text of a file.

use core::ops::Range;

use m2m_authority::registry::{Path, Step};
use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Mistake;

/// The origin of a document.
#[derive(Debug)]
pub(super) enum Source {
    /// The text of a TOML file.
    Toml(Box<str>),
    /// A JSON document, in which places are described only by a path.
    Json,
}

/// The part of a member that a mistake is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The name of the member.
    Name,
    /// The value of the member.
    Value,
}

impl Source {
    /// Returns the place of a value, or of its nearest parent that the file has. Unit: bytes.
    pub(super) fn span(&self, path: &Path, part: Part) -> Range<usize> {
        let Self::Toml(source) = self else {
            return 0..0;
        };
        // The text was parsed before, so that this does not fail.
        let Ok(table) = DeTable::parse(source) else {
            return 0..0;
        };
        span(table, path.steps(), part)
    }

    /// Returns the first line of the text at this place.
    pub(super) fn line(&self, span: Range<usize>) -> &str {
        match self {
            Self::Toml(source) => {
                let text = source.get(span).and_then(|text| text.lines().next());
                text.unwrap_or_default().trim_end()
            }
            Self::Json => "",
        }
    }
}

/// Parses a TOML text.
///
/// # Errors
///
/// An error if the text is not TOML, or contains a number that JSON cannot represent.
pub(super) fn parse(source: &str) -> Result<Value, Mistake> {
    let table = DeTable::parse(source).map_err(|error| Mistake::of_toml(&error))?;
    members(table.into_inner()).map(Value::Object)
}

/// The fields that are times, which a file can have as date-times of TOML.
pub(crate) const TIMES: [&str; 2] = ["not_before", "expires_at"];

fn members(table: DeTable<'_>) -> Result<Map<String, Value>, Mistake> {
    let members = table.into_iter();
    members
        .map(|(name, member)| {
            let name = name.into_inner().into_owned();
            let is_time =
                TIMES.contains(&&*name) && matches!(member.get_ref(), DeValue::Datetime(_));
            let value = if is_time {
                Value::String(
                    member
                        .get_ref()
                        .as_datetime()
                        .map_or_else(String::new, ToString::to_string),
                )
            } else {
                value(member)?
            };
            Ok((name, value))
        })
        .collect()
}

fn value(spanned: Spanned<DeValue<'_>>) -> Result<Value, Mistake> {
    let span = spanned.span();
    let beyond = |what: &str| Mistake::in_span(span.clone(), what);
    Ok(match spanned.into_inner() {
        DeValue::String(text) => Value::String(text.into_owned()),
        DeValue::Integer(integer) => {
            let number = i64::from_str_radix(integer.as_str(), integer.radix());
            Value::from(number.map_err(|_| beyond("the number is out of range"))?)
        }
        DeValue::Float(float) => {
            let number = float.as_str().parse().ok().and_then(Number::from_f64);
            Value::Number(number.ok_or_else(|| beyond("the number must be finite"))?)
        }
        DeValue::Boolean(boolean) => Value::Bool(boolean),
        DeValue::Datetime(_) => {
            return Err(beyond(
                "a date or time is not allowed here; if it is a string, put it in quotes",
            ));
        }
        DeValue::Array(array) => {
            let items = array.into_iter().map(value);
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => Value::Object(members(table)?),
    })
}

fn span(table: Spanned<DeTable<'_>>, steps: &[Step], part: Part) -> Range<usize> {
    let mut found = 0..0;
    let mut value = DeValue::Table(table.into_inner());
    for (position, step) in steps.iter().enumerate() {
        let is_last = position + 1 == steps.len();
        let next = match (step, value) {
            (Step::Member(name), DeValue::Table(mut table)) => match table.remove_entry(&**name) {
                Some((name, _)) if is_last && part == Part::Name => return name.span(),
                entry => entry.map(|(_, value)| value),
            },
            (Step::Item(index), DeValue::Array(items)) => items.into_iter().nth(*index),
            _ => None,
        };
        let Some(next) = next else {
            return found;
        };
        found = next.span();
        value = next.into_inner();
    }
    found
}
