//! A coalition: operators who act together, with narrow tokens. Whatever they do, they do not get a scope of the management API that none of
//! them has, and no manager is locked out.
//!
//! Between their attempts the owner of the server changes it as well; the coalition may then use the scopes that it has after the change.
//! Each scenario depends only on its number. The suite runs some; `M2M_POWER_OPERATIONS` sets the number of operations, and
//! `M2M_POWER_FIRST` the first scenario.

mod attempts;
mod effects;
mod power;

use proptest::strategy::{Strategy, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use attempts::{Attempt, attempt, beginning, with_everything};
use power::Coalition;

#[test]
fn x23_no_coalition_gets_more_power_than_its_members_have() {
    let operations = number("M2M_POWER_OPERATIONS").unwrap_or(OPERATIONS);
    let mut scenario = number("M2M_POWER_FIRST").unwrap_or(0);
    let (mut done, mut successes, mut forged) = (0, 0, 0);
    while done < operations {
        let outcome = play(scenario);
        done += outcome.operations;
        successes += outcome.successes;
        forged += outcome.forged;
        scenario += 1;
    }
    // Not all attempts are refused: the coalition changes records, and sometimes it gets enough scopes to import a key.
    assert!(successes * 20 > done, "{successes} of {done} operations");
    assert!(
        operations < FORGES_WITHIN || forged > 0,
        "no imported key signed anything in {done} operations"
    );
}

/// The result of a scenario.
#[derive(Default)]
struct Outcome {
    operations: u64,
    successes: u64,
    forged: u64,
}

fn play(scenario: u64) -> Outcome {
    let mut seed = [0; 32];
    seed.iter_mut()
        .zip(scenario.to_le_bytes())
        .for_each(|(own, byte)| *own = byte);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut file: String = made(&beginning(), &mut runner);
    if scenario.is_multiple_of(FULL_EVERY) {
        file.push_str(&with_everything("full"));
    }
    let mut coalition = Coalition::of(&file);
    let attempts = attempt();
    let mut outcome = Outcome::default();
    for position in 0..LENGTH {
        let attempt: Attempt = made(&attempts, &mut runner);
        let context = format!("scenario {scenario}, operation {position}: {attempt:?}");
        outcome.operations += 1;
        outcome.successes += u64::from(coalition.take(&attempt, &context));
        // A coalition with all scopes cannot gain any; its attempts show that the model would notice a gain.
        if coalition.has_everything() && position > FULL_LENGTH {
            break;
        }
    }
    outcome.forged = coalition.forged();
    outcome
}

fn made<S: Strategy>(strategy: &S, runner: &mut TestRunner) -> S::Value {
    strategy.new_tree(runner).unwrap().current()
}

#[expect(clippy::disallowed_methods, reason = "a test has no arguments")]
fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap())
}

/// The number of operations that the suite runs.
const OPERATIONS: u64 = 2_000;

/// The largest number of operations in a scenario.
const LENGTH: u64 = 100;

/// The number of scenarios among which one has a coalition that may do everything from the beginning.
const FULL_EVERY: u64 = 8;

/// The largest number of operations in a scenario in which the coalition may do everything.
const FULL_LENGTH: u64 = 30;

/// The number of operations among which at least one key is imported and signs a forged token.
const FORGES_WITHIN: u64 = 20_000;
