//! The switch that stops applications at once.

use m2m_api::operations::{
    ApplicationsStopped, ProtectedApplication, StopApplication, StopApplications,
    StoppedApplication,
};
use m2m_authority::registry::{Application, time_text};
use m2m_store::{Backend, Filter, SecretUse, Stored};

use super::{Result, protection};
use crate::manager::Decision;
use crate::outcome::Outcome;
use crate::perform::{Call, Perform};
use crate::{Host, Manager, OperationError};

impl Perform for StopApplication {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<ApplicationsStopped>> {
        let mut decision = manager.decide(&call.operator).await?;
        let stored = decision
            .application(call, &call.names.application_id)
            .await?;
        let shown = shown(decision.registry(), &stored).await?;
        let mut answer = ApplicationsStopped::default();
        match stop(&mut decision, &stored).await? {
            Switched::Stopped => answer.stopped.push(shown),
            Switched::AlreadyStopped => answer.already_stopped.push(shown),
        }
        decision.commit().await?;
        Ok(answer.into())
    }
}

impl Perform for StopApplications {
    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<ApplicationsStopped>> {
        let mut decision = manager.decide(&call.operator).await?;
        let filter = Filter::OfOwner(&call.body.owner);
        let applications = protection::dependents(decision.registry(), filter).await?;
        let are_few = applications.len() <= MAX_LOOKED_UP;
        let mut answer = ApplicationsStopped::default();
        for stored in &applications {
            let mut shown = unused(stored);
            if are_few {
                shown.last_used_at = last_used(decision.registry(), stored).await?;
            }
            match stop(&mut decision, stored).await {
                Ok(Switched::Stopped) => answer.stopped.push(shown),
                Ok(Switched::AlreadyStopped) => answer.already_stopped.push(shown),
                // The others are stopped all the same: the switch is for emergencies.
                Err(OperationError::ManagementProtected(reason)) => {
                    answer.not_stopped.push(ProtectedApplication {
                        id: shown.id,
                        client_id: shown.client_id,
                        name: shown.name,
                        reason: reason.to_owned(),
                    });
                }
                Err(error) => return Err(error),
            }
        }
        decision.commit().await?;
        Ok(answer.into())
    }
}

/// The outcome of stopping an application that may be stopped.
enum Switched {
    /// The change stops it.
    Stopped,
    /// It was stopped before.
    AlreadyStopped,
}

/// Stops an application, unless it is stopped already: it is disabled, and its tokens are revoked up to the second after now.
///
/// In the second in which tokens were revoked, the `iat` of a new one lies one second ahead. Only a time after the change shows that such tokens are
/// revoked as well, and that a later call has nothing to do.
async fn stop<H: Host>(
    decision: &mut Decision<'_, H>,
    stored: &Stored<Application>,
) -> Result<Switched> {
    // A disabled application may have tokens that were issued before it was.
    let not_before = stored.value.spec.not_before;
    let is_revoked = not_before.is_some_and(|not_before| not_before > stored.updated_at);
    if !stored.value.spec.enabled && is_revoked {
        return Ok(Switched::AlreadyStopped);
    }
    let mut application = stored.value.clone();
    application.spec.enabled = false;
    let until = decision.now().saturating_add_seconds(1);
    application.spec.revoke_tokens(until);
    protection::of_loss(decision, &stored.value, Some(&application)).await?;
    decision.draft.update(stored, application, None);
    Ok(Switched::Stopped)
}

async fn shown<B: Backend>(
    registry: &B,
    stored: &Stored<Application>,
) -> Result<StoppedApplication> {
    let last_used_at = last_used(registry, stored).await?;
    Ok(StoppedApplication {
        last_used_at,
        ..unused(stored)
    })
}

/// Returns an application without the time of its last use.
fn unused(stored: &Stored<Application>) -> StoppedApplication {
    StoppedApplication {
        id: stored.id.to_string(),
        client_id: stored.value.client_id.to_string(),
        name: stored.value.spec.name.to_string(),
        last_used_at: None,
    }
}

async fn last_used<B: Backend>(
    registry: &B,
    stored: &Stored<Application>,
) -> Result<Option<String>> {
    let uses: Vec<SecretUse> = registry.secret_uses(&stored.value.client_id).await?;
    let latest = uses.iter().map(|used| used.at).max();
    Ok(latest.map(time_text))
}

/// The maximum number of applications whose last use is looked up, one by one, before they are stopped.
const MAX_LOOKED_UP: usize = 100;
