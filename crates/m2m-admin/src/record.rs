//! What the kinds of records have in common for whoever manages them.

use m2m_authority::registry::{
    Api, Application, ApplicationState, ClientType, Ending, Organization, Property, QuotaMode,
    StoredSecret,
};
use m2m_jwt::{ClaimSet, PropertyValue, UnixTime};
use m2m_store::{Stored, Subject, Write};
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
    /// What there is to see of it, by the names of `world.toml`: no secret, and no hash of one.
    fn view(&self) -> Map<String, Value>;
    /// How it is written.
    fn put(stored: Stored<Self>) -> Write;
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

    fn view(&self) -> Map<String, Value> {
        let scopes = self.scopes.iter().map(|scope| {
            if scope.description.is_empty() {
                json!(scope.key)
            } else {
                json!({ "key": scope.key, "description": scope.description })
            }
        });
        members([
            ("name", json!(self.name)),
            ("audience", json!(self.audience)),
            ("aliases", json!(self.aliases)),
            ("scopes", scopes.collect()),
            ("token_lifetime", json!(self.token_lifetime.as_seconds())),
            ("signing_alg", json!(self.signing_algorithm.as_str())),
            ("claims", json!(claim_set_word(self.claim_set))),
            ("introspection_clients", json!(self.introspection_clients)),
        ])
    }

    fn put(stored: Stored<Self>) -> Write {
        Write::PutApi(stored)
    }
}

impl Managed for Organization {
    const SUBJECT: Subject = Subject::Organization;

    fn identifier(&self) -> &str {
        &self.code
    }

    fn title(&self) -> &str {
        &self.name
    }

    fn same(&self, other: &Self) -> bool {
        let Self {
            code,
            name,
            handle,
            external_id,
            suspended,
            feature_flags,
        } = self;
        *code == other.code
            && *name == other.name
            && *handle == other.handle
            && *external_id == other.external_id
            && *suspended == other.suspended
            && same_values(feature_flags, &other.feature_flags)
    }

    fn view(&self) -> Map<String, Value> {
        members([
            ("code", json!(self.code)),
            ("name", json!(self.name)),
            ("handle", json!(self.handle)),
            ("external_id", json!(self.external_id)),
            ("suspended", json!(self.suspended)),
            ("feature_flags", values(&self.feature_flags)),
        ])
    }

    fn put(stored: Stored<Self>) -> Write {
        Write::PutOrganization(stored)
    }
}

impl Managed for Property {
    const SUBJECT: Subject = Subject::Property;

    fn identifier(&self) -> &str {
        &self.key
    }

    fn title(&self) -> &str {
        &self.name
    }

    fn same(&self, other: &Self) -> bool {
        self == other
    }

    fn view(&self) -> Map<String, Value> {
        members([
            ("key", json!(self.key)),
            ("name", json!(self.name)),
            ("description", json!(self.description)),
            ("private", json!(self.private)),
            ("type", json!(self.kind.as_str())),
            ("context", json!(self.context.as_str())),
            ("category_id", json!(self.category_id)),
        ])
    }

    fn put(stored: Stored<Self>) -> Write {
        Write::PutProperty(stored)
    }
}

impl Managed for Application {
    const SUBJECT: Subject = Subject::Application;

    fn identifier(&self) -> &str {
        &self.client_id
    }

    fn title(&self) -> &str {
        &self.name
    }

    fn same(&self, other: &Self) -> bool {
        // Taken apart, so that a field that is added is not forgotten here.
        let Self {
            name,
            client_id,
            organization,
            state,
            client_type,
            grant_types,
            authentication_methods,
            secrets,
            system_user,
            token_lifetime,
            not_before,
            allowed_addresses,
            token_quota,
            properties,
            token_properties,
            feature_flags,
            token_feature_flags,
            authorizations,
            is_management,
        } = self;
        *name == other.name
            && *client_id == other.client_id
            && *organization == other.organization
            && *state == other.state
            && *client_type == other.client_type
            && *grant_types == other.grant_types
            && *authentication_methods == other.authentication_methods
            && same_secrets(secrets, &other.secrets)
            && *system_user == other.system_user
            && *token_lifetime == other.token_lifetime
            && *not_before == other.not_before
            && *allowed_addresses == other.allowed_addresses
            && *token_quota == other.token_quota
            && same_values(properties, &other.properties)
            && *token_properties == other.token_properties
            && same_values(feature_flags, &other.feature_flags)
            && *token_feature_flags == other.token_feature_flags
            && *authorizations == other.authorizations
            && *is_management == other.is_management
    }

