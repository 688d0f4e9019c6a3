//! The form of `world.toml`. Every value knows where it stands.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::scalar::{Scalar, Scope};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    #[serde(default)]
    pub(super) api: Vec<Spanned<Api>>,
    #[serde(default)]
    pub(super) organization: Vec<Spanned<Organization>>,
    #[serde(default)]
    pub(super) property: Vec<Spanned<Property>>,
    #[serde(default)]
    pub(super) application: Vec<Spanned<Application>>,
}

/// `[[api]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "[[api]] with name and audience")]
pub(super) struct Api {
    pub(super) name: String,
    pub(super) audience: Spanned<String>,
    #[serde(default)]
    pub(super) scopes: Vec<Spanned<Scope>>,
    pub(super) token_lifetime: Option<Spanned<u32>>,
    pub(super) signing_alg: Option<Spanned<String>>,
    pub(super) claims: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) introspection_clients: Vec<Spanned<String>>,
}

/// `[[organization]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "[[organization]] with code")]
pub(super) struct Organization {
    pub(super) code: Spanned<String>,
    /// The code where it is absent.
    pub(super) name: Option<String>,
    pub(super) handle: Option<Spanned<String>>,
    pub(super) external_id: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) suspended: bool,
    #[serde(default)]
    pub(super) feature_flags: BTreeMap<Spanned<String>, Scalar>,
}

/// `[[property]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "[[property]] with key")]
pub(super) struct Property {
    pub(super) key: Spanned<String>,
    /// The key where it is absent.
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) private: bool,
    #[serde(rename = "type")]
    pub(super) kind: Option<Spanned<String>>,
    pub(super) context: Option<Spanned<String>>,
    pub(super) category_id: Option<String>,
}

/// `[[application]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "[[application]] with name")]
pub(super) struct Application {
    pub(super) name: Spanned<String>,
    pub(super) client_id: Option<Spanned<String>>,
    pub(super) organization: Option<Spanned<String>>,
    pub(super) enabled: Option<bool>,
    pub(super) client_type: Option<Spanned<String>>,
    pub(super) grant_types: Option<Vec<Spanned<String>>>,
    pub(super) authentication_methods: Option<Vec<Spanned<String>>>,
    pub(super) token_lifetime: Option<Spanned<u32>>,
    pub(super) not_before: Option<Spanned<Datetime>>,
    #[serde(default)]
    pub(super) allowed_addresses: Vec<Spanned<String>>,
    pub(super) token_quota: Option<Spanned<TokenQuota>>,
    #[serde(default)]
    pub(super) feature_flags: BTreeMap<Spanned<String>, Scalar>,
    #[serde(default)]
    pub(super) token_feature_flags: Vec<Spanned<String>>,
    pub(super) secret_sha256: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) properties: BTreeMap<Spanned<String>, Scalar>,
    #[serde(default)]
    pub(super) token_properties: Vec<Spanned<String>>,
    pub(super) system_user: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) system_user_allowed: bool,
    #[serde(default)]
    pub(super) authorize: Vec<Spanned<Authorization>>,
}

/// `token_quota`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "{ tokens = …, per = \"…\" }")]
pub(super) struct TokenQuota {
    pub(super) tokens: u64,
    pub(super) per: Spanned<String>,
    pub(super) mode: Option<Spanned<String>>,
}

/// An element of `authorize`.
#[derive(Debug, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "{ audience = \"…\", scopes = [\"…\"] }"
)]
pub(super) struct Authorization {
    pub(super) audience: Spanned<String>,
    #[serde(default)]
    pub(super) scopes: Vec<Spanned<String>>,
}
