//! Why requests were refused.

use m2m_authority::TraceId;
use m2m_errors::Cause;
use m2m_store::{Backend as _, RefusalQuery, Refused};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Result;
use super::list::{self, PageSize};
use super::moment::Time;
use super::text::{ClientIdText, Key};
use super::whole::Sequence;
use crate::face::NoBody;
use crate::operation::{Call, NoQuery, Operation, Weight};
use crate::{Host, Manager, OperationError};
use m2m_authority::registry::time_text;

/// Lists refused requests with what was found out of them: the latest first.
#[derive(Debug)]
pub struct ListDiagnoses;

/// Shows why a request was refused.
#[derive(Debug)]
pub struct GetDiagnosis;

/// Which refused requests are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListDiagnosesQuery {
    /// Those of the application with this client id.
    client_id: Option<ClientIdText>,
    /// Those for this cause, such as `secret-wrong`. There are none for what is no cause.
    cause: Option<Key>,
    /// At this time or later.
    since: Option<Time>,
    /// Only those before the one with this number: the `next` of an earlier page.
    before: Option<Sequence>,
    /// Only those after the one with this number.
    after: Option<Sequence>,
    /// How many at most.
    page_size: Option<PageSize>,
}

/// A page of refused requests.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DiagnosesAnswer {
    diagnoses: Vec<DiagnosisShown>,
    /// What `before` is for the next page; none at the end.
    next: Option<u64>,
}

/// Why a request was refused.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DiagnosisAnswer {
    diagnosis: DiagnosisShown,
}

#[derive(Debug, Serialize, JsonSchema)]
struct DiagnosisShown {
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u64>,
    trace_id: String,
    time: String,
    cause: String,
    /// What happened, in one sentence.
    text: String,
    client_id: Option<String>,
    address: Option<String>,
    request_id: Option<String>,
    /// The operation of the management API that was requested, if it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    operation: Option<Value>,
    /// The status of the answer, of a request to the management API.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<u16>")]
    status: Option<Value>,
    /// The code of the answer, of a request to the management API.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    code: Option<Value>,
    /// The observations in the registry, or the reason that the operation gave.
    evidence: Vec<Value>,
    /// What mends it.
    fixes: Vec<Value>,
}

impl Operation for ListDiagnoses {
    const ID: &'static str = "listDiagnoses";
    const PATH: &'static str = "/api/v1/diagnoses";
    const SCOPE: &'static str = "read:diagnoses";
    const SUMMARY: &'static str = "List refused requests with what was found out of them";
    const WEIGHT: Weight = Weight::Page;
    type Query = ListDiagnosesQuery;
    type Body = NoBody;
    type Answer = DiagnosesAnswer;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<DiagnosesAnswer> {
        let query = &call.query;
        let cause = match query
            .cause
            .as_ref()
            .map(|cause| cause.as_str().parse::<Cause>())
        {
            None => None,
            Some(Ok(cause)) => Some(cause),
            Some(Err(_)) => {
                return Ok(DiagnosesAnswer {
                    diagnoses: Vec::new(),
                    next: None,
                });
            }
        };
        let wanted = RefusalQuery {
            client_id: query.client_id.as_ref().map(ClientIdText::as_str),
            cause,
            since: query.since.map(|time| time.0),
            before: query.before.map(|number| number.0),
            after: query.after.map(|number| number.0),
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
        })
    }
}

impl Operation for GetDiagnosis {
    const ID: &'static str = "getDiagnosis";
    const PATH: &'static str = "/api/v1/diagnoses/{trace_id}";
    const SCOPE: &'static str = "read:diagnoses";
    const SUMMARY: &'static str = "Show why a request was refused";
    const REFUSALS: &'static [u16] = &[404];
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = DiagnosisAnswer;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<DiagnosisAnswer> {
        let named = call.named("trace_id");
        let unknown = || OperationError::unknown("diagnosis", named);
        let trace_id: TraceId = named.parse().map_err(|_| unknown())?;
        let refused = manager.host().registry().refused(trace_id).await?;
        let refused = refused.ok_or_else(unknown)?;
        Ok(DiagnosisAnswer {
            diagnosis: shown(&refused, None),
        })
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
    let member = |name: &str| {
        let member = found.as_ref().and_then(|found| found.get(name));
        member.filter(|member| !member.is_null()).cloned()
    };
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
        operation: member("operation"),
        status: member("status"),
        code: member("code"),
        evidence: list("evidence"),
        fixes,
    }
}
