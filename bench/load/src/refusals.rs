//! A flood of refused requests while good tokens are requested: the time it takes, the memory and the disk space it costs, the time of the good
//! tokens, whether each refusal is accounted for, and the processor time of a refusal with its diagnosis.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::build::{self, Place};
use super::connection::{Connection, lost, token_request};
use super::options::{Case, Options};
use super::process::{Kernel, resident_memory};
use super::server::{Cores, Plan, Server};
use super::table::median;
use super::token::Requests;
use super::world::{self, CLIENT_ID, CLIENT_SECRET};
use xtask::command;
use xtask::failure::{Failure, Outcome};
use xtask::steps::now;
use xtask::workspace::Workspace;

/// The connections on which refused requests are sent.
const CONNECTIONS: u32 = 64;

/// The limits for the default number of refusals, 200,000.
const MAX_SECONDS: f64 = 120.0;
const MAX_MEMORY_MIB: f64 = 32.0;
const MAX_DISK_MIB: f64 = 64.0;
const MAX_MILLIS: f64 = 50.0;

/// The most that a refusal with its diagnosis may cost, compared with a token.
const MAX_RATIO: f64 = 2.0;

/// The time between two good tokens, so that they are few beside the refusals.
const PAUSE: Duration = Duration::from_millis(5);

/// The time after which the diagnoses of a burst are stored, and the time in which an idle server is measured.
const SETTLED_AFTER: Duration = Duration::from_secs(4);

/// The refusals of a burst: as many as are diagnosed one by one (see `sampling.rs` of `m2m-recorder`).
const BURST: u32 = 90;

/// The number of bursts of each mistake, each with a server of its own for all mistakes.
const BURSTS: u32 = 9;

/// The mistakes whose refusals are measured, and the client id, the secret and the further parameters of their requests. The diagnosis of the first
/// compares the scope with those of the API, that of the second the secret with its variants, and that of the third the client id with all others.
const MISTAKES: [(&str, [&str; 3]); 3] = [
    ("scope", [CLIENT_ID, CLIENT_SECRET, "&scope=api:reads"]),
    ("secret", [CLIENT_ID, "wrong", ""]),
    ("client id", ["bensh", CLIENT_SECRET, ""]),
];

/// Sends this number of refused requests.
pub(super) fn run(workspace: &Workspace, options: &Options, count: u32) -> Outcome {
    let place = Place::prepare(workspace)?;
    let binary = place.m2m(workspace, options)?;
    let pin = ["-pc", "1", &std::process::id().to_string()];
    command::text(&mut command::program("taskset", &pin))?;
    let requests = Requests::of_case(&place.run, Case::Es256)?;
    let world = [world::of_cases(&[Case::Es256])];
    let data = place.apply(&binary, "refusals", &world)?;
    let plan = Plan::m2m("refusals", &binary, &data, None);
    let flood = flood(&plan, &data, &requests, count)?;
    let ratios = bursts(&plan, &requests)?;
    build::publish(&flood.table(count, ratios), options)?;
    let wrong = flood.wrong(count, ratios);
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        wrong.join("\n        "),
        "repeat the measurement on a quiet machine; if a limit is exceeded again, look in crates/m2m-recorder/src for work or memory that is not bounded",
    ))
}

/// The figures of a flood.
#[derive(Debug)]
struct Flood {
    seconds: f64,
    memory: f64,
    disk: f64,
    /// The times of the good tokens. Unit: milliseconds.
    half: f64,
    most: f64,
    tokens: usize,
    accounts: Accounts,
}

/// The number of refusals, by the place where the log has them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Accounts {
    /// A line of its own.
    lines: u64,
    /// The count of a summary.
    counted: u64,
    /// Neither, because a queue was full.
    dropped: u64,
}

fn flood(plan: &Plan, data: &Path, requests: &Requests, count: u32) -> Result<Flood, Failure> {
    let server = plan.start(Cores::First, requests)?;
    // The first refusals of each kind allocate what is kept; they are part of the flood.
    let (memory, disk) = (resident_memory(server.pid())?, size(data)?);
    let (next, ended) = (AtomicU32::new(0), AtomicBool::new(false));
    let to = server.address();
    let begin = now();
    let (seconds, mut times) = thread::scope(|scope| {
        let good = scope.spawn(|| good_tokens(to, &ended));
        let senders: Vec<_> = (0..CONNECTIONS)
            .map(|_| scope.spawn(|| send_refused(to, &next, count)))
            .collect();
        for sender in senders {
            sender.join().map_err(|_| panicked())??;
        }
        let seconds = begin.elapsed().as_secs_f64();
        ended.store(true, Ordering::Relaxed);
        Ok::<_, Failure>((seconds, good.join().map_err(|_| panicked())??))
    })?;
    thread::sleep(SETTLED_AFTER);
    let memory = resident_memory(server.pid())? - memory;
    let disk = size(data)? - disk;
    let log = data.with_extension("log");
    drop(server);
    let log = std::fs::read_to_string(&log).map_err(|error| Failure::file(&log, &error))?;
    times.sort_by(f64::total_cmp);
    let most = times.get(times.len() * 99 / 100).copied();
    Ok(Flood {
        seconds,
        memory,
        disk,
        most: most.unwrap_or(f64::NAN),
        tokens: times.len(),
        half: median(times),
        accounts: Accounts::read(&log),
    })
}

