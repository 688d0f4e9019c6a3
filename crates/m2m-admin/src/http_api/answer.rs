//! From what came of a request to what its caller reads.

use crate::OperationError;
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use m2m_api::{ErrorDetail, MistakePlace, Operation, Part, Refused};
use m2m_authority::TraceId;
use m2m_errors::{Cause, Profile};
use m2m_guard::Denied;

/// The answer of an operation that was done: code, message, and what it answers.
pub(super) fn done<O: Operation>(answer: &O::Answer, tag: Option<&str>) -> Response<Bytes> {
    let mut response = json_response(O::SPEC.status, O::write_answer(answer));
    let tag = tag.and_then(|tag| HeaderValue::from_str(tag).ok());
    if let Some(tag) = tag {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// The answer of an operation that was not done.
pub(super) fn error(error: &OperationError, trace_id: TraceId) -> Response<Bytes> {
    let mut refused = refusal(error.code().as_str(), &error.to_string(), trace_id);
    refused.mistake = mistake(error).cloned();
    let mut response = json_response(error.status(), bytes(&refused));
    if let Some(seconds) = error.retry_after_seconds() {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The place of a mistake in a text that was sent.
const fn mistake(error: &OperationError) -> Option<&MistakePlace> {
    if let OperationError::RegistryMalformed(mistake) | OperationError::RegistryUnfit(mistake) =
        error
    {
        mistake.place.as_ref()
    } else {
        None
    }
}

/// The answer of the guard, with its challenge. If it is about a part of the request, the message begins with that.
pub(super) fn denied(denied: &Denied, part: Option<Part>, trace_id: TraceId) -> Response<Bytes> {
    let text = trace_id.encode();
    let code = code_of(denied.cause());
    let mut message = denied.description();
    if let Some(part) = part {
        message = format!("{part}: {message}").into();
    }
    let document = refusal(&code, &message, trace_id);
    let mut response = json_response(denied.status(), bytes(&document));
    let challenge = denied
        .challenge(Some(text.as_str()))
        .and_then(|challenge| HeaderValue::from_str(&challenge).ok());
    if let Some(challenge) = challenge {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
    }
    if denied.status() == 503 {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
    }
    response
}

/// A refusal before anything was looked into.
pub(super) fn refused(
    cause: Cause,
    profile: Profile,
    allow: Option<&str>,
    trace_id: TraceId,
) -> Response<Bytes> {
    let wire = cause.entry().wire.of(profile);
    // What the token endpoint says of these is about tokens.
    let own = OWN_TEXTS.iter().find(|(own, _)| *own == cause);
    let description = own.map_or(wire.description.plain, |(_, text)| *text);
    let document = refusal(&code_of(cause), description, trace_id);
    let mut response = json_response(wire.status.code(), bytes(&document));
    if wire.status.code() == 503 {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
    }
    if let Some(allow) = allow.and_then(|allow| HeaderValue::from_str(allow).ok()) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

/// The code of a cause as this API writes codes, such as `TOKEN_EXPIRED`.
pub(super) fn code_of(cause: Cause) -> String {
    cause.id().to_ascii_uppercase().replace('-', "_")
}

fn refusal(code: &str, message: &str, trace_id: TraceId) -> Refused {
    Refused {
        errors: vec![ErrorDetail {
            code: code.to_owned(),
            message: message.to_owned(),
        }],
        trace_id: Some(trace_id.to_string()),
        mistake: None,
    }
}

fn bytes(refused: &Refused) -> Vec<u8> {
    // Plain texts and numbers can always be written.
    let document = serde_json::to_value(refused).unwrap_or_default();
    document.to_string().into_bytes()
}

fn json_response(status: u16, document: Vec<u8>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(document));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    // Who manages what is nobody's to keep; some answers have a secret in them.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// When a store that is away may be back. Unit: seconds.
const RETRY_AFTER_SECONDS: u32 = 5;

/// What is said otherwise here than at the token endpoint.
const OWN_TEXTS: [(Cause, &str); 4] = [
    (
        Cause::PathUnknown,
        "There is nothing at this path; /api/v1/openapi.json has all that there are",
    ),
    (
        Cause::MethodNotAllowed,
        "This path does not take this method; the Allow header lists those that it takes",
    ),
    (
        Cause::BodyTooLarge,
        "The body is larger than this operation takes",
    ),
    (Cause::UriTooLong, "The address is too long"),
];
