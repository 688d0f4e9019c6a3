//! Organizations.

use m2m_authority::registry::PropertyValue;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::values::{Given, Ignored, Key, Map, Name, Patch, PathKey, Search};
use crate::{
    Done, Field, Method, NoBody, NoNames, NoQuery, Operation, Order, OrganizationName, PageSize,
    PageToken, Spec, Versioning,
};

/// Lists organizations.
#[derive(Debug)]
pub struct ListOrganizations;

/// Shows an organization.
#[derive(Debug)]
pub struct GetOrganization;

/// Creates an organization.
#[derive(Debug)]
pub struct CreateOrganization;

/// Changes or suspends an organization.
#[derive(Debug)]
pub struct UpdateOrganization;

/// Deletes an organization.
#[derive(Debug)]
pub struct DeleteOrganization;

/// The query parameters of a list of organizations.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListOrganizationsQuery {
    /// A text to search for. Only organizations whose name or code contains it are listed.
    pub search: Option<Search>,
    /// The order of the list. If absent, the oldest organization comes first.
    pub sort: Option<Order>,
    /// The maximum number of organizations on a page.
    pub page_size: Option<PageSize>,
    /// The `next_token` of an earlier page. The list continues after that page.
    pub next_token: Option<PageToken>,
}

/// The query parameters that select an organization.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetOrganizationQuery {
    /// The code of the organization.
    pub code: Key,
    /// A parameter that is accepted for compatibility with clients of other servers, and ignored: organizations of machines are not billed.
    pub expand: Option<OrganizationExpand>,
}

/// The query parameters of a change of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateOrganizationQuery {
    /// A parameter that is accepted for compatibility with clients of other servers, and ignored: organizations of machines are not billed.
    pub expand: Option<OrganizationExpand>,
}

/// Additional details that an answer can include.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "the name says it")]
pub enum OrganizationExpand {
    Billing,
}

/// The type of a feature flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum FlagType {
    /// A string.
    Str,
    /// An integer.
    Int,
    /// True or false.
    Bool,
}

/// Defines the bodies that create and change an organization: members of their own, and those that both have.
///
/// Clients of other servers also send members for the sign-in of users. Users do not sign in to an organization of machines: those members are accepted
/// and ignored.
macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $member:ident: $type:ty,)* } without { $($ignored:ident,)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$attribute])* pub $member: $type,)*
            /// The identifier of the organization in another system.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub external_id: Patch<Name>,
            /// A short name for use in URLs.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub handle: Patch<Key>,
            /// True if applications of the organization are refused tokens.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub is_suspended: Given<bool>,
            $(
                /// A member that is accepted for compatibility with clients of other servers. It does not apply to machines, and it is not stored.
                #[serde(default, skip_serializing_if = "Ignored::is_never_sent")]
                pub $ignored: Ignored,
            )*
        }
    )+};
}

bodies! {
    /// An organization to create.
    NewOrganization {
        /// The display name of the organization.
        name: Name,
        /// The code of the organization. Tokens carry it. If absent, one is generated. It cannot be changed.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<PathKey>,
        /// The types of the organization's feature flags, by key. The initial value of a flag is false, 0 or an empty string.
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        feature_flags: Map<PathKey, FlagType, 100>,
    } without {
        background_color, button_color, button_text_color, link_color,
        background_color_dark, button_color_dark, button_text_color_dark, link_color_dark, theme_code,
        is_allow_registrations, is_auto_membership_enabled, sender_name, sender_email,
        is_create_billing_customer, billing_email, billing_plan_code,
    }
    /// A change of an organization.
    #[derive(Default)]
    OrganizationChange {
        /// The display name of the organization.
        #[serde(default, skip_serializing_if = "Given::is_none")]
        name: Given<Name>,
    } without {
        background_color, button_color, button_text_color, link_color,
        background_color_dark, button_color_dark, button_text_color_dark, link_color_dark, theme_code,
        is_allow_registrations, is_auto_membership_enabled, sender_name, sender_email,
        is_auto_join_domain_list, allowed_domains, is_enable_advanced_orgs, is_enforce_mfa,
    }
}

/// A page of organizations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrganizationsAnswer {
    /// The organizations.
    pub organizations: Vec<OrganizationSummary>,
    /// The `next_token` to request the next page with. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<PageToken>,
}

/// An organization as it appears in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrganizationSummary {
    /// The code of the organization. Tokens carry it.
    pub code: String,
    /// The display name of the organization.
    pub name: String,
    /// The short name for use in URLs.
    pub handle: Option<String>,
    /// Always false: there is no default organization.
    pub is_default: bool,
    /// The identifier of the organization in another system.
    pub external_id: Option<String>,
    /// True if applications of the organization are refused tokens.
    pub is_suspended: bool,
}

