//! Shell commands that request a token.

use std::borrow::Cow;

use oauth_proto::Issuer;

use crate::world::GeneratedCredentials;

/// Returns the command that requests a token from this issuer with these credentials. It contains the secret, and is shown only with it.
pub fn token_request(
    issuer: &Issuer,
    credentials: &GeneratedCredentials,
    audience: Option<&str>,
    scope: Option<&str>,
) -> String {
    let endpoint = format!("{}/oauth2/token", issuer.as_str().trim_end_matches('/'));
    let parameters = [
        ("grant_type", Some("client_credentials")),
        ("client_id", Some(credentials.client_id.as_str())),
        ("client_secret", Some(credentials.expose_secret())),
        ("audience", audience),
        ("scope", scope),
    ];
    parameters
        .into_iter()
        .filter_map(|(name, value)| Some(parameter(name, value?)))
        .fold(format!("curl {}", quoted(&endpoint)), |line, parameter| {
            line + &parameter
        })
}

/// Returns a parameter of a form, encoded by curl if necessary.
fn parameter(name: &str, value: &str) -> String {
    if value.chars().all(is_plain) {
        format!(" -d {name}={value}")
    } else {
        format!(" --data-urlencode {name}={}", quoted(value))
    }
}

/// Returns the word, quoted for a shell if necessary.
pub fn quoted(word: &str) -> Cow<'_, str> {
    if word.chars().all(is_plain) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
    }
}

/// Returns true if the character has no special meaning in a shell or in a form.
const fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '_' | '~' | '/' | ':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_of_shells_and_forms_are_quoted() {
        assert_eq!(parameter("scope", "read:orders"), " -d scope=read:orders");
        assert_eq!(
            parameter("client_id", "a&b;$(c)'d"),
            r" --data-urlencode client_id='a&b;$(c)'\''d'"
        );
        assert_eq!(quoted("http://[::1]:8080/x"), "'http://[::1]:8080/x'");
        assert_eq!(quoted("http://127.0.0.1:8080"), "http://127.0.0.1:8080");
    }
}
