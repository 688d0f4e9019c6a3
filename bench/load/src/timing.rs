//! The time of each kind of failed authentication, over one connection: whether a caller can find out by time which client ids exist (attack X8).

use std::collections::BTreeSet;

use fastrand::Rng;

use super::build::{self, Place};
use super::connection::{Connection, lost, token_request};
use super::options::{Case, Options};
use super::server::{Cores, Plan};
use super::token::Requests;
use super::world::{self, CLIENT_SECRET};
use xtask::failure::{Failure, Outcome};
use xtask::steps::now;
use xtask::workspace::Workspace;

/// The state of a client. Requests for all states have the same length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Unknown,
    Disabled,
    Deleted,
    Public,
    WrongSecret,
    EndedSecret,
    Expired,
}

impl State {
    pub(super) const ALL: [Self; 7] = [
        Self::Unknown,
        Self::Disabled,
        Self::Deleted,
        Self::Public,
        Self::WrongSecret,
        Self::EndedSecret,
        Self::Expired,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
            Self::Public => "public",
            Self::WrongSecret => "wrong secret",
            Self::EndedSecret => "ended secret",
            Self::Expired => "expired",
        }
    }

    /// The client id of the state.
    pub(super) const fn client_id(self) -> &'static str {
        match self {
            Self::Unknown => "client-00",
            Self::Disabled => "client-01",
            Self::Deleted => "client-02",
            Self::Public => "client-03",
            Self::WrongSecret => "client-04",
            Self::EndedSecret => "client-05",
            Self::Expired => "client-06",
        }
    }

    /// The secret that is sent, always of the same length.
    fn secret(self) -> String {
        match self {
            Self::WrongSecret => CLIENT_SECRET.replace("bench", "wrong"),
            Self::Unknown
            | Self::Disabled
            | Self::Deleted
            | Self::Public
            | Self::EndedSecret
            | Self::Expired => CLIENT_SECRET.to_owned(),
        }
    }
}

/// The number of requests of each state.
const REQUESTS: usize = 20_000;

/// The number of requests of each state before the measurement.
const WARM_UP: usize = 500;

/// The number of times that the states of the measured times are shuffled.
const RELABELINGS: usize = 1_000;

/// The seed of the order of the requests and of the relabelings.
const SEED: u64 = 20_261_130;

/// The times of one state. Unit: nanoseconds.
type Times = Vec<u64>;

/// Sends the requests of all states in random order, and compares the medians of their times.
///
/// The states can be distinguished if two medians are further apart than they are in all except 1 % of the cases in which the states were assigned
/// to the same times at random.
pub(super) fn run(workspace: &Workspace, options: &Options) -> Outcome {
    let place = Place::prepare(workspace)?;
    let binary = place.m2m(workspace, options)?;
    let data = place.apply(&binary, "timing", &[world::of_states(true)])?;
    place.replace(&binary, &data, &world::of_states(false))?;
    let requests = Requests::of_case(&place.run, Case::Es256)?;
    // Each request comes from another address, so that the throttle, which does not depend on the state, answers none of them.
    let plan = Plan::m2m("timing", &binary, &data, None)
        .with("M2M_TRUSTED_PROXIES", "127.0.0.1")
        .with("M2M_ADDRESS_HEADER", "x-forwarded-for");
    let server = plan.start(Cores::First, &requests)?;
    let mut random = Rng::with_seed(SEED);
    let mut connection = Connection::open(server.address()).map_err(|error| lost(&error))?;
    let mut answers = BTreeSet::new();
    let mut measure = |count: usize| -> Result<Vec<Times>, Failure> {
        let mut order: Vec<State> = State::ALL.repeat(count);
        random.shuffle(&mut order);
        let mut times = vec![Vec::with_capacity(count); State::ALL.len()];
        for state in order {
            let fields = format!("x-forwarded-for: {}\r\n", address(&mut random));
            let form = format!(
                "grant_type=client_credentials&client_id={}&client_secret={}",
                state.client_id(),
                state.secret()
            );
            let request = token_request(server.address(), &fields, &form);
            let begin = now();
            let answer = connection.send(&request).map_err(|error| lost(&error))?;
            let time = begin.elapsed().as_nanos().try_into().unwrap_or(u64::MAX);
            answers.insert((answer.status(), answer.body.len()));
            let own = State::ALL.iter().position(|known| *known == state);
            if let Some(times) = own.and_then(|own| times.get_mut(own)) {
                times.push(time);
            }
        }
        Ok(times)
    };
    measure(WARM_UP)?;
    let times = measure(REQUESTS)?;
    let [(Some(401), _)] = Vec::from_iter(answers)[..] else {
        return Err(Failure::new(
            "the answers differ in status or length",
            "every state has to be answered with the same bytes, except for the trace id",
        ));
    };
    let compared = Compared::of(times, &mut random);
    build::publish(&compared.table(), options)?;
    if compared.distinguishable() {
        return Err(Failure::new(
            "a state of a client can be distinguished from another one by time",
            "repeat the measurement on a quiet machine; if the states differ again, look in flow/authenticate.rs and in the token endpoint for work that is done only in one of them",
        ));
    }
    Ok(())
}

