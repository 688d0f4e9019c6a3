//! The difference between the clocks of the server and of this machine.

use m2m_errors::Cause;
use m2m_jwt::{Leeway, UnixTime};

use super::observed::{Date, Exchange};
use super::problem::Problem;
use super::step::{Step, Topic};

/// Compares the times in the answers with the times at which they were received.
pub(super) fn compare(exchanges: &[Exchange]) -> Step {
    if exchanges.iter().all(|exchange| exchange.answer.is_none()) {
        return Step::not_tried(Topic::Clock, "there is no answer with a time");
    }
    let step = Step::new(
        Topic::Clock,
        "compare the Date headers with this machine's clock",
    );
    // The last answer is that of the token endpoint, if there is one; the others may be from another server.
    let dates = exchanges.iter().rev().filter_map(|exchange| {
        let date = exchange.answer.as_ref()?.date?;
        Some((exchange, date))
    });
    let ahead = match dates.into_iter().next() {
        None => return step.found("no answer has a Date header that is not from a cache"),
        Some((_, Date::Unreadable)) => {
            return step.warns(
                Problem::new("the Date header of the server is not a time of HTTP").fix(
                    "correct the server, or the proxy in front of it: RFC 9110, section 5.6.7, has the format",
                ),
            );
        }
        Some((exchange, Date::At(date))) => difference(exchange, date),
    };
    let step = step.found(in_words(ahead));
    let seconds = ahead.unsigned_abs();
    if seconds <= Leeway::DEFAULT.as_seconds() {
        return step;
    }
    let problem = if ahead > 0 {
        Problem::new(format!(
            "an API on this machine refuses new tokens for {seconds} seconds, as if they were issued in the future"
        ))
        .caused_by(Cause::TokenIssuedInFuture)
    } else {
        Problem::new(format!(
            "an API on this machine refuses tokens {seconds} seconds before they expire"
        ))
        .caused_by(Cause::TokenExpired)
    };
    step.fails(problem.fix(
        "synchronize the clocks of both machines with NTP; timedatectl status shows whether this one is",
    ))
}

/// Returns the seconds by which the clock of the server is ahead of this machine's, at least. Times are whole seconds.
fn difference(exchange: &Exchange, date: UnixTime) -> i64 {
    let seconds = |time: UnixTime| i64::try_from(time.as_seconds()).unwrap_or(i64::MAX);
    let (sent, date) = (seconds(exchange.sent), seconds(date));
    let received = exchange
        .answer
        .as_ref()
        .map_or(sent, |own| seconds(own.received));
    if date > received {
        date.saturating_sub(received)
    } else if date < sent {
        date.saturating_sub(sent)
    } else {
        0
    }
}

fn in_words(ahead: i64) -> String {
    match ahead {
        0 => "the clocks agree".to_owned(),
        1.. => format!("the clock of the server is {ahead} seconds ahead of this machine's"),
        _ => format!(
            "the clock of the server is {} seconds behind this machine's",
            ahead.unsigned_abs()
        ),
    }
}
