//! Tokens that are given again, and introspection, compared with the yardstick and with a request for a document.

use super::build::{self, Place};
use super::load::{Load, Order, load};
use super::options::{Case, Options};
use super::process::Kernel;
use super::server::{Cores, Plan};
use super::table::median;
use super::token::Requests;
use super::world;
use xtask::failure::{Failure, Outcome};
use xtask::workspace::Workspace;

/// The time for which each server is loaded before measuring. Unit: seconds.
const WARM_UP: u32 = 1;

/// The maximum processor time of a request whose token is given again, as a part of that of the yardstick.
const MAX_REUSED: f64 = 0.4;

/// The maximum processor time of an introspection beyond that of a request for a document. Unit: microseconds.
const MAX_INTROSPECTION_MICROS: f64 = 15.0;

/// Loads the yardstick with requests for tokens, and the server with those, with introspection, and with requests for a document, in turn.
pub(super) fn run(workspace: &Workspace, options: &Options) -> Outcome {
    let place = Place::prepare(workspace)?;
    let kernel = Kernel::ask()?;
    let binary = place.m2m(workspace, options)?;
    let world = world::with_reuse(Case::Es256);
    let data = place.apply(&binary, "m2m", &[world])?;
    let asking = Requests::of_case(&place.run, Case::Es256)?;
    let server = Plan::m2m("m2m", &binary, &data, None).start(Cores::First, &asking)?;
    let token = asking.token(server.address())?;
    let introspecting = Requests::of_introspection(&place.run, &token)?;
    let document = Requests::of_document(&place.run)?;
    let keys = place.keys()?.display().to_string();
    let log = place.run.join("yardstick-es256.log");
    let arguments = [&*keys, options.backend.name(), "es256"];
    let yardstick = Plan::yardstick("yardstick", &place.yardstick()?, arguments, log)
        .start(Cores::First, &asking)?;

    let measured = [
        ("yardstick, a new token", &yardstick, &asking),
        ("m2m, the same token", &server, &asking),
        ("m2m, introspection", &server, &introspecting),
        ("m2m, a document", &server, &document),
    ];
    let measure = |seconds: u32| -> Result<Vec<Load>, Failure> {
        let loads = measured.iter();
        let loads =
            loads.map(|(_, server, requests)| load(kernel, server, requests, Order::Each, seconds));
        loads.collect()
    };
    measure(WARM_UP)?;
    let mut rounds = Vec::new();
    for round in 1..=options.rounds {
        let loads = measure(options.seconds)?;
        let costs: Vec<String> = loads
            .iter()
            .map(|load| format!("{:.1}", load.processor))
            .collect();
        println!(
            "round {round} of {}: {} µs",
            options.rounds,
            costs.join(", ")
        );
        rounds.push(loads);
    }
    report(&measured.map(|(name, ..)| name), &rounds, options)
}

fn report(names: &[&str], rounds: &[Vec<Load>], options: &Options) -> Outcome {
    let of = |position: usize, figure: fn(&Load) -> f64| {
        let loads = rounds.iter().filter_map(|loads| loads.get(position));
        median(loads.map(figure).collect())
    };
    let mut table = String::from(
        "| requests | CPU µs/request | requests/s | p99 ms | failed |\n|---|---:|---:|---:|---:|\n",
    );
    for (position, name) in names.iter().enumerate() {
        table += &format!(
            "| {name} | {:.1} | {:.0} | {:.2} | {:.0} |\n",
            of(position, |load| load.processor),
            of(position, |load| load.rate),
            of(position, |load| load.most),
            of(position, |load| load.failed),
        );
    }
    let cost = |position| of(position, |load| load.processor);
    let reused = cost(1) / cost(0);
    let introspection = cost(2) - cost(3);
    table += &format!(
        "\nA token that is given again costs {reused:.2} of the yardstick (at most {MAX_REUSED}); introspection costs {introspection:.1} µs more than a document (at most {MAX_INTROSPECTION_MICROS}).\n"
    );
    build::publish(&table, options)?;
    if reused > MAX_REUSED || introspection > MAX_INTROSPECTION_MICROS {
        return Err(Failure::new(
            "a limit is exceeded",
            "repeat the measurement on a quiet machine; if it is exceeded again, look in crates/m2m-server/src/http",
        ));
    }
    Ok(())
}
