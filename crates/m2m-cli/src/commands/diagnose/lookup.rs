//! The refused request that the options select, as soon as its diagnosis is complete.

use core::fmt;
use core::time::Duration;

use m2m_api::operations::{
    DiagnosesAnswer, DiagnosisShown, GetDiagnosis, ListDiagnoses, ListDiagnosesQuery,
};
use m2m_api::{DiagnosisName, NoBody, NoNames, NoQuery, Operation as _};
use m2m_authority::TraceId;
use m2m_errors::Cause;
use m2m_host::clock;
use m2m_host::error::Failure;
use m2m_store::StoreLimits;

use super::super::explain::did_you_mean;
use super::DiagnoseOptions;
use crate::management::{Management, Refusal};

/// The refused request that the options select.
#[derive(Debug)]
pub(super) struct Selected {
    /// The request with its diagnosis.
    pub(super) diagnosis: DiagnosisShown,
    /// The other requests that the filters select; absent without filters, or if there are no others.
    pub(super) others: Option<Others>,
}

/// A number of further requests that match the filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Others {
    /// Exactly this number, which is not zero.
    Exactly(usize),
    /// More than this number.
    MoreThan(usize),
}

impl Others {
    /// Returns the number of the requests of a list other than the newest.
    fn of(listed: &DiagnosesAnswer) -> Option<Self> {
        let others = listed.diagnoses.len().saturating_sub(1);
        match listed.next {
            Some(_) => Some(Self::MoreThan(others)),
            None if others == 0 => None,
            None => Some(Self::Exactly(others)),
        }
    }
}

impl fmt::Display for Others {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(1) => write!(f, "1 more request matches"),
            Self::Exactly(others) => write!(f, "{others} more requests match"),
            Self::MoreThan(0) => write!(f, "more requests match"),
            Self::MoreThan(others) => write!(f, "more than {others} more requests match"),
        }
    }
}

/// Returns the request whose answer has this trace id.
///
/// A diagnosis that is not found is a refused request itself, so that the command asks for it only once the refusal must have been written. Until then it
/// looks among the newest.
pub(super) fn of_trace_id(management: &Management, trace_id: TraceId) -> Result<Selected, Failure> {
    let trace_id = trace_id.to_string();
    let mut found = None;
    for look in 0..=WRITING_LOOKS {
        // The request may be older than those of the list.
        let Ok(newest) = list(management, ListDiagnosesQuery::default()) else {
            break;
        };
        let mut newest = newest.diagnoses.into_iter();
        found = newest.find(|diagnosis| diagnosis.trace_id == trace_id);
        if found.is_some() {
            break;
        }
        if look < WRITING_LOOKS {
            management.pause(INTERVAL);
        }
    }
    let found = match found {
        Some(diagnosis) => Ok(diagnosis),
        None => get(management, &trace_id)?,
    };
    match found {
        Ok(diagnosis) => Ok(Selected {
            diagnosis: complete(management, diagnosis),
            others: None,
        }),
        Err(refusal) => {
            let failure = management.failure::<GetDiagnosis>(&refusal);
            Err(if refusal.is_not_found() {
                failure.because(kept()).help(format!(
                    "if the caller gave the request this id: m2m diagnose --request-id {trace_id}"
                ))
            } else {
                failure
            })
        }
    }
}

/// Returns the newest request that the filters select.
pub(super) fn newest(
    management: &Management,
    options: &DiagnoseOptions,
) -> Result<Selected, Failure> {
    let filters = &options.filters;
    // A refusal is found after it was written, which servers do every second. Until then an older one would be taken for the newest, unless
    // the filters select a single request, or only requests that were written long ago.
    let is_of_past = filters
        .until
        .is_some_and(|until| until.saturating_add_seconds(MAX_CLOCK_DIFFERENCE) < clock::now());
    let attempts = match &filters.request_id {
        Some(_) => MAX_ATTEMPTS,
        None => 0,
    };
    if attempts == 0 && !is_of_past {
        management.pause(WRITING_TIME);
    }
    let mut listed = list(management, filters.query())?;
    for _ in 0..attempts {
        if !listed.diagnoses.is_empty() {
            break;
        }
        management.pause(INTERVAL);
        listed = list(management, filters.query())?;
    }
    let others = Others::of(&listed);
    let mut newest = listed.diagnoses.into_iter();
    // The reason why a diagnosis was not found is of no interest.
    let is_wanted = |diagnosis: &DiagnosisShown| {
        !options.last || diagnosis.operation.as_deref() != Some(GetDiagnosis::SPEC.id)
    };
    let diagnosis = newest.find(is_wanted).ok_or_else(|| nothing(options))?;
    Ok(Selected {
        diagnosis: complete(management, diagnosis),
        others: others.filter(|_| !options.last),
    })
}

