//! `WWW-Authenticate` fields, in the grammar or not.

use oauth_proto::{Challenge, Limits};

use crate::received::{Received, presentable};

/// One challenge, as it was understood.
#[derive(Debug, Default, PartialEq, Eq)]
struct Loose {
    scheme: Option<String>,
    parameters: Vec<(String, String)>,
}

impl Loose {
    fn parameter(&self, name: &str) -> Option<&str> {
        let found = self
            .parameters
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// Adds the challenges of all `WWW-Authenticate` fields in the lines, and returns true if there is one.
pub(super) fn read_fields(received: &mut Received, text: &str) -> bool {
    let mut found = false;
    for line in text.lines() {
        if let Some((name, value)) = line.split_once(':') {
            let name = name.trim_start_matches(['<', '-', ' ']).trim_end();
            if name.eq_ignore_ascii_case("WWW-Authenticate") {
                received.say("WWW-Authenticate", value);
                read(received, value);
                found = true;
            }
        }
    }
    found
}

/// Adds the challenges of the text, and returns true if it is the value of a field.
pub(super) fn read_value(received: &mut Received, text: &str) -> bool {
    // A single word is a scheme by the grammar, but most likely a name that is to be explained.
    if !text.contains('=') {
        return false;
    }
    let first = text.split([' ', ',']).next().unwrap_or_default();
    let is_scheme = is_scheme(first);
    let is_challenge = is_scheme || strict(text).is_some() || text.starts_with("error=\"");
    if is_challenge {
        received.say("WWW-Authenticate", text);
        read(received, text);
    }
    is_challenge
}

/// Adds the parameters of one of these challenges, the first with an `error` or else the first. A known error is kept.
pub(super) fn read(received: &mut Received, value: &str) {
    let challenges = strict(value).unwrap_or_else(|| loose(value));
    let with_error = challenges
        .iter()
        .find(|challenge| challenge.parameter("error").is_some());
    let Some(challenge) = with_error.or_else(|| challenges.first()) else {
        return;
    };
    let parameter = |name| challenge.parameter(name).map(presentable);
    if received.error.is_none() {
        received.error = parameter("error");
        received.error_description =
            parameter("error_description").or_else(|| received.error_description.take());
        received.error_uri = parameter("error_uri").or_else(|| received.error_uri.take());
    }
    if received.scheme.is_none() || with_error.is_some() {
        received.scheme = challenge.scheme.as_deref().map(presentable);
        received.scope = parameter("scope");
    }
    received.trace_id = received.trace_id.take().or_else(|| parameter("trace_id"));
}

fn strict(value: &str) -> Option<Vec<Loose>> {
    let challenges = Challenge::parse_list(value.trim().as_bytes(), &Limits::DEFAULT).ok()?;
    let own = |challenge: &Challenge<'_>| Loose {
        scheme: Some(challenge.scheme().to_owned()),
        parameters: challenge
            .parameters()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    };
    Some(challenges.iter().map(own).collect())
}

/// Reads what violates the grammar: values without quotes or with single quotes, without commas between them, or without an end.
fn loose(value: &str) -> Vec<Loose> {
    let mut challenges = Vec::new();
    let mut current = Loose::default();
    let mut rest = value.trim();
    for _ in 0..MAX_PARAMETERS {
        let Some((before, after)) = rest.split_once('=') else {
            break;
        };
        let before = before.trim_end();
        let start = before.rfind(|c: char| !c.is_ascii_alphanumeric() && !"_-*".contains(c));
        let name = start.map_or(before, |start| before.get(start..).unwrap_or(before));
        let name = name.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
        let gap = before.get(..before.len() - name.len()).unwrap_or_default();
        if let Some(scheme) = gap.split([' ', ',', ';']).rfind(|word| is_scheme(word)) {
            let next = Loose {
                scheme: Some(scheme.to_owned()),
                parameters: Vec::new(),
            };
            let done = core::mem::replace(&mut current, next);
            challenges.extend(done.scheme.is_some().then_some(done));
        }
        let (value, next) = take_value(after.trim_start());
        if !name.is_empty() && current.parameter(name).is_none() {
            current.parameters.push((name.to_owned(), value.to_owned()));
        }
        rest = next;
    }
    if current.scheme.is_none() && current.parameters.is_empty() {
        let word = value.trim().split([' ', ',']).next();
        current.scheme = word.filter(|word| is_scheme(word)).map(str::to_owned);
    }
    challenges.push(current);
    challenges
}

/// Splits the text behind an equals sign into the value and the rest.
fn take_value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            // A quote inside the value is one that no separator follows.
            let end = quoted.match_indices(quote).map(|(end, _)| end).find(|end| {
                let next = quoted.get(end + 1..).unwrap_or_default();
                next.is_empty() || next.starts_with([',', ' ', ';', '\t'])
            });
            if let Some(end) = end {
                let (value, rest) = quoted.split_at(end);
                return (value, rest.strip_prefix(quote).unwrap_or(rest));
            }
        }
    }
    let text = text.trim_start_matches(['"', '\'']);
    // A value without quotes ends before the name of the next parameter.
    let Some(equals) = text.find('=') else {
        return (text.trim_end_matches(['"', '\'', ',', ' ']), "");
    };
    let before = text.get(..equals).unwrap_or_default().trim_end();
    let end = before.rfind([',', ' ', ';']).unwrap_or(0);
    let (value, rest) = text.split_at(end);
    let mut value = value.trim_end_matches([',', ' ', ';', '"', '\'']);
    let mut rest = rest;
    // The scheme of the next challenge is not part of the value.
    if let Some((shorter, word)) = value.rsplit_once([',', ' '])
        && is_scheme(word)
    {
        rest = text.get(shorter.len()..).unwrap_or(rest);
        value = shorter.trim_end_matches([',', ' ', ';', '"', '\'']);
    }
    (value, rest)
}

