//! Tokens that operators request on behalf of applications.

use m2m_api::Operation;
use m2m_api::operations::{
    CheckAnswer, CheckApplication, CheckShown, GetTestToken, TestTokenAnswer,
};
use m2m_api::values::{Identifier, ScopeText};
use m2m_authority::registry::AddressBlock;
use m2m_store::{Action, Subject};
use serde_json::{Map, json};

use super::Result;
use super::diagnoses::{in_words, operating};
use super::{lookup, protection};
use crate::outcome::Outcome;
use crate::perform::{Call, Perform};
use crate::{Access, Host, Manager, TestTokenParameters, Verdict};

impl Perform for CheckApplication {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<CheckAnswer>> {
        let host = manager.host();
        let named = &call.names.application_id;
        let stored = lookup::application(host.registry(), named).await?;
        let query = &call.query;
        let audiences: Vec<&str> = query.audience.iter().map(Identifier::as_str).collect();
        let ask = TestTokenParameters {
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
            check: shown(verdict, blocks, host),
        }
        .into())
    }
}

impl Perform for GetTestToken {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<TestTokenAnswer>> {
        let host = manager.host();
        let named = &call.names.application_id;
        let stored = lookup::application(host.registry(), named).await?;
        let request = &call.body;
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
        Ok(Outcome::TokenEndpoint(answer))
    }
}

/// Returns the token request of this call.
fn ask<'a, O: Operation>(
    call: &'a Call<O>,
    client_id: &'a str,
    audiences: &'a [&'a str],
    scope: Option<&'a ScopeText>,
) -> TestTokenParameters<'a> {
    TestTokenParameters {
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

/// Records in the audit log that the token was issued. A token that cannot be recorded is not returned.
async fn keep<H: Host>(
    manager: &Manager<H>,
    call: &Call<GetTestToken>,
    ask: TestTokenParameters<'_>,
) -> Result<()> {
    let view = Map::from_iter([
        ("audience".to_owned(), json!(ask.audiences)),
        ("scope".to_owned(), json!(ask.scope)),
    ]);
    let mut decision = manager.decide(&call.operator).await?;
    // In the meantime, the application may have received more scopes, and the operator may have lost some.
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

fn shown(verdict: Verdict, blocks: &[AddressBlock], host: &impl Host) -> CheckShown {
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
        Verdict::Refused(diagnosis) => {
            let entry = diagnosis.cause.entry();
            let error = entry.wire.of(host.profile()).error;
            let (evidence, fixes) = in_words(&diagnosis, operating(host));
            CheckShown {
                cause: Some(diagnosis.cause.id().to_owned()),
                error: error.map(|error| error.as_str().to_owned()),
                description: Some(entry.operator.to_owned()),
                evidence,
                fixes,
                ..nothing
            }
        }
    }
}
