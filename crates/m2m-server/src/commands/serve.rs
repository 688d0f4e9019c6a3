//! `m2m serve`: serves the world of a file until it is interrupted.

use super::start::{Plan, Started, interrupted, log_panics, start};
use crate::cli::ServeOptions;
use crate::error::Failure;
use crate::output::Output;
use crate::recorder;
use crate::world::World;

pub(super) fn serve(options: &ServeOptions, output: &Output) -> Result<(), Failure> {
    refuse_plain_http_in_the_open(options)?;
    let world = World::read(&options.world)?;
    log_panics();
    let runtime = super::runtime()?;
    let worker = runtime.block_on(async {
        let plan = Plan {
            world,
            listen: options.listen,
            issuer: options.issuer.as_deref(),
            profile: options.profile,
            keys: options.keys.as_deref(),
        };
        let Started { server, listener, generated, worker, summary, .. } = start(plan, recorder::log).await?;
        for credentials in &generated {
            output.notice(&format!(
                "generated for {:?}: client_id {} client_secret {} (shown once, until this process ends)",
                credentials.application,
                credentials.client_id,
                credentials.expose_secret(),
            ));
        }
        drop(generated);
        output.line(format!("m2m ready: {summary}"));
        server.serve(listener, interrupted()).await;
        Ok(worker)
    })?;
    // With the runtime the last connections end, and with them the recorder, so that the worker comes to its end.
    drop(runtime);
    recorder::log(worker.finish());
    Ok(())
}

/// RFC 6749, section 3.2: credentials do not go over plain http, but within a machine or behind a proxy that ends TLS.
fn refuse_plain_http_in_the_open(options: &ServeOptions) -> Result<(), Failure> {
    if options.listen.ip().is_loopback() || options.behind_proxy {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "{} is not a loopback address, and this is plain http",
        options.listen
    ))
    .because("client secrets and tokens would cross the network unencrypted")
    .help("listen on 127.0.0.1:8080, and let a proxy on this machine end TLS")
    .help(
        "or pass --behind-proxy, if a proxy elsewhere ends TLS and the network behind it is yours",
    ))
}
