//! Organizations.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Method;
use m2m_authority::registry::{Organization, PropertyValue, time_text};
use m2m_store::{Backend as _, Filter, List, Sort, Stored, Write};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Result;
use super::bounded::Map;
use super::list::{self, Order, PageSize};
use super::patch::{Given, Ignored, Patch};
use super::text::{Key, Name, PathKey, Search};
use super::{lookup, protection};
use crate::face::{Json, NoBody, PageToken, entity_tag};
use crate::operation::{Call, Done, NoQuery, Operation, Weight};
use crate::randomness::bytes;
use crate::{Field, Host, Manager, OperationError};

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
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListOrganizationsQuery {
    /// Those with this text in their name or code.
    search: Option<Search>,
    /// In which order; by age if absent.
    sort: Option<Order>,
    /// How many at most.
    page_size: Option<PageSize>,
    /// Where an earlier page ended.
    next_token: Option<PageToken>,
}

/// Which organization is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetOrganizationQuery {
    /// Its code.
    code: Key,
    /// Taken for the sake of clients of other servers: organizations of machines are not billed.
    #[serde(rename = "expand")]
    _expand: Option<Expand>,
}

/// How an organization is changed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateOrganizationQuery {
    /// Taken for the sake of clients of other servers: organizations of machines are not billed.
    #[serde(rename = "expand")]
    _expand: Option<Expand>,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Expand {
    Billing,
}

/// What a flag is, where an organization is made with it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
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
        #[derive(Debug, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$attribute])* $member: $type,)*
            /// What another system calls it.
            #[serde(default)]
            external_id: Patch<Name>,
            /// A short name of the kind that stands in addresses.
            #[serde(default)]
            handle: Patch<Key>,
            /// Whether its applications are refused tokens.
            #[serde(default)]
            is_suspended: Given<bool>,
            $(
                /// Taken for the sake of clients of other servers: it is of no meaning for machines, and not kept.
                #[serde(default)]
                #[expect(dead_code, reason = "it may be there, and says nothing")]
                $ignored: Ignored,
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
        code: Option<PathKey>,
        /// Its feature flags: what each is. They begin with nothing: false, 0 or an empty text.
        #[serde(default)]
        feature_flags: Map<PathKey, FlagType, 100>,
    } without {
        background_color, button_color, button_text_color, link_color,
        background_color_dark, button_color_dark, button_text_color_dark, link_color_dark, theme_code,
        is_allow_registrations, is_auto_membership_enabled, sender_name, sender_email,
        is_create_billing_customer, billing_email, billing_plan_code,
    }
    /// A change of an organization.
    OrganizationChange {
        /// The name that people see.
        #[serde(default)]
        name: Given<Name>,
    } without {
        background_color, button_color, button_text_color, link_color,
        background_color_dark, button_color_dark, button_text_color_dark, link_color_dark, theme_code,
        is_allow_registrations, is_auto_membership_enabled, sender_name, sender_email,
        is_auto_join_domain_list, allowed_domains, is_enable_advanced_orgs, is_enforce_mfa,
    }
}

/// A page of organizations.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrganizationsAnswer {
    organizations: Vec<OrganizationSummary>,
    next_token: Option<PageToken>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct OrganizationSummary {
    code: String,
    name: String,
    handle: Option<String>,
    is_default: bool,
    external_id: Option<String>,
    is_suspended: bool,
}

/// An organization.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrganizationAnswer {
    // Clients of this API read the name of the organization from `name`, and the code of the answer not at all: both are `code`.
    code: String,
    name: String,
    handle: Option<String>,
    is_default: bool,
    external_id: Option<String>,
    is_suspended: bool,
    created_on: String,
    #[serde(skip)]
    tag: String,
}

/// An organization that was made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrganizationCreated {
    organization: CodeReference,
}

#[derive(Debug, Serialize, JsonSchema)]
struct CodeReference {
    code: String,
}

