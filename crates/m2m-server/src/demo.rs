//! `m2m demo`: the whole in a minute, over a real socket.

mod steps;
mod what_next;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc::channel;

use clap::Args;
use m2m_errors::Profile;
use m2m_host::error::Failure;
use m2m_host::http_client::{ConnectionOptions, HttpClient};
use m2m_host::output::Output;
use m2m_host::runtime::runtime;
use m2m_host::world::World;
use m2m_listen::ListenSettings;
use m2m_store::DirectoryLimits;

use crate::certificate::ListenObserver;
use crate::metrics::Metrics;
use crate::recorder;
use crate::signals::Interruptions;
use crate::start::{Plan, Source, Started, log_panics, start};
use crate::store_health::StoreHealth;

use steps::Steps;

/// Show the whole in a minute: a server, a token over HTTP, its signature verified, a refusal and its cause.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct DemoOptions {
    /// End after the last step instead of serving until interrupted
    #[arg(long)]
    pub(crate) once: bool,
    /// Where to listen; 127.0.0.1:8080, and with --once a free port of 127.0.0.1
    #[arg(long, value_name = "ADDR", value_parser = m2m_host::listen_address::listen_address)]
    pub(crate) listen: Option<SocketAddr>,
}

const EXAMPLES: &str = "\
Examples:
  m2m demo                               then try the curl lines that it prints
  m2m demo --once                        exits 0 if every step went well";

/// The demo's registry.
const WORLD: &str = include_str!("demo/world.toml");

pub(crate) fn demo(options: &DemoOptions, output: &Output) -> Result<(), Failure> {
    let port = if options.once { 0 } else { 8080 };
    let listen = options
        .listen
        .unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    if !listen.ip().is_loopback() {
        return Err(Failure::usage(format!(
            "{listen} is not a loopback address, and the demo is for this machine"
        ))
        .help("--listen 127.0.0.1:8080"));
    }
    let world = World::parse("the demo's world.toml", WORLD)?;
    log_panics();
    let runtime = runtime()?;
    let (publish, entries) = channel();
    let worker = runtime.block_on(async {
        let metrics = Arc::new(Metrics::new());
        let plan = Plan {
            source: Source::World { world, keys: None },
            limits: DirectoryLimits::default(),
            listen: ListenSettings::at(listen),
            listen_option: "--listen",
            issuer: None,
            profile: Profile::Rfc,
            health: Arc::new(StoreHealth::new(Arc::clone(&metrics))),
            metrics: Arc::clone(&metrics),
        };
        // Once the steps are done nobody receives, and what happens is logged as it is by `m2m serve`.
        let ends_with_steps = options.once;
        let publish = move |entry| {
            if let Err(unreceived) = publish.send(entry)
                && !ends_with_steps
            {
                recorder::log(unreceived.0);
            }
            None
        };
        let Started {
            server,
            listening,
            issuer,
            directory: _,
            records,
            generated,
            first_credentials: _,
            worker,
            summary,
            unused_preset: _,
        } = start(plan, publish).await?;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = tokio::spawn(
            listening.serve(server, ListenObserver::new(metrics), async {
                let _ = stopped.await;
            }),
        );
        let http = HttpClient::new(&ConnectionOptions::default())?;
        let steps = Steps {
            http: &http,
            issuer: &issuer,
            applications: &records.applications,
            generated: &generated,
            entries: &entries,
            output,
        };
        steps.server(&summary);
        let token = steps.token().await?;
        steps.claims(token.expose_secret())?;
        steps.signature(token.expose_secret()).await?;
        steps.refusal().await?;
        steps.wrong_secret().await?;
        drop(entries);
        if !options.once {
            what_next::show(&issuer, &generated, output);
            Interruptions::new().next().await;
        }
        drop(stop);
        let _ = serving.await;
        Ok(worker)
    })?;
    drop(runtime);
    // The counts are for the log of a server; the demo has shown what there was.
    drop(worker.finish());
    Ok(())
}