/// Returns the failure for filters that select no request.
fn nothing(options: &DiagnoseOptions) -> Failure {
    let words = options.filters.words();
    if words.is_empty() {
        return Failure::refused("there is no refused request").because(kept());
    }
    let failure = Failure::refused(format!("no refused request matches{words}")).because(kept());
    let cause = options.filters.cause.as_ref();
    match cause.map(|cause| cause.as_str()) {
        // A server of a later release may have causes that are unknown here.
        Some(cause) if cause.parse::<Cause>().is_err() => {
            let failure =
                failure.because(format!("{cause:?} is not a cause that this release knows"));
            let causes: Vec<&str> = Cause::ALL.iter().map(|cause| cause.id()).collect();
            failure.help(did_you_mean(cause, &causes).unwrap_or_else(|| {
                "use a cause such as secret-wrong; the page /errors of the server lists them all"
                    .to_owned()
            }))
        }
        Some(_) | None => {
            failure.help("list the refused requests that are stored: m2m events --refusals")
        }
    }
}

/// Returns the sentence about the refused requests that a server keeps.
fn kept() -> String {
    let StoreLimits {
        refusals,
        refusals_of_a_client,
        refusals_of_unknown,
        refusal_days,
        ..
    } = StoreLimits::default();
    format!(
        "refused requests are stored for {refusal_days} days, and at most max_refusals of them (by default {refusals}): {refusals_of_a_client} of each \
         application that authenticated, as many that only name it, and {refusals_of_unknown} of callers that are not an application"
    )
}

/// Returns a request with its diagnosis, as soon as that is complete or the time for it has passed.
fn complete(management: &Management, mut diagnosis: DiagnosisShown) -> DiagnosisShown {
    for _ in 0..MAX_ATTEMPTS {
        if !diagnosis.pending {
            break;
        }
        management.pause(INTERVAL);
        // The request that was found already is shown even if the server does not answer any more.
        let Ok(Ok(newer)) = get(management, &diagnosis.trace_id) else {
            break;
        };
        diagnosis = newer;
    }
    diagnosis
}

fn get(
    management: &Management,
    trace_id: &str,
) -> Result<Result<DiagnosisShown, Box<Refusal>>, Failure> {
    let names = DiagnosisName::new(trace_id);
    let answer = management.try_call::<GetDiagnosis>(&names, &NoQuery {}, &NoBody)?;
    Ok(answer.map(|answer| answer.diagnosis))
}

/// Returns the newest requests that match a query.
fn list(management: &Management, query: ListDiagnosesQuery) -> Result<DiagnosesAnswer, Failure> {
    let query = ListDiagnosesQuery {
        page_size: 100.try_into().ok(),
        ..query
    };
    management.call::<ListDiagnoses>(&NoNames, &query, &NoBody)
}

/// The time after which a server has written a refusal.
const WRITING_TIME: Duration = Duration::from_millis(1500);

/// The maximum difference between the clocks of the server and of this machine that is expected. Unit: seconds.
const MAX_CLOCK_DIFFERENCE: u64 = 60;

/// The time between two looks at refused requests.
const INTERVAL: Duration = Duration::from_millis(300);

/// The number of intervals after which a server has written a refusal.
const WRITING_LOOKS: u32 = 5;

/// The maximum number of looks: three seconds.
const MAX_ATTEMPTS: u32 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_further_requests_is_a_sentence() {
        for (others, expected) in [
            (Others::Exactly(1), "1 more request matches"),
            (Others::Exactly(3), "3 more requests match"),
            (Others::MoreThan(0), "more requests match"),
            (Others::MoreThan(99), "more than 99 more requests match"),
        ] {
            assert_eq!(others.to_string(), expected);
        }
    }
}