impl Operation for ListOrganizations {
    const ID: &'static str = "listOrganizations";
    const PATH: &'static str = "/api/v1/organizations";
    const SCOPE: &'static str = "read:organizations";
    const SUMMARY: &'static str = "List organizations";
    const WEIGHT: Weight = Weight::Page;
    type Query = ListOrganizationsQuery;
    type Body = NoBody;
    type Answer = OrganizationsAnswer;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<OrganizationsAnswer> {
        let query = &call.query;
        let list = List {
            filter: match &query.search {
                Some(text) => Filter::Containing(text.as_str()),
                None => Filter::All,
            },
            sort: list::sort(query.sort),
            after: query.next_token.as_ref().map(|token| &token.0),
            most: list::page_size(query.page_size),
        };
        let page = manager.host().registry().organizations(list).await?;
        let summary = |stored: &Stored<Organization>| OrganizationSummary {
            code: stored.value.code.to_string(),
            name: stored.value.name.to_string(),
            handle: text(stored.value.handle.as_deref()),
            is_default: false,
            external_id: text(stored.value.external_id.as_deref()),
            is_suspended: stored.value.suspended,
        };
        Ok(OrganizationsAnswer {
            organizations: page.records.iter().map(summary).collect(),
            next_token: list::next_token(&page),
        })
    }
}

impl Operation for GetOrganization {
    const ID: &'static str = "getOrganization";
    const PATH: &'static str = "/api/v1/organization";
    const SCOPE: &'static str = "read:organizations";
    const SUMMARY: &'static str = "Show an organization";
    const REFUSALS: &'static [u16] = &[404];
    const HAS_ENTITY_TAG: bool = true;
    type Query = GetOrganizationQuery;
    type Body = NoBody;
    type Answer = OrganizationAnswer;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<OrganizationAnswer> {
        let registry = manager.host().registry();
        let stored = lookup::organization(registry, call.query.code.as_str()).await?;
        let organization = &stored.value;
        Ok(OrganizationAnswer {
            tag: entity_tag(&stored),
            code: organization.code.to_string(),
            name: organization.name.to_string(),
            handle: text(organization.handle.as_deref()),
            is_default: false,
            external_id: text(organization.external_id.as_deref()),
            is_suspended: organization.suspended,
            created_on: time_text(stored.created_at),
        })
    }

    fn entity_tag(answer: &OrganizationAnswer) -> Option<&str> {
        Some(&answer.tag)
    }
}

impl Operation for CreateOrganization {
    const ID: &'static str = "createOrganization";
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/api/v1/organization";
    const SCOPE: &'static str = "create:organizations";
    const FIELDS: &'static [Field] = &[Field::member(
        "feature_flags",
        &["update:organization_feature_flags"],
    )];
    const SUMMARY: &'static str = "Make an organization";
    const CODE: &'static str = "ORGANIZATION_CREATED";
    const MESSAGE: &'static str = "Organization successfully created";
    const STATUS: u16 = 201;
    const REFUSALS: &'static [u16] = &[409];
    const EXAMPLE: Option<&'static str> =
        Some(r#"{"name": "Acme", "external_id": "4711", "feature_flags": {"beta": "bool"}}"#);
    type Query = NoQuery;
    type Body = Json<NewOrganization>;
    type Answer = OrganizationCreated;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<OrganizationCreated> {
        let new = &call.body.0;
        let mut randomness = manager.randomness();
        let code: Box<str> = match &new.code {
            Some(code) => code.0.clone(),
            None => {
                let random: [u8; 12] = bytes(&mut randomness);
                format!("org_{}", URL_SAFE_NO_PAD.encode(random)).into()
            }
        };
        let mut organization = Organization {
            suspended: new.is_suspended.value().copied().unwrap_or(false),
            ..Organization::new(&code, new.name.as_str())
        };
        new.external_id
            .apply(&mut organization.external_id, |id| id.0.clone());
        new.handle
            .apply(&mut organization.handle, |handle| handle.0.clone());
        organization.feature_flags = new
            .feature_flags
            .iter()
            .map(|(key, kind)| (key.0.clone(), kind.nothing()))
            .collect();
        let mut decision = manager.decide(&call.operator).await?;
        if decision.registry().organization(&code).await?.is_some() {
            return Err(OperationError::taken("organization", "code", &code));
        }
        protection::of_size(&organization)?;
        decision.check(
            decision.api_records(),
            vec![organization.clone()],
            Vec::new(),
        )?;
        decision.draft.create(organization, None, &mut randomness);
        decision.commit().await?;
        Ok(OrganizationCreated {
            organization: CodeReference { code: code.into() },
        })
    }
}

