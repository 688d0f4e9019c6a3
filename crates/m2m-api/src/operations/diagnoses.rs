//! Why requests were refused.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::values::{ClientIdText, Key, Sequence, Time};
use crate::{DiagnosisName, NoBody, NoNames, NoQuery, Operation, PageSize, Spec};

/// Lists refused requests with what was found out of them: the latest first.
#[derive(Debug)]
pub struct ListDiagnoses;

/// Shows why a request was refused.
#[derive(Debug)]
pub struct GetDiagnosis;

/// Which refused requests are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListDiagnosesQuery {
    /// Those of the application with this client id.
    pub client_id: Option<ClientIdText>,
    /// Those for this cause, such as `secret-wrong`. There are none for what is no cause.
    pub cause: Option<Key>,
    /// At this time or later.
    pub since: Option<Time>,
    /// Only those before the one with this number: the `next` of an earlier page.
    pub before: Option<Sequence>,
    /// Only those after the one with this number.
    pub after: Option<Sequence>,
    /// How many at most.
    pub page_size: Option<PageSize>,
}

/// A page of refused requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiagnosesAnswer {
    /// The refused requests.
    pub diagnoses: Vec<DiagnosisShown>,
    /// What `before` is for the next page; none at the end.
    pub next: Option<u64>,
}

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiagnosisAnswer {
    /// The refused request.
    pub diagnosis: DiagnosisShown,
}

/// A refused request with what was found out of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiagnosisShown {
    /// The number, in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// The trace id.
    pub trace_id: String,
    /// The time.
    pub time: String,
    /// The exact cause.
    pub cause: String,
    /// What happened, in one sentence.
    pub text: String,
    /// The client id that the request names.
    pub client_id: Option<String>,
    /// The address of the caller, if it is known.
    pub address: Option<String>,
    /// The name that the caller gave the request.
    pub request_id: Option<String>,
    /// The operation of the management API that was requested, if it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The status of the answer, of a request to the management API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The code of the answer, of a request to the management API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The observations in the registry, or the reason that the operation gave.
    pub evidence: Vec<Value>,
    /// What mends it.
    pub fixes: Vec<Value>,
}

impl Operation for ListDiagnoses {
    const SPEC: Spec = Spec {
        id: "listDiagnoses",
        path: "/api/v1/diagnoses",
        scope: "read:diagnoses",
        summary: "List refused requests with what was found out of them",
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = ListDiagnosesQuery;
    type Body = NoBody;
    type Answer = DiagnosesAnswer;
}

impl Operation for GetDiagnosis {
    const SPEC: Spec = Spec {
        id: "getDiagnosis",
        path: "/api/v1/diagnoses/{trace_id}",
        scope: "read:diagnoses",
        summary: "Show why a request was refused",
        refusals: &[404],
        ..Spec::DEFAULT
    };
    type Names = DiagnosisName;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = DiagnosisAnswer;
}
