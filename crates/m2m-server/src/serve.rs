//! `m2m serve`: serves the registry of a folder, or that of a file, until it is interrupted.

mod ops;

use core::pin::pin;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use m2m_admin::{KeySchedule, PresetCredentials, obstacle_help};
use m2m_authority::registry::{Application, fill_in_issuer};
use m2m_host::environment::Environment;
use m2m_host::error::Failure;
use m2m_host::first_credentials::Written;
use m2m_host::log_format::LogFormat;
use m2m_host::output::{self, Output};
use m2m_host::runtime::runtime;
use m2m_host::sealing::SealingSource;
use m2m_host::signals::{Hangup, Interruptions, ignore_others};
use m2m_host::world::World;
use m2m_host::{clock, curl, data, timestamp};
use m2m_listen::{ListenSettings, ProxyProtocol, Times, TlsFiles, raise_limit};
use m2m_recorder::{LogWriter, StoreHealth};
use m2m_store::{CacheLimits, StoreLimits};
use serde_json::json;
use tokio::sync::Notify;

use crate::expiry_watch;
use crate::listen_observer::ListenObserver;
use crate::listening;
use crate::metrics::Metrics;
use crate::ops::Ops;
use crate::readiness::{Readiness, Unready};
use crate::settings::{
    Mistakes, RegistrySource, Secret, Setting, SettingOptions, Settings, Values,
};
use crate::start::{Plan, Source, Started, start};
use crate::store::{self, Folder, UnusedPreset};

/// Start the server.
///
/// Every option can also be set in an environment variable, such as M2M_LISTEN for --listen (but M2M_SERVE_ISSUER for --issuer), or in
/// the TOML file that --config names, such as listen = "…". Flags take precedence over variables, and variables over the file.
///
/// At the first start with a data directory, the credentials of the application that manages the server are written to the file
/// first-credentials in the data directory, with mode 0600. To load the credentials into a shell, run: set -a; . data/first-credentials
///
/// The log, on standard error, names the file and contains no secrets.
///
/// With --world, the registry file is read once, at startup; if the file has a mistake, the server does not start. The server then writes
/// only signing keys, and only with --keys.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ServeOptions {
    #[command(flatten)]
    pub(crate) settings: SettingOptions,
    /// For tests: the time limit for everything that callers do. Unit: milliseconds
    #[arg(long, value_name = "MILLISECONDS", hide = true)]
    pub(crate) caller_time_ms: Option<u32>,
    #[cfg(all(feature = "fault-injection", debug_assertions))]
    #[command(flatten)]
    faults: m2m_host::fault::FaultOptions,
}

const EXAMPLES: &str = "\
Examples:
  m2m serve --data data                  # created by m2m apply
  m2m serve --world world.toml
  m2m serve --world world.toml --keys keys --profile kinde
  m2m serve --data data --listen 0.0.0.0:8080 --behind-proxy \\
    --issuer https://id.example
  m2m serve --data data --listen 0.0.0.0:443 --issuer https://id.example \\
    --tls-cert id.pem --tls-key id.key
  m2m serve --config m2m.toml            # m2m config check prints the values

