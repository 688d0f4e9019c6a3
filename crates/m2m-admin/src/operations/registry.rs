//! The whole registry, as a file.

use std::collections::HashSet;

use m2m_api::RegistryDocument;
use m2m_api::operations::{
    ApplyAnswer, ApplyRegistry, CredentialsShown, ExportAnswer, ExportRegistry,
};
use m2m_authority::registry::fill_in_issuer;
use m2m_store::{Action, Subject};

use super::Result;
use crate::export::export_within;
use crate::operation_error::Place;
use crate::perform::{Call, Outcome, Perform, Weight};
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
        // One file at a time is read, since a large one takes much more memory than it has bytes.
        let _turn = manager.turn(&call.operator).await?;
        let world = match source {
            RegistryDocument::Toml(text) => World::parse(text),
            RegistryDocument::Json(value) => World::from_json(value.clone()),
        };
        let world = world.map_err(|mistake| misplaced(&mistake, 400, source))?;
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
        let applied = prepared.commit(registry).await?;
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
            // One that cannot be kept in the audit log is not given out.
            let mut decision = manager.decide(&call.operator).await?;
            let (action, subject) = (Action::Read, Subject::SecretHashes);
            decision.draft.tell(action, subject, "registry", None, None);
            decision.commit().await?;
        }
        let registry = manager.host().registry();
        let now = call.operator.now;
        let world = export_within(registry, secret_hashes, now, MAX_EXPORT_BYTES).await?;
        let world = world.ok_or_else(|| {
            let message = format!(
                "the registry as a file has more than {MAX_EXPORT_BYTES} bytes, and an answer has no more; read it page by page, or \
                 stop the server and run m2m export --data"
            );
            OperationError::conflict("REGISTRY_TOO_LARGE", message)
        })?;
        Ok(ExportAnswer { world }.into())
    }
}

/// No file spells out what stands for the management API, or declares one audience with a placeholder and without: the API would never
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
            return Err(OperationError::taken("audience", "api", audience));
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
            let status = if mistake.is_malformed() { 400 } else { 409 };
            misplaced(&mistake, status, source)
        }
        ApplyError::LastManagement { .. } => OperationError::keeps_management(
            "the last application that manages this server would do so no longer; leave it as it is, or authorize another one first",
        ),
        ApplyError::Left { .. } => OperationError::conflict("RECORD_IN_USE", error.to_string())
            .kept_as("a record that others use would be deleted"),
        ApplyError::Commit(error) => error.into(),
    }
}

/// The error for a mistake in the file, with its place in the text that was sent, or its path if the file was sent as JSON.
fn misplaced(mistake: &Mistake, status: u16, source: &RegistryDocument) -> OperationError {
    let mut message = mistake.what().to_owned();
    if let Some(help) = mistake.help() {
        message.push_str("; ");
        message.push_str(help);
    }
    let error = match source {
        RegistryDocument::Toml(_) => {
            OperationError::new(status, "WORLD_INVALID", message).at(Place {
                start: mistake.span().start,
                end: mistake.span().end,
                earlier: mistake.earlier(),
                help: mistake.help().map(ToOwned::to_owned),
            })
        }
        RegistryDocument::Json(_) => {
            let path = mistake.path().to_string();
            let place = if path.is_empty() { "body" } else { &path };
            OperationError::new(status, "WORLD_INVALID", format!("{place}: {message}"))
        }
    };
    error.kept_as("there is a mistake in the registry document")
}

/// The maximum size of an exported file: that of a file that can be applied. Unit: bytes.
const MAX_EXPORT_BYTES: usize = 16 * 1024 * 1024;
