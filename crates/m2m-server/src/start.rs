//! The preparation of a server, from its options to the point where it can serve.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use m2m_authority::Authority;
use m2m_authority::registry::Records;
use m2m_dashboard::SupportUrl;
use m2m_errors::Profile;
use m2m_host::error::Failure;
use m2m_host::first_credentials::Written;
use m2m_host::listen_address::ListenAddress;
use m2m_host::signals;
use m2m_host::world::{GeneratedCredentials, World};
use m2m_listen::{ListenSettings, Listener};
use m2m_recorder::{Entry, Recorder, StoreHealth, StoreWriter, Worker};
use m2m_store::CacheLimits;
use oauth_proto::{Issuer, MessageLimits};
use tokio::runtime::Handle;

use crate::http::{Server, Writing};
use crate::listening;
use crate::metrics::Metrics;
use crate::settings::Scheme;
use crate::store::{self, Folder, Opened, RegistryCache, UnusedPreset};

/// The parts from which a server is created.
#[derive(Debug)]
pub(crate) struct Plan<'p> {
    /// The source of its registry.
    pub(crate) source: Source<'p>,
    /// The limits of the part of the registry that is kept in memory.
    pub(crate) limits: CacheLimits,
    /// The address that it listens on, which the settings of its listener contain.
    pub(crate) address: ListenAddress,
    /// The settings of its listener.
    pub(crate) listen: ListenSettings,
    /// The option that names another address.
    pub(crate) listen_option: &'p str,
    /// Its issuer; by default its address.
    pub(crate) issuer: Option<Issuer>,
    /// Its dialect.
    pub(crate) profile: Profile,
    /// The address at which its callers can get help.
    pub(crate) support: Option<SupportUrl>,
    /// Its counters.
    pub(crate) metrics: Arc<Metrics>,
    /// The health of its store.
    pub(crate) health: Arc<StoreHealth>,
}

/// The source of a registry.
#[derive(Debug)]
pub(crate) enum Source<'p> {
    /// In a file that is read once.
    World {
        /// The content of the file.
        world: World,
        /// The folder of its keys, if they are to outlast the process.
        keys: Option<&'p Path>,
    },
    /// In a folder of the server's own.
    Data(Folder<'p>),
}

/// A server that is ready to serve, and its listener.
#[derive(Debug)]
pub(crate) struct Started {
    /// The server.
    pub(crate) server: Arc<Server>,
    /// The listener on which connections already wait.
    pub(crate) listening: Listener,
    /// Its issuer.
    pub(crate) issuer: Issuer,
    /// Its registry.
    pub(crate) cache: Arc<RegistryCache>,
    /// The records of a registry that came from a file.
    pub(crate) records: Records,
    /// The part of the registry that may be changed.
    pub(crate) writing: Writing,
    /// The reason why preset credentials are not used, if they are not.
    pub(crate) unused_preset: Option<UnusedPreset>,
    /// The generated credentials of applications in a file, to be shown once.
    pub(crate) generated: Vec<GeneratedCredentials>,
    /// The file with the credentials of the application that was created to manage the server.
    pub(crate) first_credentials: Option<Written>,
    /// The thread that logs and diagnoses.
    pub(crate) worker: Worker,
    /// A summary of the server in one line.
    pub(crate) summary: String,
}

/// Prepares a server. The recorder passes its entries to `publish`, which returns those that it has no room for.
///
/// # Errors
///
/// If the server cannot listen on the address, or the registry file, the issuer or the keys are wrong.
pub(crate) async fn start(
    plan: Plan<'_>,
    publish: impl FnMut(Entry) -> Option<Entry> + Send + 'static,
) -> Result<Started, Failure> {
    let Plan {
        source,
        limits,
        address,
        mut listen,
        listen_option,
        issuer,
        profile,
        support,
        metrics,
        health,
    } = plan;
    let observer = Arc::clone(&health);
    // The address comes first: with port 0 the issuer depends on it, and the audiences of the registry file depend on the issuer.
    listen.overloaded = Bytes::from_static(OVERLOADED);
    let (listening, served) = listening::bind(listen, listen_option).await?;
    if let Some(reloader) = listening.reloader() {
        signals::on_hangup(move || reloader.reload());
    }
    let address = address.with_port(listening.address().port());
    let scheme = match listening.reloader() {
        Some(_) => Scheme::Https,
        None => Scheme::Http,
    };
    let issuer = issuer.map_or_else(|| default_issuer(scheme, address), Ok)?;
    let authority = Authority::new(issuer.as_str(), profile, MessageLimits::DEFAULT)
        .map_err(|error| Failure::usage(error.to_string()))?;
    let Opened {
        cache,
        generated,
        first_credentials,
        records,
        writing,
        unused_preset,
    } = match source {
        Source::World { world, keys } => {
            store::of_world(&world, keys, observer, &issuer, limits).await?
        }
        Source::Data(folder) => store::of_folder(&folder, observer, &issuer, limits).await?,
    };
    let count = match cache.common().applications {
        1 => "1 application".to_owned(),
        count => format!("{count} applications"),
    };
    let summary = format!("issuer {issuer}, profile {profile}, {count}, listening on {served}");
    let managed = match &writing {
        Writing::Everything(..) => Some(issuer.as_str().into()),
        Writing::Nothing { .. } => None,
    };
    let store_writer = StoreWriter::new(Arc::clone(&cache), health, managed, Handle::current());
    let (recorder, worker) = Recorder::start(store_writer, Arc::clone(&metrics), publish)?;
    let changes = recorder.clone();
    cache.on_commit(move |events| changes.changed(events));
    let server = Server::new(
        authority,
        issuer.clone(),
        support,
        Arc::clone(&cache),
        writing.clone(),
        recorder,
        Arc::clone(&metrics),
    )
    .map_err(|error| {
        Failure::refused("cannot start the threads of the server").because(error.to_string())
    })?;
    let server = Arc::new(server);
    Ok(Started {
        server,
        listening,
        issuer,
        cache,
        records,
        generated,
        first_credentials,
        writing,
        unused_preset,
        worker,
        summary,
    })
}

/// The answer on a connection beyond the maximum number.
const OVERLOADED: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: application/json\r\n\
    cache-control: no-store\r\n\
    retry-after: 5\r\n\
    connection: close\r\n\
    content-length: 105\r\n\
    \r\n\
    {\"error\":\"temporarily_unavailable\",\"error_description\":\"The server is at its capacity. Try again later\"}\n";

/// Returns the issuer of a server at this address for which no issuer is configured.
///
/// # Errors
///
/// No case is known: an address can always be part of a URL.
pub(crate) fn default_issuer(scheme: Scheme, address: ListenAddress) -> Result<Issuer, Failure> {
    let text = format!("{}://{address}", scheme.as_str());
    Issuer::parse(&text).map_err(|error| {
        Failure::usage(format!("{text} is not an issuer identifier"))
            .because(error.to_string())
            .help("set another one with --issuer (M2M_SERVE_ISSUER), as in https://id.example")
    })
}
