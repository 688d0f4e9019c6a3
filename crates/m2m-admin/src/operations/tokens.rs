//! Tokens that were issued.

use m2m_api::operations::{
    RevokeApplicationTokens, RevokeToken, RevokedTokenShown, TokenRevoked, TokensRevoked,
};
use m2m_authority::inspection::InspectedToken;
use m2m_authority::redacted;
use m2m_authority::registry::{Lifetime, time_text};
use m2m_jwt::{KeySet, UnixTime};
use m2m_store::{Action, AuditEvent, Backend as _, Revocation, RevokedToken, StoreError, Subject};
use serde_json::json;

use super::{Result, protection};
use crate::outcome::Outcome;
use crate::perform::{Call, Perform};
use crate::{Host, Manager, OperationError};

impl Perform for RevokeToken {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<TokenRevoked>> {
        let token = named(manager, call)?;
        // It changes no record, but the operator may have lost the scope in the meantime.
        let _turn = manager.turn(&call.operator).await?;
        let revocation = Revocation {
            token: RevokedToken::of(&token.jti),
            expires_at: token.until,
            is_by_operator: true,
            event: Some(AuditEvent {
                time: call.operator.now,
                actor: call.operator.actor(),
                action: Action::Revoked,
                subject: Subject::Token,
                // What was taken for a jti may be a secret.
                name: redacted(&token.jti).into(),
                before: None,
                after: Some(
                    json!({ "client_id": token.client_id, "expires_at": time_text(token.until) })
                        .to_string()
                        .into(),
                ),
            }),
        };
        let registry = manager.host().registry();
        // None is forgotten here: the server does that when it is sure of the time.
        let never = UnixTime::from_seconds(0);
        if registry.revoke(vec![revocation], never).await? == 0 {
            return Err(StoreError::TooManyRevocations.into());
        }
        Ok(TokenRevoked {
            token: RevokedTokenShown {
                jti: token.jti,
                client_id: token.client_id,
                expires_at: time_text(token.until),
            },
        }
        .into())
    }
}

impl Perform for RevokeApplicationTokens {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<TokensRevoked>> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision
            .application(call, &call.names.application_id)
            .await?;
        // A caller that does this again and again could keep a manager from getting tokens. It takes no access away, so that a manager may do it to itself.
        protection::of_power(&decision.scopes, &stored.value)?;
        let mut application = stored.value.clone();
        application.spec.revoke_tokens(decision.now());
        let client_id = application.client_id.to_string();
        let not_before = application.spec.not_before.map(time_text);
        decision.draft.update(&stored, application, None);
        decision.commit().await?;
        Ok(TokensRevoked {
            client_id,
            not_before: not_before.unwrap_or_default(),
        }
        .into())
    }
}

/// The token that the request names.
struct Named {
    jti: String,
    client_id: Option<String>,
    /// The time at which the token expires.
    until: UnixTime,
}

fn named<H: Host>(manager: &Manager<H>, call: &Call<RevokeToken>) -> Result<Named> {
    let (body, now) = (&call.body, call.operator.now);
    let invalid = |field: &str, why: &str| OperationError::FieldInvalid {
        field: field.into(),
        why: why.into(),
    };
    match (&body.token, &body.jti) {
        (Some(_), Some(_)) | (None, None) => {
            Err(invalid("token", "name the token either by token or by jti"))
        }
        (None, Some(jti)) => {
            let longest = now.saturating_add_seconds(Lifetime::MAX.as_seconds().into());
            let stated = body.expires_at.map(|time| time.0);
            if stated.is_some_and(|stated| stated <= now) {
                return Err(invalid(
                    "expires_at",
                    "is in the past: the token has expired already",
                ));
            }
            Ok(Named {
                jti: jti.as_str().to_owned(),
                client_id: None,
                // No token is valid for longer.
                until: stated.unwrap_or(longest).min(longest),
            })
        }
        (Some(_), None) if body.expires_at.is_some() => Err(invalid(
            "expires_at",
            "is for a jti; the token itself contains the time at which it expires",
        )),
        (Some(token), None) => {
            let host = manager.host();
            let keys = KeySet::new(&host.keys().signed());
            let token = InspectedToken::verify(token.as_str(), &keys, host.issuer(), now)
                .map_err(|_| invalid("token", "is not a valid access token of this server; a token that has expired or was changed needs no revocation"))?;
            let Some(jti) = token.jwt_id() else {
                return Err(invalid("token", "has no jti, by which it could be revoked"));
            };
            Ok(Named {
                jti: jti.to_owned(),
                client_id: Some(token.client_id().to_owned()),
                until: token.expires_at(),
            })
        }
    }
}
