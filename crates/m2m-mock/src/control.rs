//! The control endpoints, by which a test changes the mock.

mod body;
mod operations;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use m2m_jwt::UnixTime;

use crate::answer::Answer;
use crate::caller::{self, Hosts};
use crate::refusal::Refusal;
use crate::state::State;
use operations::OPERATIONS;

/// Answers a request to a control endpoint.
pub(crate) fn answer(state: &mut State, request: &Request<Bytes>, now: UnixTime) -> Answer {
    perform(state, request, now).unwrap_or_else(|refusal| refusal.answer(&state.issuer))
}

fn perform(state: &mut State, request: &Request<Bytes>, now: UnixTime) -> Result<Answer, Refusal> {
    caller::check(request, &state.issuer, Hosts::Own).map_err(|denied| {
        Refusal::new(StatusCode::FORBIDDEN, "access_denied", denied.to_string())
    })?;
    let path = request.uri().path();
    let at_path = OPERATIONS.iter().filter(|operation| operation.path == path);
    let mut of_method = at_path.clone();
    let operation = of_method.find(|operation| operation.method == *request.method());
    let Some(operation) = operation else {
        let methods: Vec<Method> = at_path.map(|operation| operation.method.clone()).collect();
        return Err(match methods.is_empty() {
            true => unknown(path),
            false => Refusal::method_not_allowed(methods),
        });
    };
    if matches!(operation.method, Method::POST | Method::PUT) {
        body::check_content_type(request.headers())?;
    }
    (operation.run)(state, request.body(), now)
}

fn unknown(path: &str) -> Refusal {
    let mut paths: Vec<&str> = OPERATIONS.iter().map(|operation| operation.path).collect();
    paths.dedup();
    Refusal::path_unknown(path, &paths)
}