/// Requests good tokens until the flood has ended, and returns the time of each. Unit: milliseconds.
fn good_tokens(to: SocketAddr, ended: &AtomicBool) -> Result<Vec<f64>, Failure> {
    let mut connection = Connection::open(to).map_err(|error| lost(&error))?;
    let request = good(to);
    let mut times = Vec::new();
    while !ended.load(Ordering::Relaxed) {
        let begin = now();
        let answer = connection.send(&request).map_err(|error| lost(&error))?;
        if answer.status() != Some(200) {
            return Err(Failure::new(
                format!(
                    "a good request was refused during the flood:\n{}",
                    answer.head
                ),
                "read the server's log, in the folder printed above",
            ));
        }
        times.push(begin.elapsed().as_secs_f64() * 1e3);
        thread::sleep(PAUSE);
    }
    Ok(times)
}

fn send_refused(to: SocketAddr, next: &AtomicU32, count: u32) -> Outcome {
    let mut connection = Connection::open(to).map_err(|error| lost(&error))?;
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= count {
            return Ok(());
        }
        let request = refused(to, number);
        let answer = connection.send(&request).map_err(|error| lost(&error))?;
        if !matches!(answer.status(), Some(400..=499)) {
            return Err(Failure::new(
                format!("a request was not refused:\n{request}\n{}", answer.head),
                "the requests are defined in bench/load/src/refusals.rs",
            ));
        }
    }
}

fn good(to: SocketAddr) -> String {
    token_request(to, "", &form(CLIENT_ID, CLIENT_SECRET, ""))
}

fn form(client_id: &str, secret: &str, more: &str) -> String {
    format!("grant_type=client_credentials&client_id={client_id}&client_secret={secret}{more}")
}

/// A request that is refused: of a stranger, in the name of an application, by an application, or one that is not a token request at all.
fn refused(to: SocketAddr, number: u32) -> String {
    let form = match number % 6 {
        0 => form(&format!("stranger-{number}"), CLIENT_SECRET, ""),
        1 => form(CLIENT_ID, &format!("wrong-{number}"), ""),
        2 => form(
            CLIENT_ID,
            CLIENT_SECRET,
            &format!("&scope=unknown:{number}"),
        ),
        3 => form(
            CLIENT_ID,
            CLIENT_SECRET,
            "&audience=https%3A%2F%2Fes256.example.com%2F",
        ),
        4 => format!("{{\"grant_type\":\"client_credentials\",\"number\":{number}}}"),
        _ => format!("grant_type=client_credential&client_id=stranger-{number}"),
    };
    token_request(to, "", &form)
}

/// The processor time of a refusal for each mistake, compared with that of a token: the median of all bursts.
fn bursts(plan: &Plan, requests: &Requests) -> Result<[f64; MISTAKES.len()], Failure> {
    let bursts: Vec<_> = (0..BURSTS)
        .map(|_| burst(plan, requests))
        .collect::<Result<_, _>>()?;
    Ok(core::array::from_fn(|mistake| {
        let ratios = bursts
            .iter()
            .filter_map(|burst| burst.get(mistake).copied());
        median(ratios.collect())
    }))
}

/// The same for one burst of each mistake.
fn burst(plan: &Plan, requests: &Requests) -> Result<Vec<f64>, Failure> {
    let server = plan.start(Cores::First, requests)?;
    let send = |form: String| {
        let request = token_request(server.address(), "", &form);
        spent(&server, |connection| {
            (0..BURST).try_for_each(|_| connection.send(&request).map(drop))
        })
    };
    thread::sleep(SETTLED_AFTER);
    let idle = spent(&server, |_| Ok(()))?;
    let less = |spent: Duration| spent.saturating_sub(idle).as_secs_f64();
    let token = less(send(form(CLIENT_ID, CLIENT_SECRET, ""))?);
    let ratio = |(_, [client_id, secret, more]): (&str, [&str; 3])| {
        Ok(less(send(form(client_id, secret, more))?) / token)
    };
    MISTAKES.into_iter().map(ratio).collect()
}

