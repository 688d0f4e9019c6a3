//! Tokens that operators ask for in the name of applications.

use http::Method;
use m2m_errors::Profile;
use m2m_store::{Action, Subject};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{Identifier, ScopeText};
use super::{lookup, protection};
use crate::face::{Json, NoBody};
use crate::operation::{Call, NoQuery, Operation};
use crate::{Access, Host, Manager, OperationError, TokenAsk, Verdict};

/// Says whether a token would be granted, and if not, why.
#[derive(Debug)]
pub struct CheckApplication;

/// Gets a token in the name of an application, marked in the log as a test.
#[derive(Debug)]
pub struct GetTestToken;

/// What a token would be asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckQuery {
    /// The audience; none means what the profile says.
    audience: Option<Identifier>,
    /// The scope; none means all that is assigned.
    scope: Option<ScopeText>,
}

/// What a token is asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestTokenRequest {
    /// The audience; none means what the profile says.
    audience: Option<Identifier>,
    /// The scope; none means all that is assigned.
    scope: Option<ScopeText>,
}

/// Whether a token would be granted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CheckAnswer {
    check: CheckShown,
}

#[derive(Debug, Serialize, JsonSchema)]
struct CheckShown {
    granted: bool,
    /// For which audiences.
    #[serde(skip_serializing_if = "Option::is_none")]
    audiences: Option<Vec<String>>,
    /// With which scope.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    /// For how long. Unit: seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in: Option<u32>,
    /// Exactly why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    /// What the caller would get as `error`.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// What happened, in one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// What was found in the registry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<String>,
    /// What mends it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<String>,
}

/// A token.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(with = "TokenShown")]
pub struct TestTokenAnswer {
    #[serde(skip)]
    pub(crate) answer: Option<crate::TokenAnswer>,
}

/// A token, as the token endpoint answers it (RFC 6749, section 5.1).
#[derive(Serialize, JsonSchema)]
struct TokenShown {
    access_token: String,
    token_type: String,
    /// For how long it is good. Unit: seconds.
    expires_in: u32,
    /// What was granted, where the profile says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

impl Operation for CheckApplication {
    const ID: &'static str = "checkApplication";
    const PATH: &'static str = "/api/v1/applications/{application_id}/check";
    const SCOPE: &'static str = "read:application_api_scopes";
    const SUMMARY: &'static str = "Say whether a token would be granted, and if not, why";
    const REFUSALS: &'static [u16] = &[404];
    type Query = CheckQuery;
    type Body = NoBody;
    type Answer = CheckAnswer;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<CheckAnswer, OperationError> {
        let host = manager.host();
        let named = call.named("application_id");
        let stored = lookup::application(host.registry(), named).await?;
        let ask = TokenAsk {
            operator: &call.operator.client_id,
            client_id: &stored.value.client_id,
            audience: call.query.audience.as_ref().map(Identifier::as_str),
            scope: call.query.scope.as_ref().map(ScopeText::as_str),
            trace_id: call.operator.trace_id,
            address: call.operator.address,
            now: call.operator.now,
        };
        let verdict = host.check(ask).await;
        Ok(CheckAnswer {
            check: shown(&verdict, host.profile()),
        })
    }
}

impl Operation for GetTestToken {
    const ID: &'static str = "getTestToken";
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/api/v1/applications/{application_id}/test_token";
    const SCOPE: &'static str = "create:test_tokens";
    const SUMMARY: &'static str =
        "Get a token in the name of an application, marked in the log as a test";
    const REFUSALS: &'static [u16] = &[404, 429];
    const EXAMPLE: Option<&'static str> = Some(r#"{"audience": "https://orders.example/api"}"#);
    const ANSWERS_AS_TOKEN_ENDPOINT: bool = true;
    type Query = NoQuery;
    type Body = Json<TestTokenRequest>;
    type Answer = TestTokenAnswer;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<TestTokenAnswer, OperationError> {
        let host = manager.host();
        let named = call.named("application_id");
        let stored = lookup::application(host.registry(), named).await?;
        let request = &call.body.0;
        protection::of_test_token(
            &call.operator.scopes,
            &stored.value,
            request.audience.as_ref().map(Identifier::as_str),
            host.issuer(),
        )?;
        let ask = TokenAsk {
            operator: &call.operator.client_id,
            client_id: &stored.value.client_id,
            audience: request.audience.as_ref().map(Identifier::as_str),
            scope: request.scope.as_ref().map(ScopeText::as_str),
            trace_id: call.operator.trace_id,
            address: call.operator.address,
            now: call.operator.now,
        };
        let answer = host.test_token(ask).await;
        if answer.response.status().is_success() && host.access() == Access::ReadWrite {
            keep(manager, call, &stored.value.client_id).await?;
        }
        Ok(TestTokenAnswer {
            answer: Some(answer),
        })
    }

    fn whole(answer: &mut TestTokenAnswer) -> Option<http::Response<bytes::Bytes>> {
        answer.answer.take().map(|answer| answer.response)
    }
}

/// Keeps that the token was given out. One of which that cannot be kept is not given out.
async fn keep<H: Host>(
    manager: &Manager<H>,
    call: &Call<GetTestToken>,
    client_id: &str,
) -> Result<(), OperationError> {
    let request = &call.body.0;
    let asked = [
        (
            "audience",
            request.audience.as_ref().map(Identifier::as_str),
        ),
        ("scope", request.scope.as_ref().map(ScopeText::as_str)),
    ];
    let view = asked
        .into_iter()
        .map(|(name, value)| (name.to_owned(), serde_json::json!(value)))
        .collect();
    let mut decision = manager.decide(&call.operator).await?;
    let (action, subject) = (Action::Created, Subject::TestToken);
    decision
        .draft
        .tell(action, subject, client_id, None, Some(&view));
    decision.commit().await?;
    Ok(())
}

fn shown(verdict: &Verdict, profile: Profile) -> CheckShown {
    let nothing = CheckShown {
        granted: false,
        audiences: None,
        scope: None,
        expires_in: None,
        cause: None,
        error: None,
        description: None,
        evidence: Vec::new(),
        fixes: Vec::new(),
    };
    match verdict {
        Verdict::Granted {
            audiences,
            scope,
            expires_in,
        } => CheckShown {
            granted: true,
            audiences: Some(audiences.iter().map(ToString::to_string).collect()),
            scope: Some(scope.to_string()),
            expires_in: Some(*expires_in),
            ..nothing
        },
        Verdict::Refused {
            cause,
            evidence,
            fixes,
        } => {
            let entry = cause.entry();
            let error = entry.wire.of(profile).error;
            CheckShown {
                cause: Some(cause.id().to_owned()),
                error: error.map(|error| error.as_str().to_owned()),
                description: Some(entry.operator.to_owned()),
                evidence: evidence.clone(),
                fixes: fixes.clone(),
                ..nothing
            }
        }
    }
}
