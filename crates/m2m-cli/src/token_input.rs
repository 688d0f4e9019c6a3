//! The token that a command reads, in the forms in which users have it.

use m2m_host::error::Failure;
use m2m_host::printable::printable;
use oauth_proto::ErrorResponse;
use serde_json::Value;

use crate::input;

/// Returns the token in an argument, or in standard input if it is absent or `-`: alone, after `Bearer`, in a whole
/// `Authorization` header, or in the answer of a token endpoint. `example` is the command to show if there is none.
///
/// # Errors
///
/// If there is no token.
pub(crate) fn read(argument: Option<&str>, example: &str) -> Result<String, Failure> {
    let missing = || {
        Failure::usage("no token is given")
            .help(format!("{example}, or pipe it into standard input"))
    };
    let text = input::read(argument, MAX_INPUT_BYTES, missing)?;
    let text = text.trim();
    let token = if text.starts_with('{') {
        of_answer(text)?
    } else {
        of_header(text).to_owned()
    };
    if token.is_empty() {
        return Err(missing());
    }
    Ok(token)
}

/// Returns the token in the answer of a token endpoint (RFC 6749, section 5.1).
fn of_answer(json: &str) -> Result<String, Failure> {
    if let Ok(refusal) = ErrorResponse::parse(json.as_bytes()) {
        return Err(Failure::usage(format!(
            "this is not a token, but a refusal: {}",
            printable(&refusal.error)
        ))
        .help("pass it to m2m explain, which shows what it means"));
    }
    let answer: Value = serde_json::from_str(json).unwrap_or_default();
    match answer.get("access_token").and_then(Value::as_str) {
        Some(token) => Ok(token.to_owned()),
        None => Err(Failure::usage("this JSON has no access_token")
            .help("pass the token, or the whole answer of the token endpoint")),
    }
}

/// Returns the token without the text before it in an `Authorization` header (RFC 6750, section 2.1).
fn of_header(text: &str) -> &str {
    let value = match text.split_at_checked(FIELD.len()) {
        Some((name, value)) if name.eq_ignore_ascii_case(FIELD) => value.trim_start(),
        Some(_) | None => text,
    };
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer") => token.trim_start(),
        None if value.eq_ignore_ascii_case("Bearer") => "",
        Some(_) | None => value,
    }
}

const FIELD: &str = "Authorization:";

/// The maximum size of the input, far more than any token has. Unit: bytes.
const MAX_INPUT_BYTES: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_token_in_the_forms_in_which_people_have_it() {
        let answer = r#"{"access_token":"a.b.c","token_type":"Bearer","expires_in":3600}"#;
        for text in [
            "a.b.c",
            " a.b.c\n",
            "Bearer a.b.c",
            "bearer  a.b.c",
            "Authorization: Bearer a.b.c",
            answer,
        ] {
            assert_eq!(read(Some(text), "").unwrap(), "a.b.c", "{text}");
        }
    }

    #[test]
    fn a_missing_token_is_reported_with_the_command() {
        for text in ["", "  ", "Bearer ", r#"{"access_token":""}"#] {
            let failure = read(Some(text), "m2m jwt verify").unwrap_err().to_string();
            assert!(failure.contains("m2m jwt verify"), "{failure}");
        }
    }

    #[test]
    fn a_refusal_is_not_a_token() {
        let failure = read(Some(r#"{"error":"invalid_client"}"#), "").unwrap_err();
        assert!(failure.to_string().contains("invalid_client"));
        assert!(read(Some("{}"), "").is_err());
        assert!(read(Some(r#"{"access_token":1}"#), "").is_err());
    }
}
