//! The record that is being checked, and the checks of its members that need no other record.

use crate::registry::text::{NAME_EXPECTED, is_hidden, is_name, is_part_of_paths};
use crate::registry::{InvalidRegistry, Path, Problem, Record};

/// The outcome of a check: nothing, or the first place that is wrong.
pub(super) type Checked = Result<(), InvalidRegistry>;

/// The record that is being checked. Its path is only built if something is wrong.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    record: Record,
    index: usize,
}

impl At {
    pub(super) const fn new(record: Record, index: usize) -> Self {
        Self { record, index }
    }

    pub(super) fn member(self, name: &str) -> Path {
        Path::of(self.record, self.index).member(name)
    }

    pub(super) fn problem(self, field: &str, problem: Problem) -> InvalidRegistry {
        InvalidRegistry {
            path: self.member(field),
            problem,
        }
    }

    /// Checks that no earlier record has the same identifier.
    pub(super) fn unique(self, field: &str, value: &str, earlier: Option<usize>) -> Checked {
        match earlier {
            None => Ok(()),
            Some(earlier) => {
                let earlier = Path::of(self.record, earlier);
                Err(InvalidRegistry::taken(self.member(field), value, earlier))
            }
        }
    }

    /// Checks that a code, a key or a system user is one to 256 bytes of visible ASCII.
    pub(super) fn visible(self, field: &str, text: &str, expected: &'static str) -> Checked {
        self.visible_at(|| self.member(field), text, expected)
    }

    pub(super) fn visible_at(
        self,
        place: impl FnOnce() -> Path,
        text: &str,
        expected: &'static str,
    ) -> Checked {
        let is_visible =
            (1..=256).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_visible {
            Ok(())
        } else {
            Err(InvalidRegistry::malformed(place(), text, expected))
        }
    }

    /// Checks the name of a record that paths contain: visible ASCII, and not a dot segment.
    pub(super) fn addressable(
        self,
        place: impl Fn() -> Path,
        text: &str,
        expected: &'static str,
    ) -> Checked {
        self.visible_at(&place, text, expected)?;
        if is_part_of_paths(text) {
            return Err(InvalidRegistry::malformed(place(), text, expected));
        }
        Ok(())
    }

    /// Checks that a name can be read by people.
    pub(super) fn name(self, name: &str) -> Checked {
        if is_name(name) {
            Ok(())
        } else {
            Err(InvalidRegistry::malformed(
                self.member("name"),
                name,
                NAME_EXPECTED,
            ))
        }
    }

    /// Checks that a text of another system has one to `most` characters, without control characters and hidden ones.
    pub(super) fn legible(
        self,
        field: &str,
        text: &str,
        most: usize,
        expected: &'static str,
    ) -> Checked {
        let is_refused = |character: char| character.is_control() || is_hidden(character);
        let is_legible = (1..=most).contains(&text.chars().count()) && !text.contains(is_refused);
        if is_legible {
            Ok(())
        } else {
            Err(InvalidRegistry::malformed(
                self.member(field),
                text,
                expected,
            ))
        }
    }

    pub(super) fn at_most(self, field: &str, value: u64, most: u64) -> Checked {
        if value <= most {
            Ok(())
        } else {
            Err(self.problem(field, Problem::TooLarge { most }))
        }
    }

    pub(super) fn at_least(self, field: &str, value: u64, least: u64) -> Checked {
        if value >= least {
            Ok(())
        } else {
            Err(self.problem(field, Problem::TooSmall { least }))
        }
    }
}
