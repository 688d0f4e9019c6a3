//! `m2m apply --data`: makes the registry in a data directory say what a file says.

use std::path::Path;

use m2m_admin::{ApplyError, Prepared, Prune};
use m2m_store::{Actor, CommitError, Sqlite, StoreError};

use super::super::new_credentials::NewCredentials;
use super::super::secrets_file;
use super::{agree_to_delete, show, show_applied, show_dry_run};
use crate::cli::{ApplyOptions, Format};
use crate::data::{self, Missing};
use crate::error::Failure;
use crate::output::Output;
use crate::world::World;
use crate::{clock, random};

pub(super) fn apply(
    options: &ApplyOptions,
    folder: &Path,
    world: &World,
    output: &Output,
) -> Result<(), Failure> {
    let store = if options.dry_run && !data::is_there(folder)? {
        // What would be done to a folder that is not there is seen without making it.
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
    let secrets_to = options.secrets_to.as_deref();
    let secrets_to = secrets_to.filter(|_| !prepared.credentials().is_empty());
    if let Some(file) = secrets_to {
        // Before the change is made: a secret that works and that nobody has would be lost.
        let credentials = prepared.credentials().iter().map(NewCredentials::from);
        secrets_file::write(file, credentials)?;
    }
    let applied = prepared.commit(store).await.map_err(|error| {
        let failure = data::not_committed(&error, folder);
        match secrets_to {
            Some(file) if matches!(error, CommitError::Store(StoreError::Unknown { .. })) => {
                failure.help(format!(
                    "{} has secrets that are in force if the change was made: keep it until you know",
                    file.display()
                ))
            }
            Some(file) => failure.help(format!(
                "{} has secrets that are not in force: remove it before you try again",
                file.display()
            )),
            None => failure,
        }
    })?;
    let credentials: Vec<NewCredentials<'_>> = applied.credentials.iter().map(Into::into).collect();
    show_applied(
        &applied.plan,
        &credentials,
        secrets_to,
        options.output,
        output,
    );
    Ok(())
}

fn refused(error: &ApplyError, world: &World, folder: &Path) -> Failure {
    match error {
        ApplyError::Mistake(mistake) => world.report(mistake),
        ApplyError::Left { .. } => Failure::usage(error.to_string())
            .because("nothing was changed")
            .help("write it into the file as it should be, or take it away with --prune"),
        ApplyError::LastManagement { .. } => Failure::usage(error.to_string())
            .because("nothing was changed")
            .help("authorize another application for {issuer}/api first"),
        ApplyError::Commit(error) => data::not_committed(error, folder),
        _ => Failure::refused(error.to_string()),
    }
}
