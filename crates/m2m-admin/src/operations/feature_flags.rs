//! Feature flags of organizations.

use m2m_authority::registry::PropertyValue;
use std::collections::BTreeMap;

use http::Method;
use m2m_store::Filter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Result;
use super::organizations::FlagType;
use super::scalar::{self, Scalar};
use super::text::{PathKey, Value};
use super::{lookup, protection};
use crate::face::NoBody;
use crate::operation::{Call, Done, NoQuery, Operation, Weight};
use crate::{Host, Manager, OperationError};

/// Lists the feature flags of an organization.
#[derive(Debug)]
pub struct ListOrganizationFeatureFlags;

/// Gives a feature flag of an organization a value.
#[derive(Debug)]
pub struct SetOrganizationFeatureFlag;

/// The value of a flag.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetFlagQuery {
    /// The value: `true` or `false`, a whole number, or a text, as the flag is. A new flag becomes what the value looks like.
    value: Value,
}

/// The feature flags of an organization.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FlagsAnswer {
    feature_flags: BTreeMap<String, FlagShown>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct FlagShown {
    r#type: FlagType,
    value: Scalar,
}

impl Operation for ListOrganizationFeatureFlags {
    const ID: &'static str = "listOrganizationFeatureFlags";
    const PATH: &'static str = "/api/v1/organizations/{org_code}/feature_flags";
    const SCOPE: &'static str = "read:organization_feature_flags";
    const SUMMARY: &'static str = "List the feature flags of an organization";
    const REFUSALS: &'static [u16] = &[404];
    const WEIGHT: Weight = Weight::Page;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = FlagsAnswer;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<FlagsAnswer> {
        let registry = manager.host().registry();
        let stored = lookup::organization(registry, call.named("org_code")).await?;
        let flags = stored.value.feature_flags.iter().map(|(key, value)| {
            let shown = FlagShown {
                r#type: FlagType::of(value),
                value: Scalar(value.clone()),
            };
            (key.to_string(), shown)
        });
        Ok(FlagsAnswer {
            feature_flags: flags.collect(),
        })
    }
}

impl Operation for SetOrganizationFeatureFlag {
    const ID: &'static str = "setOrganizationFeatureFlag";
    const METHOD: Method = Method::PATCH;
    const PATH: &'static str = "/api/v1/organizations/{org_code}/feature_flags/{feature_flag_key}";
    const SCOPE: &'static str = "update:organization_feature_flags";
    const SUMMARY: &'static str = "Give a feature flag of an organization a value";
    const CODE: &'static str = "FEATURE_FLAG_UPDATED";
    const MESSAGE: &'static str = "Feature flag successfully updated";
    const REFUSALS: &'static [u16] = &[404, 409];
    type Query = SetFlagQuery;
    type Body = NoBody;
    type Answer = Done;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Done> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.organization(call).await?;
        let key = call.named("feature_flag_key");
        let text = call.query.value.as_str();
        let mut organization = stored.value.clone();
        let flags = &mut organization.feature_flags;
        match flags.get_mut(key) {
            Some(own) => {
                *own = read(text, FlagType::of(own)).ok_or_else(|| {
                    let message = format!("value: the flag is {}", words(FlagType::of(own)));
                    OperationError::conflict("FEATURE_FLAG_TYPE", message)
                })?;
            }
            None => {
                let is_key: Result<PathKey, serde_json::Error> =
                    serde_json::from_value(serde_json::Value::from(key));
                if is_key.is_err() {
                    return Err(OperationError::unknown("feature flag", key));
                }
                flags.insert(key.into(), guess(text));
            }
        }
        protection::of_size(&organization)?;
        // The flag stands in tokens of its applications, whose size is bounded.
        let filter = Filter::OfOrganization(&organization.code);
        let dependents = protection::dependents(decision.registry(), filter).await?;
        decision.check(
            decision.api_records(),
            vec![organization.clone()],
            dependents.into_iter().map(|stored| stored.value).collect(),
        )?;
        decision.draft.update(&stored, organization, None);
        decision.commit().await
    }
}

/// The text as a value of this kind.
fn read(text: &str, kind: FlagType) -> Option<PropertyValue> {
    match kind {
        FlagType::Str => Some(PropertyValue::Text(text.into())),
        FlagType::Int => {
            let number = text.parse().ok();
            let number = number.filter(|number| scalar::SAFE.contains(number));
            number.map(PropertyValue::Integer)
        }
        FlagType::Bool => text.parse().ok().map(PropertyValue::Boolean),
    }
}

/// The text as what it looks like.
fn guess(text: &str) -> PropertyValue {
    read(text, FlagType::Bool)
        .or_else(|| read(text, FlagType::Int))
        .unwrap_or_else(|| PropertyValue::Text(text.into()))
}

const fn words(kind: FlagType) -> &'static str {
    match kind {
        FlagType::Str => "a text",
        FlagType::Int => "a whole number",
        FlagType::Bool => "true or false",
    }
}
