//! The environment: a description of the server.

use m2m_api::operations::{Environment, EnvironmentAnswer, GetEnvironment};
use m2m_authority::registry::time_text;
use m2m_store::Backend as _;

use super::Result;
use crate::outcome::Outcome;
use crate::perform::{Call, Perform};
use crate::{Host, Manager, management};

impl Perform for GetEnvironment {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<EnvironmentAnswer>> {
        let issuer = manager.host().issuer();
        let outline = manager.host().registry().outline().await?;
        let mut apis = outline.apis.iter();
        // The management API is created together with the registry.
        let created = apis
            .find(|stored| *stored.value.audience == *management::AUDIENCE)
            .map_or(call.operator.now, |stored| stored.created_at);
        let domain = issuer
            .split_once("://")
            .map_or(issuer, |(_, domain)| domain);
        Ok(EnvironmentAnswer {
            environment: Environment {
                code: "default".to_owned(),
                name: "m2m".to_owned(),
                is_default: true,
                is_live: true,
                kinde_domain: domain.trim_end_matches('/').to_owned(),
                issuer: issuer.to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                created_on: time_text(created),
            },
        }
        .into())
    }
}