    fn view(&self) -> Map<String, Value> {
        let methods = self.authentication_methods;
        let quota = self.token_quota.map(|quota| {
            json!({
                "tokens": quota.tokens,
                "per": crate::world::seconds_text(quota.window_seconds),
                "mode": quota_mode_word(quota.mode),
            })
        });
        let authorize = self.authorizations.iter().map(
            |authorization| json!({ "audience": authorization.audience, "scopes": authorization.scopes }),
        );
        let addresses = self.allowed_addresses.iter().map(ToString::to_string);
        members([
            ("name", json!(self.name)),
            ("client_id", json!(self.client_id)),
            ("organization", json!(self.organization)),
            (
                "enabled",
                json!(match self.state {
                    ApplicationState::Enabled => true,
                    ApplicationState::Disabled => false,
                }),
            ),
            (
                "client_type",
                json!(match self.client_type {
                    ClientType::Confidential => "confidential",
                    ClientType::Public => "public",
                }),
            ),
            (
                "grant_types",
                words([(self.grant_types.client_credentials, "client_credentials")]),
            ),
            (
                "authentication_methods",
                words([
                    (methods.client_secret_basic, "client_secret_basic"),
                    (methods.client_secret_post, "client_secret_post"),
                ]),
            ),
            ("secrets", self.secrets.iter().map(secret).collect()),
            ("system_user", json!(self.system_user.name)),
            ("system_user_allowed", json!(self.system_user.allowed)),
            (
                "token_lifetime",
                json!(self.token_lifetime.map(|lifetime| lifetime.as_seconds())),
            ),
            ("not_before", json!(self.not_before.map(time_text))),
            ("allowed_addresses", addresses.collect()),
            ("token_quota", json!(quota)),
            ("properties", values(&self.properties)),
            ("token_properties", json!(self.token_properties)),
            ("feature_flags", values(&self.feature_flags)),
            ("token_feature_flags", json!(self.token_feature_flags)),
            ("authorize", authorize.collect()),
        ])
    }

    fn put(stored: Stored<Self>) -> Write {
        Write::PutApplication(Box::new(stored))
    }
}

/// The word for a claim set in files.
pub(crate) const fn claim_set_word(claim_set: ClaimSet) -> &'static str {
    match claim_set {
        ClaimSet::Rfc9068 => "rfc9068",
        ClaimSet::Kinde => "kinde",
    }
}

/// The word for what happens beyond a quota, in files.
pub(crate) const fn quota_mode_word(mode: QuotaMode) -> &'static str {
    match mode {
        QuotaMode::Warn => "warn",
        QuotaMode::Enforce => "enforce",
    }
}

/// A time as files have it, such as `2026-11-20T00:00:00Z`. One beyond the calendar, which ends in the year 9999, is its end.
pub(crate) fn time_text(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_seconds()).ok();
    seconds
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        .unwrap_or(jiff::Timestamp::MAX)
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

/// Values by key, in the order of the keys: none of their own means anything.
pub(crate) fn by_key(values: &[(Box<str>, PropertyValue)]) -> Vec<&(Box<str>, PropertyValue)> {
    let mut sorted: Vec<_> = values.iter().collect();
    sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
    sorted
}

fn same_values(one: &[(Box<str>, PropertyValue)], other: &[(Box<str>, PropertyValue)]) -> bool {
    one == other || by_key(one) == by_key(other)
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

fn values(values: &[(Box<str>, PropertyValue)]) -> Value {
    by_key(values)
        .into_iter()
        .map(|(key, value)| {
            let value = match value {
                PropertyValue::Boolean(value) => json!(value),
                PropertyValue::Text(value) => json!(value),
                PropertyValue::Integer(value) => json!(value),
            };
            (key.to_string(), value)
        })
        .collect()
}

/// The words that hold.
fn words<const N: usize>(words: [(bool, &str); N]) -> Value {
    words
        .into_iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, word)| word)
        .collect()
}

fn members<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
