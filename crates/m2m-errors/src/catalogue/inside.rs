//! Short ways to write the entries of errors that no caller of a server meets: those of its operator, and those of a client itself.
//!
//! They have the wire form of an internal error, which is what a caller would get if one of them occurred while a request is answered.

use super::server::{BROKEN, BROKEN_ADVICE};
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
    entry(inside, Fault::Operator, BROKEN_ADVICE)
}

/// Returns the entry of an error of something that the server depends on, such as its disk.
pub(super) const fn dependency(inside: Inside) -> Entry {
    entry(inside, Fault::Dependency, BROKEN_ADVICE)
}

/// Returns the entry of an error that a client reports to its own user, because it has no answer or cannot use the answer.
pub(super) const fn clients(inside: Inside) -> Entry {
    let advice = Advice {
        causes: inside.causes,
        fixes: inside.fixes,
    };
    entry(inside, Fault::Client, advice)
}

const fn entry(inside: Inside, fault: Fault, for_caller: Advice) -> Entry {
    Entry {
        id: inside.id,
        title: inside.title,
        fault,
        disclosure: Disclosure::Public,
        wire: BROKEN,
        operator: inside.meaning,
        for_caller,
        for_operator: Advice {
            causes: inside.causes,
            fixes: inside.fixes,
        },
        tasks: inside.tasks,
        related: inside.related,
        sources: inside.sources,
    }
}
