//! The plan of a change, for people and for programs.

use core::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::{Action, Subject};

/// The plan of a change to a registry, record by record. It does not contain a secret.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Plan {
    /// The steps, in the order in which they are carried out.
    pub steps: Vec<Step>,
    /// The client ids of applications that are not in the file and stay nevertheless, because they manage this server: the last such application is
    /// never deleted.
    pub kept: Vec<Box<str>>,
}

/// A change of one record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The action.
    #[serde(serialize_with = "action", deserialize_with = "read_action")]
    pub action: Action,
    /// The kind of the record.
    #[serde(serialize_with = "subject", deserialize_with = "read_subject")]
    pub subject: Subject,
    /// The identifier of the record: a client id, an audience, a code, a key, a `kid`. `None` for an application whose client id is not generated
    /// yet.
    pub name: Option<Box<str>>,
    /// The display name of the record.
    pub title: Box<str>,
    /// The change of the secrets of an application, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretStep>,
    /// The changed fields. Empty for a record that is created or deleted.
    pub changes: Vec<FieldChange>,
}

/// A change of the secrets of an application.
///
/// Exhaustive: a client has to tell users where to find each new secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretStep {
    /// A secret is generated. It is shown only once.
    Generated,
    /// The application gets the secret with the hash in the request.
    Set,
    /// As [`Set`](Self::Set), and the earlier secrets end at once.
    Replaced,
    /// As [`Generated`](Self::Generated), and the earlier secrets end at once.
    Regenerated,
}

/// A changed field of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FieldChange {
    /// The name of the field in `world.toml`.
    pub field: Box<str>,
    /// The value before the change.
    pub before: Value,
    /// The value after the change.
    pub after: Value,
}

/// The number of records that are created, changed and deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Counts {
    /// The number of records that are created.
    pub created: usize,
    /// The number of records that are changed.
    pub updated: usize,
    /// The number of records that are deleted.
    pub deleted: usize,
}

impl Plan {
    /// Returns true if the plan does not have a step.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Returns the number of records that are created, changed and deleted.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for step in &self.steps {
            let count = match step.action {
                Action::Created => &mut counts.created,
                Action::Updated => &mut counts.updated,
                Action::Deleted => &mut counts.deleted,
                // The steps of a plan do not have these actions.
                Action::Read | Action::Revoked | Action::Expiring => continue,
            };
            *count += 1;
        }
        counts
    }
}

impl FieldChange {
    /// Returns the fields that differ before and after an event of the audit log. The list is empty if one of the two is not a record.
    #[must_use]
    pub fn of_event(before: &Value, after: &Value) -> Vec<Self> {
        match (before, after) {
            (Value::Object(before), Value::Object(after)) => Self::between(before, after),
            _ => Vec::new(),
        }
    }

    /// Returns the fields that differ between two views of a record.
    #[must_use]
    pub fn between(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Self> {
        after
            .iter()
            .filter_map(|(field, after)| {
                let before = before.get(field).cloned().unwrap_or_default();
                // Changes of secrets are described by `SecretStep`.
                (before != *after && field != "secrets").then(|| Self {
                    field: field.as_str().into(),
                    before,
                    after: after.clone(),
                })
            })
            .collect()
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            created,
            updated,
            deleted,
        } = self;
        write!(
            f,
            "{created} to create, {updated} to update, {deleted} to delete"
        )
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for client_id in &self.kept {
            writeln!(
                f,
                "= application {client_id:?} is not in the file and is kept: it manages this server"
            )?;
        }
        for step in &self.steps {
            writeln!(f, "{step}")?;
        }
        if self.is_empty() {
            f.write_str("nothing to do: the registry matches the file")
        } else {
            self.counts().fmt(f)
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.action {
            Action::Created => '+',
            Action::Updated => '~',
            Action::Deleted | Action::Revoked => '-',
            Action::Read | Action::Expiring => '=',
        };
        write!(f, "{sign} {}", self.subject.as_str())?;
        match &self.name {
            Some(name) if **name == *self.title => write!(f, " {name:?}")?,
            Some(name) => write!(f, " {name:?} ({})", Inner(&self.title))?,
            None => write!(f, " with a generated client id ({})", Inner(&self.title))?,
        }
        match self.secret {
            None => {}
            Some(SecretStep::Generated) => f.write_str(", with a new secret")?,
            Some(SecretStep::Set) => f.write_str(", with the secret from the file")?,
            Some(SecretStep::Replaced) => {
                f.write_str(", with the secret from the file; the earlier secrets end now")?;
            }
            Some(SecretStep::Regenerated) => {
                f.write_str(", with a new secret; the earlier secrets end now")?;
            }
        }
        for change in &self.changes {
            write!(f, "\n    {change}")?;
        }
        Ok(())
    }
}

impl fmt::Display for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            field,
            before,
            after,
        } = self;
        write!(f, "{field}: {} → {}", Said(before), Said(after))
    }
}

