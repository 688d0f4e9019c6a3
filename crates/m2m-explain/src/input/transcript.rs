//! Whole responses, as programs print them: `curl -i`, `curl -v`, HTTPie and wget.

use super::{body, challenge, text};
use crate::received::{Form, Received};

/// The responses and the messages of a transcript.
pub(super) struct Transcript {
    form: Form,
    /// The statuses of all responses before the last one.
    previous: Vec<u16>,
    last: Option<Response>,
    /// The messages of the program, such as `curl: (60) SSL certificate problem`.
    messages: Vec<String>,
}

#[derive(Default)]
struct Response {
    status: Option<u16>,
    fields: Vec<(String, String)>,
    body: String,
}

/// The part of a response that a line belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Before,
    Head,
    Body,
}

impl Transcript {
    /// Reads the text, if it contains a status line or a message of curl.
    ///
    /// In the output of `curl -v`, lines of the response head begin with `<`, those of the request with `>`, and remarks with `*`.
    /// The request is ignored: it contains credentials.
    pub(super) fn read(text: &str) -> Option<Self> {
        let is_verbose = text.lines().any(is_verbose_line);
        let mut transcript = Self {
            form: if is_verbose {
                Form::Curl
            } else {
                Form::Response
            },
            previous: Vec::new(),
            last: None,
            messages: Vec::new(),
        };
        let mut part = Part::Before;
        for line in text.lines() {
            let line = line.trim_end_matches('\r');
            if let Some(message) = curl_message(line) {
                transcript.messages.push(message.to_owned());
            } else if is_progress(line) || (is_verbose && is_noise(line)) {
                // The meter and the sizes of what was sent.
            } else if is_verbose && let Some(remark) = line.strip_prefix("* ") {
                transcript.remark(remark);
            } else if is_verbose && (line == ">" || line.starts_with("> ")) {
                // The request.
            } else {
                let unmarked = line
                    .strip_prefix('<')
                    .filter(|_| is_verbose && part != Part::Body);
                let restart = line
                    .strip_prefix("< ")
                    .filter(|rest| is_verbose && status_line(rest).is_some());
                let content = restart.or(unmarked).unwrap_or(line);
                part = transcript.line(content, part, is_verbose);
            }
        }
        let has_content = transcript.last.is_some() || !transcript.messages.is_empty();
        if transcript.last.is_none() {
            transcript.form = Form::Curl;
        }
        has_content.then_some(transcript)
    }

    fn line(&mut self, line: &str, part: Part, is_verbose: bool) -> Part {
        if let Some(status) = status_line(line) {
            let response = Response {
                status,
                ..Response::default()
            };
            if let Some(before) = self.last.replace(response)
                && self.previous.len() < MAX_RESPONSES
            {
                self.previous.extend(before.status);
            }
            return Part::Head;
        }
        let Some(response) = &mut self.last else {
            return Part::Before;
        };
        match part {
            Part::Before => Part::Before,
            Part::Head if line.trim().is_empty() => Part::Body,
            Part::Head => {
                let is_folded = line.starts_with([' ', '\t']) && !line.trim_start().contains(": ");
                match (line.split_once(':'), response.fields.last_mut()) {
                    (_, Some((_, value))) if is_folded => {
                        value.push(' ');
                        value.push_str(line.trim());
                    }
                    (Some((name, value)), _) if !name.trim().contains([' ', '{', '"', '<']) => {
                        let field = (name.trim().to_owned(), value.trim().to_owned());
                        response.fields.push(field);
                    }
                    (Some(_) | None, _) => {
                        response.body.push_str(line);
                        return Part::Body;
                    }
                }
                Part::Head
            }
            Part::Body => {
                // curl writes its last remark behind a body that has no line break.
                let remark = [" Connection #", " Closing connection", " TLSv1"]
                    .iter()
                    .find_map(|remark| line.find(&format!("*{remark}")))
                    .filter(|_| is_verbose);
                let own = remark.and_then(|end| line.get(..end));
                response.body.push_str(own.unwrap_or(line));
                response.body.push('\n');
                Part::Body
            }
        }
    }

