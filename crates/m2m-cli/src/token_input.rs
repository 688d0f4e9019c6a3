//! The token that a command reads, in the forms in which users have it.

use core::fmt;
use std::path::Path;

use m2m_host::error::Failure;
use m2m_host::printable::printable;
use oauth_proto::{ErrorResponse, Form, MessageLimits};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
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
    if let Some(file) = argument.and_then(as_file) {
        return Err(
            Failure::usage(format!("{} is a file, and not a token", printable(file)))
                .help("read it from standard input, with < and the name of the file"),
        );
    }
    let text = input::read(argument, MAX_INPUT_BYTES, missing)?;
    let text = text.trim_matches(is_around);
    if is_basic(text) {
        return Err(
            Failure::usage("these are credentials of the scheme Basic, and not a token").help(
                "pass the token, which follows Bearer in the Authorization header of a request",
            ),
        );
    }
    let token = if text.starts_with('{') {
        of_answer(text)?
    } else if let Some(body) = body_of(text) {
        of_answer(body)?
    } else if let Some(token) = of_form(text) {
        token?
    } else {
        of_header(text).to_owned()
    };
    if token.is_empty() {
        return Err(missing());
    }
    Ok(token)
}

/// Returns the name of a file that was passed instead of its content, also with the `@` of `curl`.
fn as_file(argument: &str) -> Option<&str> {
    let name = argument.strip_prefix('@').unwrap_or(argument);
    let is_name = !name.is_empty() && name.len() <= MAX_FILE_NAME_BYTES && name != "-";
    (is_name && Path::new(name).is_file()).then_some(name)
}

/// The maximum length of a name that is looked up. Unit: bytes.
const MAX_FILE_NAME_BYTES: usize = 1024;

/// Returns the token in the answer of a token endpoint (RFC 6749, section 5.1).
fn of_answer(json: &str) -> Result<String, Failure> {
    if let Ok(refusal) = ErrorResponse::parse(json.as_bytes()) {
        return Err(not_a_token(&refusal.error));
    }
    let Members(members) = serde_json::from_str(json).unwrap_or_default();
    // A refusal with several codes is one all the same.
    let mut codes = members.iter().filter(|(name, _)| name == "error");
    if let Some(code) = codes.find_map(|(_, code)| code.as_str()) {
        return Err(not_a_token(code));
    }
    if ["payload", "ciphertext"]
        .iter()
        .any(|wanted| members.iter().any(|(name, _)| name == wanted))
    {
        // The token itself is JSON (RFC 7515, section 7.2).
        return Ok(json.to_owned());
    }
    let of_name = |wanted: &&'static str| {
        let mut own = members.iter().filter(|(name, _)| name == wanted);
        let token = own.next()?.1.as_str()?;
        Some(only(wanted, token.to_owned(), own.next().is_some()))
    };
    match MEMBERS.iter().find_map(of_name) {
        Some(token) => token,
        None => Err(Failure::usage("this JSON has no access_token")
            .help("pass the token, or the whole answer of the token endpoint")),
    }
}

/// Returns the failure for a refusal with this code.
fn not_a_token(code: &str) -> Failure {
    Failure::usage(format!(
        "this is not a token, but a refusal: {}",
        printable(code)
    ))
    .help("pass it to m2m explain, which shows what it means")
}

/// Returns the token under this name, unless there is another one: programs differ in the one that they take.
fn only(name: &str, token: String, has_other: bool) -> Result<String, Failure> {
    match has_other {
        true => Err(
            Failure::usage(format!("{name} is in the input more than once"))
                .because("programs differ in the value that they take")
                .help("pass one of the tokens alone"),
        ),
        false => Ok(token),
    }
}

/// The members of a JSON object in their order, also those whose name is there several times.
#[derive(Debug, Default)]
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Members, A::Error> {
                let mut all = Vec::new();
                while let Some(member) = members.next_entry()? {
                    all.push(member);
                }
                Ok(Members(all))
            }
        }

        deserializer.deserialize_map(Reader)
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
fn of_form(text: &str) -> Option<Result<String, Failure>> {
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
    MEMBERS.iter().find_map(|wanted| {
        let mut own = form.pairs().filter(|(name, _)| name == wanted);
        let (_, token) = own.next()?;
        Some(only(wanted, token.into_owned(), own.next().is_some()))
    })
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

/// Returns true for an `Authorization` header with a client id and a secret (RFC 7617, section 2).
fn is_basic(text: &str) -> bool {
    let mut words = text.split_whitespace().map(str::to_ascii_lowercase);
    let first = words.next().unwrap_or_default();
    let scheme = match first.strip_prefix("authorization:") {
        Some("") => words.next().unwrap_or_default(),
        Some(scheme) => scheme.to_owned(),
        None => first,
    };
    scheme == "basic" && words.count() == 1
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
    fn f12_a_token_that_is_there_twice_is_not_chosen_silently() {
        for text in [
            r#"{"access_token":"a.b.c","access_token":"d.e.f"}"#,
            r#"{"access_token":"a.b.c","expires_in":1,"access_token":1}"#,
            "access_token=a.b.c&access_token=d.e.f",
            "https://app.example/#token=a.b.c&token=d.e.f",
        ] {
            let failure = read(Some(text), "").unwrap_err().to_string();
            assert!(failure.contains("more than once"), "{text}: {failure}");
            assert!(!failure.contains("a.b.c"), "{text}: {failure}");
        }
    }

    #[test]
    fn a_refusal_is_not_a_token() {
        let failure = read(Some(r#"{"error":"invalid_client"}"#), "").unwrap_err();
        assert!(failure.to_string().contains("invalid_client"));
        let twice = r#"{"error":"invalid_scope","error":"invalid_client"}"#;
        let failure = read(Some(twice), "").unwrap_err();
        assert!(failure.to_string().contains("a refusal: invalid_scope"));
        for basic in [
            "Basic YTpi",
            "Authorization: basic YTpi",
            "authorization:Basic YTpi",
        ] {
            let failure = read(Some(basic), "").unwrap_err().to_string();
            assert!(
                failure.contains("credentials of the scheme Basic"),
                "{failure}"
            );
            assert!(!failure.contains("YTpi"), "{failure}");
        }
        assert!(read(Some("{}"), "").is_err());
        assert!(read(Some(r#"{"access_token":1}"#), "").is_err());
    }
}
