//! The time from the start of the process to its first token, over an existing registry.

use std::time::Duration;

use super::build::{self, Place};
use super::options::Options;
use super::server::{Cores, Plan};
use super::table::median;
use super::token::Requests;
use super::world;
use xtask::failure::Outcome;
use xtask::workspace::Workspace;

/// The number of applications in the registry.
const APPLICATIONS: u32 = 1_000;

/// The number of times that the server is started.
const STARTS: u32 = 20;

/// The time after which a server that has issued one token is at rest.
const AT_REST_AFTER: Duration = Duration::from_secs(5);

/// Starts the server again and again.
pub(super) fn run(workspace: &Workspace, options: &Options) -> Outcome {
    let place = Place::prepare(workspace)?;
    let binary = place.m2m(workspace, options)?;
    let data = place.apply(&binary, "m2m", &world::of_applications(APPLICATIONS))?;
    let requests = Requests::of_applications(&place.run, APPLICATIONS)?;
    let plan = Plan::m2m("m2m", &binary, &data, None);

    // The first start creates keys and brings the files into memory.
    drop(plan.start(Cores::Any, &requests)?);
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let server = plan.start(Cores::Any, &requests)?;
        times.push(server.first_token_after.as_secs_f64() * 1e3);
    }
    let server = plan.start(Cores::Any, &requests)?;
    let memory = server.memory_at_rest(AT_REST_AFTER)?;

    let (fastest, slowest) = times
        .iter()
        .fold((f64::INFINITY, 0.0_f64), |(least, most), time| {
            (least.min(*time), most.max(*time))
        });
    let table = format!(
        "| applications | starts | first token ms, median | fastest–slowest | MiB after {} s at rest |\n|---:|---:|---:|---:|---:|\n\
         | {APPLICATIONS} | {STARTS} | {:.1} | {fastest:.1}–{slowest:.1} | {memory:.1} |\n",
        AT_REST_AFTER.as_secs(),
        median(times),
    );
    build::publish(&table, options)
}
