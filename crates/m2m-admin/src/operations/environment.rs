//! What the server is.

use schemars::JsonSchema;
use serde::Serialize;

use super::Result;
use crate::face::NoBody;
use crate::operation::{Call, NoQuery, Operation};
use crate::{Host, Manager, management};
use m2m_authority::registry::time_text;
use m2m_store::Backend as _;

/// Shows what the server is.
#[derive(Debug)]
pub struct GetEnvironment;

/// The environment of a server.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EnvironmentAnswer {
    environment: Environment,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Environment {
    /// What it is called here; there is one.
    code: String,
    /// The name that people see.
    name: String,
    /// Whether it is the one that is meant where none is named.
    is_default: bool,
    /// Whether it serves.
    is_live: bool,
    /// The issuer without its scheme.
    kinde_domain: String,
    /// The issuer.
    issuer: String,
    /// The version of the server.
    version: String,
    /// When the registry was made.
    created_on: String,
}

impl Operation for GetEnvironment {
    const ID: &'static str = "getEnvironment";
    const PATH: &'static str = "/api/v1/environment";
    const SCOPE: &'static str = "read:environments";
    const SUMMARY: &'static str = "Show what the server is";
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = EnvironmentAnswer;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<EnvironmentAnswer> {
        let issuer = manager.host().issuer();
        let outline = manager.host().registry().outline().await?;
        let mut apis = outline.apis.iter();
        // The management API is made with the registry.
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
        })
    }
}
