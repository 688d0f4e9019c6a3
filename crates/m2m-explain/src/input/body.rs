//! The body of a response, in any format.

use oauth_proto::{Form as FormBody, MessageLimits};

use super::members::{self, Member};
use super::{json, markup};
use crate::received::{Form, Received, presentable};

/// Adds the error of the body. A body without structure is a message.
pub(super) fn read(received: &mut Received, body: &str) {
    let body = body.trim();
    if body.is_empty() || read_structured(received, body) {
        return;
    }
    received.say("body", body);
    let line = body.lines().next().unwrap_or_default();
    received.error_description = received
        .error_description
        .take()
        .or_else(|| Some(presentable(line)));
}

/// Adds the error of the body, and returns true if the body is JSON, XML, HTML or a form.
pub(super) fn read_structured(received: &mut Received, body: &str) -> bool {
    let readers: [(Form, Reader); 3] = [
        (Form::Markup, markup::read),
        (Form::Parameters, parameters),
        (Form::Json, json::read),
    ];
    for (form, read) in readers {
        if let Some(mut members) = read(body) {
            received.form = form;
            if form != Form::Markup
                && let Some(repeated) = members::mark_repeated(&mut members)
                && received.mistake.is_none()
            {
                received.mistake = Some(format!(
                    "The member {:?} is in the body several times, and clients differ in the one that they read. The first is explained.",
                    presentable(&repeated)
                ));
            }
            members::assign(received, &members);
            // The text around the document may be all that names the status.
            let around = body.split(['{', '<']).next().unwrap_or_default();
            received.status = received.status.or_else(|| super::text::status(around));
            if form == Form::Markup {
                let title = received.error_description.as_deref().unwrap_or_default();
                received.status = received
                    .status
                    .or_else(|| super::text::leading_status(title));
            }
            return true;
        }
    }
    false
}

/// Reads a body of one format, unless it has another one.
type Reader = fn(&str) -> Option<Vec<Member>>;

/// Reads `error=…&error_description=…`, alone or behind the `?` or the `#` of an address.
fn parameters(text: &str) -> Option<Vec<Member>> {
    let start = ["?error=", "&error=", "#error=", "?error_", "#error_"]
        .iter()
        .find_map(|start| text.find(start));
    let pairs = match start {
        _ if text.starts_with("error=") || text.starts_with("error_") => text,
        Some(start) => {
            let query = text.get(..start)?.rfind(['?', '#']).unwrap_or(start);
            text.get(query + 1..)?
        }
        None => return None,
    };
    let pairs = pairs
        .split([' ', '\n', '"', '\'', '#'])
        .next()
        .unwrap_or_default();
    let form = FormBody::parse(pairs.as_bytes(), &MessageLimits::DEFAULT).ok()?;
    let members: Vec<Member> = form
        .pairs()
        .map(|(name, value)| Member::new(name.into(), value.into()))
        .collect();
    members
        .iter()
        .any(|member| member.path == "error")
        .then_some(members)
}
