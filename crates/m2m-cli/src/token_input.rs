//! The token that a command reads, in the forms in which users have it.

use m2m_host::error::Failure;
use m2m_host::printable::printable;
use oauth_proto::{ErrorResponse, Form, MessageLimits};
use serde_json::Value;

use crate::input;

/// Returns the token in an argument, or in standard input if it is absent or `-`: alone, in quotation marks, after `Bearer`, in an
/// `Authorization` header of a request or a `curl` command, in the response of a token endpoint with or without its head, or in a URL or a form. `example` is
/// the command to show if there is none.
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
    let text = text.trim_matches(is_around);
    let token = if text.starts_with('{') {
        of_answer(text)?
    } else if let Some(body) = body_of(text) {
        of_answer(body)?
    } else if let Some(token) = of_form(text) {
        token
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
    if ["payload", "ciphertext"]
        .iter()
        .any(|name| answer.get(name).is_some())
    {
        // The token itself is JSON (RFC 7515, section 7.2).
        return Ok(json.to_owned());
    }
    let mut members = MEMBERS.iter().filter_map(|name| answer.get(name)?.as_str());
    match members.next() {
        Some(token) => Ok(token.to_owned()),
        None => Err(Failure::usage("this JSON has no access_token")
            .help("pass the token, or the whole answer of the token endpoint")),
    }
}

/// Returns the body of a response that `curl -i` printed, if it is JSON.
fn body_of(text: &str) -> Option<&str> {
    let (_, body) = text
        .split_once("\r\n\r\n")
        .or_else(|| text.split_once("\n\n"))?;
    let body = body.trim();
    body.starts_with('{').then_some(body)
}

/// Returns the token in a form, or in the query or the fragment of a URL.
fn of_form(text: &str) -> Option<String> {
    if text.contains(char::is_whitespace) {
        return None;
    }
    let form = text.rsplit(['?', '#']).next().unwrap_or(text);
    let limits = MessageLimits {
        max_body_bytes: MAX_INPUT_BYTES,
        max_value_bytes: MAX_INPUT_BYTES,
        ..MessageLimits::DEFAULT
    };
    let form = Form::parse(form.as_bytes(), &limits).ok()?;
    let value_of = |wanted: &&str| form.pairs().find(|(name, _)| name == wanted);
    let (_, token) = MEMBERS.iter().find_map(value_of)?;
    Some(token.into_owned())
}

/// The members and parameters that contain a token, the likeliest first.
const MEMBERS: [&str; 5] = ["access_token", "accessToken", "id_token", "token", "jwt"];

/// Returns true for what surrounds a token in a source text.
fn is_around(character: char) -> bool {
    character.is_whitespace() || matches!(character, '"' | '\'' | '`' | ',' | ';' | '<' | '>')
}

/// Returns the token without the text around it in an `Authorization` header (RFC 6750, section 2.1), which may be one of several or an argument of
/// `curl`. A token of several lines is returned as it is.
fn of_header(text: &str) -> &str {
    let mut words = text.split_inclusive(|character: char| character.is_whitespace());
    let mut end = 0;
    let scheme = words.find(|word| {
        end += word.len();
        let word = word.trim_matches(is_around);
        let word = word.rsplit(['"', '\'', ':']).next().unwrap_or(word);
        SCHEMES
            .iter()
            .any(|scheme| scheme.eq_ignore_ascii_case(word))
    });
    let after = match scheme {
        Some(_) => text.get(end..).unwrap_or_default(),
        None => {
            let start = |start: &&str| {
                let own = text.get(..start.len());
                own.is_some_and(|own| own.eq_ignore_ascii_case(start))
            };
            let start = ["Bearer%20", "Authorization:"].into_iter().find(start);
            return start.map_or(text, |start| {
                text.get(start.len()..).unwrap_or_default().trim_start()
            });
        }
    };
    let after = after.trim_start();
    let quoted = after.split(['"', '\'', '`']).next().unwrap_or(after);
    let is_wrapped = !quoted.contains([':', ' ', '{', '/']);
    let token = match is_wrapped {
        true => quoted,
        false => quoted.split_whitespace().next().unwrap_or_default(),
    };
    token.trim_matches(is_around)
}

/// The schemes after which a token follows.
const SCHEMES: [&str; 4] = ["Bearer", "DPoP", "Token", "JWT"];

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
            "\"a.b.c\"",
            "'Bearer a.b.c',",
            "Authorization:Bearer a.b.c",
            "Bearer%20a.b.c",
            "DPoP a.b.c",
            "> GET / HTTP/1.1\r\n> authorization: Bearer a.b.c\r\n> accept: */*",
            "curl -H 'Authorization: Bearer a.b.c' https://api.example/",
            "https://app.example/cb#access_token=a%2Eb.c&token_type=bearer",
            "https://app.example/?token=a.b.c",
            "access_token=a.b.c",
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"access_token\":\"a.b.c\"}",
            r#"{"id_token":"a.b.c"}"#,
            r#"{"expires_in":1,"token":"a.b.c"}"#,
        ] {
            assert_eq!(read(Some(text), "").unwrap(), "a.b.c", "{text}");
        }
    }

    #[test]
    fn f1_a_token_that_is_json_or_has_several_lines_is_taken_as_it_is() {
        for text in [
            r#"{"payload":"e30","protected":"e30","signature":"AA"}"#,
            r#"{"protected":"e30","ciphertext":"AA"}"#,
            "a.b\nb.c",
            "opaque==",
        ] {
            assert_eq!(read(Some(text), "").unwrap(), text);
        }
        assert_eq!(read(Some("Bearer a.b\nb.c"), "").unwrap(), "a.b\nb.c");
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
