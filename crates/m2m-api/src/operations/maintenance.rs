//! Maintenance.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Method, NoNames, NoQuery, Operation, Spec};

/// Switches maintenance on or off.
#[derive(Debug)]
pub struct SetMaintenance;

/// The state of maintenance to set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// True if callers are to be answered with 503. Management works in both states.
    pub on: bool,
}

/// The state of maintenance after the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MaintenanceAnswer {
    /// The state of maintenance.
    pub maintenance: MaintenanceShown,
}

/// The state of maintenance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct MaintenanceShown {
    /// True if callers are answered with 503.
    pub on: bool,
}

impl Operation for SetMaintenance {
    const SPEC: Spec = Spec {
        id: "setMaintenance",
        method: Method::Put,
        path: "/api/v1/maintenance",
        scope: "update:maintenance",
        summary: "Turn maintenance mode on or off",
        code: "MAINTENANCE_UPDATED",
        message: "Maintenance mode successfully updated",
        refusals: &[409],
        example: Some(r#"{"on": false}"#),
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = NoQuery;
    type Body = Switch;
    type Answer = MaintenanceAnswer;
}
