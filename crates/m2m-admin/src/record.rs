//! The common interface of the kinds of records.

use m2m_authority::registry::{
    Api, Application, Ending, Organization, Property, StoredSecret, time_text,
};
use m2m_store::{Stored, Subject, Write};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// A kind of record that can be managed.
pub(crate) trait Managed: Clone {
    /// The kind of the record.
    const SUBJECT: Subject;
    /// Returns the identifier as people know it.
    fn identifier(&self) -> &str;
    /// Returns the display name.
    fn title(&self) -> &str;
    /// Returns true if both have the same content.
    fn same(&self, other: &Self) -> bool;
    /// Returns the same content as a change of `before`, with what follows from the record before it.
    fn following(self, _before: &Self) -> Self {
        self
    }
    /// Returns the content of the record for the audit log, in the spelling of the registry file, without secrets and their hashes.
    fn view(&self) -> Map<String, Value>;
    /// Returns the write that stores the record.
    fn put(stored: Stored<Self>) -> Write;
}

/// Implements the trait for records that contain only what people declare.
macro_rules! managed {
    ($($record:ident: $identifier:ident, $put:ident;)+) => {$(
        impl Managed for $record {
            const SUBJECT: Subject = Subject::$record;

            fn identifier(&self) -> &str {
                &self.$identifier
            }

            fn title(&self) -> &str {
                &self.name
            }

            fn same(&self, other: &Self) -> bool {
                self == other
            }

            fn view(&self) -> Map<String, Value> {
                spelled(self)
            }

            fn put(stored: Stored<Self>) -> Write {
                Write::$put(stored)
            }
        }
    )+};
}

managed! {
    Organization: code, PutOrganization;
    Property: key, PutProperty;
}

impl Managed for Api {
    const SUBJECT: Subject = Subject::Api;

    fn identifier(&self) -> &str {
        &self.audience
    }

    fn title(&self) -> &str {
        &self.name
    }

    fn same(&self, other: &Self) -> bool {
        self == other
    }

    fn following(self, before: &Self) -> Self {
        Self::following(self, before)
    }

    fn view(&self) -> Map<String, Value> {
        let mut view = spelled(self);
        view.remove("earlier_algs");
        view
    }

    fn put(stored: Stored<Self>) -> Write {
        Write::PutApi(stored)
    }
}

impl Managed for Application {
    const SUBJECT: Subject = Subject::Application;

    fn identifier(&self) -> &str {
        &self.client_id
    }

    fn title(&self) -> &str {
        &self.spec.name
    }

    fn same(&self, other: &Self) -> bool {
        self.client_id == other.client_id
            && self.spec == other.spec
            && same_secrets(&self.secrets, &other.secrets)
    }

    fn view(&self) -> Map<String, Value> {
        let mut view = spelled(&self.spec);
        view.insert("client_id".to_owned(), json!(self.client_id));
        let secrets = self.secrets.iter().map(secret);
        view.insert("secrets".to_owned(), secrets.collect());
        view
    }

    fn put(stored: Stored<Self>) -> Write {
        Write::PutApplication(Box::new(stored))
    }
}

/// Returns a record in the spelling of the registry file.
fn spelled<T: Serialize>(record: &T) -> Map<String, Value> {
    match serde_json::to_value(record) {
        Ok(Value::Object(members)) => members,
        // Every record is an object.
        Ok(_) | Err(_) => Map::new(),
    }
}

pub(crate) fn same_secrets(one: &[StoredSecret], other: &[StoredSecret]) -> bool {
    let same = |one: &StoredSecret, other: &StoredSecret| {
        one.id == other.id
            && one.created_at == other.created_at
            && one.ending == other.ending
            && bool::from(one.hash.constant_time_eq(&other.hash))
    };
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
}

/// Returns a secret without its hash.
fn secret(secret: &StoredSecret) -> Value {
    let (ended, by) = match &secret.ending {
        None => (None, None),
        Some(Ending::Expires { .. }) => (Some("expires"), None),
        Some(Ending::RotatedOut { by, .. }) => (Some("rotated-out"), Some(by)),
        Some(Ending::Revoked { by, .. }) => (Some("revoked"), Some(by)),
    };
    let ends_at = secret.ending.as_ref().map(|ending| time_text(ending.at()));
    json!({
        "id": secret.id,
        "created_at": time_text(secret.created_at),
        "ends_at": ends_at,
        "why": ended,
        "by": by,
    })
}
