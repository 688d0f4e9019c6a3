//! `m2m apply` without `--data`: makes the registry of a server that runs say what a file says.

use std::path::Path;

use http::Method;
use m2m_admin::{Plan, SecretStep};
use m2m_host::error::{Exit, Failure};
use m2m_host::output::{Format, Output};
use m2m_host::table::{records, text};
use m2m_host::world::World;
use serde_json::Value;

use super::{agree_to_delete, show, show_applied, show_dry_run};
use crate::commands::apply::ApplyOptions;
use crate::management::{ApiPath, Content, Management};
use crate::new_credentials::NewCredentials;
use crate::secrets_file::Reserved;

pub(super) fn apply(options: &ApplyOptions, world: &World, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.server)?;
    if options.dry_run {
        let (plan, _) = send(options, &management, world, Extent::PlanOnly)?;
        show_dry_run(&plan, options.output, output);
        return Ok(());
    }
    let mut shown = None;
    if options.prune && !options.yes {
        let (plan, _) = send(options, &management, world, Extent::PlanOnly)?;
        if options.output == Format::Text {
            show(&plan, output);
        }
        agree_to_delete(options, &plan, output)?;
        shown = Some(plan);
    }
    let reserved = match options.secrets_to.file() {
        // Before the change is made: a secret that works and that nobody has would be lost.
        Some(file) if makes_secrets(options, &management, world, shown.as_ref())? => {
            Some(Reserved::new(file)?)
        }
        Some(_) | None => None,
    };
    if reserved.is_none() {
        output.check()?;
    }
    let sent = send(options, &management, world, Extent::Whole);
    let (plan, answer) = match (sent, &reserved) {
        (Ok(sent), _) => sent,
        (Err(failure), reserved) => {
            if let Some(reserved) = reserved {
                reserved.give_up();
            }
            return Err(unanswered(failure));
        }
    };
    if options.output == Format::Text && shown.as_ref() != Some(&plan) {
        show(&plan, output);
    }
    let credentials: Vec<NewCredentials<'_>> = records(&answer, "credentials")
        .iter()
        .map(|made| NewCredentials {
            application: text(made, "application"),
            client_id: text(made, "client_id"),
            client_secret: text(made, "client_secret"),
        })
        .collect();
    let (secrets_to, written) = keep(reserved.as_ref(), &credentials);
    let shown = show_applied(&plan, &credentials, secrets_to, options.output, output);
    written.and(shown)
}

/// The failure of a request that was sent. If no answer came, the file may have been applied all the same.
fn unanswered(failure: Failure) -> Failure {
    match failure.exit() {
        Exit::Unreachable => failure
            .because("the answer may have been lost after the file was applied, with new secrets that are in force")
            .help("m2m apply -f FILE --dry-run shows what is left to do"),
        Exit::Refused | Exit::Usage | Exit::Interrupted => failure,
    }
}

/// Whether secrets are made, as far as can be known before.
fn makes_secrets(
    options: &ApplyOptions,
    management: &Management,
    world: &World,
    shown: Option<&Plan>,
) -> Result<bool, Failure> {
    let makes = |plan: &Plan| {
        let mut steps = plan.steps.iter();
        steps.any(|step| step.secret == Some(SecretStep::Generated))
    };
    match shown {
        Some(plan) => Ok(makes(plan)),
        None => send(options, management, world, Extent::PlanOnly).map(|(plan, _)| makes(&plan)),
    }
}

/// How much of it the server does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// It says what it would do.
    PlanOnly,
    /// It does it.
    Whole,
}

/// Sends the file, and gives the plan beside the whole answer.
fn send(
    options: &ApplyOptions,
    management: &Management,
    world: &World,
    extent: Extent,
) -> Result<(Plan, Value), Failure> {
    let mut path = ApiPath::of(["apply"]);
    if extent == Extent::PlanOnly {
        path = path.with("dry_run", "true");
    }
    if options.prune {
        path = path.with("prune", "true");
    }
    let answer = management.send(&Method::POST, &path, Content::Toml(world.source()))?;
    if let Some(mistake) = answer.mistake() {
        return Err(world.report_from_server(&mistake));
    }
    let answer = management.accept(&path, answer)?;
    let plan = answer.get("plan").cloned().unwrap_or_default();
    let plan = serde_json::from_value(plan).map_err(|error| {
        let applied = match extent {
            Extent::PlanOnly => "nothing was changed",
            Extent::Whole => "the file may have been applied: m2m export shows what is there",
        };
        Failure::refused("the plan of the server cannot be read")
            .because(error.to_string())
            .because(applied)
            .help("use the release of m2m that the server has")
    })?;
    Ok((plan, answer))
}

/// Writes the secrets into their file. Where that fails they are to be shown after all, since nobody else has them.
fn keep<'r>(
    reserved: Option<&'r Reserved>,
    credentials: &[NewCredentials<'_>],
) -> (Option<&'r Path>, Result<(), Failure>) {
    match reserved {
        None => (None, Ok(())),
        Some(reserved) if credentials.is_empty() => {
            reserved.give_up();
            (None, Ok(()))
        }
        Some(reserved) => match reserved.fill(credentials.iter().copied()) {
            Ok(()) => (Some(reserved.file()), Ok(())),
            Err(failure) => (None, Err(failure)),
        },
    }
}
