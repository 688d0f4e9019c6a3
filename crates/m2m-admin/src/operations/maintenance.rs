//! Maintenance.

use http::Method;
use m2m_store::{Action, Backend as _, Maintenance, Subject, Write};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Result;
use crate::face::Json;
use crate::operation::{Call, NoQuery, Operation};
use crate::{Host, Manager};

/// Switches maintenance on or off.
#[derive(Debug)]
pub struct SetMaintenance;

/// Whether callers are to be answered with 503.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// Whether they are. Management works in any case.
    on: bool,
}

/// Whether callers are answered with 503.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct MaintenanceAnswer {
    maintenance: Shown,
}

#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[schemars(inline)]
struct Shown {
    on: bool,
}

impl Operation for SetMaintenance {
    const ID: &'static str = "setMaintenance";
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/api/v1/maintenance";
    const SCOPE: &'static str = "update:maintenance";
    const SUMMARY: &'static str = "Answer callers with 503, or serve them again";
    const CODE: &'static str = "MAINTENANCE_UPDATED";
    const MESSAGE: &'static str = "Maintenance successfully switched";
    const REFUSALS: &'static [u16] = &[409];
    const EXAMPLE: Option<&'static str> = Some(r#"{"on": false}"#);
    type Query = NoQuery;
    type Body = Json<Switch>;
    type Answer = MaintenanceAnswer;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<MaintenanceAnswer> {
        let on = call.body.0.on;
        let mut decision = manager.decide(&call.operator).await?;
        let before = decision.registry().frame().await?.maintenance;
        let after = if on {
            Maintenance::On
        } else {
            Maintenance::Off
        };
        if before != after {
            let view = |maintenance: Maintenance| {
                let mut view: Map<String, Value> = Map::new();
                view.insert("on".to_owned(), json!(maintenance == Maintenance::On));
                view
            };
            decision.draft.tell(
                Action::Updated,
                Subject::Maintenance,
                "maintenance",
                Some(&view(before)),
                Some(&view(after)),
            );
            decision.draft.write(Write::PutMaintenance(after));
        }
        decision.commit().await?;
        Ok(MaintenanceAnswer {
            maintenance: Shown { on },
        })
    }
}
