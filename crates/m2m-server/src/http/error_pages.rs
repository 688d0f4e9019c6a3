//! The pages that `error_uri` leads to, as JSON.

use m2m_authority::Authority;
use m2m_errors::{Cause, ErrorCode, Profile, Status};
use m2m_explain::Explanation;
use serde_json::{Value, json};

/// Returns the list of all codes, statuses and causes. Each has a page under its name below this one.
pub(super) fn index(authority: &Authority) -> Value {
    json!({
        "errors": ErrorCode::ALL.iter().map(|code| json!({
            "error": code.as_str(), "meaning": code.entry().meaning, "uri": authority.error_uri(*code),
        })).collect::<Vec<_>>(),
        "statuses": Status::ALL.iter().map(|status| json!({
            "status": status.code(), "meaning": status.entry().meaning,
        })).collect::<Vec<_>>(),
        "causes": Cause::ALL.iter().map(|cause| json!({
            "cause": cause.id(), "meaning": cause.entry().operator,
        })).collect::<Vec<_>>(),
    })
}

/// Returns the page of a code, a status or a cause.
pub(super) fn page(name: &str, profile: Profile) -> Option<Explanation> {
    Explanation::of(name, profile)
}
