//! The entries that the recorder makes known.

use std::sync::Arc;

use m2m_authority::diagnose::Diagnosis;
use m2m_authority::flow::{IssuedEvent, RefusedEvent};
use m2m_authority::{RecordedClientId, TraceId};
use m2m_store::AuditEvent;

use super::{Dropped, Standing, Summary};
use crate::store_health::StoreNews;

/// A request that was refused.
#[derive(Debug)]
pub(crate) struct Refused {
    /// The caller, the time, the address, and the cause.
    pub(crate) event: RefusedEvent,
    /// The proof that it gives of its caller.
    pub(crate) standing: Standing,
    /// The operation and the answer, if it was a request of the management API.
    pub(crate) operation: Option<Box<RefusedOperation>>,
}

/// The operation and the answer of a refused request of the management API. It has no text of the caller.
#[derive(Debug)]
pub(crate) struct RefusedOperation {
    /// The id of the operation, if there is one at the path.
    pub(crate) operation: Option<&'static str>,
    /// The status of the answer.
    pub(crate) status: u16,
    /// The code of the answer.
    pub(crate) code: Box<str>,
    /// The reason, where it says more than the cause.
    pub(crate) reason: Option<Box<str>>,
}

/// A change of the registry: the audit events of one transaction.
#[derive(Debug)]
pub(crate) struct Changed {
    /// The first of them, without the records before and after.
    pub(super) events: Vec<AuditEvent>,
    /// The number of the others.
    pub(super) more: usize,
}

impl Refused {
    /// True if it names an application.
    pub(super) fn is_of_known(&self) -> bool {
        matches!(self.event.client_id, RecordedClientId::Known(_))
    }
}

impl Changed {
    /// A change with these events.
    pub(super) fn of(events: &[AuditEvent]) -> Self {
        let told = events.iter().take(MOST_EVENTS_TOLD);
        let brief = told.map(|event| AuditEvent {
            time: event.time,
            actor: event.actor.clone(),
            action: event.action,
            subject: event.subject,
            name: event.name.clone(),
            before: None,
            after: None,
        });
        Self {
            events: brief.collect(),
            more: events.len().saturating_sub(MOST_EVENTS_TOLD),
        }
    }
}

/// An entry that the worker makes known.
#[derive(Debug)]
pub(crate) enum Entry {
    /// A request was refused: at once, with its exact cause.
    Refused(Refused),
    /// Requests were refused that are not made known one by one.
    Summary(Summary),
    /// A record was changed, or read with what is secret in it.
    Changed(AuditEvent),
    /// More records were changed by the same actor at once than are made known one by one.
    ChangedOthers {
        /// The actor and the time: the last event that was made known.
        last: AuditEvent,
        /// The number of other events.
        more: usize,
    },
    /// The evidence for it.
    Diagnosed {
        /// The name of the answer.
        trace_id: TraceId,
        /// The evidence and the fixes.
        diagnosis: Diagnosis,
    },
    /// An operator got a token in the name of an application.
    TestToken {
        /// The token.
        event: IssuedEvent,
        /// The client id of the operator.
        operator: Arc<str>,
    },
    /// An application was issued so many tokens since the last time that it was told, which is each minute.
    Issued {
        /// To whom.
        client_id: Box<str>,
        /// The number of tokens. At least 1.
        tokens: u64,
    },
    /// More applications were issued tokens than are told one by one.
    IssuedToOthers {
        /// To how many more.
        applications: usize,
        /// How many.
        tokens: u64,
    },
    /// The store failed, or it is known what became of a change.
    Store(StoreNews),
    /// More is refused than can be made known. Counted from the start.
    Dropped(Dropped),
    /// The process ends, after so many events.
    Stopped {
        /// Tokens that were issued.
        issued: u64,
        /// Requests that were refused.
        refused: u64,
        /// What was not made known of the refused.
        dropped: Dropped,
    },
}

/// The maximum number of events of one transaction that the log has one by one; the audit log has all.
const MOST_EVENTS_TOLD: usize = 20;
