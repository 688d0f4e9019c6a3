//! A refusal of the management API, as a failure for the user of the command.

use bytes::Bytes;
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, Response, StatusCode};
use m2m_api::{Code, ErrorDetail, InvalidAnswer, Method, MistakePlace, Refused, Spec};
use m2m_errors::Cause;
use m2m_host::error::Failure;
use m2m_host::printable::printable;
use oauth_proto::{Challenge, Issuer, MessageLimits};

/// A refusal of the management API, or an answer from something else.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    /// The document of the refusal; `None` if something else answers.
    refused: Option<Refused>,
    /// The scope that the token lacks, from the challenge.
    missing_scope: Option<String>,
    /// The time of the next attempt: seconds, or a date.
    retry_after: Option<String>,
}

impl Refusal {
    /// Reads the answer to an unsuccessful request.
    pub(super) fn read(response: &Response<Bytes>) -> Self {
        let headers = response.headers();
        Self {
            status: response.status(),
            refused: Refused::read(response.body()),
            missing_scope: missing_scope(headers),
            retry_after: text(headers, RETRY_AFTER.as_str()),
        }
    }

    /// Returns true if the server does not have the record.
    pub(crate) fn is_not_found(&self) -> bool {
        self.status == StatusCode::NOT_FOUND && self.refused.is_some()
    }

    /// Returns the mistake in a registry file that was sent, its cause and its place, if the refusal is about one.
    pub(crate) fn mistake(&self) -> Option<(Cause, &str, &MistakePlace)> {
        let refused = self.refused.as_ref()?;
        let first = refused.errors.first()?;
        let cause = match self.status {
            StatusCode::CONFLICT => Cause::RegistryFileUnfit,
            _ => Cause::RegistryFileInvalid,
        };
        Some((cause, &first.message, refused.mistake.as_ref()?))
    }

    /// Returns the failure of the command.
    pub(super) fn failure(&self, spec: &Spec, issuer: &Issuer, client_id: &str) -> Failure {
        let Some(refused) = &self.refused else {
            return foreign(self.status, issuer);
        };
        let mut failure: Option<Failure> = None;
        for error in &refused.errors {
            let said = printable(said(error));
            failure = Some(match failure {
                None => Failure::refused(said).because(format!(
                    "{issuer} answers {} {}",
                    self.status.as_u16(),
                    printable(&error.code)
                )),
                Some(failure) => failure.because(said),
            });
        }
        let failure = failure.unwrap_or_else(|| foreign(self.status, issuer));
        let failure = match &refused.trace_id {
            Some(trace_id) => failure.because(format!(
                "trace_id {}: the log of the server has more under this id",
                printable(trace_id)
            )),
            None => failure,
        };
        self.helped(failure, spec, issuer, client_id)
    }

    fn helped(&self, failure: Failure, spec: &Spec, issuer: &Issuer, client_id: &str) -> Failure {
        let again = match self.retry_after.as_deref() {
            Some(seconds) if seconds.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(format!("wait {seconds} seconds, then try again"))
            }
            Some(date) => Some(format!("wait until {}, then try again", printable(date))),
            None => None,
        };
        match (self.status, self.missing_scope.as_deref()) {
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, Some(scope)) => {
                failure.help(authorize(client_id, &format!("{issuer}/api"), Some(scope)))
            }
            (StatusCode::UNAUTHORIZED, None) => failure.help(
                "the server no longer accepts its own token: check whether its keys or its registry were just changed, and try again",
            ),
            (StatusCode::FORBIDDEN, None) => failure.help(format!(
                "check the permissions of the application: m2m application show {client_id}"
            )),
            (StatusCode::NOT_FOUND, _) => {
                match self.listing_of_missing().or_else(|| listing(spec)) {
                    Some(command) => failure.help(format!("list those that exist: {command}")),
                    None => failure,
                }
            }
            (StatusCode::CONFLICT, _) => failure.help(match listing(spec) {
                Some(command) => format!("list what exists: {command}"),
                None => "check what exists, and try again".to_owned(),
            }),
            (StatusCode::PRECONDITION_FAILED, _) => failure.help(
                "it was changed by others in the meantime: read it again, and repeat the change if it is still needed",
            ),
            (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE, _) => {
                failure.help(again.unwrap_or_else(|| "try again later".to_owned()))
            }
            _ => match again {
                Some(again) => failure.help(again),
                None => failure,
            },
        }
    }

    /// Returns the command that lists the records in which one was not found; they may be of another kind than those in the path.
    fn listing_of_missing(&self) -> Option<&'static str> {
        let errors = &self.refused.as_ref()?.errors;
        let listings = [
            (Code::OrganizationNotFound, ORGANIZATIONS),
            (Code::ApplicationNotFound, APPLICATIONS),
            (Code::ApiNotFound, APIS),
            (Code::ScopeNotFound, "m2m api show AUDIENCE"),
            (Code::SecretNotFound, "m2m secret list CLIENT_ID"),
        ];
        errors.iter().find_map(|error| {
            let code = error.known_code()?;
            // The message begins with the place of the reference.
            if code == Code::ReferenceNotFound && error.message.contains("audience") {
                return Some(APIS);
            }
            let of_code = listings.iter().find(|(own, _)| *own == code);
            of_code.map(|(_, listing)| *listing)
        })
    }
}

