//! Short ways to write the entries of errors that no server answers: those of its operator, and those of a client itself.
//!
//! Commands, clients and starting servers report them. Their reader is the one who can act, so that there is one advice for both readers.

use super::server::BROKEN;
use crate::{Advice, Cause, Disclosure, Entry, Fault, Source, Task};

/// The parts of an entry that differ between these errors.
pub(super) struct Inside {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// The event, in one sentence.
    pub(super) meaning: &'static str,
    pub(super) causes: &'static [&'static str],
    pub(super) fixes: &'static [&'static str],
    pub(super) tasks: &'static [Task],
    pub(super) related: &'static [Cause],
    pub(super) sources: &'static [Source],
}

/// Returns the entry of an error that a server or a command reports to its operator, at startup or in a log.
pub(super) const fn operators(inside: Inside) -> Entry {
    entry(inside, Fault::Operator)
}

/// Returns the entry of an error of something that the server depends on, such as its disk.
pub(super) const fn dependency(inside: Inside) -> Entry {
    entry(inside, Fault::Dependency)
}

/// Returns the entry of an error that a client reports to its own user, because it has no answer or cannot use the answer.
pub(super) const fn clients(inside: Inside) -> Entry {
    entry(inside, Fault::Client)
}

const fn entry(inside: Inside, fault: Fault) -> Entry {
    let advice = Advice {
        causes: inside.causes,
        fixes: inside.fixes,
    };
    Entry {
        id: inside.id,
        title: inside.title,
        fault,
        disclosure: Disclosure::Unanswered,
        wire: BROKEN,
        operator: inside.meaning,
        for_caller: advice,
        for_operator: advice,
        tasks: inside.tasks,
        related: inside.related,
        sources: inside.sources,
    }
}
