//! The answers to callers, from the outcome of a request.

use crate::OperationError;
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use m2m_api::{ErrorDetail, MistakePlace, Operation, Part, Refused};
use m2m_authority::TraceId;
use m2m_errors::{Cause, Profile};
use m2m_guard::Denied;

/// Returns the answer of a success: code, message, and the members of the operation's answer.
pub(super) fn done<O: Operation>(answer: &O::Answer, tag: Option<&str>) -> Response<Bytes> {
    let mut response = json_response(O::SPEC.status, O::write_answer(answer));
    let tag = tag.and_then(|tag| HeaderValue::from_str(tag).ok());
    if let Some(tag) = tag {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// Returns the answer of an operation that was refused.
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

/// Returns the place of a mistake in the text that was sent.
const fn mistake(error: &OperationError) -> Option<&MistakePlace> {
    if let OperationError::RegistryMalformed(mistake) | OperationError::RegistryUnfit(mistake) =
        error
    {
        mistake.place.as_ref()
    } else {
        None
    }
}

/// Returns the answer of the guard, with its challenge. If it is about a part of the request, the message begins with the name of the part.
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

/// Returns the answer of a request that was refused before it was read.
pub(super) fn refused(
    cause: Cause,
    profile: Profile,
    allow: Option<&str>,
    trace_id: TraceId,
) -> Response<Bytes> {
    let wire = cause.entry().wire.of(profile);
    // The texts of the token endpoint for these causes are about tokens.
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

/// Returns the code of a cause in the spelling of this API, such as `TOKEN_EXPIRED`.
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
    // Serialization cannot fail: the values are plain texts and numbers.
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
    // Answers are not to be cached: they show who manages what, and some have a secret in them.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The time after which a store that is unavailable may be back. Unit: seconds.
const RETRY_AFTER_SECONDS: u32 = 5;

/// The texts that differ from those of the token endpoint.
const OWN_TEXTS: [(Cause, &str); 4] = [
    (
        Cause::PathUnknown,
        "There is no operation at this path; see /api/v1/openapi.json for all operations",
    ),
    (
        Cause::MethodNotAllowed,
        "This path does not support this method; the Allow header lists the methods that it supports",
    ),
    (
        Cause::BodyTooLarge,
        "The body is larger than this operation accepts",
    ),
    (Cause::UriTooLong, "The URL of the request is too long"),
];
