//! The input to be explained: a name, a body, a challenge, or a whole answer.

use oauth_proto::{Challenge, ErrorResponse, Limits};
use serde::Serialize;

/// The input to be explained.
#[derive(Debug, PartialEq, Eq)]
pub enum Input<'i> {
    /// The name of a code, a cause or a status, or a mistyped one.
    Name(&'i str),
    /// An answer of a server, or a part of one.
    Received(Received),
}

/// The parts of an error that the input contains, as a server reported it.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Received {
    /// The HTTP status.
    pub status: Option<u16>,
    /// The code.
    pub error: Option<String>,
    /// The description for developers.
    pub error_description: Option<String>,
    /// The page for developers.
    pub error_uri: Option<String>,
    /// The trace id of the refusal.
    pub trace_id: Option<String>,
    /// The scheme of the challenge that this was read from, or of the first one.
    pub scheme: Option<String>,
    /// The scope that the call needs, by the challenge.
    pub scope: Option<String>,
}

impl<'i> Input<'i> {
    /// Recognizes a JSON body (RFC 6749, section 5.2), the value of `WWW-Authenticate` with or without the name of the field (RFC
    /// 9110, section 11.6.1), and a whole answer (RFC 9112, section 4; the first line may name any version), and treats anything else
    /// as a name. White space around it is ignored.
    pub fn recognize(text: &'i str) -> Self {
        let text = text.trim();
        let received = if text.starts_with('{') {
            Some(Received::default().with_body(text))
        } else if is_answer(text) {
            Some(Received::of_answer(text))
        } else if text.lines().any(|line| challenges(line).is_some()) {
            Some(Received::default().with_fields(text))
        } else {
            let received = Received::default().with_challenges(text);
            // A single word is a scheme by the grammar, but most likely a name that is to be explained.
            (text.contains('=') && received.scheme.is_some()).then_some(received)
        };
        received.map_or(Self::Name(text), Self::Received)
    }
}

impl Received {
    fn of_answer(text: &str) -> Self {
        let (head, body) = split_head(text);
        // The answers of proxies, redirects and 100 (Continue) may precede the final one.
        if is_answer(body) {
            return Self::of_answer(body);
        }
        let status = head
            .split_ascii_whitespace()
            .nth(1)
            .and_then(|status| status.parse().ok());
        let received = Self {
            status,
            ..Self::default()
        };
        received.with_body(body).with_fields(head)
    }

    /// Adds the error of the JSON body, if the body has one.
    fn with_body(self, body: &str) -> Self {
        let Ok(response) = ErrorResponse::parse(body.trim().as_bytes()) else {
            return self;
        };
        Self {
            error: Some(response.error.into_owned()),
            error_description: response.error_description.map(Into::into),
            error_uri: response.error_uri.map(Into::into),
            trace_id: response.trace_id.map(Into::into),
            ..self
        }
    }

    /// Adds the parameters of the challenges in these header fields.
    fn with_fields(self, fields: &str) -> Self {
        fields
            .lines()
            .filter_map(challenges)
            .fold(self, Self::with_challenges)
    }

    /// Adds the parameters of one of these challenges, the first with an `error` or else the first. A known error is kept.
    fn with_challenges(mut self, value: &str) -> Self {
        let Ok(challenges) = Challenge::parse_list(value.trim().as_bytes(), &Limits::DEFAULT)
        else {
            return self;
        };
        let with_error = challenges
            .iter()
            .find(|challenge| challenge.parameter("error").is_some());
        let Some(challenge) = with_error.or_else(|| challenges.first()) else {
            return self;
        };
        let parameter = |name| challenge.parameter(name).map(str::to_owned);
        if self.error.is_none() {
            self.error = parameter("error");
            self.error_description = parameter("error_description");
            self.error_uri = parameter("error_uri");
        }
        if self.scheme.is_none() || with_error.is_some() {
            self.scheme = Some(challenge.scheme().to_owned());
            self.scope = parameter("scope");
        }
        self.trace_id = self.trace_id.or_else(|| parameter("trace_id"));
        self
    }
}

