//! The input to be explained: a name, a body, a challenge, or a whole answer.

mod body;
mod challenge;
mod json;
mod json_tree;
mod markup;
mod members;
mod text;
mod transcript;

use m2m_errors::Status;

use crate::received::{Form, Received};
use crate::{Explanation, known, own};
use transcript::Transcript;

/// The input to be explained.
#[derive(Debug, PartialEq, Eq)]
pub enum Input<'i> {
    /// The name of a code, a cause or a status, or a mistyped one.
    Name(&'i str),
    /// An answer of a server, or a part of one.
    Received(Box<Received>),
}

impl<'i> Input<'i> {
    /// The maximum length of a text that is read. The rest of a longer one is ignored. Unit: bytes.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// Recognizes an error in any form in which a developer meets one:
    ///
    /// - a JSON, XML, HTML or form-encoded body of any provider, or a message in plain text that is known or contains a status;
    /// - the value of `WWW-Authenticate` with or without the name of the field (RFC 9110, section 11.6.1), even if it violates the grammar;
    /// - one whole response or several (RFC 9112, section 4), as `curl -i` and HTTPie print them, and the output of `curl -v`;
    /// - a code of a provider, such as `AADSTS7000215`.
    ///
    /// Anything else is a name. White space around it is ignored.
    #[must_use]
    pub fn recognize(text: &'i str) -> Self {
        let text = bounded(text).trim_start_matches('\u{feff}').trim();
        if text.is_empty() || Explanation::is_name(text) {
            return Self::Name(text);
        }
        match read(text) {
            Some(received) => Self::Received(Box::new(finish(received))),
            None => Self::Name(text),
        }
    }
}

/// Returns the error in the text, unless the text is a name.
fn read(text: &str) -> Option<Received> {
    if let Some(transcript) = Transcript::read(text) {
        return Some(transcript.into_received());
    }
    let mut received = Received::default();
    let starts_as_document = text.starts_with(['{', '[', '<']);
    if starts_as_document {
        body::read(&mut received, text);
        return Some(received);
    }
    if challenge::read_fields(&mut received, text) || challenge::read_value(&mut received, text) {
        received.form = Form::Challenge;
        return Some(received);
    }
    if body::read_structured(&mut received, text) {
        return Some(received);
    }
    received.say("message", text);
    received.status = text::status(text);
    let code = text::code(text);
    let is_known = code.is_some()
        || received.status.is_some()
        || own::is_description(text)
        || known::find(&received).is_some();
    is_known.then(|| {
        let description = code.map_or(text, |(_, rest)| rest);
        received.error_description = description.contains(' ').then(|| first_line(description));
        received.error = code.map(|(code, _)| code.as_str().to_owned());
        received
    })
}

/// Adds what follows from the parts together.
fn finish(mut received: Received) -> Received {
    // Some servers put the reason phrase of the status into the place of the code.
    let is_reason = |error: &String| reason(error);
    if let Some(status) = received.error.as_ref().and_then(is_reason) {
        received.error = None;
        received.status = received.status.or_else(|| Some(status.code()));
    }
    received.provider = known::provider(&received);
    received
}

/// Returns the status with this reason phrase, such as `Unauthorized` or `HTTP 401 Unauthorized`.
fn reason(text: &str) -> Option<Status> {
    let phrase = text.trim_start_matches(|c: char| c.is_ascii_digit() || "HTTP /.".contains(c));
    let is_phrase = |status: &&Status| {
        let own = status.entry().reason;
        own.eq_ignore_ascii_case(text) || own.eq_ignore_ascii_case(phrase)
    };
    Status::ALL.iter().find(is_phrase).copied()
}

fn first_line(text: &str) -> String {
    crate::received::presentable(text.lines().next().unwrap_or_default())
}

/// Returns the text up to the maximum.
fn bounded(text: &str) -> &str {
    let mut end = text.len().min(Input::MAX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}
