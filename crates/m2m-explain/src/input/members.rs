//! The meaning of the members of a body, by their names, for any provider.

use std::collections::BTreeSet;

use m2m_errors::ErrorCode;

use crate::received::{Received, presentable};

/// A value of a body, with its place.
#[derive(Debug)]
pub(super) struct Member {
    /// The names of the objects and the member, such as `error.code` or `errors[0].message`.
    pub(super) path: String,
    pub(super) value: String,
    /// True if an earlier one has the same place.
    is_repeated: bool,
}

impl Member {
    pub(super) const fn new(path: String, value: String) -> Self {
        Self {
            path,
            value,
            is_repeated: false,
        }
    }

    /// The last name in lower case, without punctuation: `errorcode` for `errorCode` and `error_code`.
    fn key(&self) -> String {
        let last = self.path.rsplit('.').find(|name| !name.is_empty());
        let name = last.unwrap_or_default();
        let name = name.split('[').next().unwrap_or(name);
        let letters = name.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|c| c.to_ascii_lowercase()).collect()
    }
}

/// Marks the members whose place an earlier one has, and returns the first such place. RFC 8259, section 4, leaves open which of them counts.
pub(super) fn mark_repeated(members: &mut [Member]) -> Option<String> {
    let mut places = BTreeSet::new();
    let mut first = None;
    for member in members {
        member.is_repeated = !places.insert(member.path.clone());
        if member.is_repeated && first.is_none() {
            first = Some(member.path.clone());
        }
    }
    first
}

/// Takes the parts of the error from the members. Parts that are known already are kept.
pub(super) fn assign(received: &mut Received, members: &[Member]) {
    let keyed: Vec<(String, &str)> = members
        .iter()
        .filter(|member| !member.is_repeated)
        .map(|member| (member.key(), member.value.as_str()))
        .collect();
    let first = |keys: &[&str], accept: &dyn Fn(&str) -> bool| {
        let of_key = |key: &&str| {
            let found = keyed
                .iter()
                .find(|(own, value)| own == key && accept(value));
            found.map(|(_, value)| presentable(value))
        };
        keys.iter().find_map(of_key)
    };
    let code = first(CODE, &is_known).or_else(|| first(CODE, &is_code));
    let is_other = |value: &str| is_text(value) && Some(value) != code.as_deref();
    let description = first(DESCRIPTION, &is_other);
    let uri = first(URI, &|value| {
        value.starts_with("http") || value.starts_with('/')
    });
    let status = first(STATUS, &|value| of_error(value).is_some());
    received.error = received.error.take().or(code);
    received.error_description = received.error_description.take().or(description);
    received.error_uri = received.error_uri.take().or(uri);
    received.trace_id = received
        .trace_id
        .take()
        .or_else(|| first(TRACE, &|value| !value.is_empty()));
    received.status = received
        .status
        .or_else(|| status.as_deref().and_then(of_error));
    for member in members {
        received.say(&member.path, &member.value);
    }
}

fn is_known(value: &str) -> bool {
    value.to_ascii_lowercase().parse::<ErrorCode>().is_ok()
}

/// Returns true for a word that may be a code: not a sentence, a URL, or a status.
fn is_code(value: &str) -> bool {
    let is_word = value.len() <= 100 && !value.is_empty() && !value.contains([' ', '/', '\n', '<']);
    is_word
        && of_error(value).is_none()
        && !["true", "false", "error", "failure", "0"]
            .contains(&value.to_ascii_lowercase().as_str())
}

fn is_flag(value: &str) -> bool {
    matches!(value, "" | "true" | "false")
}

fn is_text(value: &str) -> bool {
    value.contains(' ') || (!is_flag(value) && value.chars().all(char::is_alphabetic))
}

fn of_error(value: &str) -> Option<u16> {
    value
        .parse()
        .ok()
        .filter(|status| (400..=599).contains(status))
}

/// The names under which providers send their code, the most exact first.
const CODE: &[&str] = &[
    "error",
    "errorcode",
    "code",
    "errcode",
    "tag",
    "type",
    "reason",
    "status",
    "errortype",
    "faultcode",
];

/// The names under which providers send a text for developers, the most exact first.
const DESCRIPTION: &[&str] = &[
    "errordescription",
    "errormessage",
    "message",
    "msg",
    "errorsummary",
    "errormsg",
    "faultstring",
    "detail",
    "details",
    "diagnostics",
    "errors",
    "text",
    "title",
    "description",
    "reason",
    "errorhint",
    "hint",
    "exp",
    "error",
    "h1",
    "p",
    "body",
];

/// The names under which providers send a page for developers.
const URI: &[&str] = &[
    "erroruri",
    "errorlink",
    "moreinfo",
    "helplink",
    "documentationurl",
    "docurl",
    "infourl",
    "helpurl",
    "type",
];

/// The names under which providers send the id of a request.
const TRACE: &[&str] = &[
    "traceid",
    "correlationid",
    "requestid",
    "errorid",
    "logref",
    "incidentid",
    "requestlogurl",
];

/// The names under which providers repeat the status.
const STATUS: &[&str] = &[
    "status",
    "statuscode",
    "httpstatus",
    "httpcode",
    "code",
    "errorstatus",
];
