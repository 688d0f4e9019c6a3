//! The changes that writers requested, with their outcomes, and so the values that a record may have now.

use std::collections::BTreeMap;

/// The value of a record, or `None` if it does not exist.
pub(crate) type Value = Option<u64>;

/// The outcome of a requested change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was acknowledged.
    Done,
    /// The server reported that nothing was changed.
    Refused,
    /// There was no answer, or the server reported that the outcome is unknown.
    Unknown,
}

/// The values that one record may have, the likeliest last. There is always at least one.
#[derive(Debug)]
struct Possible(Vec<Value>);

/// All records of one writer. No other writer changes them.
#[derive(Debug, Default)]
pub(crate) struct History {
    records: BTreeMap<String, Possible>,
    pub(crate) acknowledged: u64,
    pub(crate) refused: u64,
    pub(crate) unknown: u64,
}

impl History {
    /// Records the outcome of a change of one record or of several together.
    pub(crate) fn note(&mut self, names: &[String], value: Value, outcome: Outcome) {
        *match outcome {
            Outcome::Done => &mut self.acknowledged,
            Outcome::Refused => &mut self.refused,
            Outcome::Unknown => &mut self.unknown,
        } += 1;
        for name in names {
            let possible = self.possible(name);
            match outcome {
                Outcome::Done => *possible = vec![value],
                Outcome::Refused => {}
                Outcome::Unknown => possible.push(value),
            }
        }
    }

    /// Returns the value that a record probably has.
    pub(crate) fn likeliest(&mut self, name: &str) -> Value {
        self.possible(name).last().copied().flatten()
    }

    /// Records the value that a record was seen to have.
    ///
    /// # Errors
    ///
    /// A text for people if it cannot have that value: a change was lost, or a refused one was made.
    pub(crate) fn see(&mut self, name: &str, value: Value) -> Result<(), String> {
        let possible = self.possible(name);
        if !possible.contains(&value) {
            return Err(format!(
                "{name} is {value:?}, and can only be one of {possible:?}"
            ));
        }
        *possible = vec![value];
        Ok(())
    }

    /// Returns the names of all records of which a change was ever requested.
    pub(crate) fn names(&self) -> Vec<String> {
        self.records.keys().cloned().collect()
    }

    fn possible(&mut self, name: &str) -> &mut Vec<Value> {
        let possible = self
            .records
            .entry(name.to_owned())
            .or_insert_with(|| Possible(vec![None]));
        &mut possible.0
    }
}

#[test]
fn a_history_finds_a_lost_change_and_one_that_was_refused() {
    let mut history = History::default();
    let name = ["a".to_owned()];
    history.note(&name, Some(1), Outcome::Done);
    assert!(history.see("a", None).is_err(), "lost");
    history.note(&name, Some(2), Outcome::Refused);
    assert!(history.see("a", Some(2)).is_err(), "refused, and there");
    history.note(&name, Some(3), Outcome::Unknown);
    assert_eq!(history.likeliest("a"), Some(3));
    assert!(history.see("a", Some(1)).is_ok());
    assert!(history.see("a", Some(3)).is_err(), "seen to be different");
}
