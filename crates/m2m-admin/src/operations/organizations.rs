//! Organizations.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use m2m_api::Done;
use m2m_api::operations::{
    CodeReference, CreateOrganization, DeleteOrganization, GetOrganization, ListOrganizations,
    OrganizationAnswer, OrganizationCreated, OrganizationSummary, OrganizationsAnswer,
    UpdateOrganization,
};
use m2m_authority::registry::{Organization, time_text};
use m2m_store::{Backend as _, Filter, List, Sort, Stored, Write};

use super::Result;
use super::{list, lookup, protection};
use crate::entity_tag::entity_tag;
use crate::perform::{Call, Outcome, Perform, Weight};
use crate::randomness::bytes;
use crate::{Host, Manager, OperationError};

impl Perform for ListOrganizations {
    const WEIGHT: Weight = Weight::Page;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<OrganizationsAnswer>> {
        let query = &call.query;
        let after = list::cursor(query.next_token.as_ref());
        let list = List {
            filter: match &query.search {
                Some(text) => Filter::Containing(text.as_str()),
                None => Filter::All,
            },
            sort: list::sort(query.sort),
            after: after.as_ref(),
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
        }
        .into())
    }
}

impl Perform for GetOrganization {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<OrganizationAnswer>> {
        let registry = manager.host().registry();
        let stored = lookup::organization(registry, call.query.code.as_str()).await?;
        let organization = &stored.value;
        let answer = OrganizationAnswer {
            code: organization.code.to_string(),
            name: organization.name.to_string(),
            handle: text(organization.handle.as_deref()),
            is_default: false,
            external_id: text(organization.external_id.as_deref()),
            is_suspended: organization.suspended,
            created_on: time_text(stored.created_at),
        };
        Ok(Outcome::Tagged(answer, entity_tag(&stored)))
    }
}

impl Perform for CreateOrganization {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<OrganizationCreated>> {
        let new = &call.body;
        let mut randomness = manager.randomness();
        let code: Box<str> = match &new.code {
            Some(code) => code.into(),
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
            .apply(&mut organization.external_id, |text| text.into());
        new.handle
            .apply(&mut organization.handle, |text| text.into());
        organization.feature_flags = new
            .feature_flags
            .iter()
            .map(|(key, kind)| (key.into(), kind.nothing()))
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
        }
        .into())
    }
}

impl Perform for UpdateOrganization {
    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Outcome<Done>> {
        let change = &call.body;
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.organization(call, &call.names.org_code).await?;
        let mut organization = stored.value.clone();
        if let Some(name) = change.name.value() {
            organization.name = name.into();
        }
        change
            .external_id
            .apply(&mut organization.external_id, |text| text.into());
        change
            .handle
            .apply(&mut organization.handle, |text| text.into());
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

impl Perform for DeleteOrganization {
    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Outcome<Done>> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.organization(call, &call.names.org_code).await?;
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

fn text(text: Option<&str>) -> Option<String> {
    text.map(ToOwned::to_owned)
}
