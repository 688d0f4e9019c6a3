//! Diagnoses of refused requests.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::values::{CallerAddress, ClientIdText, Key, RequestIdText, Sequence, Time};
use crate::{DiagnosisName, NoBody, NoNames, NoQuery, Operation, PageSize, Spec};

/// Lists refused requests with their diagnoses, the latest first.
#[derive(Debug)]
pub struct ListDiagnoses;

/// Shows the diagnosis of a refused request.
#[derive(Debug)]
pub struct GetDiagnosis;

/// The query parameters of a list of refused requests.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListDiagnosesQuery {
    /// The client id of an application. Only its requests are listed.
    pub client_id: Option<ClientIdText>,
    /// The id that a caller gave to a request, in `X-Request-Id` or `traceparent`. Only requests with this id are listed, as it was sent.
    pub request_id: Option<RequestIdText>,
    /// The IP address of a caller. Only requests from this address are listed.
    pub address: Option<CallerAddress>,
    /// A cause, such as `secret-wrong`. Only requests that were refused for it are listed. The list for an unknown cause is empty.
    pub cause: Option<Key>,
    /// A time. Only requests that were refused at this time or later are listed.
    pub since: Option<Time>,
    /// A time. Only requests that were refused at this time or earlier are listed.
    pub until: Option<Time>,
    /// A number. Only requests before the one with this number are listed: for the next page, send the `next` of this page.
    pub before: Option<Sequence>,
    /// A number. Only requests after the one with this number are listed.
    pub after: Option<Sequence>,
    /// The maximum number of requests on a page.
    pub page_size: Option<PageSize>,
}

/// A page of refused requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiagnosesAnswer {
    /// The refused requests.
    pub diagnoses: Vec<DiagnosisShown>,
    /// The number to send as `before` for the next page. Null on the last page.
    pub next: Option<u64>,
}

/// The answer about a refused request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiagnosisAnswer {
    /// The refused request with its diagnosis.
    pub diagnosis: DiagnosisShown,
}

/// A refused request with its diagnosis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiagnosisShown {
    /// The number of the request in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// The trace id of the request.
    pub trace_id: String,
    /// The time of the refusal.
    pub time: String,
    /// The exact cause of the refusal.
    pub cause: String,
    /// The description of the cause, in one sentence.
    pub text: String,
    /// The client id that the request names.
    pub client_id: Option<String>,
    /// The address of the caller, if it is known.
    pub address: Option<String>,
    /// The request id that the caller sent.
    pub request_id: Option<String>,
    /// The requested operation of the management API. Absent for requests to other endpoints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The status of the answer. Present only for requests to the management API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The code of the answer. Present only for requests to the management API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// True while the server still collects the evidence, for about a second after the refusal.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub pending: bool,
    /// The observations that explain the refusal.
    #[serde(default)]
    pub evidence: Vec<EvidenceShown>,
    /// The suggested fixes, the most helpful first.
    #[serde(default)]
    pub fixes: Vec<FixShown>,
}

/// An observation that explains a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceShown {
    /// The kind of the observation, such as `secret_rotated_out`; `reason` for the reason that an operation returned.
    pub kind: String,
    /// The observation as a sentence.
    pub text: String,
}

/// A step that fixes a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FixShown {
    /// The kind of the step, such as `assign_scope`; `general` for the advice of the cause; the name of a task, such as `rotate_secret`.
    pub kind: String,
    /// The step as a sentence.
    pub text: String,
    /// The command that performs the step, ready to be pasted into a shell. In a general task, words in capital letters, such as `CLIENT_ID`, stand for values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The lines that the record has in the registry file after the step, if the server reads its records from such a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<String>,
}

impl Operation for ListDiagnoses {
    const SPEC: Spec = Spec {
        id: "listDiagnoses",
        path: "/api/v1/diagnoses",
        scope: "read:diagnoses",
        summary: "List refused requests with their diagnoses",
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