/// The answer about an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrganizationAnswer {
    /// The code of the organization. Tokens carry it.
    pub code: String,
    /// The display name of the organization.
    pub name: String,
    /// The short name for use in URLs.
    pub handle: Option<String>,
    /// Always false: there is no default organization.
    pub is_default: bool,
    /// The identifier of the organization in another system.
    pub external_id: Option<String>,
    /// True if applications of the organization are refused tokens.
    pub is_suspended: bool,
    /// The time at which the organization was created.
    pub created_on: String,
}

/// An organization that was created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrganizationCreated {
    /// A reference to the organization.
    pub organization: CodeReference,
}

/// A reference to an organization that was created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CodeReference {
    /// The code of the organization. Tokens carry it.
    pub code: String,
}

impl NewOrganization {
    /// Returns an organization with this name, and with defaults for everything else.
    #[must_use]
    pub fn new(name: Name) -> Self {
        Self {
            name,
            code: None,
            feature_flags: Map::default(),
            external_id: Patch::Keep,
            handle: Patch::Keep,
            is_suspended: Given(None),
            background_color: Ignored,
            button_color: Ignored,
            button_text_color: Ignored,
            link_color: Ignored,
            background_color_dark: Ignored,
            button_color_dark: Ignored,
            button_text_color_dark: Ignored,
            link_color_dark: Ignored,
            theme_code: Ignored,
            is_allow_registrations: Ignored,
            is_auto_membership_enabled: Ignored,
            sender_name: Ignored,
            sender_email: Ignored,
            is_create_billing_customer: Ignored,
            billing_email: Ignored,
            billing_plan_code: Ignored,
        }
    }
}

impl Operation for ListOrganizations {
    const SPEC: Spec = Spec {
        id: "listOrganizations",
        path: "/api/v1/organizations",
        scope: "read:organizations",
        summary: "List organizations",
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = ListOrganizationsQuery;
    type Body = NoBody;
    type Answer = OrganizationsAnswer;
}

impl Operation for GetOrganization {
    const SPEC: Spec = Spec {
        id: "getOrganization",
        path: "/api/v1/organization",
        scope: "read:organizations",
        summary: "Show an organization",
        has_own_code: true,
        refusals: &[404],
        versioning: Versioning::Tagged,
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = GetOrganizationQuery;
    type Body = NoBody;
    type Answer = OrganizationAnswer;
}

impl Operation for CreateOrganization {
    const SPEC: Spec = Spec {
        id: "createOrganization",
        method: Method::Post,
        path: "/api/v1/organization",
        scope: "create:organizations",
        fields: &[Field::member(
            "feature_flags",
            &["update:organization_feature_flags"],
        )],
        summary: "Create an organization",
        code: "ORGANIZATION_CREATED",
        message: "Organization successfully created",
        status: 201,
        refusals: &[409],
        example: Some(
            r#"{"name": "Acme", "external_id": "4711", "feature_flags": {"beta": "bool"}}"#,
        ),
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = NoQuery;
    type Body = NewOrganization;
    type Answer = OrganizationCreated;
}

impl Operation for UpdateOrganization {
    const SPEC: Spec = Spec {
        id: "updateOrganization",
        method: Method::Patch,
        path: "/api/v1/organization/{org_code}",
        scope: "update:organizations",
        summary: "Change or suspend an organization",
        code: "ORGANIZATION_UPDATED",
        message: "Organization successfully updated",
        versioning: Versioning::Compared,
        refusals: &[404, 409],
        example: Some(r#"{"is_suspended": true}"#),
        ..Spec::DEFAULT
    };
    type Names = OrganizationName;
    type Query = UpdateOrganizationQuery;
    type Body = OrganizationChange;
    type Answer = Done;
}

impl Operation for DeleteOrganization {
    const SPEC: Spec = Spec {
        id: "deleteOrganization",
        method: Method::Delete,
        path: "/api/v1/organization/{org_code}",
        scope: "delete:organizations",
        summary: "Delete an organization that no application belongs to",
        code: "ORGANIZATION_DELETED",
        message: "Organization successfully deleted",
        versioning: Versioning::Compared,
        refusals: &[404, 409],
        ..Spec::DEFAULT
    };
    type Names = OrganizationName;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = Done;
}

impl FlagType {
    /// Returns the initial value of a flag of this type.
    #[must_use]
    pub fn nothing(self) -> PropertyValue {
        match self {
            Self::Str => PropertyValue::Text(Box::default()),
            Self::Int => PropertyValue::Integer(0),
            Self::Bool => PropertyValue::Boolean(false),
        }
    }

    /// Returns the type of a value.
    #[must_use]
    pub const fn of(value: &PropertyValue) -> Self {
        match value {
            PropertyValue::Text(_) => Self::Str,
            PropertyValue::Integer(_) => Self::Int,
            PropertyValue::Boolean(_) => Self::Bool,
        }
    }
}
