//! What the kinds of records have in common for whoever manages them.

use m2m_authority::registry::{
    Api, Application, Ending, Organization, Property, StoredSecret, time_text,
};
use m2m_store::{Stored, Subject, Write};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// A kind of record that can be managed.
pub(crate) trait Managed: Clone {
    /// What it is.
    const SUBJECT: Subject;
    /// Its identifier as people know it.
    fn identifier(&self) -> &str;
    /// The name that people see.
    fn title(&self) -> &str;
    /// Whether both say the same.
    fn same(&self, other: &Self) -> bool;
    /// Everything that it says, in its one spelling: no secret, and no hash of one.
    fn view(&self) -> Map<String, Value>;
    /// How it is written.
    fn put(stored: Stored<Self>) -> Write;
}

/// Records that say nothing but what people declare.
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
    Api: audience, PutApi;
    Organization: code, PutOrganization;
    Property: key, PutProperty;
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

/// A record in its one spelling.
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

/// A secret without what it is compared by.
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
