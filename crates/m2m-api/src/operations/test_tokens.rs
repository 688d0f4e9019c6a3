//! Tokens that operators request on behalf of applications.

use core::fmt;

use m2m_authority::MAX_AUDIENCES;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EvidenceShown, FixShown};
use crate::values::{CallerAddress, Identifier, List, OneOrMore, ScopeText};
use crate::{ApplicationName, Method, NoBody, NoQuery, Operation, Spec};

/// Checks if a token would be granted, and returns the reason if not.
#[derive(Debug)]
pub struct CheckApplication;

/// Gets a token on behalf of an application. The log marks it as a test.
#[derive(Debug)]
pub struct GetTestToken;

/// The query parameters of a check: the token to check.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckQuery {
    /// The audience, repeated for each API. If absent, the profile of the server decides.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub audience: List<Identifier, MAX_ASKED>,
    /// The scope. If absent, all assigned scopes are requested.
    pub scope: Option<ScopeText>,
    /// The IP address that the application would call from. If absent, the answer lists the addresses from which the application may call.
    pub address: Option<CallerAddress>,
}

/// A request for a test token.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestTokenRequest {
    /// The audience, or a list of several. If absent, the profile of the server decides.
    #[serde(default, skip_serializing_if = "OneOrMore::is_empty")]
    pub audience: OneOrMore<Identifier, MAX_ASKED>,
    /// The scope. If absent, all assigned scopes are requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeText>,
}

/// The answer of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckAnswer {
    /// The result of the check.
    pub check: CheckShown,
}

/// The token that would be granted, or the reason for the refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckShown {
    /// True if a token would be granted.
    pub granted: bool,
    /// The audiences of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audiences: Option<Vec<String>>,
    /// The scope of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The lifetime of the token. Unit: seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<u32>,
    /// The addresses that the application may call from. Absent if every address is allowed, or if the request names an address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_from: Vec<String>,
    /// True if the application has exceeded a token quota that only warns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota_exceeded: Option<bool>,
    /// The exact cause of the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The `error` that the caller would receive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The description of the cause, in one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The observations that explain the refusal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceShown>,
    /// The suggested fixes, the most helpful first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<FixShown>,
}

/// A token, as the token endpoint returns it (RFC 6749, section 5.1).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TestTokenAnswer {
    /// The access token.
    pub access_token: String,
    /// The type of the token: `Bearer`.
    pub token_type: String,
    /// The lifetime of the token. Unit: seconds.
    pub expires_in: u32,
    /// The granted scope. The profile of the server decides when it is present.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

impl fmt::Debug for TestTokenAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestTokenAnswer")
            .field("access_token", &"[redacted]")
            .field("expires_in", &self.expires_in)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

impl Operation for CheckApplication {
    const SPEC: Spec = Spec {
        id: "checkApplication",
        path: "/api/v1/applications/{application_id}/check",
        scope: "read:application_api_scopes",
        summary: "Check whether a token would be granted, and if not, why",
        refusals: &[404],
        ..Spec::DEFAULT
    };
    type Names = ApplicationName;
    type Query = CheckQuery;
    type Body = NoBody;
    type Answer = CheckAnswer;
}

impl Operation for GetTestToken {
    const SPEC: Spec = Spec {
        id: "getTestToken",
        method: Method::Post,
        path: "/api/v1/applications/{application_id}/test_token",
        scope: "create:test_tokens",
        summary: "Get a token on behalf of an application, marked in the log as a test",
        refusals: &[404, 429],
        example: Some(r#"{"audience": "https://orders.example/api"}"#),
        answers_as_token_endpoint: true,
        ..Spec::DEFAULT
    };
    type Names = ApplicationName;
    type Query = NoQuery;
    type Body = TestTokenRequest;
    type Answer = TestTokenAnswer;
}

/// The maximum number of audiences that a request can be read with. The decision refuses fewer, with a cause.
const MAX_ASKED: usize = 2 * MAX_AUDIENCES;