    /// Keeps a remark of curl if it is about a failure.
    fn remark(&mut self, remark: &str) {
        let lower = remark.to_ascii_lowercase();
        let is_failure = FAILURES.iter().any(|failure| lower.contains(failure));
        if is_failure && self.messages.len() < MAX_RESPONSES {
            self.messages.push(remark.to_owned());
        }
    }

    pub(super) fn into_received(self) -> Received {
        let mut received = Received::default();
        let mut challenges = Vec::new();
        if let Some(Response {
            status,
            fields,
            body,
        }) = self.last
        {
            received.status = status;
            for (name, value) in &fields {
                received.say(name, value);
                if name.eq_ignore_ascii_case("WWW-Authenticate") {
                    challenges.push(value.clone());
                }
                if TRACE_FIELDS
                    .iter()
                    .any(|own| name.eq_ignore_ascii_case(own))
                {
                    received
                        .trace_id
                        .get_or_insert_with(|| crate::received::presentable(value));
                }
            }
            let from_field = received.trace_id.take();
            body::read(&mut received, &body);
            received.trace_id = received.trace_id.or(from_field);
            for value in challenges {
                challenge::read(&mut received, &value);
            }
        }
        for message in &self.messages {
            received.say("curl", message);
            received.status = received.status.or_else(|| text::status(message));
        }
        received.form = self.form;
        received.previous = self.previous;
        received
    }
}

/// Returns the status of a status line such as `HTTP/1.1 401 Unauthorized` or `HTTP/2 401`.
fn status_line(line: &str) -> Option<Option<u16>> {
    let rest = line.trim_start().strip_prefix("HTTP/")?;
    let mut words = rest.split_ascii_whitespace();
    let version = words.next()?;
    let is_version = version.starts_with(|c: char| c.is_ascii_digit()) && version.len() <= 3;
    let status = words.next().map(str::parse::<u16>);
    match status {
        Some(Ok(status)) if is_version && (100..=599).contains(&status) => Some(Some(status)),
        Some(Ok(_) | Err(_)) | None => is_version.then_some(None),
    }
}

fn is_verbose_line(line: &str) -> bool {
    let is_request = |rest: &str| {
        let line = rest.trim_end();
        [" HTTP/1.1", " HTTP/1.0", " HTTP/2", " HTTP/3"]
            .iter()
            .any(|version| line.ends_with(version))
    };
    line.starts_with("< HTTP/")
        || line.strip_prefix("> ").is_some_and(is_request)
        || REMARKS.iter().any(|remark| line.starts_with(remark))
}

fn curl_message(line: &str) -> Option<&str> {
    let start = line.find("curl: (")?;
    line.get(start..)
}

/// Returns true for the lines of the progress meter.
fn is_progress(line: &str) -> bool {
    line.contains("--:--:--") || line.contains("% Total") || line.contains("Dload  Upload")
}

/// Returns true for lines such as `{ [93 bytes data]`.
fn is_noise(line: &str) -> bool {
    (line.starts_with("{ [") || line.starts_with("} [")) && line.ends_with(" bytes data]")
}

/// The beginnings of remarks by which the output of `curl -v` is recognized.
const REMARKS: &[&str] = &[
    "*   Trying ",
    "* Trying ",
    "* Host ",
    "* Connected to ",
    "* Could not resolve host",
    "* connect to ",
    "* Uses proxy ",
    "* SSL ",
];

/// The words of remarks that are about a failure, in lower case.
const FAILURES: &[&str] = &[
    "certificate problem",
    "verify result",
    "verification failed",
    "could not resolve",
    "connection refused",
    "failed to connect",
    "timed out",
    "empty reply",
    "reset by peer",
    "alert",
    "wrong version number",
    "no alternative certificate",
    "subject name does not match",
];

/// The header fields that name the request in the records of the server.
const TRACE_FIELDS: &[&str] = &[
    "x-request-id",
    "x-amzn-requestid",
    "x-amzn-request-id",
    "x-ms-request-id",
    "x-okta-request-id",
    "x-correlation-id",
    "x-kong-request-id",
    "x-github-request-id",
    "request-id",
];

/// The maximum number of responses and of remarks that are kept.
const MAX_RESPONSES: usize = 20;