/// An address of its own network, of one length.
fn address(random: &mut Rng) -> String {
    let mut part = || random.u8(100..=199);
    format!("{}.{}.{}.{}", part(), part(), part(), part())
}

/// The medians of the states, and the distances that occur by chance.
#[derive(Debug)]
struct Compared {
    medians: Vec<u64>,
    /// The distance that 99 % of the relabelings do not exceed. Unit: nanoseconds.
    allowed: u64,
}

impl Compared {
    fn of(times: Vec<Times>, random: &mut Rng) -> Self {
        let medians = times.iter().map(|times| median(&mut times.clone()));
        let medians: Vec<u64> = medians.collect();
        let mut pool: Times = times.into_iter().flatten().collect();
        let of_each = pool.len() / medians.len().max(1);
        let mut distances: Vec<u64> = (0..RELABELINGS)
            .map(|_| {
                random.shuffle(&mut pool);
                let medians = pool.chunks_mut(of_each.max(1)).map(median);
                distance(&Vec::from_iter(medians))
            })
            .collect();
        distances.sort_unstable();
        let allowed = distances.get(RELABELINGS * 99 / 100).copied();
        Self {
            medians,
            allowed: allowed.unwrap_or_default(),
        }
    }

    fn distinguishable(&self) -> bool {
        distance(&self.medians) > self.allowed
    }

    fn table(&self) -> String {
        let mut table = "| state | median µs |\n|---|---:|\n".to_owned();
        for (state, median) in State::ALL.iter().zip(&self.medians) {
            table += &format!("| {} | {:.3} |\n", state.name(), micros(*median));
        }
        table
            + &format!(
                "\n{REQUESTS} requests of each state; the largest distance of two medians is {:.3} µs, and that of 99 % of {RELABELINGS} random relabelings at most {:.3} µs\n",
                micros(distance(&self.medians)),
                micros(self.allowed),
            )
    }
}

/// The largest distance of two of the medians.
fn distance(medians: &[u64]) -> u64 {
    let largest = medians.iter().max().copied().unwrap_or_default();
    largest - medians.iter().min().copied().unwrap_or_default()
}

fn median(times: &mut (impl AsMut<[u64]> + ?Sized)) -> u64 {
    let times = times.as_mut();
    let middle = times.len() / 2;
    if times.is_empty() {
        return 0;
    }
    *times.select_nth_unstable(middle).1
}

fn micros(nanos: u64) -> f64 {
    std::time::Duration::from_nanos(nanos).as_secs_f64() * 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Times around 50 µs, those of the last state longer by `more` nanoseconds.
    fn times(more: u64) -> Vec<Times> {
        let mut random = Rng::with_seed(1);
        let mut of = |more: u64| -> Times {
            (0..2_000)
                .map(|_| random.u64(48_000..52_000) + more)
                .collect()
        };
        (0..State::ALL.len())
            .map(|state| {
                of(if state + 1 == State::ALL.len() {
                    more
                } else {
                    0
                })
            })
            .collect()
    }

    #[test]
    fn x8_a_state_that_takes_longer_is_found() {
        let compared = |more| Compared::of(times(more), &mut Rng::with_seed(2));
        assert!(!compared(0).distinguishable(), "{:?}", compared(0));
        assert!(compared(500).distinguishable(), "{:?}", compared(500));
    }

    #[test]
    fn requests_of_all_states_have_the_same_length() {
        let lengths = State::ALL.map(|state| (state.client_id().len(), state.secret().len()));
        assert_eq!(lengths, [lengths[0]; State::ALL.len()]);
    }
}
