//! Feature flags of organizations.

use m2m_api::Done;
use m2m_api::operations::{
    FlagShown, FlagType, FlagsAnswer, ListOrganizationFeatureFlags, SetOrganizationFeatureFlag,
};
use m2m_api::values::{PathKey, SAFE, ScalarText};
use m2m_authority::registry::PropertyValue;
use m2m_store::Filter;

use super::Result;
use super::{lookup, protection};
use crate::outcome::Outcome;
use crate::perform::{Call, Perform, Weight};
use crate::{Host, Manager, OperationError};

impl Perform for ListOrganizationFeatureFlags {
    const WEIGHT: Weight = Weight::Page;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<FlagsAnswer>> {
        let registry = manager.host().registry();
        let stored = lookup::organization(registry, &call.names.org_code).await?;
        let flags = stored.value.feature_flags.iter().map(|(key, value)| {
            let shown = FlagShown {
                r#type: FlagType::of(value).into(),
                value: ScalarText::from(value).into(),
            };
            (key.to_string(), shown)
        });
        Ok(FlagsAnswer {
            feature_flags: flags.collect(),
        }
        .into())
    }
}

impl Perform for SetOrganizationFeatureFlag {
    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<Outcome<Done>> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.organization(call, &call.names.org_code).await?;
        let key = &*call.names.feature_flag_key;
        let text = call.query.value.as_str();
        let mut organization = stored.value.clone();
        let flags = &mut organization.feature_flags;
        match flags.get_mut(key) {
            Some(own) => {
                *own = read(text, FlagType::of(own)).ok_or_else(|| {
                    OperationError::FeatureFlagType {
                        wanted: words(FlagType::of(own)),
                    }
                })?;
            }
            None => {
                if key.parse::<PathKey>().is_err() {
                    return Err(OperationError::FeatureFlagNotFound(key.into()));
                }
                flags.insert(key.into(), guess(text));
            }
        }
        protection::of_size(&organization)?;
        // Tokens of the organization's applications can carry the flag, and their size is bounded.
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

/// Returns the text as a value of this type, if it is one.
fn read(text: &str, kind: FlagType) -> Option<PropertyValue> {
    match kind {
        FlagType::Str => Some(PropertyValue::Text(text.into())),
        FlagType::Int => {
            let number = text.parse().ok();
            let number = number.filter(|number| SAFE.contains(number));
            number.map(PropertyValue::Integer)
        }
        FlagType::Bool => text.parse().ok().map(PropertyValue::Boolean),
    }
}

/// Returns the text as a boolean or an integer if it is one, otherwise as a string.
fn guess(text: &str) -> PropertyValue {
    read(text, FlagType::Bool)
        .or_else(|| read(text, FlagType::Int))
        .unwrap_or_else(|| PropertyValue::Text(text.into()))
}

const fn words(kind: FlagType) -> &'static str {
    match kind {
        FlagType::Str => "a string",
        FlagType::Int => "a whole number",
        FlagType::Bool => "true or false",
    }
}
