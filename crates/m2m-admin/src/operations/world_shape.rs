//! A `world.toml` as JSON, for the OpenAPI document. What reads it is [`World::parse`](crate::World::parse).

use std::borrow::Cow;
use std::collections::BTreeMap;

use m2m_jwt::Algorithm;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::apis::Claims;
use super::application_shape::{GrantType, Method, Mode, Type};
use super::moment::{Address, Time};
use super::properties;
use super::text::{ClientIdText, Identifier, Key, Name, SecretSha256};
use super::whole::{Seconds, Whole};

/// Types that say what a file looks like, and are never made.
macro_rules! shapes {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $member:ident: $type:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(JsonSchema)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "says what a file looks like")]
        pub(crate) struct $name {
            $($(#[$attribute])* $member: $type,)*
        }
    )+};
}

shapes! {
    /// The registry as world.toml has it, as JSON.
    World {
        #[serde(default)]
        api: Vec<WorldApi>,
        #[serde(default)]
        organization: Vec<WorldOrganization>,
        #[serde(default)]
        property: Vec<WorldProperty>,
        #[serde(default)]
        application: Vec<WorldApplication>,
    }
    /// An API.
    WorldApi {
        name: String,
        audience: Identifier,
        #[serde(default)]
        scopes: Vec<WorldScope>,
        #[serde(default)]
        token_lifetime: Absent<Seconds>,
        #[serde(default)]
        signing_alg: Absent<AnyAlgorithm>,
        #[serde(default)]
        claims: Absent<Claims>,
        #[serde(default)]
        introspection_clients: Vec<String>,
    }
    /// An organization.
    WorldOrganization {
        code: Key,
        #[serde(default)]
        name: Absent<String>,
        #[serde(default)]
        handle: Absent<Key>,
        #[serde(default)]
        external_id: Absent<Name>,
        #[serde(default)]
        suspended: Absent<bool>,
        #[serde(default)]
        feature_flags: BTreeMap<Key, WorldScalar>,
    }
    /// A property.
    WorldProperty {
        key: Key,
        #[serde(default)]
        name: Absent<String>,
        #[serde(default)]
        description: Absent<String>,
        #[serde(default)]
        private: Absent<bool>,
        #[serde(default, rename = "type")]
        kind: Absent<properties::Kind>,
        #[serde(default)]
        context: Absent<properties::Context>,
        #[serde(default)]
        category_id: Absent<String>,
    }
    /// An application.
    WorldApplication {
        name: String,
        #[serde(default)]
        client_id: Absent<ClientIdText>,
        #[serde(default)]
        organization: Absent<String>,
        #[serde(default)]
        enabled: Absent<bool>,
        #[serde(default)]
        client_type: Absent<Type>,
        #[serde(default)]
        grant_types: Vec<GrantType>,
        #[serde(default)]
        authentication_methods: Vec<Method>,
        #[serde(default)]
        token_lifetime: Absent<Seconds>,
        #[serde(default)]
        not_before: Absent<Time>,
        #[serde(default)]
        allowed_addresses: Vec<Address>,
        #[serde(default)]
        token_quota: Absent<WorldQuota>,
        #[serde(default)]
        feature_flags: BTreeMap<String, WorldScalar>,
        #[serde(default)]
        token_feature_flags: Vec<String>,
        #[serde(default)]
        secret_sha256: Absent<SecretSha256>,
        #[serde(default)]
        properties: BTreeMap<String, WorldScalar>,
        #[serde(default)]
        token_properties: Vec<String>,
        #[serde(default)]
        system_user: Absent<Key>,
        #[serde(default)]
        system_user_allowed: Absent<bool>,
        #[serde(default)]
        authorize: Vec<WorldAuthorization>,
    }
    /// How many tokens an application may have in a length of time.
    WorldQuota {
        tokens: Whole<1, 9_007_199_254_740_991>,
        per: WorldPeriod,
        #[serde(default)]
        mode: Absent<Mode>,
    }
    /// What an application may ask for of an API.
    WorldAuthorization {
        audience: String,
        #[serde(default)]
        scopes: Vec<String>,
    }
}

/// A member that may be absent, and is not null: TOML knows no null.
pub(crate) struct Absent<T>(core::marker::PhantomData<T>);

impl<T: JsonSchema> JsonSchema for Absent<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T> Default for Absent<T> {
    fn default() -> Self {
        Self(core::marker::PhantomData)
    }
}

/// Schemas that no type of a request has.
macro_rules! schemas {
    ($($(#[$doc:meta])* $name:ident: $schema:expr;)+) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    )+};
}

schemas! {
    /// A scope: its key, or with a description.
    WorldScope: {
        let key = json_schema!({ "type": "string", "minLength": 1, "pattern": r"^[\x21\x23-\x5b\x5d-\x7e]+$" });
        json_schema!({
            "anyOf": [
                key,
                {
                    "type": "object",
                    "properties": { "key": key, "description": { "type": "string" } },
                    "required": ["key"],
                    "additionalProperties": false,
                },
            ],
        })
    };
    /// A value of a property or a feature flag, however long.
    WorldScalar: json_schema!({
        "anyOf": [
            { "type": "boolean" },
            { "type": "integer", "minimum": -9_007_199_254_740_991_i64, "maximum": 9_007_199_254_740_991_i64 },
            { "type": "string" },
        ],
    });
    /// Any algorithm that the server knows.
    AnyAlgorithm: {
        let names: Vec<&str> = Algorithm::ALL.iter().map(|algorithm| algorithm.as_str()).collect();
        json_schema!({ "type": "string", "enum": names })
    };
    /// A length of time.
    WorldPeriod: json_schema!({ "type": "string", "pattern": "^0*[1-9][0-9]{0,12}[smhd]$" });
}
