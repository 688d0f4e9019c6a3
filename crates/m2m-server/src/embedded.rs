//! A server in another program, for as long as a function uses it.

use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use m2m_authority::TraceId;
use m2m_authority::diagnose::Diagnosis;
use m2m_authority::registry::Application;
use m2m_errors::Profile;
use m2m_host::error::Failure;
use m2m_host::listen_address::ListenAddress;
use m2m_host::output;
use m2m_host::runtime::runtime;
use m2m_host::signals::Interruptions;
use m2m_host::world::{GeneratedCredentials, World};
use m2m_recorder::{Entry, StoreHealth, log};
use m2m_store::CacheLimits;
use oauth_proto::Issuer;

use crate::listen_observer::ListenObserver;
use crate::listening;
use crate::metrics::Metrics;
use crate::start::{Plan, Source, Started, start};

/// A server that serves a registry file while a function uses it. Its keys last as long as it does.
#[derive(Debug)]
pub struct Embedded {
    /// The issuer, at the address where it listens.
    pub issuer: Issuer,
    /// The applications of the file.
    pub applications: Vec<Application>,
    /// The credentials that were generated for applications without credentials in the file.
    pub generated: Vec<GeneratedCredentials>,
    /// One line with issuer, profile, number of applications and address.
    pub summary: String,
    entries: Receiver<Entry>,
    is_logged: Arc<AtomicBool>,
}

impl Embedded {
    /// Waits for the diagnosis of a refusal, which is ready within milliseconds. Returns nothing if it is not ready in time.
    #[must_use]
    pub fn diagnosis(&self, wanted: TraceId, within: Duration) -> Option<Diagnosis> {
        while let Ok(entry) = self.entries.recv_timeout(within) {
            if let Entry::Diagnosed {
                trace_id,
                diagnosis,
                ..
            } = entry
                && trace_id == wanted
            {
                return Some(diagnosis);
            }
        }
        None
    }

    /// Serves, with its log on standard error, until the process receives `SIGTERM` or `SIGINT`.
    pub async fn until_interrupted(self) {
        self.is_logged.store(true, Ordering::Relaxed);
        // From here on nothing receives the entries, and they are logged as `m2m serve` logs them.
        drop(self.entries);
        Interruptions::new().next().await;
    }
}

/// Serves a registry file at an address for as long as a function uses the server.
///
/// # Errors
///
/// If the server cannot listen on the address, or the file is wrong; and the failure of the function.
pub fn embed<'u, F>(
    world: World,
    listen: ListenAddress,
    used: impl FnOnce(Embedded) -> F + 'u,
) -> Result<(), Failure>
where
    F: Future<Output = Result<(), Failure>> + 'u,
{
    serve_for(world, listen, Box::new(|server| Box::pin(used(server))))
}

/// A function that uses a server. Boxed, so that the whole server is compiled here once, and not again in the crate of each caller.
type Use<'u> =
    Box<dyn FnOnce(Embedded) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + 'u>> + 'u>;

fn serve_for(world: World, listen: ListenAddress, used: Use<'_>) -> Result<(), Failure> {
    output::log_panics();
    let runtime = runtime()?;
    let (publish, entries) = channel();
    let is_logged = Arc::new(AtomicBool::new(false));
    let worker = runtime.block_on(async {
        let metrics = Arc::new(Metrics::new());
        let plan = Plan {
            source: Source::World { world, keys: None },
            limits: CacheLimits::default(),
            address: listen,
            listen: listening::settings(listen),
            listen_option: "--listen",
            issuer: None,
            profile: Profile::Rfc,
            support: None,
            health: Arc::new(StoreHealth::new(Arc::clone(&metrics))),
            metrics: Arc::clone(&metrics),
        };
        let logs = Arc::clone(&is_logged);
        let publish = move |entry| {
            if let Err(unreceived) = publish.send(entry)
                && logs.load(Ordering::Relaxed)
            {
                log(unreceived.0);
            }
            None
        };
        let Started {
            server,
            listening,
            issuer,
            cache: _,
            records,
            generated,
            first_credentials: _,
            writing: _,
            worker,
            summary,
            unused_preset: _,
        } = start(plan, publish).await?;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let listening = listening.observed_by(ListenObserver::new(metrics));
        let serving = tokio::spawn(listening.serve(server, async {
            let _ = stopped.await;
        }));
        let embedded = Embedded {
            issuer,
            applications: records.applications,
            generated,
            summary,
            entries,
            is_logged,
        };
        used(embedded).await?;
        drop(stop);
        let _ = serving.await;
        Ok(worker)
    })?;
    drop(runtime);
    // The counts are for the log of a long-running server.
    drop(worker.finish());
    Ok(())
}
