//! `m2m healthcheck`: checks whether the server on this machine is ready.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use clap::Args;
use clap::builder::OsStringValueParser;
use m2m_host::environment::Environment;
use m2m_host::error::Failure;
use m2m_host::http_client::{ConnectionOptions, HttpClient, Response};
use m2m_host::listen_address::ListenAddress;
use m2m_host::output::Output;
use m2m_host::printable::printable;
use m2m_host::runtime::runtime;
use serde_json::Value;

use crate::settings::{self, Mistakes, Setting, SettingOptions};

/// Check whether the server on this machine is ready.
///
/// The command calls the listener for probes at the address in --ops-listen, M2M_OPS_LISTEN, or the configuration file of the server.
/// Exits 0 if the server is ready, 1 with the reasons if it is not, 2 if an option is invalid or --ops-listen is off, and 3 if the server
/// cannot be reached.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct HealthcheckOptions {
    /// Address and port where the running server answers probes [default: 127.0.0.1:9090]
    #[arg(long, value_name = "ADDR", value_parser = OsStringValueParser::new())]
    ops_listen: Option<OsString>,
    /// TOML file with settings (also M2M_CONFIG)
    #[arg(long, value_name = "FILE", value_parser = OsStringValueParser::new())]
    config: Option<OsString>,
}

impl HealthcheckOptions {
    /// Returns the flags in the form that `m2m serve` uses.
    pub(crate) fn settings(&self) -> SettingOptions {
        let given = self.ops_listen.clone();
        SettingOptions::of(
            self.config.clone(),
            given.map(|address| (Setting::OpsListen, address)),
        )
    }
}

const EXAMPLES: &str = "\
Examples:
  m2m healthcheck
  m2m healthcheck --ops-listen 127.0.0.1:9090

In a Dockerfile:
  HEALTHCHECK --start-period=30s CMD [\"m2m\", \"healthcheck\"]";

pub(crate) fn healthcheck(
    options: &HealthcheckOptions,
    environment: &Environment,
    output: &Output,
) -> Result<(), Failure> {
    let names = Setting::OpsListen.names();
    let address = settings::ops_listen(&options.settings(), environment);
    let Some(address) = address.map_err(Mistakes::into_failure)? else {
        return Err(Failure::usage("the listener for probes is off")
            .help(format!("set {names} to an address, such as 127.0.0.1:9090, for the server and for this command")));
    };
    let urls = reachable(address).map(|address| format!("http://{address}/readyz"));
    let http = HttpClient::new(&ConnectionOptions {
        ca_file: None,
        // The address belongs to this machine.
        allow_plain_http: true,
    })?;
    let runtime = runtime()?;
    let mut answers = urls.map(|url| (runtime.block_on(http.get(&url)), url));
    // Of the two addresses of localhost, the machine may have one.
    let unreached = || Failure::refused(format!("{address} cannot be reached"));
    let mut reached = answers.next().ok_or_else(unreached)?;
    if let (Err(_), Some(other)) = (&reached.0, answers.next()) {
        reached = other;
    }
    let (answer, url) = reached;
    let answer = answer.map_err(|failure| {
        failure.help(format!(
            "if the server listens for probes at another address, set {names}"
        ))
    })?;
    if answer.status().is_success() {
        output.good("ready");
        return Ok(());
    }
    Err(unready(&url, &answer))
}

/// Returns the addresses at which this machine reaches a listener.
fn reachable(address: ListenAddress) -> impl Iterator<Item = SocketAddr> {
    let of_machine = move |ip: IpAddr| {
        let ip = match ip {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            IpAddr::V4(_) | IpAddr::V6(_) => ip,
        };
        SocketAddr::new(ip, address.port())
    };
    address.ips().map(of_machine)
}

fn unready(url: &str, answer: &Response) -> Failure {
    let document: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    match document.get("reasons").and_then(Value::as_array) {
        Some(reasons) => {
            let reasons = reasons.iter().map(|reason| match reason.as_str() {
                Some(reason) => printable(reason).into_owned(),
                None => printable(&reason.to_string()).into_owned(),
            });
            reasons.fold(
                Failure::refused("the server is not ready"),
                Failure::because,
            )
        }
        None => Failure::refused(format!("{url} answers with {}", answer.status()))
            .because("this is not the answer of an m2m listener for probes")
            .help(format!(
                "set {} to the address of the listener for probes",
                Setting::OpsListen.names()
            )),
    }
}

#[cfg(test)]
mod tests {
    use m2m_host::listen_address::listen_address;

    use super::*;

    #[test]
    fn a_listener_on_all_addresses_is_reached_by_loopback() {
        let reached = |address: &str| {
            let address = listen_address(address).unwrap();
            let reached = reachable(address).map(|address| address.to_string());
            reached.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(reached("0.0.0.0:1"), "127.0.0.1:1");
        assert_eq!(reached("[::]:1"), "[::1]:1");
        assert_eq!(reached("10.0.0.1:1"), "10.0.0.1:1");
        assert_eq!(reached("localhost:1"), "127.0.0.1:1 [::1]:1");
    }

    #[test]
    fn the_reasons_are_printed() {
        let answer = |body: &'static str| {
            let mut answer = Response::new(body.into());
            *answer.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE;
            unready("http://127.0.0.1:1/readyz", &answer).to_string()
        };
        let text = answer(r#"{"ready":false,"reasons":["draining"]}"#);
        assert!(
            text.contains("not ready") && text.contains("why: draining"),
            "{text}"
        );
        assert!(answer("busy").contains("answers with 503"));
    }
}
