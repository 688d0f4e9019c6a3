//! What the refusal of a management API means for whoever typed the command.

use http::StatusCode;
use m2m_host::error::Failure;
use m2m_host::printable::printable;
use oauth_proto::Issuer;

use super::{Answer, ApiPath};

/// Why a request was refused, and what to do about it.
pub(super) fn failure(
    answer: &Answer,
    path: &ApiPath,
    issuer: &Issuer,
    client_id: &str,
) -> Failure {
    let status = answer.status();
    let Some(messages) = answer.messages() else {
        return no_management_api(status, issuer);
    };
    let mut failure: Option<Failure> = None;
    for (code, message) in messages {
        let said = if message.is_empty() { code } else { message };
        let said = printable(said);
        failure = Some(match failure {
            None => Failure::refused(said).because(format!(
                "{issuer} answers {} {}",
                status.as_u16(),
                printable(code)
            )),
            Some(failure) => failure.because(said),
        });
    }
    let failure = failure.unwrap_or_else(|| no_management_api(status, issuer));
    let failure = match answer.trace_id() {
        Some(trace_id) => failure.because(format!(
            "trace_id {}: under it the log of the server has more",
            printable(trace_id)
        )),
        None => failure,
    };
    helped(failure, answer, path, issuer, client_id)
}

/// What gives an application the right to do something.
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
        "authorize the application {client_id:?} for {what}, in the name of another that may: \
         m2m application authorize {client_id} --audience {audience}{scope}"
    )
}

fn helped(
    failure: Failure,
    answer: &Answer,
    path: &ApiPath,
    issuer: &Issuer,
    client_id: &str,
) -> Failure {
    let again = match answer.retry_after() {
        Some(seconds) if seconds.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(format!("wait {seconds} seconds, then try again"))
        }
        Some(date) => Some(format!("wait until {}, then try again", printable(date))),
        None => None,
    };
    match (answer.status(), answer.missing_scope()) {
        (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, Some(scope)) => {
            failure.help(authorize(client_id, &format!("{issuer}/api"), Some(scope)))
        }
        (StatusCode::UNAUTHORIZED, None) => failure.help(
            "the server takes its own token no longer: see whether its keys or its registry were changed just now, and try again",
        ),
        (StatusCode::FORBIDDEN, None) => failure.help(format!(
            "see what the application may do: m2m application show {client_id}"
        )),
        (StatusCode::NOT_FOUND, _) => match listing(missing_kind(answer).unwrap_or_else(|| path.kind())) {
            Some(command) => failure.help(format!("see which there are: {command}")),
            None => failure,
        },
        (StatusCode::CONFLICT, _) => failure.help(match listing(path.kind()) {
            Some(command) => format!("see what is there: {command}"),
            None => "see what is there, and try again".to_owned(),
        }),
        (StatusCode::PRECONDITION_FAILED, _) => failure.help(
            "somebody else has changed it in the meantime: look at it again, and repeat what is still wanted",
        ),
        (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE, _) => {
            failure.help(again.unwrap_or_else(|| "try again in a while".to_owned()))
        }
        _ => match again {
            Some(again) => failure.help(again),
            None => failure,
        },
    }
}

/// The kind of record that is not there, which may be another than that of the path.
fn missing_kind(answer: &Answer) -> Option<&'static str> {
    let messages = answer.messages()?;
    let kinds = [
        ("ORGANIZATION_NOT_FOUND", "organization"),
        ("APPLICATION_NOT_FOUND", "applications"),
        ("API_NOT_FOUND", "apis"),
    ];
    let is_told = |code: &str| messages.iter().any(|(own, _)| *own == code);
    let kind = kinds.into_iter().find(|(code, _)| is_told(code));
    kind.map(|(_, kind)| kind)
}

/// The command that shows which there are of a kind.
fn listing(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "applications" => "m2m application list",
        "apis" => "m2m api list",
        "organization" | "organizations" => "m2m organization list",
        "diagnoses" => "m2m events --refusals",
        "keys" => "m2m key list",
        _ => return None,
    })
}

fn no_management_api(status: StatusCode, issuer: &Issuer) -> Failure {
    Failure::unreachable(format!("what answers is no management API of {issuer}"))
        .because(format!("the status is {status}, and the body is none of its documents"))
        .help("see whether the server is m2m, of this release or a later one, and whether a proxy answers in its place")
}
