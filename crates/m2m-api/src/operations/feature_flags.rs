//! Feature flags of organizations.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::FlagType;
use crate::values::{ScalarText, Tolerant, Value};
use crate::{Done, FeatureFlagName, Method, NoBody, NoQuery, Operation, OrganizationName, Spec};

/// Lists the feature flags of an organization.
#[derive(Debug)]
pub struct ListOrganizationFeatureFlags;

/// Sets the value of a feature flag of an organization.
#[derive(Debug)]
pub struct SetOrganizationFeatureFlag;

/// The value to set a feature flag to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetFlagQuery {
    /// The value: `true` or `false`, an integer, or a string, according to the type of the flag. The type of a new flag follows from its first value.
    pub value: Value,
}

/// The feature flags of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FlagsAnswer {
    /// The feature flags of the organization, by key.
    pub feature_flags: BTreeMap<String, FlagShown>,
}

/// A feature flag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FlagShown {
    /// The type of the flag.
    pub r#type: Tolerant<FlagType>,
    /// The value as text: `true` or `false`, an integer, or a string, according to the type of the flag.
    pub value: Tolerant<ScalarText>,
}

impl Operation for ListOrganizationFeatureFlags {
    const SPEC: Spec = Spec {
        id: "listOrganizationFeatureFlags",
        path: "/api/v1/organizations/{org_code}/feature_flags",
        scope: "read:organization_feature_flags",
        summary: "List the feature flags of an organization",
        refusals: &[404],
        ..Spec::DEFAULT
    };
    type Names = OrganizationName;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = FlagsAnswer;
}

impl Operation for SetOrganizationFeatureFlag {
    const SPEC: Spec = Spec {
        id: "setOrganizationFeatureFlag",
        method: Method::Patch,
        path: "/api/v1/organizations/{org_code}/feature_flags/{feature_flag_key}",
        scope: "update:organization_feature_flags",
        summary: "Set a feature flag of an organization",
        code: "FEATURE_FLAG_UPDATED",
        message: "Feature flag successfully updated",
        refusals: &[404, 409],
        ..Spec::DEFAULT
    };
    type Names = FeatureFlagName;
    type Query = SetFlagQuery;
    type Body = NoBody;
    type Answer = Done;
}
