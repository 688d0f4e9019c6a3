//! Secrets of applications.

use core::fmt;

use http::Method;
use m2m_authority::registry::{ClientType, Ending, StoredSecret, time_text};
use m2m_jwt::UnixTime;
use m2m_store::{Backend as _, SecretUse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Result;
use super::whole::Whole;
use super::{lookup, protection};
use crate::face::{Json, NoBody};
use crate::operation::{Call, NoQuery, Operation, Weight};
use crate::plan::SecretStep;
use crate::{GeneratedCredentials, Host, Manager, OperationError, secrets};

/// Lists the secrets of an application, never their values.
#[derive(Debug)]
pub struct ListApplicationSecrets;

/// Gives an application another secret. The others end at once, or after an overlap.
#[derive(Debug)]
pub struct RotateApplicationSecret;

/// Ends a secret at once.
#[derive(Debug)]
pub struct RevokeApplicationSecret;

/// How the others end.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretRotation {
    /// For how long the secrets that it has work on. Unit: seconds. They end at once if absent.
    overlap_seconds: Option<Whole<0, MAX_OVERLAP_SECONDS>>,
}

/// The secrets of an application.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SecretsAnswer {
    secrets: Vec<SecretShown>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SecretShown {
    id: String,
    /// `active`, `ending` (it works until `ends_at`) or `ended`.
    state: String,
    created_at: String,
    ends_at: Option<String>,
    /// `expires`, `rotated-out` or `revoked`.
    why: Option<String>,
    /// Who ended it.
    by: Option<String>,
    /// To the minute.
    last_used_at: Option<String>,
}

/// A secret that was made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SecretCreated {
    secret: NewSecret,
}

/// This is the only time that it is shown.
#[derive(Serialize, JsonSchema)]
struct NewSecret {
    id: String,
    client_secret: String,
    /// When the last of the others ends; none if there is no other that works.
    expires_at_of_previous: Option<String>,
}

/// A secret that was ended.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SecretEnded {
    /// What the operator should know.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

impl fmt::Debug for NewSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewSecret")
            .field("id", &self.id)
            .field("client_secret", &"[redacted]")
            .finish_non_exhaustive()
    }
}

impl Operation for ListApplicationSecrets {
    const ID: &'static str = "listApplicationSecrets";
    const PATH: &'static str = "/api/v1/applications/{application_id}/secrets";
    const SCOPE: &'static str = "read:application_secrets";
    const SUMMARY: &'static str = "List the secrets of an application, never their values";
    const REFUSALS: &'static [u16] = &[404];
    const WEIGHT: Weight = Weight::Page;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = SecretsAnswer;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<SecretsAnswer> {
        let registry = manager.host().registry();
        let stored = lookup::application(registry, call.named("application_id")).await?;
        let uses = registry.secret_uses(&stored.value.client_id).await?;
        let secrets = stored.value.secrets.iter();
        Ok(SecretsAnswer {
            secrets: secrets
                .map(|secret| shown(secret, &uses, call.operator.now))
                .collect(),
        })
    }
}

impl Operation for RotateApplicationSecret {
    const ID: &'static str = "rotateApplicationSecret";
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/api/v1/applications/{application_id}/secrets";
    const SCOPE: &'static str = "create:application_secrets";
    const SUMMARY: &'static str =
        "Give an application another secret; the others end at once or after an overlap";
    const CODE: &'static str = "SECRET_CREATED";
    const MESSAGE: &'static str = "Secret successfully created";
    const STATUS: u16 = 201;
    const REFUSALS: &'static [u16] = &[404, 409];
    const EXAMPLE: Option<&'static str> = Some(r#"{"overlap_seconds": 86400}"#);
    type Query = NoQuery;
    type Body = Json<SecretRotation>;
    type Answer = SecretCreated;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<SecretCreated> {
        let overlap = call.body.0.overlap_seconds.map_or(0, |overlap| overlap.0);
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.application(call).await?;
        protection::of_power(&decision.scopes, &stored.value)?;
        let mut application = stored.value.clone();
        if application.spec.client_type == ClientType::Public {
            return Err(OperationError::conflict(
                "APPLICATION_PUBLIC",
                "the application is public: it cannot keep a secret, and could not use one",
            ));
        }
        let mut randomness = manager.randomness();
        let made = GeneratedCredentials::new(
            &application.spec.name,
            &application.client_id,
            &mut randomness,
        );
        let now = decision.now();
        let ends_at = now.saturating_add_seconds(overlap);
        let by = decision.actor();
        let rotated = secrets::rotate(
            &mut application.secrets,
            made.hash(),
            by,
            ends_at,
            &mut randomness,
            now,
        );
        let Some(id) = rotated else {
            return Err(OperationError::conflict(
                "TOO_MANY_SECRETS",
                format!(
                    "the application has {} secrets that work; end one of them first",
                    m2m_authority::MAX_SECRETS
                ),
            ));
        };
        let previous = stored
            .value
            .secrets
            .iter()
            .any(|secret| secret.is_in_force(now))
            .then_some(ends_at);
        decision
            .draft
            .update(&stored, application, Some(SecretStep::Generated));
        decision.commit().await?;
        Ok(SecretCreated {
            secret: NewSecret {
                id,
                client_secret: made.expose_secret().to_owned(),
                expires_at_of_previous: previous.map(time_text),
            },
        })
    }
}

