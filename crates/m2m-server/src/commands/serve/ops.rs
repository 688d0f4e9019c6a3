//! The ops listener of a server.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::error::Failure;
use crate::listen::{ListenSettings, Listening};
use crate::metrics::Metrics;
use crate::ops::Ops;
use crate::output::Output;

/// Starts it, unless it is off. It ends with the process.
///
/// # Errors
///
/// If the address cannot be had.
pub(super) async fn start(
    address: Option<SocketAddr>,
    ops: Ops,
    output: &Output,
) -> Result<(), Failure> {
    let Some(address) = address else {
        return Ok(());
    };
    let listening = Listening::at(settings(address), "--ops-listen")
        .await
        .map_err(|failure| failure.help("--ops-listen off, if nobody asks"))?;
    let address = listening.address();
    output.notice(&format!(
        "ops: http://{address}/livez, /readyz and /metrics"
    ));
    if !address.ip().is_loopback() {
        output.notice(&format!(
            "notice: whoever reaches {address} learns how much is asked of this server, and what fails; keep it in a network of yours"
        ));
    }
    // Its connections are not those of callers, and are not counted with them.
    let own = Arc::new(Metrics::new());
    tokio::spawn(listening.serve(Arc::new(ops), own, core::future::pending()));
    Ok(())
}

fn settings(address: SocketAddr) -> ListenSettings {
    ListenSettings {
        max_connections: MAX_CONNECTIONS,
        ..ListenSettings::at(address)
    }
}

/// Those who ask are few.
const MAX_CONNECTIONS: usize = 64;
