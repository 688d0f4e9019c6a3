//! The body of a control request.

use http::{HeaderMap, StatusCode, header};
use m2m_admin::reworded;
use m2m_errors::Cause;
use serde::de::DeserializeOwned;

use crate::limits::MAX_BODY_BYTES;
use crate::refusal::Refusal;

/// Checks that a body is declared as JSON, which a page of another site cannot do without a preflight request.
///
/// # Errors
///
/// 415, with the header to send.
pub(super) fn check_content_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let content_type = headers.get(header::CONTENT_TYPE);
    let text = content_type.and_then(|value| value.to_str().ok());
    let media_type = text.unwrap_or_default().split(';').next();
    if media_type.is_some_and(|own| own.trim().eq_ignore_ascii_case("application/json")) {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "invalid_request",
        "control requests have a body of JSON; send Content-Type: application/json (curl --json)",
    ))
}

/// Reads a body. An empty one is an object without members.
///
/// # Errors
///
/// The mistake, the member that has it, and the fix.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    if body.len() > MAX_BODY_BYTES {
        return Err(Cause::BodyTooLarge.into());
    }
    let body = match body.trim_ascii() {
        [] => b"{}",
        body => body,
    };
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        mistake(&path, &error.into_inner())
    })?;
    json.end().map_err(|error| mistake(".", &error))?;
    Ok(read)
}

fn mistake(path: &str, error: &serde_json::Error) -> Refusal {
    let (what, help) = reworded(&error.to_string());
    let place = match path {
        "." | "?" => String::new(),
        path => format!("{path}: "),
    };
    let help = help.map(|help| format!("; {help}")).unwrap_or_default();
    // The characters that a description cannot have would be replaced by question marks.
    let description = format!("{place}{what}{help}").replace(['"', '`'], "'");
    Refusal::invalid_request(description)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ClockSetting;
    use crate::forced_answer::ForcedAnswer;

    #[track_caller]
    fn check<T: DeserializeOwned>(json: &str, expected: &str) {
        let refused = read::<T>(json.as_bytes()).err().unwrap();
        assert_eq!(refused.description, expected);
    }

    #[test]
    fn a_mistake_is_reported_with_its_place_and_its_fix() {
        check::<ForcedAnswer>(
            r#"{"stauts":503}"#,
            "stauts: unknown field 'stauts'; did you mean 'status'?",
        );
        check::<ForcedAnswer>(
            r#"{"broken":"htlm"}"#,
            "broken: unknown variant 'htlm'; did you mean 'html'?",
        );
        check::<ForcedAnswer>(
            r#"{"token":{"lifetime":"1h"}}"#,
            "token.lifetime: expected a whole number, found string",
        );
        check::<ClockSetting>("[", "EOF while parsing a list");
        check::<ClockSetting>("{} {}", "trailing characters");
    }

    #[test]
    fn an_empty_body_is_an_empty_object() {
        for body in ["", " \n", "{}"] {
            assert!(read::<ClockSetting>(body.as_bytes()).is_ok(), "{body:?}");
        }
    }
}