A minimal world.toml:
  [[api]]
  name = \"Orders\"
  audience = \"https://orders.example/api\"
  scopes = [\"read:orders\"]

  [[application]]
  name = \"Billing job\"
  client_id = \"billing-job\"
  authorize = [
    { audience = \"https://orders.example/api\", scopes = [\"read:orders\"] },
  ]";

pub(crate) fn run(
    options: &ServeOptions,
    environment: &Environment,
    output: &Output,
) -> Result<(), Failure> {
    if asks_for_json(options, environment) {
        // This covers mistakes in the settings too.
        output::choose_log_format(LogFormat::Json);
        output::log_failures();
    }
    #[cfg(all(feature = "fault-injection", debug_assertions))]
    options.faults.arm();
    let settings =
        Settings::resolve(&options.settings, environment).map_err(Mistakes::into_failure)?;
    let format = settings.values.log_format;
    output::choose_log_format(format.unwrap_or_else(LogFormat::of_standard_error));
    if format == Some(LogFormat::Json) {
        output::log_failures();
    }
    serve_for(&settings, options.caller_time_ms, output)
}

/// Serves until the process is asked to end by `SIGTERM` or `SIGINT`, and prints one line when it is ready.
///
/// # Errors
///
/// The reason why the server could not start, or ended otherwise than in good order.
pub fn serve(settings: &Settings, output: &Output) -> Result<(), Failure> {
    serve_for(settings, None, output)
}

fn serve_for(
    settings: &Settings,
    caller_time_ms: Option<u32>,
    output: &Output,
) -> Result<(), Failure> {
    let source = source(settings)?;
    for notice in &settings.notices {
        output::log_notice(notice);
    }
    let listen = listen_settings(&settings.values, caller_time_ms);
    let listen_option = Setting::Listen.names();
    output::log_panics();
    let runtime = runtime()?;
    let profile = settings.values.profile;
    let hangup = match listen.tls {
        Some(_) => Hangup::Reloads,
        None => Hangup::Ignored,
    };
    let (writer, worker, ended) = runtime.block_on(async {
        ignore_others(hangup);
        let readiness = Arc::new(Readiness::starting());
        let metrics = Arc::new(Metrics::new());
        let health = Arc::new(StoreHealth::new(Arc::clone(&metrics)));
        // It starts before the server, so that a probe gets an answer, and runs to the very end, so that a load balancer learns that the server
        // is shutting down.
        let ops = Ops::new(
            Arc::clone(&readiness),
            Arc::clone(&health),
            Arc::clone(&metrics),
        );
        ops::start(settings.values.ops_listen, ops).await?;
        let plan = Plan {
            source,
            limits: limits(&settings.values),
            address: settings.values.listen,
            listen,
            listen_option: &listen_option,
            issuer: settings.values.issuer.clone(),
            profile,
            support: settings.values.support_url.clone(),
            metrics: Arc::clone(&metrics),
            health: Arc::clone(&health),
        };
        let (writer, lines) = LogWriter::start(Arc::clone(&metrics))?;
        let started = start(plan, move |entry| lines.write(entry)).await?;
        // Not before: until the server serves there is nothing to shut down gracefully, and the start may block forever, as on a pipe with a key.
        let mut interruptions = Interruptions::new();
        // Connections are accepted from now on, and a caller that reads that the server is ready may ask whether it is.
        readiness.serves(Arc::clone(&started.cache));
        announce(&started, settings, output);
        // No one waits at a terminal for an explanation any more; it belongs in the log with the events before it.
        output::log_failures();
        let Started {
            server,
            listening,
            cache,
            writing,
            worker,
            ..
        } = started;
        let is_writable = matches!(settings.registry, RegistrySource::Data(_));
        let expiry = expiry_watch::watch(Arc::clone(&cache), Arc::clone(&metrics), is_writable);
        tokio::spawn(expiry);
        let watching = store::watch(cache, health, Arc::clone(&metrics), writing);
        tokio::spawn(watching);
        let stop = Notify::new();
        let listening = listening.observed_by(ListenObserver::new(metrics));
        let mut serving = pin!(listening.serve(server, stop.notified()));
        tokio::select! {
            () = &mut serving => {}
            () = interruptions.next() => {}
        }
        readiness.set(Unready::Draining);
        stop.notify_one();
        let ended = tokio::select! {
            () = serving => Ok(()),
            () = interruptions.next() => Err(Failure::interrupted(
                "the server was stopped at once by a second signal",
            )
            .because("requests in progress were aborted")),
        };
        Ok((writer, worker, ended))
    })?;
    let last = match ended {
        Ok(()) => LAST_REQUESTS_TIME,
        Err(_) => Duration::ZERO,
    };
    // The last connections end with the runtime. A thread that is blocked, in a request or in writing the log, does not keep the process.
    runtime.shutdown_timeout(last);
    writer.finish(worker.finish());
    ended
}

/// Returns true if the flag or the variable asks for a log in JSON. They are read before the other settings, so that mistakes in those are
/// logged in JSON as well.
fn asks_for_json(options: &ServeOptions, environment: &Environment) -> bool {
    let flag = options.settings.given(Setting::LogFormat);
    let format = flag.or_else(|| environment.get(&Setting::LogFormat.variable()));
    format.is_some_and(|format| format == LogFormat::Json.as_str())
}

/// Returns the source of the registry. A registry file is read now, before anything is started.
fn source(settings: &Settings) -> Result<Source<'_>, Failure> {
    Ok(match &settings.registry {
        RegistrySource::World { file, keys } => Source::World {
            world: World::read(file)?,
            keys: keys.as_deref(),
        },
        RegistrySource::Data(folder) => {
            let key = settings.sealing_key.as_ref().map(Secret::expose_secret);
            let file = settings.values.sealing_key_file.as_deref();
            Source::Data(Folder {
                path: folder,
                sealing: SealingSource::new(key, file, folder),
                preset: preset(settings, folder)?,
                kept: kept(&settings.values),
                schedule: KeySchedule::every_days(settings.values.key_rotation_days),
            })
        }
    })
}

/// Returns the credentials for a first start. Later starts do not need the file with the secret, which may have been mounted only once.
fn preset(settings: &Settings, folder: &Path) -> Result<Option<PresetCredentials>, Failure> {
    let Some(bootstrap) = &settings.bootstrap else {
        return Ok(None);
    };
    match bootstrap.preset() {
        Err(failure) if bootstrap.is_in_file() && data::is_there(folder)? => {
            output::log_notice(&format!(
                "{}; this is ignored, because the secret is used only at the first start",
                failure.what()
            ));
            Ok(None)
        }
        credentials => credentials.map(Some),
    }
}

/// Returns the limits of the registry in memory: the number of applications, and the time to serve without the store.
fn limits(values: &Values) -> CacheLimits {
    CacheLimits {
        applications: as_usize(values.cache_applications),
        max_store_outage_seconds: values.max_store_outage_seconds.into(),
        ..CacheLimits::default()
    }
}

/// Returns the limits of the data in the store.
fn kept(values: &Values) -> StoreLimits {
    StoreLimits {
        audit_events: values.max_audit_events.into(),
        refusals: values.max_refusals.into(),
        ..StoreLimits::default()
    }
}

/// Returns the settings of the listener, with at most as many connections as the process may open files.
fn listen_settings(values: &Values, caller_time_ms: Option<u32>) -> ListenSettings {
    let tls = values.tls_cert.clone().zip(values.tls_key.clone());
    let mut listen = listening::settings(values.listen);
    listen.tls = tls.map(|(cert, key)| TlsFiles::new(cert, key));
    listen.trusted_proxies = values.trusted_proxies.clone();
    listen.proxy_protocol = match values.proxy_protocol {
        true => ProxyProtocol::Required,
        false => ProxyProtocol::Off,
    };
    listen.address_header = values.address_header;
    listen.max_connections = as_usize(values.max_connections);
    listen.max_requests = values.max_requests;
    listen.drain = Duration::from_secs(values.drain_seconds.into());
    listen.times.idle = Duration::from_secs(values.idle_timeout_seconds.into());
    if let Some(time) = caller_time_ms {
        listen.times = Times::all(Duration::from_millis(time.into()));
    }
    let wanted = listen.max_connections;
    listen.max_connections = raise_limit(wanted);
    if listen.max_connections < wanted {
        output::log_notice(&format!(
            "the server accepts at most {} connections, not {wanted}: the process may not open more files (ulimit -n)",
            listen.max_connections
        ));
    }
    listen
}

fn as_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The additional time for requests that have not ended within the drain time.
const LAST_REQUESTS_TIME: Duration = Duration::from_secs(1);

/// Prints that the server is ready, in the first line on standard output. The lines after it contain the secrets that end with the
/// process; those of a data directory are in a file. The log contains no secrets.
fn announce(started: &Started, settings: &Settings, output: &Output) {
    let records = &started.records;
    let rule = settings.values.profile.system_user();
    let obstacle = |application: &Application| {
        let code = application.spec.organization.as_deref();
        let mut organizations = records.organizations.iter();
        let organization = organizations.find(|own| Some(&*own.code) == code);
        application.token_obstacle(organization, rule, clock::now())
    };
    if let Some(written) = &started.first_credentials {
        log_first_credentials(written);
    }
    match &started.unused_preset {
        Some(UnusedPreset::Unknown(client_id)) => output::log_notice(&format!(
            "M2M_BOOTSTRAP_CLIENT_ID is used only at the first start, and no application has the client id {client_id:?}; another \
             one manages this server; for a new secret, stop the server, and run m2m application reset-management --data DIR"
        )),
        Some(UnusedPreset::Incapable(client_id)) => output::log_notice(&format!(
            "no application can manage this server: {client_id:?}, which M2M_BOOTSTRAP_CLIENT_ID names, cannot get a token, or \
             lacks a scope of the management API; stop the server, and run m2m application reset-management --data DIR"
        )),
        None => {}
    }
    for application in &records.applications {
        if let Some(reason) = obstacle(application).and_then(obstacle_help) {
            output::log_notice(&format!(
                "the application {:?}, client_id {}, cannot get a token: {reason}",
                application.spec.name, application.client_id
            ));
        }
    }
    output.line(format!("m2m ready: {}", started.summary));
    for credentials in &started.generated {
        output.line(format!(
            "generated for {:?}: client_id {} client_secret {} (shown once, valid until this process exits)",
            credentials.application,
            credentials.client_id,
            credentials.expose_secret(),
        ));
    }
    let first = started.generated.iter().find_map(|credentials| {
        let mut applications = records.applications.iter();
        let application = applications.find(|own| *own.client_id == *credentials.client_id)?;
        let audience = &application.spec.authorize.first()?.audience;
        obstacle(application)
            .is_none()
            .then_some((credentials, audience))
    });
    if let Some((credentials, audience)) = first {
        let audience = fill_in_issuer(audience, started.issuer.as_str());
        let line = curl::token_request(&started.issuer, credentials, Some(&audience), None);
        output.line(format!("try it: {line}"));
    }
}

/// Logs the path of the file with the credentials of the application that manages the server from its first start on.
fn log_first_credentials(written: &Written) {
    let file = written.file.display();
    output::log_line(&json!({
        "time": timestamp::rfc3339(clock::now()),
        "event": "first_credentials",
        "message": format!("the credentials of the application that manages this server are in {file}; store them in a safe place, then delete the file"),
        "file": file.to_string(),
    }));
    if let Some(earlier) = &written.earlier {
        output::log_notice(&format!(
            "an earlier file of that name was renamed to {}; its credentials do not manage this server",
            earlier.display()
        ));
    }
}
