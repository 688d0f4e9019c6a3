//! Diagnoses of refused requests.

use m2m_api::operations::{
    DiagnosesAnswer, DiagnosisAnswer, DiagnosisShown, GetDiagnosis, ListDiagnoses,
};
use m2m_api::values::ClientIdText;
use m2m_authority::TraceId;
use m2m_authority::registry::time_text;
use m2m_errors::Cause;
use m2m_store::{Backend as _, RefusalQuery, Refused};
use serde_json::Value;

use super::Result;
use super::list;
use crate::outcome::Outcome;
use crate::perform::{Call, Perform, Weight};
use crate::{Host, Manager, OperationError};

impl Perform for ListDiagnoses {
    const WEIGHT: Weight = Weight::Page;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<DiagnosesAnswer>> {
        let query = &call.query;
        let cause = match query
            .cause
            .as_ref()
            .map(|cause| cause.as_str().parse::<Cause>())
        {
            None => None,
            Some(Ok(cause)) => Some(cause),
            Some(Err(_)) => {
                let nothing = DiagnosesAnswer {
                    diagnoses: Vec::new(),
                    next: None,
                };
                return Ok(nothing.into());
            }
        };
        let wanted = RefusalQuery {
            client_id: query.client_id.as_ref().map(ClientIdText::as_str),
            cause,
            since: query.since.map(|time| time.0),
            before: query.before.map(|number| number.get()),
            after: query.after.map(|number| number.get()),
            most: list::page_size(query.page_size),
        };
        let page = manager.host().registry().refusals(wanted).await?;
        Ok(DiagnosesAnswer {
            next: page.next,
            diagnoses: page
                .entries
                .iter()
                .map(|refusal| shown(&refusal.entry, Some(refusal.number)))
                .collect(),
        }
        .into())
    }
}

impl Perform for GetDiagnosis {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<DiagnosisAnswer>> {
        let named = &*call.names.trace_id;
        let unknown = || OperationError::DiagnosisNotFound(named.into());
        let trace_id: TraceId = named.parse().map_err(|_| unknown())?;
        let refused = manager.host().registry().refused(trace_id).await?;
        let refused = refused.ok_or_else(unknown)?;
        Ok(DiagnosisAnswer {
            diagnosis: shown(&refused, None),
        }
        .into())
    }
}

fn shown(refused: &Refused, number: Option<u64>) -> DiagnosisShown {
    let found: Option<Value> = refused
        .diagnosis
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok());
    let list = |name: &str| {
        let list = found.as_ref().and_then(|found| found.get(name));
        list.and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let member = |name: &str| found.as_ref().and_then(|found| found.get(name));
    let text = |name: &str| member(name).and_then(Value::as_str).map(ToOwned::to_owned);
    let status = member("status").and_then(Value::as_u64);
    let entry = refused.cause.entry();
    let mut fixes = list("fixes");
    if fixes.is_empty() {
        let general = entry.for_operator.fixes.iter();
        fixes.extend(general.map(|text| serde_json::json!({ "text": text })));
    }
    DiagnosisShown {
        number,
        trace_id: refused.trace_id.to_string(),
        time: time_text(refused.time),
        cause: refused.cause.id().to_owned(),
        text: entry.operator.to_owned(),
        client_id: refused.client_id.as_deref().map(ToOwned::to_owned),
        address: refused.address.map(|address| address.to_string()),
        request_id: refused.request_id.as_ref().map(|id| id.as_str().to_owned()),
        operation: text("operation"),
        status: status.and_then(|status| u16::try_from(status).ok()),
        code: text("code"),
        evidence: list("evidence"),
        fixes,
    }
}