impl Operation for UpdateOrganization {
    const ID: &'static str = "updateOrganization";
    const METHOD: Method = Method::PATCH;
    const PATH: &'static str = "/api/v1/organization/{org_code}";
    const SCOPE: &'static str = "update:organizations";
    const SUMMARY: &'static str = "Change or suspend an organization";
    const CODE: &'static str = "ORGANIZATION_UPDATED";
    const MESSAGE: &'static str = "Organization successfully updated";
    const REFUSALS: &'static [u16] = &[404, 409, 412];
    const EXAMPLE: Option<&'static str> = Some(r#"{"is_suspended": true}"#);
    type Query = UpdateOrganizationQuery;
    type Body = Json<OrganizationChange>;
    type Answer = Done;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Done> {
        let change = &call.body.0;
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.organization(call).await?;
        let mut organization = stored.value.clone();
        if let Some(name) = change.name.value() {
            organization.name = name.0.clone();
        }
        change
            .external_id
            .apply(&mut organization.external_id, |id| id.0.clone());
        change
            .handle
            .apply(&mut organization.handle, |handle| handle.0.clone());
        if let Some(is_suspended) = change.is_suspended.value().copied() {
            organization.suspended = is_suspended;
        }
        protection::of_size(&organization)?;
        decision.check(
            decision.api_records(),
            vec![organization.clone()],
            Vec::new(),
        )?;
        protection::of_organization(&decision, &stored.value, &organization).await?;
        decision.draft.update(&stored, organization, None);
        decision.commit().await
    }
}

impl Operation for DeleteOrganization {
    const ID: &'static str = "deleteOrganization";
    const METHOD: Method = Method::DELETE;
    const PATH: &'static str = "/api/v1/organization/{org_code}";
    const SCOPE: &'static str = "delete:organizations";
    const SUMMARY: &'static str = "Take an organization away that no application belongs to";
    const CODE: &'static str = "ORGANIZATION_DELETED";
    const MESSAGE: &'static str = "Organization successfully deleted";
    const REFUSALS: &'static [u16] = &[404, 409, 412];
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = Done;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Done> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.organization(call).await?;
        let list = List {
            filter: Filter::OfOrganization(&stored.value.code),
            sort: Sort::Age,
            after: None,
            most: 1,
        };
        let members = decision.registry().applications(list).await?;
        if let Some(member) = members.records.first() {
            return Err(OperationError::conflict(
                "ORGANIZATION_IN_USE",
                format!(
                    "applications belong to it ({:?} for one), and would be global without it; delete or move them first",
                    member.value.client_id
                ),
            ));
        }
        decision
            .draft
            .delete(&stored, Write::DeleteOrganization(stored.id));
        decision.commit().await
    }
}

impl FlagType {
    /// The value that a flag of this kind begins with.
    pub(super) fn nothing(self) -> PropertyValue {
        match self {
            Self::Str => PropertyValue::Text(Box::default()),
            Self::Int => PropertyValue::Integer(0),
            Self::Bool => PropertyValue::Boolean(false),
        }
    }

    /// What a value is.
    pub(super) const fn of(value: &PropertyValue) -> Self {
        match value {
            PropertyValue::Text(_) => Self::Str,
            PropertyValue::Integer(_) => Self::Int,
            PropertyValue::Boolean(_) => Self::Bool,
        }
    }
}

fn text(text: Option<&str>) -> Option<String> {
    text.map(ToOwned::to_owned)
}