fn is_scheme(word: &str) -> bool {
    SCHEMES
        .iter()
        .any(|scheme| scheme.eq_ignore_ascii_case(word))
}

/// The schemes by which text out of the grammar is recognized. The first are registered with IANA.
const SCHEMES: &[&str] = &[
    "Basic",
    "Bearer",
    "DPoP",
    "Digest",
    "Negotiate",
    "NTLM",
    "Mutual",
    "HOBA",
    "GNAP",
    "OAuth",
    "PrivateToken",
    "SCRAM-SHA-256",
    "vapid",
    "Key",
    "PoP",
    "ApiKey",
    "Token",
    "JWT",
    "AzureApiManagementKey",
    "XBasic",
    "Api-Key",
];

/// The maximum number of parameters that are read.
const MAX_PARAMETERS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the scheme, the error and the description of a value that the grammar does not allow.
    fn check(value: &str, scheme: &str, error: &str, description: &str) {
        assert_eq!(strict(value), None, "{value}: this is in the grammar");
        let mut received = Received::default();
        read(&mut received, value);
        assert_eq!(received.scheme.as_deref(), Some(scheme), "{value}");
        assert_eq!(received.error.as_deref(), Some(error), "{value}");
        assert_eq!(
            received.error_description.as_deref(),
            Some(description),
            "{value}"
        );
    }

    #[test]
    fn reads_values_without_quotes() {
        let value =
            "Bearer error=invalid_token, error_description=The token has expired, realm=api";
        check(value, "Bearer", "invalid_token", "The token has expired");
    }

    #[test]
    fn reads_values_without_commas_between_them() {
        let value = "Bearer realm=\"a\" error=\"invalid_token\" error_description=\"No = good\"";
        check(value, "Bearer", "invalid_token", "No = good");
    }

    #[test]
    fn reads_single_quotes_and_quotes_that_do_not_end() {
        let value = "Bearer error='invalid_token', error_description='It isn't valid'";
        check(value, "Bearer", "invalid_token", "It isn't valid");
        let value = "Bearer error=\"invalid_token\", error_description=\"The token expired";
        check(value, "Bearer", "invalid_token", "The token expired");
    }

    #[test]
    fn reads_several_challenges() {
        let value =
            "Basic realm=the realm, Bearer error=\"invalid_token\", error_description='x y'";
        check(value, "Bearer", "invalid_token", "x y");
        let value = "Bearer realm=\"x\" Bearer error=invalid_token error_description=\"old\"";
        check(value, "Bearer", "invalid_token", "old");
    }

    #[test]
    fn reads_letters_outside_ascii() {
        let value = "Bearer error=\"invalid_token\", error_description=Le jeton a expiré";
        check(value, "Bearer", "invalid_token", "Le jeton a expiré");
    }

    #[test]
    fn text_is_not_a_challenge() {
        for text in ["a=b", "E = mc", "SELECT a FROM b WHERE c = 1", "Bearer"] {
            assert!(!read_value(&mut Received::default(), text), "{text}");
        }
    }
}