/// A text as `{:?}` writes it, without its quotes: it cannot send control sequences to a terminal.
struct Inner<'t>(&'t str);

impl fmt::Display for Inner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '"' | '\'' => write!(f, "{character}"),
            _ => write!(f, "{}", character.escape_debug()),
        })
    }
}

/// A value, written for people.
struct Said<'v>(&'v Value);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list =
            |f: &mut fmt::Formatter<'_>,
             open,
             close,
             values: &mut dyn Iterator<Item = (Option<&String>, &Value)>| {
                f.write_str(open)?;
                for (position, (key, value)) in values.enumerate() {
                    if position > 0 {
                        f.write_str(", ")?;
                    }
                    if let Some(key) = key {
                        write!(f, "{} = ", Inner(key))?;
                    }
                    Said(value).fmt(f)?;
                }
                f.write_str(close)
            };
        match self.0 {
            Value::Null => f.write_str("none"),
            Value::Bool(value) => value.fmt(f),
            Value::Number(value) => value.fmt(f),
            Value::String(value) => write!(f, "{value:?}"),
            Value::Array(values) => {
                list(f, "[", "]", &mut values.iter().map(|value| (None, value)))
            }
            Value::Object(values) => list(
                f,
                "{ ",
                " }",
                &mut values.iter().map(|(key, value)| (Some(key), value)),
            ),
        }
    }
}

fn action<S: Serializer>(action: &Action, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(action.as_str())
}

fn subject<S: Serializer>(subject: &Subject, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(subject.as_str())
}

fn read_action<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Action, D::Error> {
    let word = String::deserialize(deserializer)?;
    Action::parse(&word).ok_or_else(|| D::Error::custom(format_args!("unknown action {word:?}")))
}

fn read_subject<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Subject, D::Error> {
    let word = String::deserialize(deserializer)?;
    Subject::parse(&word)
        .ok_or_else(|| D::Error::custom(format_args!("unknown kind of record {word:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_as_it_was_written() {
        let step = Step {
            action: Action::Updated,
            subject: Subject::Application,
            name: Some("billing-job".into()),
            title: "Billing job".into(),
            secret: Some(SecretStep::Replaced),
            changes: vec![FieldChange {
                field: "token_lifetime".into(),
                before: Value::Null,
                after: 600.into(),
            }],
        };
        let nameless = Step {
            action: Action::Created,
            name: None,
            secret: None,
            changes: Vec::new(),
            ..step.clone()
        };
        let plan = Plan {
            steps: vec![step, nameless],
            kept: vec!["manager".into()],
        };
        let json = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan);
        assert!(serde_json::from_str::<Plan>(&json.replace("updated", "undone")).is_err());
        assert!(
            serde_json::from_str::<Plan>(&json.replace("\"application\"", "\"user\"")).is_err()
        );
    }
    #[test]
    fn every_action_on_every_kind_of_record_is_read_back() {
        let step = |action, subject| Step {
            action,
            subject,
            name: None,
            title: "One".into(),
            secret: None,
            changes: Vec::new(),
        };
        let subjects = Subject::ALL.iter();
        let plan = Plan {
            steps: subjects
                .flat_map(|subject| Action::ALL.iter().map(|action| step(*action, *subject)))
                .collect(),
            kept: Vec::new(),
        };
        assert_eq!(plan.steps.len(), Subject::ALL.len() * Action::ALL.len());
        let json = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan);
    }
}
