//! The entries that the recorder logs.

use std::sync::Arc;

use m2m_authority::diagnose::Diagnosis;
use m2m_authority::flow::{IssuedEvent, RefusedEvent};
use m2m_authority::{RecordedClientId, TraceId};
use m2m_explain::Remedy;
use m2m_store::{AuditEvent, IssuedTotal};

use crate::{CallerKind, Dropped, StoreReport, Summary};

/// A request that was refused.
#[derive(Debug)]
pub struct Refused {
    /// The caller, the time, the address, and the cause.
    pub event: RefusedEvent,
    /// The degree to which its caller proved its identity.
    pub caller: CallerKind,
    /// The operation and the answer, if it was a request of the management API.
    pub operation: Option<Box<RefusedOperation>>,
}

/// The operation and the answer of a refused request of the management API. It contains no text of the caller.
#[derive(Debug)]
pub struct RefusedOperation {
    /// The id of the operation, if there is one at the path.
    pub operation: Option<&'static str>,
    /// The status of the answer.
    pub status: u16,
    /// The code of the answer.
    pub code: Box<str>,
    /// The reason, if it is more specific than the cause.
    pub reason: Option<Box<str>>,
}

/// A change of the registry: the audit events of one transaction.
#[derive(Debug)]
pub(crate) struct Changed {
    /// The first of them, without the records before and after.
    pub(crate) events: Vec<AuditEvent>,
    /// The number of the others.
    pub(crate) more: usize,
}

impl Refused {
    /// Returns true if it names an application.
    pub(crate) fn is_of_known(&self) -> bool {
        matches!(self.event.client_id, RecordedClientId::Known(_))
    }
}

impl Changed {
    /// Returns a change with these events.
    pub(crate) fn of(events: &[AuditEvent]) -> Self {
        let told = events.iter().take(MAX_EVENTS_TOLD);
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
            more: events.len().saturating_sub(MAX_EVENTS_TOLD),
        }
    }
}

/// An entry that the worker logs.
#[derive(Debug)]
pub enum Entry {
    /// A refused request: logged at once, with its exact cause.
    Refused(Refused),
    /// Refused requests that are not logged one by one.
    Summary(Summary),
    /// A change of a record, or a read of a record with its secrets.
    Changed(AuditEvent),
    /// Changes by the same actor at the same time, beyond the number that is logged one by one.
    ChangedOthers {
        /// The last event that was logged, for the actor and the time.
        last: AuditEvent,
        /// The number of other events.
        more: usize,
    },
    /// The evidence for a refusal.
    Diagnosed {
        /// The name of the answer.
        trace_id: TraceId,
        /// The evidence and the fixes.
        diagnosis: Diagnosis,
        /// The fixes in words, with their commands.
        remedies: Vec<Remedy>,
    },
    /// A token that an operator got on behalf of an application.
    TestToken {
        /// The token.
        event: IssuedEvent,
        /// The client id of the operator.
        operator: Arc<str>,
    },
    /// Tokens that were issued to an application since its last such entry; there is one each minute.
    Issued(IssuedTotal),
    /// Tokens that were issued to applications beyond the number that is logged one by one.
    IssuedToOthers {
        /// The number of these applications.
        applications: usize,
        /// The number of tokens.
        tokens: u64,
    },
    /// A failure of the store, or the outcome of a change that was unknown before.
    Store(StoreReport),
    /// The numbers of dropped events and lines since the start.
    Dropped(Dropped),
    /// The end of the process, with the numbers of its events.
    Stopped {
        /// Tokens that were issued.
        issued: u64,
        /// Requests that were refused.
        refused: u64,
        /// The numbers of refusals and lines that were dropped.
        dropped: Dropped,
    },
}

/// The maximum number of events of one transaction that are logged one by one; the audit log contains all.
const MAX_EVENTS_TOLD: usize = 20;
