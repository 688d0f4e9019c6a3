//! The report of what is not used, and what expires next.

use m2m_api::operations::{GetReport, ReportAnswer, SCOPE_FOR_SECRETS};

use super::Result;
use crate::outcome::Outcome;
use crate::perform::{Call, Perform, Weight};
use crate::{Host, Manager, SecretFindings, report};

impl Perform for GetReport {
    const WEIGHT: Weight = Weight::Page;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<ReportAnswer>> {
        let host = manager.host();
        let issuer = Some(host.issuer());
        let mut scopes = call.operator.scopes.iter();
        let secrets = if scopes.any(|scope| **scope == *SCOPE_FOR_SECRETS) {
            SecretFindings::Included
        } else {
            SecretFindings::LeftOut
        };
        let page = report(
            host.registry(),
            issuer,
            &call.query,
            secrets,
            call.operator.now,
        );
        Ok(page.await?.into())
    }
}