impl Operation for RevokeApplicationSecret {
    const ID: &'static str = "revokeApplicationSecret";
    const METHOD: Method = Method::DELETE;
    const PATH: &'static str = "/api/v1/applications/{application_id}/secrets/{secret_id}";
    const SCOPE: &'static str = "delete:application_secrets";
    const SUMMARY: &'static str = "End a secret of an application at once";
    const CODE: &'static str = "SECRET_DELETED";
    const MESSAGE: &'static str = "Secret successfully ended";
    const REFUSALS: &'static [u16] = &[404, 409];
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = SecretEnded;

    async fn perform<H: Host>(manager: &Manager<H>, call: &Call<Self>) -> Result<SecretEnded> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision.application(call).await?;
        let mut application = stored.value.clone();
        let (now, by) = (decision.now(), Box::from(decision.actor()));
        let secret_id = call.named("secret_id");
        let mut secrets = application.secrets.iter_mut();
        let secret = secrets
            .find(|secret| *secret.id == *secret_id)
            .ok_or_else(|| OperationError::unknown("secret", secret_id))?;
        if !secret.is_in_force(now) {
            // It has ended, and how it did stays known.
            return Ok(SecretEnded { warning: None });
        }
        secret.ending = Some(Ending::Revoked { at: now, by });
        let is_live = |secret: &StoredSecret| secret.is_in_force(now);
        let is_own = *application.client_id == *decision.actor();
        if is_own && !application.secrets.iter().any(is_live) {
            return Err(OperationError::keeps_management(
                "this is the last secret of the application whose token you use; give it another one first",
            ));
        }
        protection::of_loss(&decision, &stored.value, Some(&application)).await?;
        let uses = decision
            .registry()
            .secret_uses(&application.client_id)
            .await?;
        let used = last_used(&uses, secret_id);
        let is_recent =
            |at: UnixTime| now.as_seconds().saturating_sub(at.as_seconds()) < RECENT_SECONDS;
        let warning = used.filter(|at| is_recent(*at)).map(|at| {
            format!(
                "it was last used at {}, within the last hour: whoever uses it is refused from now on",
                time_text(at)
            )
        });
        decision.draft.update(&stored, application, None);
        decision.commit().await?;
        Ok(SecretEnded { warning })
    }
}

fn shown(secret: &StoredSecret, uses: &[SecretUse], now: UnixTime) -> SecretShown {
    let (why, by) = match &secret.ending {
        None => (None, None),
        Some(Ending::Expires { .. }) => (Some("expires"), None),
        Some(Ending::RotatedOut { by, .. }) => (Some("rotated-out"), Some(by)),
        Some(Ending::Revoked { by, .. }) => (Some("revoked"), Some(by)),
    };
    let state = match &secret.ending {
        None => "active",
        Some(ending) if !ending.is_over(now) => "ending",
        Some(_) => "ended",
    };
    SecretShown {
        id: secret.id.to_string(),
        state: state.to_owned(),
        created_at: time_text(secret.created_at),
        ends_at: secret.ending.as_ref().map(|ending| time_text(ending.at())),
        why: why.map(ToOwned::to_owned),
        by: by.map(ToString::to_string),
        last_used_at: last_used(uses, &secret.id).map(time_text),
    }
}

fn last_used(uses: &[SecretUse], secret_id: &str) -> Option<UnixTime> {
    let mut uses = uses.iter();
    uses.find(|used| *used.secret_id == *secret_id)
        .map(|used| used.at)
}

/// A secret that was used within the hour is in use. Unit: seconds.
const RECENT_SECONDS: u64 = 3600;

/// Thirty days: whoever has not changed a secret by then forgot. Unit: seconds.
const MAX_OVERLAP_SECONDS: u64 = 30 * 24 * 3600;
