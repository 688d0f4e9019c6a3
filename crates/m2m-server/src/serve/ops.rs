//! The ops listener of a server.

use m2m_host::error::Failure;
use m2m_host::listen_address::ListenAddress;
use m2m_host::{clock, output, timestamp};
use m2m_listen::ListenSettings;
use serde_json::json;

use crate::listening;
use crate::ops::Ops;
use crate::settings::Setting;

/// Starts the ops listener, unless it is off. It ends with the process.
///
/// # Errors
///
/// If the server cannot listen on the address.
pub(super) async fn start(address: Option<ListenAddress>, ops: Ops) -> Result<(), Failure> {
    let Some(address) = address else {
        return Ok(());
    };
    let bound = listening::bind(settings(address), &Setting::OpsListen.names()).await;
    let (listening, served) = bound.map_err(|failure| {
        failure.help("or turn it off with --ops-listen off (M2M_OPS_LISTEN=off)")
    })?;
    output::log_line(&json!({
        "time": timestamp::rfc3339(clock::now()),
        "event": "ops_listening",
        "address": served,
        "paths": ["/livez", "/readyz", "/metrics"],
    }));
    if !address.is_loopback() {
        output::log_notice(&format!(
            "the listener for probes and metrics is not on a loopback address: anyone who can reach {served} can see the load and the failures of this server; make it reachable from a trusted network only"
        ));
    }
    // Its connections are not those of callers, and are not counted with them.
    tokio::spawn(listening.serve(ops, core::future::pending()));
    Ok(())
}

fn settings(address: ListenAddress) -> ListenSettings {
    let mut settings = listening::settings(address);
    settings.max_connections = MAX_CONNECTIONS;
    settings
}

/// The maximum number of connections. Few callers use this listener.
const MAX_CONNECTIONS: usize = 64;
