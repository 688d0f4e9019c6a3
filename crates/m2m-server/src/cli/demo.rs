//! `m2m demo`

use std::net::SocketAddr;

use clap::Args;

/// Show the whole in a minute: a server, a token over HTTP, its signature verified, a refusal and its cause.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DemoOptions {
    /// End after the last step instead of serving until interrupted
    #[arg(long)]
    pub(crate) once: bool,
    /// Where to listen; 127.0.0.1:8080, and with --once a free port of 127.0.0.1
    #[arg(long, value_name = "ADDR", value_parser = super::listen_address)]
    pub(crate) listen: Option<SocketAddr>,
}

const EXAMPLES: &str = "\
Examples:
  m2m demo                               then try the curl lines that it prints
  m2m demo --once                        exits 0 if every step went well";
