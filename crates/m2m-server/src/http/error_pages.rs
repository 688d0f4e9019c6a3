//! The pages that `error_uri` leads to, as JSON.

use m2m_authority::Authority;
use m2m_errors::{Cause, ErrorCode, Profile, Status};
use serde_json::{Value, json};

use crate::explanation::Explanation;

/// All codes, statuses and causes, each with the address of its page.
pub(super) fn index(authority: &Authority) -> Value {
    // Every page stands beside those of the codes.
    let page_of_a_code = authority.error_uri(ErrorCode::InvalidRequest);
    let folder = page_of_a_code.strip_suffix(ErrorCode::InvalidRequest.as_str()).unwrap_or_default();
    let uri = |name: &str| format!("{folder}{name}");
    json!({
        "errors": ErrorCode::ALL.iter().map(|code| json!({
            "error": code.as_str(), "meaning": code.entry().meaning, "uri": uri(code.as_str()),
        })).collect::<Vec<_>>(),
        "statuses": Status::ALL.iter().map(|status| json!({
            "status": status.code(), "meaning": status.entry().meaning, "uri": uri(&status.code().to_string()),
        })).collect::<Vec<_>>(),
        "causes": Cause::ALL.iter().map(|cause| json!({
            "cause": cause.id(), "meaning": cause.entry().operator, "uri": uri(cause.id()),
        })).collect::<Vec<_>>(),
    })
}

/// The page of a code, a status or a cause.
pub(super) fn page(name: &str, profile: Profile) -> Option<Explanation> {
    Explanation::of(name, profile)
}
