//! `m2m apply`: makes the registry in a data directory say what a file says.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use m2m_admin::{ApplyError, GeneratedCredentials, Plan, Prepared, Prune};
use m2m_store::{Actor, Sqlite};
use serde_json::{Value, json};

use super::secrets_file;
use crate::cli::{ApplyOptions, Format};
use crate::data::{self, Missing};
use crate::error::Failure;
use crate::output::Output;
use crate::printable::printable;
use crate::world::World;
use crate::{clock, random};

pub(super) fn apply(options: &ApplyOptions, output: &Output) -> Result<(), Failure> {
    let folder = options
        .data
        .as_deref()
        .filter(|folder| !folder.as_os_str().is_empty())
        .ok_or_else(no_folder)?;
    let world = World::read(&options.file)?;
    let store = if options.dry_run && !data::is_there(folder) {
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
        .map_err(|error| refused(&error, &world, folder))?;
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
    agree_to_delete(options, prepared.plan())?;
    let secrets_to = options.secrets_to.as_deref();
    let secrets_to = secrets_to.filter(|_| !prepared.credentials().is_empty());
    if let Some(file) = secrets_to {
        // Before the change is made: a secret that works and that nobody has would be lost.
        secrets_file::write(file, prepared.credentials())?;
    }
    let applied = prepared.commit(store).await.map_err(|error| {
        let failure = data::not_committed(&error, folder);
        match secrets_to {
            Some(file) => failure.help(format!(
                "{} has secrets that are not in force: remove it before you try again",
                file.display()
            )),
            None => failure,
        }
    })?;
    match options.output {
        Format::Text => {
            if !applied.plan.is_empty() {
                output.good("applied");
            }
            match secrets_to {
                Some(file) => output.line(format!("new secrets are in {}", file.display())),
                None => applied
                    .credentials
                    .iter()
                    .for_each(|credentials| show_once(credentials, output)),
            }
        }
        Format::Json => {
            let mut document = described(&applied.plan);
            insert(&mut document, "applied", json!(true));
            let credentials = applied
                .credentials
                .iter()
                .map(|credentials| described_credentials(credentials, secrets_to.is_none()));
            insert(&mut document, "credentials", credentials.collect());
            if let Some(file) = secrets_to {
                insert(
                    &mut document,
                    "secrets_to",
                    json!(file.display().to_string()),
                );
            }
            output.json(&document);
        }
    }
    Ok(())
}

/// A secret, where its owner sees it the only time.
pub(super) fn show_once(credentials: &GeneratedCredentials, output: &Output) {
    output.line(format!(
        "generated for {:?}: client_id {} client_secret {} (shown once)",
        credentials.application,
        credentials.client_id,
        credentials.expose_secret(),
    ));
}

/// Credentials as JSON.
pub(super) fn described_credentials(
    credentials: &GeneratedCredentials,
    with_secret: bool,
) -> Value {
    let mut document = json!({
        "application": credentials.application,
        "client_id": credentials.client_id,
    });
    if with_secret {
        insert(
            &mut document,
            "client_secret",
            json!(credentials.expose_secret()),
        );
    }
    document
}

/// A plan as JSON.
pub(super) fn described(plan: &Plan) -> Value {
    // A plan is made of strings, numbers and lists, none of which JSON lacks.
    let mut document = serde_json::to_value(plan).unwrap_or_default();
    insert(&mut document, "counts", json!(plan.counts()));
    document
}

pub(super) fn insert(document: &mut Value, name: &str, value: Value) {
    if let Some(members) = document.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

/// A plan for people.
pub(super) fn show(plan: &Plan, output: &Output) {
    for line in plan.to_string().lines() {
        output.line(printable(line));
    }
}

fn show_dry_run(plan: &Plan, format: Format, output: &Output) {
    match format {
        Format::Text => {
            show(plan, output);
            if !plan.is_empty() {
                output.line("nothing was changed: this was a dry run");
            }
        }
        Format::Json => {
            let mut document = described(plan);
            insert(&mut document, "applied", json!(false));
            output.json(&document);
        }
    }
}

/// Asks whether records may be taken away, unless that was said already.
fn agree_to_delete(options: &ApplyOptions, plan: &Plan) -> Result<(), Failure> {
    let deleted = plan.counts().deleted;
    if deleted == 0 || options.yes {
        return Ok(());
    }
    let records = if deleted == 1 { "record" } else { "records" };
    let what = format!("{deleted} {records} would be taken away");
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Failure::usage(what)
            .because("--prune was given, nobody is there to be asked, and nothing was changed")
            .help("--yes, if that is right; --dry-run shows which"));
    }
    let mut stderr = std::io::stderr().lock();
    let mut answer = String::new();
    let asked = write!(stderr, "{what}. Go on? [y/N] ")
        .and_then(|()| stderr.flush())
        .and_then(|()| std::io::stdin().read_line(&mut answer));
    match asked {
        Ok(_) if matches!(answer.trim(), "y" | "Y" | "yes") => Ok(()),
        Ok(_) | Err(_) => Err(Failure::refused(what).because("nothing was changed")),
    }
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

fn no_folder() -> Failure {
    Failure::usage("there is nothing to apply the file to")
        .because("a file is applied to the data directory of a server that is stopped")
        .help("m2m apply -f world.toml --data DIR")
}
