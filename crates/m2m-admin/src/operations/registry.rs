//! The whole registry, as a file.

use std::collections::HashSet;

use m2m_api::operations::{
    ApplyAnswer, ApplyRegistry, CredentialsShown, ExportAnswer, ExportRegistry,
};
use m2m_api::{MistakePlace, RegistryDocument};
use m2m_authority::registry::fill_in_issuer;
use m2m_store::{Action, Subject};

use super::Result;
use crate::export::export_within;
use crate::keys::settle_keys;
use crate::operation_error::RegistryMistake;
use crate::outcome::Outcome;
use crate::perform::{Call, Perform, Weight};
use crate::{
    Access, ApplyError, GeneratedCredentials, Host, Manager, Mistake, OperationError, Prune,
    SecretHashes, World, management, prepare,
};

impl Perform for ApplyRegistry {
    const WEIGHT: Weight = Weight::File;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<ApplyAnswer>> {
        let source = &call.body;
        let prune = if call.query.prune {
            Prune::Remove
        } else {
            Prune::Keep
        };
        // One file at a time is read, because a large file takes much more memory than its size.
        let _turn = manager.turn(&call.operator).await?;
        let world = match source {
            RegistryDocument::Toml(text) => World::parse(text),
            RegistryDocument::Json(value) => World::from_json(value.clone()),
        };
        let world = world
            .map_err(|mistake| OperationError::RegistryMalformed(located(&mistake, source)))?;
        check_audiences(&world, manager.host().issuer())?;
        let registry = manager.host().registry();
        let mut randomness = manager.randomness();
        let actor = call.operator.actor();
        let now = call.operator.now;
        let prepared = prepare(registry, &world, prune, &actor, &mut randomness, now).await;
        let prepared = prepared.map_err(|error| refused(error, source))?;
        if call.query.dry_run {
            let answer = ApplyAnswer {
                plan: prepared.into_plan(),
                applied: false,
                credentials: Vec::new(),
            };
            return Ok(answer.into());
        }
        let is_about_apis = prepared.is_about_apis();
        let applied = prepared.commit(registry).await?;
        if is_about_apis {
            // The change was made. If this fails, the server does it later.
            let _ = settle_keys(registry, &actor, now).await;
        }
        Ok(ApplyAnswer {
            plan: applied.plan,
            applied: true,
            credentials: applied.credentials.iter().map(shown).collect(),
        }
        .into())
    }
}

impl Perform for ExportRegistry {
    const WEIGHT: Weight = Weight::Registry;

    async fn perform<H: Host>(
        manager: &Manager<H>,
        call: &Call<Self>,
    ) -> Result<Outcome<ExportAnswer>> {
        let secret_hashes = if call.query.with_secret_hashes {
            SecretHashes::Included
        } else {
            SecretHashes::LeftOut
        };
        if secret_hashes == SecretHashes::Included && manager.host().access() == Access::ReadWrite {
            // An export that cannot be recorded in the audit log is refused.
            let mut decision = manager.decide(&call.operator).await?;
            let (action, subject) = (Action::Read, Subject::SecretHashes);
            decision.draft.tell(action, subject, "registry", None, None);
            decision.commit().await?;
        }
        let registry = manager.host().registry();
        let now = call.operator.now;
        let world = export_within(registry, secret_hashes, now, MAX_EXPORT_BYTES).await?;
        let world = world.ok_or(OperationError::RegistryTooLarge {
            most: MAX_EXPORT_BYTES,
        })?;
        Ok(ExportAnswer { world }.into())
    }
}

/// Refuses a file that has the resolved audience of the management API, or one audience both with a placeholder and resolved: such an API would never
/// be served.
fn check_audiences(world: &World, issuer: &str) -> Result<()> {
    let reserved =
        [management::AUDIENCE, management::ALIAS].map(|audience| fill_in_issuer(audience, issuer));
    let audiences = world.apis.iter().map(|api| &*api.audience);
    let mut served = HashSet::new();
    for audience in audiences {
        let is_taken = reserved.iter().any(|own| own == audience)
            || !served.insert(fill_in_issuer(audience, issuer));
        if is_taken {
            return Err(OperationError::AudienceTaken {
                field: "api",
                audience: audience.into(),
            });
        }
    }
    Ok(())
}

fn shown(credentials: &GeneratedCredentials) -> CredentialsShown {
    CredentialsShown {
        application: credentials.application.clone(),
        client_id: credentials.client_id.clone(),
        client_secret: credentials.expose_secret().to_owned(),
    }
}

fn refused(error: ApplyError, source: &RegistryDocument) -> OperationError {
    match error {
        ApplyError::Mistake(mistake) => {
            let is_malformed = mistake.is_malformed();
            let mistake = located(&mistake, source);
            if is_malformed {
                OperationError::RegistryMalformed(mistake)
            } else {
                OperationError::RegistryUnfit(mistake)
            }
        }
        ApplyError::LastManagement { .. } => OperationError::ManagementProtected(
            "the last application that manages this server would lose its access; keep it unchanged, or authorize another one first",
        ),
        ApplyError::Left { .. } => OperationError::RecordInUse {
            what: error.to_string().into(),
        },
        ApplyError::Commit(error) => error.into(),
    }
}

/// Returns a mistake in the file, with its place in the text that was sent, or its path if the file was sent as JSON.
fn located(mistake: &Mistake, source: &RegistryDocument) -> Box<RegistryMistake> {
    let mut message = mistake.what().to_owned();
    if let Some(help) = mistake.help() {
        message.push_str("; ");
        message.push_str(help);
    }
    Box::new(match source {
        RegistryDocument::Toml(_) => RegistryMistake {
            message,
            place: Some(MistakePlace {
                start: mistake.span().start,
                end: mistake.span().end,
                earlier: mistake.earlier(),
                help: mistake.help().map(ToOwned::to_owned),
            }),
        },
        RegistryDocument::Json(_) => {
            let path = mistake.path().to_string();
            let place = if path.is_empty() { "body" } else { &path };
            RegistryMistake {
                message: format!("{place}: {message}"),
                place: None,
            }
        }
    })
}

/// The maximum size of an exported file: that of a file that can be applied. Unit: bytes.
const MAX_EXPORT_BYTES: usize = 16 * 1024 * 1024;
