//! From options to a server that is about to serve.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use m2m_authority::{Authority, Registry};
use m2m_errors::Profile;
use oauth_proto::{Issuer, Limits};
use serde_json::json;
use tokio::net::TcpListener;

use crate::error::Failure;
use crate::http::Server;
use crate::recorder::{Entry, Recorder, Worker};
use crate::world::{GeneratedCredentials, Populated, World};
use crate::{clock, keys, output, timestamp};

/// What a server is made from.
#[derive(Debug)]
pub(super) struct Plan<'p> {
    /// Its registry.
    pub(super) world: World,
    /// Where it listens.
    pub(super) listen: SocketAddr,
    /// Who it is; by default `http://` and its address.
    pub(super) issuer: Option<Issuer>,
    /// Its dialect.
    pub(super) profile: Profile,
    /// The folder of its keys, if they are to outlast the process.
    pub(super) keys: Option<&'p Path>,
}

/// A server that has all that it needs, and its place to listen.
#[derive(Debug)]
pub(super) struct Started {
    /// The server.
    pub(super) server: Arc<Server>,
    /// Where connections wait for it.
    pub(super) listener: TcpListener,
    /// Who it is.
    pub(super) issuer: Issuer,
    /// Its registry.
    pub(super) registry: Arc<Registry>,
    /// The credentials that were made up, to be shown once.
    pub(super) generated: Vec<GeneratedCredentials>,
    /// The thread that logs and diagnoses.
    pub(super) worker: Worker,
    /// Everything in one line.
    pub(super) summary: String,
}

/// Prepares a server. What it records goes to `publish`.
///
/// # Errors
///
/// If the address cannot be had, or world, issuer or keys are wrong.
pub(super) async fn start(
    plan: Plan<'_>,
    publish: impl FnMut(Entry) + Send + 'static,
) -> Result<Started, Failure> {
    let Plan {
        world,
        listen,
        issuer,
        profile,
        keys,
    } = plan;
    let cannot_listen = |error: std::io::Error| {
        Failure::usage(format!("cannot listen on {listen}"))
            .because(error.to_string())
            .help("choose another address with --listen; port 0 takes a free one")
    };
    // The address comes first: with port 0 the issuer depends on it, and on the issuer the audiences of the world.
    let listener = TcpListener::bind(listen).await.map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    let issuer = issuer.map_or_else(|| parse_issuer(&format!("http://{address}")), Ok)?;
    let authority = Authority::new(issuer.as_str(), profile, Limits::DEFAULT)
        .map_err(|error| Failure::usage(error.to_string()))?;
    let Populated {
        registry,
        generated,
    } = world.populate(issuer.as_str())?;
    let signing_keys = keys::load(&keys::served_algorithms(registry.records()), keys)?;
    let registry = Arc::new(registry);
    let applications = match registry.records().applications.len() {
        1 => "1 application".to_owned(),
        count => format!("{count} applications"),
    };
    let summary =
        format!("issuer {issuer}, profile {profile}, {applications}, listening on {address}");
    let (recorder, worker) = Recorder::start(Arc::clone(&registry), publish)?;
    let server = Arc::new(Server::new(
        authority,
        &issuer,
        Arc::clone(&registry),
        signing_keys,
        recorder,
    ));
    Ok(Started {
        server,
        listener,
        issuer,
        registry,
        generated,
        worker,
        summary,
    })
}

/// The issuer that is written so.
///
/// # Errors
///
/// If it is none.
pub(super) fn parse_issuer(text: &str) -> Result<Issuer, Failure> {
    Issuer::parse(text).map_err(|error| {
        Failure::usage(format!("{text:?} is no issuer identifier"))
            .because(error.to_string())
            .help("an issuer is an https URL without query and fragment, as in https://id.example")
    })
}

/// Ready when somebody interrupts the process or asks it to end, from the call on: who reads that the server is ready may end it at
/// once, and in good order.
#[cfg(unix)]
pub(super) fn interrupted() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut signals = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    async move {
        match &mut signals {
            [Ok(interrupt), Ok(terminate)] => {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            }
            // Without a place for them the signals do what they do to any process: they end it.
            [..] => core::future::pending().await,
        }
    }
}

/// Ready when somebody interrupts the process.
#[cfg(not(unix))]
pub(super) async fn interrupted() {
    let _ = tokio::signal::ctrl_c().await;
}

/// Logs panics as the rest of the log is written. A message that was put together may hold what a stranger sent, and is left out.
pub(super) fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        output::log_line(&json!({
            "time": timestamp::rfc3339(clock::now()),
            "event": "panicked",
            "place": panic.location().map(ToString::to_string),
            "message": panic.payload().downcast_ref::<&str>(),
        }));
    }));
}
