//! What the server is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{NoBody, NoNames, NoQuery, Operation, Spec};

/// Shows what the server is.
#[derive(Debug)]
pub struct GetEnvironment;

/// The environment of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EnvironmentAnswer {
    /// The environment.
    pub environment: Environment,
}

/// A server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Environment {
    /// What it is called here; there is one.
    pub code: String,
    /// The name that people see.
    pub name: String,
    /// Whether it is the one that is meant where none is named.
    pub is_default: bool,
    /// Whether it serves.
    pub is_live: bool,
    /// The issuer without its scheme.
    pub kinde_domain: String,
    /// The issuer.
    pub issuer: String,
    /// The version of the server.
    pub version: String,
    /// When the registry was made.
    pub created_on: String,
}

impl Operation for GetEnvironment {
    const SPEC: Spec = Spec {
        id: "getEnvironment",
        path: "/api/v1/environment",
        scope: "read:environments",
        summary: "Show what the server is",
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = EnvironmentAnswer;
}
