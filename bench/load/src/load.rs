//! One load of a server by wrk, on a core of its own.

use std::path::Path;
use std::time::Duration;

use super::process::{Kernel, resident_memory};
use super::server::Server;
use super::token::Requests;
use xtask::command;
use xtask::failure::Failure;

/// The number of connections: more than one core can serve at once, and far from a queue.
const CONNECTIONS: &str = "-c16";

/// The core of wrk; the server has core 0.
const CORE: &str = "1";

/// The result of one load.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    /// The requests per second.
    pub(super) rate: f64,
    /// The time within which half of the requests were answered. Unit: milliseconds.
    pub(super) half: f64,
    /// The time within which 99 % of the requests were answered. Unit: milliseconds.
    pub(super) most: f64,
    /// The processor time of the server per request. Unit: microseconds.
    pub(super) processor: f64,
    /// Resident memory of the server afterwards. Unit: MiB.
    pub(super) memory: f64,
    /// The number of answers other than 200, and of connections that broke.
    pub(super) failed: f64,
}

/// The order in which requests are sent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Order {
    /// One after the other, so that each is sent eventually.
    Each,
    /// Drawn at random, with this seed.
    Drawn(u32),
}

/// Loads a server for this number of seconds.
pub(super) fn load(
    kernel: Kernel,
    server: &Server,
    requests: &Requests,
    order: Order,
    seconds: u32,
) -> Result<Load, Failure> {
    let before = kernel.processor_time(server.pid())?;
    let mut wrk = command::program("taskset", &["-c", CORE, "wrk", "-t1", CONNECTIONS]);
    wrk.args([&format!("-d{seconds}s"), "--timeout", "10s", "-s"])
        .arg(Path::new("bench").join("token.lua"))
        .arg(server.url(requests.path))
        .env("FORMS", &requests.forms);
    if let Order::Drawn(seed) = order {
        wrk.env("SEED", seed.to_string());
    }
    if requests.method != "POST" {
        wrk.env("METHOD", requests.method);
    }
    if let Some(authorization) = requests.authorization {
        wrk.env("AUTHORIZATION", authorization);
    }
    let output = command::output(&mut wrk)?;
    let used = kernel.processor_time(server.pid())?.saturating_sub(before);
    let memory = resident_memory(server.pid())?;
    let said = String::from_utf8_lossy(&output.stdout);
    Figures::read(&said)
        .and_then(|figures| figures.load(used, memory))
        .ok_or_else(|| {
            Failure::new(
                format!(
                    "wrk reported no figures for {}:\n{said}{}",
                    server.name(),
                    String::from_utf8_lossy(&output.stderr)
                ),
                "read the server's log, in the folder printed above",
            )
        })
}

/// The last line that `bench/token.lua` prints.
#[derive(Debug, Default, PartialEq)]
struct Figures {
    requests: f64,
    micros: f64,
    half_micros: f64,
    most_micros: f64,
    failed: f64,
}

impl Figures {
    fn read(said: &str) -> Option<Self> {
        let line = said
            .lines()
            .find_map(|line| line.strip_prefix("figures "))?;
        let mut figures = Self::default();
        for word in line.split(' ') {
            let (name, value) = word.split_once('=')?;
            let value = value.parse().ok()?;
            match name {
                "requests" => figures.requests = value,
                "micros" => figures.micros = value,
                "p50" => figures.half_micros = value,
                "p99" => figures.most_micros = value,
                "failed" => figures.failed = value,
                _ => return None,
            }
        }
        Some(figures)
    }

    fn load(&self, used: Duration, memory: f64) -> Option<Load> {
        (self.requests > 0.0 && self.micros > 0.0).then(|| Load {
            rate: self.requests / self.micros * 1e6,
            half: self.half_micros / 1e3,
            most: self.most_micros / 1e3,
            processor: used.as_secs_f64() * 1e6 / self.requests,
            memory,
            failed: self.failed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_figures_in_the_output_of_wrk() {
        let said = "Running 3s test @ http://127.0.0.1:1/\n  1 threads\nfigures requests=50000 micros=2000000 p50=600 p99=900 failed=0\n";
        let load = Figures::read(said)
            .and_then(|figures| figures.load(Duration::from_secs(1), 8.0))
            .expect("figures");
        assert_eq!((load.rate, load.processor), (25_000.0, 20.0));
        assert_eq!((load.half, load.most), (0.6, 0.9));
    }

    #[test]
    fn a_load_without_requests_has_no_figures() {
        assert!(Figures::read("unable to connect").is_none());
        assert!(Figures::default().load(Duration::ZERO, 0.0).is_none());
    }
}
