//! The log of a server in one process: the outcomes of requests, and the records of them in the registry.

use std::sync::{Mutex, MutexGuard, PoisonError};

use m2m_admin::DiagnosisRecord;
use m2m_admin::http_api::Refused as RefusedOperation;
use m2m_authority::diagnose::Diagnosis;
use m2m_authority::flow::{Event, IssuedEvent, RefusedEvent, Requester};
use m2m_authority::{RecordedClientId, TraceId};
use m2m_errors::Cause;
use m2m_explain::{Operating, observations, remedies};
use m2m_store::{Backend, CachedApplication, Diagnosed, Refused, RegistryCache, UsageBatch};

/// The log of a server in one process.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Vec<Logged>>);

/// An entry of the log.
#[derive(Debug)]
pub(crate) enum Logged {
    /// A token was issued.
    Issued(IssuedEvent),
    /// A request for a token was refused.
    Refused(RefusedEvent, Box<Diagnosis>),
    /// A request of the management API was refused.
    Operation(TraceId, RefusedOperation),
}

impl Log {
    /// Everything that was logged.
    pub(crate) fn entries(&self) -> MutexGuard<'_, Vec<Logged>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs the outcome of a request for a token, and keeps the same data as a server: counts of tokens in memory, refusals in the registry.
    pub(super) async fn keep<B: Backend>(
        &self,
        event: Event,
        found: Option<Diagnosis>,
        entry: Option<&CachedApplication>,
        registry: &RegistryCache<B>,
    ) {
        match event {
            Event::Issued(event) => {
                let entry = entry.expect("a token belongs to an application");
                entry.count(event.api);
                if let Requester::TokenEndpoint { secret } = event.requester {
                    entry.secret_used(secret.into(), event.time);
                }
                self.entries().push(Logged::Issued(event));
            }
            Event::Refused(event) => {
                let found = found.expect("every refusal has a diagnosis");
                let kept = kept(&event, &DiagnosisRecord::of(&found));
                self.entries().push(Logged::Refused(event, Box::new(found)));
                add(kept, registry).await;
            }
        }
    }

    /// Logs the outcome of a request of the management API.
    pub(crate) async fn keep_operation<B: Backend>(
        &self,
        event: &RefusedEvent,
        refused: RefusedOperation,
        registry: &RegistryCache<B>,
    ) {
        let found = DiagnosisRecord::of_operation(m2m_admin::RefusedOperation {
            operation: refused.operation.map(str::to_owned),
            status: refused.status,
            code: refused.code.to_string(),
            reason: refused.reason.as_deref().map(str::to_owned),
        });
        let entry = Logged::Operation(event.trace_id, refused);
        self.entries().push(entry);
        add(kept(event, &found), registry).await;
    }

    /// Returns the cause of a refusal, and its diagnosis in sentences.
    pub(crate) fn cause(&self, trace_id: &str) -> Option<(Cause, String)> {
        self.entries().iter().find_map(|entry| match entry {
            Logged::Refused(event, found) if event.trace_id.to_string() == trace_id => {
                Some((event.cause, in_words(found)))
            }
            Logged::Refused(..) | Logged::Issued(_) | Logged::Operation(..) => None,
        })
    }
}

/// Returns the refusal as the registry keeps it.
fn kept(event: &RefusedEvent, found: &DiagnosisRecord) -> UsageBatch {
    let client_id = match &event.client_id {
        RecordedClientId::Known(client_id) => Some(Box::from(&**client_id)),
        RecordedClientId::None | RecordedClientId::Withheld { .. } => None,
    };
    let refused = Refused {
        trace_id: event.trace_id,
        request_id: event.request_id.clone(),
        time: event.time,
        cause: event.cause,
        client_id,
        authenticated: event.is_authenticated(),
        address: event.address,
        diagnosis: None,
    };
    let diagnosed = Diagnosed {
        trace_id: event.trace_id,
        diagnosis: found.to_json(),
    };
    UsageBatch {
        refused: vec![refused],
        diagnosed: vec![diagnosed],
        ..UsageBatch::default()
    }
}

async fn add<B: Backend>(batch: UsageBatch, registry: &RegistryCache<B>) {
    let added = registry.add_usage(batch).await;
    added.expect("the registry is in this process");
}

/// Returns the evidence and the fixes in sentences.
fn in_words(found: &Diagnosis) -> String {
    let evidence = observations(found).into_iter();
    let fixes = remedies(found, Operating::RegistryFile).into_iter();
    let texts = evidence.map(|observation| observation.text);
    let texts = texts.chain(fixes.map(|fix| fix.text));
    texts.collect::<Vec<_>>().join("\n")
}
