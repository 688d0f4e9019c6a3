//! Tokens that operators ask for in the name of applications.

use http::Method;
use m2m_authority::MAX_AUDIENCES;
use m2m_authority::registry::AddressBlock;
use m2m_errors::Profile;
use m2m_store::{Action, Subject};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use super::Result;
use super::bounded::{List, OneOrMore};
use super::moment::CallerAddress;
use super::text::{Identifier, ScopeText};
use super::{lookup, protection};
use crate::face::{Json, NoBody};
use crate::operation::{Call, NoQuery, Operation};
use crate::{Access, Host, Manager, TokenAsk, Verdict};

/// Says whether a token would be granted, and if not, why.
#[derive(Debug)]
pub struct CheckApplication;

/// Gets a token in the name of an application, marked in the log as a test.
#[derive(Debug)]
pub struct GetTestToken;

/// The token that the check is about.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckQuery {
    /// The audience, once for each API; none means what the profile says.
    #[serde(default)]
    audience: List<Identifier, MAX_ASKED>,
    /// The scope; none means all that is assigned.
    scope: Option<ScopeText>,
    /// The IP address that the application would call from. Without it the answer says from where the application may call.
    address: Option<CallerAddress>,
}

/// The token that is requested.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestTokenRequest {
    /// The audience, or a list of several; none means what the profile says.
    #[serde(default)]
    audience: OneOrMore<Identifier, MAX_ASKED>,
    /// The scope; none means all that is assigned.
    scope: Option<ScopeText>,
}

/// The largest number of audiences that a request is read with. The decision refuses fewer, with a cause.
const MAX_ASKED: usize = 2 * MAX_AUDIENCES;

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
    /// The addresses that the application may call from, if the request names none and not every address is allowed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    only_from: Vec<String>,
    /// True if the application has used up a token quota that only warns.
    #[serde(skip_serializing_if = "Option::is_none")]
    quota_exceeded: Option<bool>,
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

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<CheckAnswer> {
        let host = manager.host();
        let named = call.named("application_id");
        let stored = lookup::application(host.registry(), named).await?;
        let query = &call.query;
        let audiences: Vec<&str> = query.audience.iter().map(Identifier::as_str).collect();
        let ask = TokenAsk {
            address: query.address.map(|address| address.0),
            ..ask(
                call,
                &stored.value.client_id,
                &audiences,
                query.scope.as_ref(),
            )
        };
        let verdict = host.check(ask).await;
        let blocks: &[AddressBlock] = match query.address {
            Some(_) => &[],
            None => &stored.value.spec.allowed_addresses,
        };
        Ok(CheckAnswer {
            check: shown(verdict, blocks, host.profile()),
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

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<TestTokenAnswer> {
        let host = manager.host();
        let named = call.named("application_id");
        let stored = lookup::application(host.registry(), named).await?;
        let request = &call.body.0;
        let audiences: Vec<&str> = request.audience.iter().map(Identifier::as_str).collect();
        let scopes = &call.operator.scopes;
        protection::of_test_token(scopes, &stored.value, &audiences, host.issuer())?;
        let ask = ask(
            call,
            &stored.value.client_id,
            &audiences,
            request.scope.as_ref(),
        );
        let answer = host.test_token(ask).await;
        if answer.response.status().is_success() && host.access() == Access::ReadWrite {
            keep(manager, call, ask).await?;
        }
        Ok(TestTokenAnswer {
            answer: Some(answer),
        })
    }

    fn whole(answer: &mut TestTokenAnswer) -> Option<http::Response<bytes::Bytes>> {
        answer.answer.take().map(|answer| answer.response)
    }
}

/// The token that an operator requests with this call.
fn ask<'a, O: Operation>(
    call: &'a Call<O>,
    client_id: &'a str,
    audiences: &'a [&'a str],
    scope: Option<&'a ScopeText>,
) -> TokenAsk<'a> {
    TokenAsk {
        operator: &call.operator.client_id,
        operator_address: call.operator.address,
        client_id,
        address: None,
        audiences,
        scope: scope.map(ScopeText::as_str),
        trace_id: call.operator.trace_id,
        now: call.operator.now,
    }
}

/// Keeps that the token was given out. One of which that cannot be kept is not given out.
async fn keep<H: Host>(
    manager: &Manager<H>,
    call: &Call<GetTestToken>,
    ask: TokenAsk<'_>,
) -> Result<()> {
    let view = Map::from_iter([
        ("audience".to_owned(), json!(ask.audiences)),
        ("scope".to_owned(), json!(ask.scope)),
    ]);
    let mut decision = manager.decide(&call.operator).await?;
    // The application may have got more scopes since, and the operator may have lost some.
    let stored = lookup::application(decision.registry(), ask.client_id).await?;
    let issuer = manager.host().issuer();
    protection::of_test_token(&decision.scopes, &stored.value, ask.audiences, issuer)?;
    let (action, subject) = (Action::Created, Subject::TestToken);
    decision
        .draft
        .tell(action, subject, ask.client_id, None, Some(&view));
    decision.commit().await?;
    Ok(())
}

fn shown(verdict: Verdict, blocks: &[AddressBlock], profile: Profile) -> CheckShown {
    let nothing = CheckShown {
        granted: false,
        audiences: None,
        scope: None,
        expires_in: None,
        only_from: Vec::new(),
        quota_exceeded: None,
        cause: None,
        error: None,
        description: None,
        evidence: Vec::new(),
        fixes: Vec::new(),
    };
    match verdict {
        Verdict::Granted(granted) => CheckShown {
            granted: true,
            audiences: Some(granted.audiences.into_iter().map(String::from).collect()),
            scope: Some(granted.scope.into()),
            expires_in: Some(granted.expires_in),
            only_from: blocks.iter().map(ToString::to_string).collect(),
            quota_exceeded: Some(granted.quota_exceeded),
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
                evidence,
                fixes,
                ..nothing
            }
        }
    }
}
