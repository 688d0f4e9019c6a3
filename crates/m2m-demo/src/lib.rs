#![doc = include_str!("../README.md")]

mod calls;
mod orders_api;
mod steps;
mod what_next;

use std::net::{IpAddr, Ipv4Addr};

use clap::Args;
use m2m_host::error::Failure;
use m2m_host::http_client::{ConnectionOptions, HttpClient};
use m2m_host::listen_address::{ListenAddress, listen_address};
use m2m_host::output::Output;
use m2m_host::world::World;
use m2m_server::{Embedded, embed};

use orders_api::OrdersApi;
use steps::Steps;

/// Run a demo: a server, a token over HTTP, calls of a guarded API, refusals and their causes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct DemoOptions {
    /// Exit after the last step instead of serving until interrupted
    #[arg(long)]
    once: bool,
    /// Address and port to listen on; by default 127.0.0.1:8080, or with --once a free port of 127.0.0.1
    #[arg(long, value_name = "ADDR", value_parser = listen_address)]
    listen: Option<ListenAddress>,
}

const EXAMPLES: &str = "\
Examples:
  m2m demo                               # try the printed curl commands
  m2m demo --once                        # exits 0 if every step succeeded";

/// The registry file of the demo.
const WORLD: &str = include_str!("world.toml");

impl DemoOptions {
    /// Runs the demo.
    ///
    /// # Errors
    ///
    /// The failure of the first step whose result was not as expected.
    pub fn run(&self, output: &Output) -> Result<(), Failure> {
        let port = if self.once { 0 } else { 8080 };
        let listen = self
            .listen
            .unwrap_or_else(|| ListenAddress::Ip((Ipv4Addr::LOCALHOST, port).into()));
        if !listen.is_loopback() {
            return Err(Failure::usage(format!(
                "{listen} is not a loopback address, and the demo serves only this machine"
            ))
            .help("use --listen 127.0.0.1:8080"));
        }
        let world = World::parse("the demo's world.toml", WORLD)?;
        // Both have their own port on the same address.
        let ip = listen
            .ips()
            .next()
            .unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        embed(world, listen, |server| self.show(server, ip, output))
    }

    async fn show(&self, server: Embedded, ip: IpAddr, output: &Output) -> Result<(), Failure> {
        let api = OrdersApi::start(&server.issuer, ip).await?;
        let http = HttpClient::new(&ConnectionOptions::default())?;
        let steps = Steps {
            http: &http,
            server: &server,
            output,
        };
        steps.server();
        let token = steps.token().await?;
        steps.claims(token.expose_secret());
        steps.signature(token.expose_secret()).await?;
        steps.call(&api, &token).await?;
        steps.denied_call(&api, &token).await?;
        steps.refusal().await?;
        steps.wrong_secret().await?;
        if !self.once {
            what_next::show(&server.issuer, &server.generated, &api.orders, output);
            // From here on, the API logs the calls that it denies, as the server does.
            drop(api);
            server.until_interrupted().await;
        }
        Ok(())
    }
}
