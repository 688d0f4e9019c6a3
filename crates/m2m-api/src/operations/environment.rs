//! The environment: a description of the server.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{NoBody, NoNames, NoQuery, Operation, Spec};

/// Shows the environment of the server.
#[derive(Debug)]
pub struct GetEnvironment;

/// The environment of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EnvironmentAnswer {
    /// The environment.
    pub environment: Environment,
}

/// A description of the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Environment {
    /// The code of the environment. It is always `default`.
    pub code: String,
    /// The display name of the environment.
    pub name: String,
    /// Always true: the server has only this environment.
    pub is_default: bool,
    /// Always true: the environment is live.
    pub is_live: bool,
    /// The issuer without its scheme.
    pub kinde_domain: String,
    /// The issuer.
    pub issuer: String,
    /// The version of the server.
    pub version: String,
    /// The time at which the registry was created.
    pub created_on: String,
}

impl Operation for GetEnvironment {
    const SPEC: Spec = Spec {
        id: "getEnvironment",
        path: "/api/v1/environment",
        scope: "read:environments",
        summary: "Show the environment of the server",
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = EnvironmentAnswer;
}
