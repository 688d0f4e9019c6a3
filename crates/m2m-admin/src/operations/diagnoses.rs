//! Diagnoses of refused requests.

use m2m_api::operations::{
    DiagnosesAnswer, DiagnosisAnswer, DiagnosisShown, EvidenceShown, FixShown, GetDiagnosis,
    ListDiagnoses,
};
use m2m_api::values::{ClientIdText, RequestIdText};
use m2m_authority::TraceId;
use m2m_authority::diagnose::Diagnosis;
use m2m_authority::registry::time_text;
use m2m_errors::Cause;
use m2m_explain::{Observation, Operating, Remedy, observations, remedies};
use m2m_jwt::UnixTime;
use m2m_store::{Backend as _, RefusalQuery, Refused};

use super::Result;
use super::list;
use crate::outcome::Outcome;
use crate::perform::{Call, Perform, Weight};
use crate::{Access, DiagnosisRecord, Host, Manager, OperationError};

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
            request_id: query.request_id.as_ref().map(RequestIdText::as_str),
            // Callers are recorded by the IPv4 address that one mapped into IPv6 means.
            address: query.address.map(|address| address.0.to_canonical()),
            cause,
            since: query.since.map(|time| time.0),
            until: query.until.map(|time| time.0),
            before: query.before.map(|number| number.get()),
            after: query.after.map(|number| number.get()),
            most: list::page_size(query.page_size),
        };
        let operating = operating(manager.host());
        let now = call.operator.now;
        let page = manager.host().registry().refusals(wanted).await?;
        Ok(DiagnosesAnswer {
            next: page.next,
            diagnoses: page
                .entries
                .iter()
                .map(|refusal| shown(&refusal.entry, Some(refusal.number), operating, now))
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
            diagnosis: shown(&refused, None, operating(manager.host()), call.operator.now),
        }
        .into())
    }
}

/// Returns the way in which the records of the server are changed.
pub(super) fn operating<H: Host>(host: &H) -> Operating<'_> {
    match host.access() {
        Access::ReadWrite => Operating::DataDirectory {
            issuer: host.issuer(),
        },
        Access::ReadOnly => Operating::RegistryFile,
    }
}

/// Returns the evidence and the fixes of a diagnosis in words.
pub(super) fn in_words(
    diagnosis: &Diagnosis,
    operating: Operating<'_>,
) -> (Vec<EvidenceShown>, Vec<FixShown>) {
    let evidence = observations(diagnosis).into_iter();
    let evidence = evidence.map(|Observation { kind, text, .. }| EvidenceShown { kind, text });
    let fixes = remedies(diagnosis, operating).into_iter();
    let fixes = fixes.map(
        |Remedy {
             kind,
             text,
             command,
             lines,
             ..
         }| FixShown {
            kind,
            text,
            command,
            lines,
        },
    );
    (evidence.collect(), fixes.collect())
}

/// The time after which no diagnosis comes any more: a full queue has dropped it. Unit: seconds.
const PENDING_SECONDS: u64 = 10;

fn shown(
    refused: &Refused,
    number: Option<u64>,
    operating: Operating<'_>,
    now: UnixTime,
) -> DiagnosisShown {
    let mut record = refused
        .diagnosis
        .as_deref()
        .map(DiagnosisRecord::read)
        .unwrap_or_default();
    let operation = record.operation.take();
    let client_id = refused
        .client_id
        .clone()
        .or_else(|| record.client_id.take());
    let diagnosis = record.diagnosis(refused.cause, client_id);
    let (mut evidence, fixes) = in_words(&diagnosis, operating);
    let reason = operation
        .as_ref()
        .and_then(|operation| operation.reason.clone());
    evidence.extend(reason.map(|text| EvidenceShown {
        kind: "reason".to_owned(),
        text,
    }));
    DiagnosisShown {
        number,
        trace_id: refused.trace_id.to_string(),
        time: time_text(refused.time),
        cause: refused.cause.id().to_owned(),
        text: refused.cause.entry().operator.to_owned(),
        client_id: diagnosis.client_id.map(String::from),
        address: refused.address.map(|address| address.to_string()),
        request_id: refused.request_id.as_ref().map(|id| id.as_str().to_owned()),
        status: operation.as_ref().map(|operation| operation.status),
        code: operation.as_ref().map(|operation| operation.code.clone()),
        operation: operation.and_then(|operation| operation.operation),
        pending: refused.diagnosis.is_none()
            && now < refused.time.saturating_add_seconds(PENDING_SECONDS),
        evidence,
        fixes,
    }
}
