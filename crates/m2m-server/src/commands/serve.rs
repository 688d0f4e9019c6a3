//! `m2m serve`: serves the world of a file until it is interrupted.

mod dead_end;
mod issuer;

use std::time::Duration;

use m2m_authority::registry::Application;
use m2m_errors::Profile;

use super::curl;
use super::start::{Plan, Started, interrupted, log_panics, start};
use crate::cli::ServeOptions;
use crate::error::Failure;
use crate::output::Output;
use crate::recorder;
use crate::world::World;

use dead_end::dead_end;

pub(super) fn serve(options: &ServeOptions, output: &Output) -> Result<(), Failure> {
    let issuer = issuer::issuer(options)?;
    let world = World::read(&options.world)?;
    log_panics();
    let runtime = super::runtime()?;
    let worker = runtime.block_on(async {
        let plan = Plan {
            world,
            listen: options.listen,
            issuer,
            profile: options.profile,
            keys: options.keys.as_deref(),
        };
        let interrupted = interrupted();
        let started = start(plan, recorder::log).await?;
        announce(&started, options.profile, output);
        let Started {
            server,
            listener,
            worker,
            ..
        } = started;
        server.serve(listener, interrupted).await;
        Ok(worker)
    })?;
    // The last connections end with the runtime. Whoever is stuck, in a request or in writing the log, does not keep the process.
    runtime.shutdown_timeout(LAST_REQUESTS_TIME);
    recorder::log_last(worker.finish());
    Ok(())
}

/// How long requests may take that have not ended in the time that the server gave them.
const LAST_REQUESTS_TIME: Duration = Duration::from_secs(1);

/// Says what can be known once: secrets that were made, how to use the first of them, applications that are a dead end, and that the
/// server is ready, which is the one line on standard output.
fn announce(started: &Started, profile: Profile, output: &Output) {
    let applications = &started.registry.records().applications;
    for credentials in &started.generated {
        output.notice(&format!(
            "generated for {:?}: client_id {} client_secret {} (shown once, until this process ends)",
            credentials.application,
            credentials.client_id,
            credentials.expose_secret(),
        ));
    }
    let first = started.generated.iter().find_map(|credentials| {
        let application = find(applications, &credentials.client_id)?;
        let audience = &application.authorizations.first()?.audience;
        dead_end(application, profile)
            .is_none()
            .then_some((credentials, audience))
    });
    if let Some((credentials, audience)) = first {
        let line = curl::token_request(&started.issuer, credentials, Some(audience), None);
        output.notice(&format!("try it: {line}"));
    }
    for application in applications {
        if let Some(reason) = dead_end(application, profile) {
            output.notice(&format!(
                "notice: {:?}, client_id {}, can never get a token: {reason}",
                application.name, application.client_id
            ));
        }
    }
    output.line(format!("m2m ready: {}", started.summary));
}

fn find<'a>(applications: &'a [Application], client_id: &str) -> Option<&'a Application> {
    applications
        .iter()
        .find(|application| *application.client_id == *client_id)
}
