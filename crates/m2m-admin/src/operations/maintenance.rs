//! Maintenance.

use m2m_api::operations::{MaintenanceAnswer, MaintenanceShown, SetMaintenance};
use m2m_store::{Action, Backend as _, Maintenance, Subject, Write};
use serde_json::{Map, Value, json};

use super::Result;
use crate::perform::{Call, Outcome, Perform};
use crate::{Host, Manager};

impl Perform for SetMaintenance {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<MaintenanceAnswer>> {
        let on = call.body.on;
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
            maintenance: MaintenanceShown { on },
        }
        .into())
    }
}
