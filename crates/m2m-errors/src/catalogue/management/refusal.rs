//! A short way to write the entry of a refusal by an operation.

use crate::{Advice, Cause, Disclosure, Entry, Fault, Source, Status, Task, Text, Wire, WireForms};

/// The parts of an entry that differ between the refusals of operations.
pub(super) struct Refusal {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) status: Status,
    /// The event, in one sentence that can also be the text of the answer.
    pub(super) meaning: &'static str,
    pub(super) causes: &'static [&'static str],
    /// The fixes for the caller, who is often the operator.
    pub(super) fixes: &'static [&'static str],
    /// The fixes for an operator who looks into the refusal of another's request.
    pub(super) operator_fixes: &'static [&'static str],
    pub(super) related: &'static [Cause],
}

/// Returns the entry. It has no `error` code of OAuth: answers of the management API have codes of their own.
pub(super) const fn entry(refusal: Refusal) -> Entry {
    Entry {
        id: refusal.id,
        title: refusal.title,
        fault: Fault::Client,
        disclosure: Disclosure::Public,
        wire: WireForms::same(Wire {
            status: refusal.status,
            error: None,
            description: Text::plain(without_full_stop(refusal.meaning)),
        }),
        operator: refusal.meaning,
        for_caller: Advice {
            causes: refusal.causes,
            fixes: refusal.fixes,
        },
        for_operator: Advice {
            causes: refusal.causes,
            fixes: refusal.operator_fixes,
        },
        tasks: &[Task::LookUpDiagnosis],
        related: refusal.related,
        sources: sources(refusal.status),
    }
}

/// Returns the entry of a refusal that only the operator of the server can prevent.
pub(super) const fn operators_entry(refusal: Refusal) -> Entry {
    Entry {
        fault: Fault::Operator,
        ..entry(refusal)
    }
}

impl Entry {
    /// Returns the entry with these tasks. None of them may need a client id: that of the diagnosis is the client that sent the request.
    pub(super) const fn with_tasks(self, tasks: &'static [Task]) -> Self {
        Self { tasks, ..self }
    }
}

const fn without_full_stop(sentence: &'static str) -> &'static str {
    sentence.split_at(sentence.len() - 1).0
}

/// Returns the section that defines the status of a refusal.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "operations refuse with few statuses"
)]
const fn sources(status: Status) -> &'static [Source] {
    match status {
        Status::BadRequest => const { &[Source::rfc("RFC 9110", "15.5.1")] },
        Status::NotFound => const { &[Source::rfc("RFC 9110", "15.5.5")] },
        Status::PreconditionFailed => {
            const {
                &[
                    Source::rfc("RFC 9110", "15.5.13"),
                    Source::rfc("RFC 9110", "13.1.1"),
                ]
            }
        }
        Status::UnsupportedMediaType => const { &[Source::rfc("RFC 9110", "15.5.16")] },
        Status::ServiceUnavailable => const { &[Source::rfc("RFC 9110", "15.6.4")] },
        _ => const { &[Source::rfc("RFC 9110", "15.5.10")] },
    }
}

/// The place that shows who sent a request, and what was wrong with it.
pub(super) const LOOK_UP: &str =
    "Look up the client, the operation and the reason in the diagnosis of the trace_id.";

/// The step after [`LOOK_UP`] if the request has to change.
pub(super) const ASK_OWNER: &str = "Ask the owner of the client to correct the request; the message in the response names the wrong part and the accepted values.";

/// The fix for a request that does not match the declaration of its operation.
pub(super) const READ_OPENAPI: &str =
    "Compare the request with /api/v1/openapi.json, which describes every operation.";