/// Returns true if this is a whole answer, as `curl -i` prints it.
fn is_answer(text: &str) -> bool {
    text.trim_start().starts_with("HTTP/")
}

/// Splits an answer at the first empty line into its head and its body.
fn split_head(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let heads = ["\r\n\r\n", "\n\n"].map(|end| text.split_once(end));
    heads
        .into_iter()
        .flatten()
        .min_by_key(|(head, _)| head.len())
        .unwrap_or((text, ""))
}

/// Returns the value of the line, if it is a `WWW-Authenticate` field.
fn challenges(line: &str) -> Option<&str> {
    let (name, value) = line.split_once(':')?;
    name.trim()
        .eq_ignore_ascii_case("WWW-Authenticate")
        .then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"error":"invalid_scope","error_description":"No","trace_id":"t"}"#;

    fn received(text: &str) -> Received {
        match Input::recognize(text) {
            Input::Received(received) => received,
            Input::Name(name) => panic!("{name:?} was taken for a name"),
        }
    }

    #[test]
    fn a_word_is_a_name() {
        for text in [
            "invalid_client",
            " 401\n",
            "Bearer",
            "secret-wrong",
            "a b c",
            "",
        ] {
            assert_eq!(Input::recognize(text), Input::Name(text.trim()));
        }
    }

    #[test]
    fn reads_a_body() {
        let expected = Received {
            error: Some("invalid_scope".to_owned()),
            error_description: Some("No".to_owned()),
            trace_id: Some("t".to_owned()),
            ..Received::default()
        };
        assert_eq!(received(BODY), expected);
        assert_eq!(received("{}"), Received::default());
    }

    #[test]
    fn reads_challenges_with_and_without_the_name_of_the_field() {
        let value = "Basic realm=\"x\", Bearer error=\"insufficient_scope\", scope=\"a b\"";
        for text in [
            value.to_owned(),
            format!("WWW-Authenticate: {value}"),
            format!("date: x\r\nwww-authenticate:{value}\r\n"),
            "WWW-Authenticate: Basic realm=x\nWWW-Authenticate: Bearer error=insufficient_scope, scope=\"a b\"".to_owned(),
        ] {
            let received = received(&text);
            assert_eq!(received.error.as_deref(), Some("insufficient_scope"), "{text}");
            assert_eq!(received.scheme.as_deref(), Some("Bearer"), "{text}");
            assert_eq!(received.scope.as_deref(), Some("a b"), "{text}");
        }
        assert_eq!(received("Bearer realm=\"x\"").error, None);
    }

    #[test]
    fn reads_whole_answers_with_either_line_break_and_skips_interim_ones() {
        let head = "HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic realm=\"m2m\"\r\n";
        for text in [
            format!("{head}\r\n{BODY}"),
            format!("{head}\r\n{BODY}").replace("\r\n", "\n"),
            format!("HTTP/1.1 100 Continue\r\n\r\n{head}\r\n{BODY}\n"),
        ] {
            let received = received(&text);
            assert_eq!(received.status, Some(401), "{text}");
            assert_eq!(received.error.as_deref(), Some("invalid_scope"), "{text}");
            assert_eq!(received.scheme.as_deref(), Some("Basic"), "{text}");
        }
        assert_eq!(received("HTTP/2 503").status, Some(503));
        assert_eq!(received("HTTP/1.1 x\n\n<html>"), Received::default());
    }

    #[test]
    fn the_body_takes_precedence_over_the_challenge() {
        let text = format!("HTTP/1.1 401 X\nWWW-Authenticate: Bearer error=\"other\"\n\n{BODY}");
        assert_eq!(received(&text).error.as_deref(), Some("invalid_scope"));
    }
}