/// The processor time that the server spends on these requests, and on what follows from them.
fn spent(
    server: &Server,
    send: impl FnOnce(&mut Connection) -> std::io::Result<()>,
) -> Result<Duration, Failure> {
    let mut connection = Connection::open(server.address()).map_err(|error| lost(&error))?;
    let before = Kernel::exact_processor_time(server.pid())?;
    send(&mut connection).map_err(|error| lost(&error))?;
    thread::sleep(SETTLED_AFTER);
    Ok(Kernel::exact_processor_time(server.pid())?.saturating_sub(before))
}

impl Accounts {
    /// Adds up the log of a server that has stopped.
    fn read(log: &str) -> Self {
        let mut accounts = Self::default();
        for line in log.lines() {
            let Ok(line) = serde_json::from_str::<Value>(line) else {
                continue;
            };
            let number = |path: &str| line.pointer(path).and_then(Value::as_u64).unwrap_or(0);
            match line.get("event").and_then(Value::as_str) {
                Some("refused") => match line.get("count").and_then(Value::as_u64) {
                    Some(count) => accounts.counted += count,
                    None => accounts.lines += 1,
                },
                Some("stopped") => {
                    accounts.dropped =
                        number("/dropped/of_known_clients") + number("/dropped/of_others");
                }
                _ => {}
            }
        }
        accounts
    }

    const fn total(&self) -> u64 {
        self.lines + self.counted + self.dropped
    }
}

impl Flood {
    fn table(&self, count: u32, ratios: [f64; MISTAKES.len()]) -> String {
        let Self {
            seconds,
            memory,
            disk,
            half,
            most,
            tokens,
            accounts,
        } = self;
        let Accounts {
            lines,
            counted,
            dropped,
        } = accounts;
        let ratios = MISTAKES.iter().zip(ratios);
        let ratios = ratios.map(|((mistake, _), ratio)| format!("{ratio:.2} ({mistake})"));
        let ratios = ratios.collect::<Vec<_>>().join(", ");
        format!(
            "| refusals | s | MiB of memory | MiB of disk | good tokens | 50 % ms | 99 % ms | lines | counted | dropped |\n\
             |---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n\
             | {count} | {seconds:.1} | {memory:.1} | {disk:.1} | {tokens} | {half:.2} | {most:.2} | {lines} | {counted} | {dropped} |\n\n\
             A refusal with its diagnosis costs these multiples of the processor time of a token: {ratios}; medians of {BURSTS} bursts of {BURST}.\n",
        )
    }

    /// The limits that are exceeded.
    fn wrong(&self, count: u32, ratios: [f64; MISTAKES.len()]) -> Vec<String> {
        let share = f64::from(count) / 200_000.0;
        let limits = [
            ("seconds", self.seconds, MAX_SECONDS * share.max(1.0)),
            ("MiB of memory", self.memory, MAX_MEMORY_MIB),
            ("MiB of disk", self.disk, MAX_DISK_MIB * share.max(1.0)),
            ("ms for 99 % of the good tokens", self.most, MAX_MILLIS),
            (
                "times the processor time of a token",
                ratios.into_iter().fold(0.0, f64::max),
                MAX_RATIO,
            ),
        ];
        let exceeded = limits.into_iter().filter(|(_, found, most)| found > most);
        let exceeded =
            exceeded.map(|(what, found, most)| format!("{found:.2} {what}, more than {most}"));
        let total = self.accounts.total();
        let lost = (total != u64::from(count)).then(|| {
            format!("lines, counts and dropped refusals are {total} together, not {count}")
        });
        exceeded.chain(lost).collect()
    }
}

/// The size of the files of a directory. Unit: MiB.
fn size(directory: &Path) -> Result<f64, Failure> {
    let failed = |error: &std::io::Error| Failure::file(directory, error);
    let entries = std::fs::read_dir(directory).map_err(|error| failed(&error))?;
    let mut names = BTreeSet::new();
    let mut bytes = 0.0;
    for entry in entries {
        let entry = entry.map_err(|error| failed(&error))?;
        if names.insert(entry.file_name()) {
            // A file may be deleted while the directory is read.
            let length = entry.metadata().map_or(0, |metadata| metadata.len());
            bytes += f64::from(u32::try_from(length).unwrap_or(u32::MAX));
        }
    }
    Ok(bytes / 1024.0 / 1024.0)
}

fn panicked() -> Failure {
    Failure::new(
        "a sender of the bench panicked",
        "the senders are defined in bench/load/src/refusals.rs",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_up_the_log() {
        let log = "{\"event\":\"refused\"}\n{\"event\":\"diagnosed\"}\nno JSON\n{\"event\":\"refused\",\"count\":5}\n\
                   {\"event\":\"stopped\",\"dropped\":{\"of_known_clients\":2,\"of_others\":3,\"diagnoses\":9}}\n";
        let expected = Accounts {
            lines: 1,
            counted: 5,
            dropped: 5,
        };
        assert_eq!(Accounts::read(log), expected);
        assert_eq!(expected.total(), 11);
    }
}
