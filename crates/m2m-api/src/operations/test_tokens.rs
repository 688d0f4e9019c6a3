//! Tokens that operators ask for in the name of applications.

use core::fmt;

use m2m_authority::MAX_AUDIENCES;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::values::{CallerAddress, Identifier, List, OneOrMore, ScopeText};
use crate::{ApplicationName, Method, NoBody, NoQuery, Operation, Spec};

/// Says whether a token would be granted, and if not, why.
#[derive(Debug)]
pub struct CheckApplication;

/// Gets a token in the name of an application, marked in the log as a test.
#[derive(Debug)]
pub struct GetTestToken;

/// The token that the check is about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckQuery {
    /// The audience, once for each API; none means what the profile says.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub audience: List<Identifier, MAX_ASKED>,
    /// The scope; none means all that is assigned.
    pub scope: Option<ScopeText>,
    /// The IP address that the application would call from. Without it the answer says from where the application may call.
    pub address: Option<CallerAddress>,
}

/// The token that is requested.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestTokenRequest {
    /// The audience, or a list of several; none means what the profile says.
    #[serde(default, skip_serializing_if = "OneOrMore::is_empty")]
    pub audience: OneOrMore<Identifier, MAX_ASKED>,
    /// The scope; none means all that is assigned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeText>,
}

/// Whether a token would be granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckAnswer {
    /// The result of the check.
    pub check: CheckShown,
}

/// The token that would be granted, or the reason why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckShown {
    /// True if a token would be granted.
    pub granted: bool,
    /// For which audiences.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audiences: Option<Vec<String>>,
    /// With which scope.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// For how long. Unit: seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<u32>,
    /// The addresses that the application may call from, if the request names none and not every address is allowed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_from: Vec<String>,
    /// True if the application has used up a token quota that only warns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota_exceeded: Option<bool>,
    /// Exactly why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// What the caller would get as `error`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What happened, in one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What was found in the registry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// What mends it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<String>,
}

/// A token, as the token endpoint answers it (RFC 6749, section 5.1).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TestTokenAnswer {
    /// The token.
    pub access_token: String,
    /// The type of the token: `Bearer`.
    pub token_type: String,
    /// For how long it is good. Unit: seconds.
    pub expires_in: u32,
    /// What was granted, where the profile says it.
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
        summary: "Say whether a token would be granted, and if not, why",
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
        summary: "Get a token in the name of an application, marked in the log as a test",
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

/// The largest number of audiences that a request is read with. The decision refuses fewer, with a cause.
const MAX_ASKED: usize = 2 * MAX_AUDIENCES;
