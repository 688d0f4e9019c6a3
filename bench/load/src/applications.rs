//! The token endpoint over a large registry, compared with a registry of ten.

use super::build::{self, Place};
use super::load::{Order, load};
use super::options::Options;
use super::process::Kernel;
use super::server::{AT_REST_AFTER, Cores, Plan, Server};
use super::table::{Row, table};
use super::token::Requests;
use super::world;
use xtask::failure::{Failure, Outcome};
use xtask::workspace::Workspace;

/// The size of a registry that fits into every cache.
const FEW: u32 = 10;

/// The minimum time for which each server is loaded before measuring. Unit: seconds.
const WARM_UP: u32 = 5;

/// The number of applications that the warm-up allows for in each second: it is long enough for each to request a token, so that the cache is full.
const WARMED_UP_PER_SECOND: u32 = 5_000;

/// A registry of one size, served.
struct Served {
    count: u32,
    server: Server,
    requests: Requests,
    row: Row,
}

/// Loads both servers in turn, each request by an application drawn from all.
pub(super) fn run(workspace: &Workspace, options: &Options, count: u32) -> Outcome {
    let place = Place::prepare(workspace)?;
    let kernel = Kernel::ask()?;
    let binary = place.m2m(workspace, options)?;
    let serve = |count: u32| -> Result<Served, Failure> {
        let name = format!("{count} applications");
        let data = place.apply(
            &binary,
            &format!("{count}-applications"),
            &world::of_applications(count),
        )?;
        let requests = Requests::of_applications(&place.run, count)?;
        let server =
            Plan::m2m(&name, &binary, &data, options.cache).start(Cores::First, &requests)?;
        let memory = server.memory_at_rest(AT_REST_AFTER)?;
        let row = Row::new(name, &server, server.token_bytes, memory);
        Ok(Served {
            count,
            server,
            requests,
            row,
        })
    };
    let (mut few, mut many) = (serve(FEW)?, serve(count)?);

    for served in [&few, &many] {
        let seconds = WARM_UP.max(served.count / WARMED_UP_PER_SECOND);
        load(
            kernel,
            &served.server,
            &served.requests,
            Order::Each,
            seconds,
        )?;
    }
    for round in 1..=options.rounds {
        for served in [&mut few, &mut many] {
            let load = load(
                kernel,
                &served.server,
                &served.requests,
                Order::Drawn(round),
                options.seconds,
            )?;
            println!(
                "round {round} of {}, {}: {:.1} µs",
                options.rounds,
                served.server.name(),
                load.processor,
            );
            served.row.loads.push(load);
        }
    }
    build::publish(
        &table(&[(&few.row, &few.row), (&many.row, &few.row)]),
        options,
    )
}
