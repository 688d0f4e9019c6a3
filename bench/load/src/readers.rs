//! The token endpoint while the management API reads pages of the maximum size: the additional time of token requests, and the additional memory of
//! the server.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::build::{self, Place};
use super::load::{Load, Order, load};
use super::management::{Operator, managed};
use super::options::Options;
use super::process::{Kernel, resident_memory};
use super::server::{Cores, Server};
use super::table::median;
use super::token::Requests;
use super::world;
use xtask::failure::{Failure, Outcome};
use xtask::workspace::Workspace;

/// The number of events. Each has the API before and after, nearly half a megabyte together.
const EVENTS: u32 = 500;

/// The number of scopes of an API, and the length of the description of each.
const SCOPES: usize = 110;
const DESCRIPTION_BYTES: usize = 2000;

/// The page that is read.
const PAGE: &str = "/api/v1/events?page_size=500&subject=api";

/// The interval at which the memory of the server is read.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Loads a server with this number of readers at the same time, and without them.
pub(super) fn run(workspace: &Workspace, options: &Options, readers: u32) -> Outcome {
    let place = Place::prepare(workspace)?;
    let kernel = Kernel::ask()?;
    let binary = place.m2m(workspace, options)?;
    let data = place.apply(&binary, "readers", &world::of_applications(10))?;
    let requests = Requests::of_applications(&place.run, 10)?;
    let server = managed("readers", &binary, &data).start(Cores::First, &requests)?;
    let mut operator = Operator::connect(server.address())?;
    fill(&mut operator)?;
    let measure = || load(kernel, &server, &requests, Order::Each, options.seconds);
    // The first load brings the registry into memory, and is not counted.
    measure()?;
    let before = resident_memory(server.pid())?;
    let mut rounds = Vec::new();
    for round in 1..=options.rounds {
        let alone = measure()?;
        let beside = beside(&server, readers, measure)?;
        println!(
            "round {round}: 99 % within {:.2} ms alone, {:.2} ms while {} pages were read",
            alone.most, beside.load.most, beside.pages
        );
        rounds.push((alone, beside));
    }
    build::publish(&table(readers, before, &rounds), options)
}

/// Creates an API of the maximum size, and changes it again and again.
fn fill(operator: &mut Operator) -> Outcome {
    let scopes: Vec<Value> = (0..SCOPES)
        .map(|number| {
            json!({ "key": format!("scope-{number}"), "description": "x".repeat(DESCRIPTION_BYTES) })
        })
        .collect();
    let api = json!({ "name": "large", "audience": "https://large.example", "scopes": scopes });
    let made = operator.ask("POST", "/api/v1/apis", &api.to_string())?;
    let id = made.pointer("/api/id").and_then(Value::as_str);
    let path = format!("/api/v1/apis/{}", id.unwrap_or_default());
    for number in 0..EVENTS {
        let change = json!({ "name": format!("large {number}") });
        operator.ask("PATCH", &path, &change.to_string())?;
    }
    Ok(())
}

/// A load while readers request pages.
struct Beside {
    load: Load,
    /// The number of pages that were read during the load.
    pages: u64,
    /// The maximum memory of the server. Unit: MiB.
    memory: f64,
}

fn beside(
    server: &Server,
    readers: u32,
    measure: impl Fn() -> Result<Load, Failure>,
) -> Result<Beside, Failure> {
    let (ended, pages) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        let reading: Vec<_> = (0..readers)
            .map(|_| scope.spawn(|| read(server, &ended, &pages)))
            .collect();
        let watching = scope.spawn(|| most_memory(server.pid(), &ended));
        let load = measure();
        ended.store(true, Ordering::Relaxed);
        for reader in reading {
            reader.join().map_err(|_| panicked())??;
        }
        Ok(Beside {
            load: load?,
            pages: pages.load(Ordering::Relaxed),
            memory: watching.join().map_err(|_| panicked())??,
        })
    })
}

fn read(server: &Server, ended: &AtomicBool, pages: &AtomicU64) -> Outcome {
    let mut operator = Operator::connect(server.address())?;
    while !ended.load(Ordering::Relaxed) {
        operator.read(PAGE)?;
        pages.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

fn most_memory(pid: u32, ended: &AtomicBool) -> Result<f64, Failure> {
    let mut most = resident_memory(pid)?;
    while !ended.load(Ordering::Relaxed) {
        thread::sleep(LOOK_EVERY);
        most = most.max(resident_memory(pid)?);
    }
    Ok(most)
}

fn table(readers: u32, before: f64, rounds: &[(Load, Beside)]) -> String {
    let of = |figure: fn(&(Load, Beside)) -> f64| median(rounds.iter().map(figure).collect());
    let memory = rounds
        .iter()
        .map(|(_, beside)| beside.memory)
        .fold(before, f64::max);
    let failed: f64 = rounds
        .iter()
        .map(|(alone, beside)| alone.failed + beside.load.failed)
        .sum();
    let pages: u64 = rounds.iter().map(|(_, beside)| beside.pages).sum();
    let (alone, beside) = (of(|round| round.0.most), of(|round| round.1.load.most));
    format!(
        "| tokens | requests/s | 50 % ms | 99 % ms | MiB |\n|---|---:|---:|---:|---:|\n\
         | alone | {:.0} | {:.2} | {alone:.2} | {before:.0} |\n\
         | with {readers} readers of {pages} pages | {:.0} | {:.2} | {beside:.2} | {memory:.0} |\n\
         | difference | | | {:.2} | {:.0} |\n\nfailed: {failed}\n",
        of(|round| round.0.rate),
        of(|round| round.0.half),
        of(|round| round.1.load.rate),
        of(|round| round.1.load.half),
        beside - alone,
        memory - before,
    )
}

fn panicked() -> Failure {
    Failure::new(
        "a reader of the bench panicked",
        "the readers are defined in bench/load/src/readers.rs",
    )
}