fn said(error: &ErrorDetail) -> &str {
    match &*error.message {
        "" => &error.code,
        message => message,
    }
}

/// Returns the failure for a successful answer that this release cannot read.
pub(super) fn unreadable(
    spec: &Spec,
    error: &InvalidAnswer,
    response: &Response<Bytes>,
    issuer: &Issuer,
) -> Failure {
    let is_object = serde_json::from_slice::<serde_json::Value>(response.body())
        .is_ok_and(|document| document.is_object());
    if !is_object {
        return foreign(response.status(), issuer);
    }
    // Not reachable, in the end: nothing that it says can be relied on, not even that a change was made.
    let failure = Failure::unreachable(format!("cannot read the answer of {issuer}"))
        .because(printable(&error.to_string()));
    let failure = if spec.method == Method::Get {
        failure
    } else {
        failure.because("the change may have been made")
    };
    failure.help("use the same release of m2m as the server")
}

/// Returns the help that authorizes an application for an audience or a scope.
pub(super) fn authorize(client_id: &str, audience: &str, scope: Option<&str>) -> String {
    let what = match scope {
        Some(scope) => format!("the scope {:?} of {audience:?}", printable(scope)),
        None => format!("{audience:?}"),
    };
    let scope = scope.map_or_else(
        || String::from(" --scope SCOPE"),
        |scope| {
            let scopes = scope.split(' ').filter(|scope| !scope.is_empty());
            scopes.fold(String::new(), |options, scope| {
                options + " --scope " + &printable(scope)
            })
        },
    );
    format!(
        "authorize the application {client_id:?} for {what}, as an application that may do so: \
         m2m application authorize {client_id} --audience {audience}{scope}"
    )
}

/// Returns the command that lists the records of the kind that an operation is about.
fn listing(spec: &Spec) -> Option<&'static str> {
    let kind = spec.path.strip_prefix("/api/v1/")?.split('/').next()?;
    Some(match kind {
        "applications" => APPLICATIONS,
        "apis" => APIS,
        "organization" | "organizations" => ORGANIZATIONS,
        "diagnoses" => "m2m events --refusals",
        "keys" => "m2m key list",
        _ => return None,
    })
}

fn foreign(status: StatusCode, issuer: &Issuer) -> Failure {
    Failure::unreachable(format!("the answer does not come from the management API of {issuer}"))
        .because(format!("the status is {status}, and the body is not one of its documents"))
        .help("check whether the server is m2m, of this release or a later one, and whether a proxy answers in its place")
}

fn missing_scope(headers: &HeaderMap) -> Option<String> {
    headers.get_all(WWW_AUTHENTICATE).iter().find_map(|value| {
        let challenges = Challenge::parse_list(value.as_bytes(), &MessageLimits::DEFAULT).ok()?;
        let scope = challenges
            .iter()
            .find_map(|challenge| challenge.parameter("scope"));
        scope.map(str::to_owned)
    })
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

const APPLICATIONS: &str = "m2m application list";
const APIS: &str = "m2m api list";
const ORGANIZATIONS: &str = "m2m organization list";
