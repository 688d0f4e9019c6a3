//! The token endpoint compared with the minimum work of a token endpoint.

use std::path::PathBuf;

use super::build::{self, Place};
use super::load::{Order, load};
use super::options::{Case, Options};
use super::process::Kernel;
use super::server::{AT_REST_AFTER, Cores, Plan, Server};
use super::table::{Row, table};
use super::token::Requests;
use super::world;
use xtask::failure::{Failure, Outcome};
use xtask::workspace::Workspace;

/// The time for which each server is loaded before measuring. Unit: seconds.
const WARM_UP: u32 = 1;

/// A case, its requests, the yardstick with which it is compared, and the two rows.
struct Pair {
    case: Case,
    requests: Requests,
    yardstick: Server,
    theirs: Row,
    ours: Row,
}

/// Loads the yardstick and the server in turn, in each case, round by round.
pub(super) fn run(workspace: &Workspace, options: &Options) -> Outcome {
    let place = Place::prepare(workspace)?;
    let kernel = Kernel::ask()?;
    let binary = place.m2m(workspace, options)?;
    let data = place.apply(&binary, "m2m", &[world::of_cases(&options.cases)])?;

    // One process of the server handles every case; each yardstick handles one.
    let Some(first) = options.cases.first() else {
        return Ok(());
    };
    let requests = Requests::of_case(&place.run, *first)?;
    let server = Plan::m2m("m2m", &binary, &data, None).start(Cores::First, &requests)?;
    let memory = server.memory_at_rest(AT_REST_AFTER)?;
    let theirs = Yardstick {
        binary: place.yardstick()?,
        keys: place.keys()?.display().to_string(),
    };
    let mut pairs = Vec::new();
    for case in &options.cases {
        pairs.push(theirs.beside(&server, memory, &place, options, *case)?);
    }

    for pair in &pairs {
        load(
            kernel,
            &pair.yardstick,
            &pair.requests,
            Order::Each,
            WARM_UP,
        )?;
        load(kernel, &server, &pair.requests, Order::Each, WARM_UP)?;
    }
    for round in 1..=options.rounds {
        for pair in &mut pairs {
            let theirs = load(
                kernel,
                &pair.yardstick,
                &pair.requests,
                Order::Each,
                options.seconds,
            )?;
            let ours = load(
                kernel,
                &server,
                &pair.requests,
                Order::Each,
                options.seconds,
            )?;
            println!(
                "round {round} of {}, {}: yardstick {:.1} µs, m2m {:.1} µs",
                options.rounds,
                pair.case.name(),
                theirs.processor,
                ours.processor,
            );
            pair.theirs.loads.push(theirs);
            pair.ours.loads.push(ours);
        }
    }

    let rows: Vec<(&Row, &Row)> = pairs
        .iter()
        .flat_map(|pair| [(&pair.theirs, &pair.theirs), (&pair.ours, &pair.theirs)])
        .collect();
    build::publish(&table(&rows), options)
}

/// The yardstick, and the keys that it signs with.
struct Yardstick {
    binary: PathBuf,
    keys: String,
}

impl Yardstick {
    /// Returns a yardstick for this case, and the two rows.
    fn beside(
        &self,
        server: &Server,
        memory: f64,
        place: &Place,
        options: &Options,
        case: Case,
    ) -> Result<Pair, Failure> {
        let requests = Requests::of_case(&place.run, case)?;
        let backend = options.backend.name();
        let name = format!("yardstick {backend} {}", case.name());
        let log = place.run.join(format!("yardstick-{}.log", case.name()));
        let arguments = [&*self.keys, backend, case.algorithm()];
        let yardstick =
            Plan::yardstick(&name, &self.binary, arguments, log).start(Cores::First, &requests)?;
        let at_rest = yardstick.memory_at_rest(AT_REST_AFTER)?;
        let theirs = Row::new(name, &yardstick, yardstick.token_bytes, at_rest);
        let token_bytes = server.try_out(&requests)?;
        let ours = Row::new(format!("m2m {}", case.name()), server, token_bytes, memory);
        Ok(Pair {
            case,
            requests,
            yardstick,
            theirs,
            ours,
        })
    }
}
