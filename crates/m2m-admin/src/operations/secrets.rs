//! The secrets of applications.

use m2m_api::SecretStep;
use m2m_api::operations::{
    ListApplicationSecrets, NewSecret as NewSecretShown, RevokeApplicationSecret,
    RotateApplicationSecret, SecretCreated, SecretEnded, SecretShown, SecretsAnswer,
};

use m2m_authority::registry::{ClientType, Ending, StoredSecret, time_text};
use m2m_jwt::UnixTime;
use m2m_store::{Backend as _, SecretUse};

use super::Result;
use super::applications::parse_hash;
use super::{lookup, protection};
use crate::outcome::Outcome;
use crate::perform::{Call, Perform, Weight};
use crate::secrets::NewSecret;
use crate::{GeneratedCredentials, Host, Manager, OperationError, secrets};

impl Perform for ListApplicationSecrets {
    const WEIGHT: Weight = Weight::Page;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<SecretsAnswer>> {
        let registry = manager.host().registry();
        let stored = lookup::application(registry, &call.names.application_id).await?;
        let uses = registry.secret_uses(&stored.value.client_id).await?;
        let secrets = stored.value.secrets.iter();
        Ok(SecretsAnswer {
            secrets: secrets
                .map(|secret| shown(secret, &uses, call.operator.now))
                .collect(),
        }
        .into())
    }
}

impl Perform for RotateApplicationSecret {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<SecretCreated>> {
        let overlap = call.body.overlap_seconds.map_or(0, |overlap| overlap.get());
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision
            .application(call, &call.names.application_id)
            .await?;
        protection::of_power(&decision.scopes, &stored.value)?;
        let mut application = stored.value.clone();
        if application.spec.client_type == ClientType::Public {
            return Err(OperationError::ApplicationPublic);
        }
        let mut randomness = manager.randomness();
        let now = decision.now();
        let expires_at = call.body.expires_at.map(|time| time.0);
        if expires_at.is_some_and(|expires_at| expires_at <= now) {
            return Err(OperationError::invalid(
                "expires_at",
                "is not in the future",
            ));
        }
        let (hash, made, step) = match &call.body.secret_sha256 {
            Some(hash) => (parse_hash(hash.as_str())?, None, SecretStep::Set),
            None => {
                let (name, client_id) = (&application.spec.name, &application.client_id);
                let made = GeneratedCredentials::new(name, client_id, &mut randomness);
                (made.hash(), Some(made), SecretStep::Generated)
            }
        };
        let ends_at = now.saturating_add_seconds(overlap);
        let by = decision.actor();
        let rotated = secrets::rotate(
            &mut application.secrets,
            NewSecret { hash, expires_at },
            by,
            ends_at,
            &mut randomness,
            now,
        );
        let Some(id) = rotated else {
            return Err(OperationError::TooManySecrets {
                most: m2m_authority::MAX_SECRETS,
            });
        };
        // The last manager of a server needs a secret that does not expire.
        protection::of_loss(&decision, &stored.value, Some(&application)).await?;
        let previous = stored
            .value
            .secrets
            .iter()
            .any(|secret| secret.is_in_force(now))
            .then_some(ends_at);
        decision.draft.update(&stored, application, Some(step));
        decision.commit().await?;
        Ok(SecretCreated {
            secret: NewSecretShown {
                id,
                client_secret: made.map(|made| made.expose_secret().to_owned()),
                expires_at: expires_at.map(time_text),
                expires_at_of_previous: previous.map(time_text),
            },
        }
        .into())
    }
}

impl Perform for RevokeApplicationSecret {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<SecretEnded>> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision
            .application(call, &call.names.application_id)
            .await?;
        let mut application = stored.value.clone();
        let (now, by) = (decision.now(), Box::from(decision.actor()));
        let secret_id = &*call.names.secret_id;
        let mut secrets = application.secrets.iter_mut();
        let secret = secrets
            .find(|secret| *secret.id == *secret_id)
            .ok_or_else(|| OperationError::SecretNotFound(secret_id.into()))?;
        if !secret.is_in_force(now) {
            // The secret has ended already, and the way in which it ended stays recorded.
            return Ok(SecretEnded { warning: None }.into());
        }
        secret.ending = Some(Ending::Revoked { at: now, by });
        let is_live = |secret: &StoredSecret| secret.is_in_force(now);
        let is_own = *application.client_id == *decision.actor();
        if is_own && !application.secrets.iter().any(is_live) {
            return Err(OperationError::ManagementProtected(
                "this is the last valid secret of the application that your token belongs to; create another one first",
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
                "it was last used at {}, within the last hour; callers that still use it are refused from now on",
                time_text(at)
            )
        });
        decision.draft.update(&stored, application, None);
        decision.commit().await?;
        Ok(SecretEnded { warning }.into())
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

/// The time for which a secret counts as in use after its last use. Unit: seconds.
const RECENT_SECONDS: u64 = 3600;
