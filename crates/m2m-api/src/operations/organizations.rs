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

/// Makes an organization.
#[derive(Debug)]
pub struct CreateOrganization;

/// Changes or suspends an organization.
#[derive(Debug)]
pub struct UpdateOrganization;

/// Takes an organization away.
#[derive(Debug)]
pub struct DeleteOrganization;

/// Which organizations are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListOrganizationsQuery {
    /// Those with this text in their name or code.
    pub search: Option<Search>,
    /// In which order; by age if absent.
    pub sort: Option<Order>,
    /// How many at most.
    pub page_size: Option<PageSize>,
    /// Where an earlier page ended.
    pub next_token: Option<PageToken>,
}

/// Which organization is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetOrganizationQuery {
    /// Its code.
    pub code: Key,
    /// Taken for the sake of clients of other servers: organizations of machines are not billed.
    pub expand: Option<OrganizationExpand>,
}

/// How an organization is changed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateOrganizationQuery {
    /// Taken for the sake of clients of other servers: organizations of machines are not billed.
    pub expand: Option<OrganizationExpand>,
}

/// The details that an answer has in addition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(missing_docs, reason = "the name says it")]
pub enum OrganizationExpand {
    Billing,
}

/// What a flag is, where an organization is made with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum FlagType {
    /// A text.
    Str,
    /// A whole number.
    Int,
    /// True or false.
    Bool,
}

/// Bodies that say what an organization may have, beside what is their own.
///
/// Clients of other servers also say what people see who sign in to it. Nobody signs in to an organization of machines: those
/// members may be there, and say nothing.
macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $member:ident: $type:ty,)* } without { $($ignored:ident,)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$attribute])* pub $member: $type,)*
            /// What another system calls it.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub external_id: Patch<Name>,
            /// A short name of the kind that stands in addresses.
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            pub handle: Patch<Key>,
            /// Whether its applications are refused tokens.
            #[serde(default, skip_serializing_if = "Given::is_none")]
            pub is_suspended: Given<bool>,
            $(
                /// Taken for the sake of clients of other servers: it is of no meaning for machines, and not kept.
                #[serde(default, skip_serializing_if = "Ignored::says_nothing")]
                pub $ignored: Ignored,
            )*
        }
    )+};
}

bodies! {
    /// An organization that is to be made.
    NewOrganization {
        /// The name that people see.
        name: Name,
        /// Its code, which tokens carry; one is made if absent. It does not change.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<PathKey>,
        /// Its feature flags: what each is. They begin with nothing: false, 0 or an empty text.
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
        /// The name that people see.
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
    /// The beginning of the next page; none at the end.
    pub next_token: Option<PageToken>,
}

/// An organization as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrganizationSummary {
    /// The code, which tokens carry.
    pub code: String,
    /// The name that people see.
    pub name: String,
    /// The short name of the kind that stands in addresses.
    pub handle: Option<String>,
    /// True for the organization that is meant where none is named. There is none.
    pub is_default: bool,
    /// The name in another system.
    pub external_id: Option<String>,
    /// True if its applications are refused tokens.
    pub is_suspended: bool,
}

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrganizationAnswer {
    // Clients of this API read the name of the organization from `name`, and the code of the answer not at all: both are `code`.
    /// The code.
    pub code: String,
    /// The name that people see.
    pub name: String,
    /// The short name of the kind that stands in addresses.
    pub handle: Option<String>,
    /// True for the organization that is meant where none is named. There is none.
    pub is_default: bool,
    /// The name in another system.
    pub external_id: Option<String>,
    /// True if its applications are refused tokens.
    pub is_suspended: bool,
    /// The time of its creation.
    pub created_on: String,
}

/// An organization that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrganizationCreated {
    /// The organization.
    pub organization: CodeReference,
}

/// A reference to an organization that was created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CodeReference {
    /// The code, which tokens carry.
    pub code: String,
}

impl NewOrganization {
    /// An organization of this name, with everything else as it is made where nothing is said.
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
        summary: "Make an organization",
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
        summary: "Take an organization away that no application belongs to",
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
    /// The value that a flag of this kind begins with.
    #[must_use]
    pub fn nothing(self) -> PropertyValue {
        match self {
            Self::Str => PropertyValue::Text(Box::default()),
            Self::Int => PropertyValue::Integer(0),
            Self::Bool => PropertyValue::Boolean(false),
        }
    }

    /// What a value is.
    #[must_use]
    pub const fn of(value: &PropertyValue) -> Self {
        match value {
            PropertyValue::Text(_) => Self::Str,
            PropertyValue::Integer(_) => Self::Int,
            PropertyValue::Boolean(_) => Self::Bool,
        }
    }
}
