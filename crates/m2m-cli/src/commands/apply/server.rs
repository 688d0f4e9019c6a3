//! `m2m apply` without `--data`: changes the registry of a running server to match a file.

use std::path::Path;

use m2m_api::operations::{ApplyAnswer, ApplyQuery, ApplyRegistry};
use m2m_api::{NoNames, Plan, RegistryDocument, SecretStep};
use m2m_host::error::{Exit, Failure};
use m2m_host::output::{Format, Output};
use m2m_host::world::World;

use super::{agree_to_delete, show, show_applied, show_dry_run};
use crate::commands::apply::ApplyOptions;
use crate::management::Management;
use crate::new_credentials::NewCredentials;
use crate::secrets_file::Reserved;

pub(super) fn apply(options: &ApplyOptions, world: &World, output: &Output) -> Result<(), Failure> {
    let management = Management::connect(&options.server)?;
    if options.dry_run {
        let plan = send(options, &management, world, Extent::PlanOnly)?.plan;
        show_dry_run(&plan, options.output, output);
        return Ok(());
    }
    let mut shown = None;
    if options.prune && !options.yes {
        let plan = send(options, &management, world, Extent::PlanOnly)?.plan;
        if options.output == Format::Text {
            show(&plan, output);
        }
        agree_to_delete(options, &plan, output)?;
        shown = Some(plan);
    }
    let reserved = match options.secrets_to.file() {
        // The file is reserved before the change is made: a secret that is in force and that no one has would be lost.
        Some(file) if makes_secrets(options, &management, world, shown.as_ref())? => {
            Some(Reserved::new(file)?)
        }
        Some(_) | None => None,
    };
    if reserved.is_none() {
        output.check()?;
    }
    let sent = send(options, &management, world, Extent::Whole);
    let applied = match (sent, &reserved) {
        (Ok(sent), _) => sent,
        (Err(failure), reserved) => {
            if let Some(reserved) = reserved {
                reserved.give_up();
            }
            return Err(unanswered(failure));
        }
    };
    if options.output == Format::Text && shown.as_ref() != Some(&applied.plan) {
        show(&applied.plan, output);
    }
    let credentials: Vec<NewCredentials<'_>> = applied
        .credentials
        .iter()
        .map(|made| NewCredentials {
            application: &made.application,
            client_id: &made.client_id,
            client_secret: &made.client_secret,
        })
        .collect();
    let (secrets_to, written) = keep(reserved.as_ref(), &credentials);
    let shown = show_applied(
        &applied.plan,
        &credentials,
        secrets_to,
        options.output,
        output,
    );
    written.and(shown)
}

/// Returns the failure of a request that was sent. Without an answer, the file may have been applied all the same.
fn unanswered(failure: Failure) -> Failure {
    match failure.exit() {
        Exit::Unreachable => failure
            .because("the file may have been applied although the answer was lost; its new secrets are then in force")
            .help("m2m apply -f FILE --dry-run shows what is left to do"),
        Exit::Refused | Exit::Usage | Exit::Interrupted => failure,
    }
}

/// Returns true if secrets will be generated, as far as this is known before.
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
        None => {
            send(options, management, world, Extent::PlanOnly).map(|answer| makes(&answer.plan))
        }
    }
}

/// The extent to which the server carries out the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// The server only returns the plan.
    PlanOnly,
    /// The server applies the plan.
    Whole,
}

/// Sends the file.
///
/// # Errors
///
/// If the server cannot be reached, or refuses; a mistake in the file is shown at its place.
fn send(
    options: &ApplyOptions,
    management: &Management,
    world: &World,
    extent: Extent,
) -> Result<ApplyAnswer, Failure> {
    let query = ApplyQuery {
        dry_run: extent == Extent::PlanOnly,
        prune: options.prune,
    };
    let file = RegistryDocument::Toml(world.source().to_owned());
    let answer = management.try_call::<ApplyRegistry>(&NoNames, &query, &file)?;
    answer.map_err(|refusal| match refusal.mistake() {
        Some((cause, what, place)) => world.report_from_server(cause, what, place),
        None => management.failure::<ApplyRegistry>(&refusal),
    })
}

/// Writes the secrets into their file. If that fails they are shown after all, since they are stored nowhere else.
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
