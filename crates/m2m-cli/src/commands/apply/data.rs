//! `m2m apply --data`: changes the registry in a data directory to match a file.

use std::path::Path;

use m2m_admin::{ApplyError, Prepared, Prune};
use m2m_host::data::{self, Missing};
use m2m_host::error::Failure;
use m2m_host::output::{Format, Output};
use m2m_host::world::World;
use m2m_host::{clock, random};
use m2m_store::{Actor, Sqlite};

use super::{agree_to_delete, show, show_applied, show_dry_run};
use crate::commands::apply::ApplyOptions;
use crate::new_credentials::NewCredentials;
use crate::secrets_file;

pub(super) fn apply(
    options: &ApplyOptions,
    folder: &Path,
    world: &World,
    output: &Output,
) -> Result<(), Failure> {
    let store = if options.dry_run && !data::is_there(folder)? {
        // The changes to a missing folder are shown without creating it.
        Sqlite::in_memory().map_err(|error| data::failure(&error, folder))?
    } else {
        data::open(folder, Missing::Make)?
    };
    data::wait(async {
        let prune = if options.prune {
            Prune::Remove
        } else {
            Prune::Keep
        };
        let actor = Actor::command("m2m apply");
        let declared = world.declared();
        let prepared = m2m_admin::prepare(
            &store,
            declared,
            prune,
            &actor,
            &mut random::fill,
            clock::now(),
        )
        .await
        .map_err(|error| refused(&error, world, folder))?;
        if options.dry_run {
            show_dry_run(&prepared.into_plan(), options.output, output);
            return Ok(());
        }
        carry_out(options, &store, prepared, folder, output).await
    })?
}

async fn carry_out(
    options: &ApplyOptions,
    store: &Sqlite,
    prepared: Prepared,
    folder: &Path,
    output: &Output,
) -> Result<(), Failure> {
    if options.output == Format::Text {
        show(prepared.plan(), output);
    }
    agree_to_delete(options, prepared.plan(), output)?;
    let secrets_to = options.secrets_to.file();
    let secrets_to = secrets_to.filter(|_| !prepared.credentials().is_empty());
    if !prepared.credentials().is_empty() && secrets_to.is_none() {
        // No secret is put into force if no one would see it.
        output.check()?;
    }
    let applied = match secrets_to {
        Some(file) => secrets_file::write_and_commit(file, prepared, store, folder).await?,
        None => {
            let applied = prepared.commit(store).await;
            applied.map_err(|error| data::not_committed(&error, folder))?
        }
    };
    let credentials: Vec<NewCredentials<'_>> = applied.credentials.iter().map(Into::into).collect();
    show_applied(
        &applied.plan,
        &credentials,
        secrets_to,
        options.output,
        output,
    )
}

fn refused(error: &ApplyError, world: &World, folder: &Path) -> Failure {
    let failure = match error {
        ApplyError::Mistake(mistake) => world.report(mistake),
        ApplyError::Left { .. } => Failure::usage(error.to_string())
            .because("nothing was changed")
            .help("add it to the file as it should be, or delete it with --prune"),
        ApplyError::LastManagement { .. } => Failure::usage(error.to_string())
            .because("nothing was changed")
            .help("authorize another application for {issuer}/api first"),
        ApplyError::Commit(error) => data::not_committed(error, folder),
        _ => Failure::refused(error.to_string()),
    };
    failure.caused_by(error.cause())
}
