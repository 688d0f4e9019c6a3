//! The list of all errors, and the search in it.

use askama::Template;
use m2m_errors::{Cause, ErrorCode, Profile};
use m2m_explain::{Explanation, Input, Kind, Received};

use super::entry::{Fix, fixes};
use super::link::all;
use super::search::{Found, SearchIndex};
use super::{Frame, Link, shortened};

/// The list of all errors, or the results of a search.
#[derive(Template)]
#[template(path = "index.html", whitespace = "minimize")]
pub(super) struct IndexPage<'p> {
    frame: Frame<'p>,
    /// The text that is searched for; empty for the list.
    asked: &'p str,
    results: Option<Results>,
    codes: Vec<Link>,
    statuses: Vec<Link>,
    groups: Vec<Group>,
    /// The causes with which no server answers.
    unanswered: Vec<Link>,
    /// The problems before a server answers.
    connections: Vec<Link>,
    /// The codes that this server does not return.
    foreign_codes: Vec<Link>,
}

/// The causes that are answered with one code.
struct Group {
    id: String,
    heading: Heading,
    causes: Vec<Link>,
}

/// The codes of the answers of a group.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heading {
    Code(ErrorCode),
    /// The codes of the management API.
    Management,
    NoCode,
}

/// The results of a search.
struct Results {
    asked: String,
    found: Found,
    /// Known names that are similar, if the text is probably a mistyped one.
    nearest: Vec<Link>,
    /// The error in a response that was pasted into the search.
    received: Option<Described>,
}

/// An error as a server reported it.
struct Described {
    error: Option<String>,
    status: Option<u16>,
    description: Option<String>,
    /// The trace id, if it is one of this server.
    trace_id: Option<String>,
    /// The fixes for callers.
    fixes: Vec<Fix>,
}

impl<'p> IndexPage<'p> {
    pub(super) fn list(frame: Frame<'p>, profile: Profile) -> Self {
        let mut page = Self {
            frame,
            asked: "",
            results: None,
            codes: Vec::new(),
            statuses: Vec::new(),
            groups: Vec::new(),
            unanswered: Vec::new(),
            connections: Vec::new(),
            foreign_codes: Vec::new(),
        };
        for explanation in all(profile) {
            match explanation.kind {
                Kind::ErrorCode if explanation.exact_causes.is_empty() => {
                    page.foreign_codes.push(Link::to(&explanation));
                }
                Kind::ErrorCode => page.codes.push(Link::to(&explanation)),
                Kind::Connection => page.connections.push(Link::to(&explanation)),
                Kind::Status => page.statuses.push(Link::to(&explanation)),
                Kind::Cause => {}
            }
        }
        page.groups = groups(profile);
        let unanswered = Cause::ALL.iter().filter(|cause| !cause.is_answered());
        page.unanswered = unanswered.map(|cause| Link::to_cause(*cause)).collect();
        page
    }

    /// Returns the results of a search.
    pub(super) fn results(
        frame: Frame<'p>,
        profile: Profile,
        asked: &'p str,
        index: &SearchIndex,
    ) -> Self {
        Self {
            frame,
            asked,
            results: Some(Results::of(asked, profile, index)),
            codes: Vec::new(),
            statuses: Vec::new(),
            groups: Vec::new(),
            unanswered: Vec::new(),
            connections: Vec::new(),
            foreign_codes: Vec::new(),
        }
    }
}

/// Returns all causes with an answer by its code, in the order of the codes; last those without a code of OAuth.
fn groups(profile: Profile) -> Vec<Group> {
    let heading = |cause: &Cause| match cause.entry().wire.of(profile).error {
        Some(code) => Heading::Code(code),
        None if cause.is_of_an_operation() => Heading::Management,
        None => Heading::NoCode,
    };
    let group = |wanted: Heading| Group {
        id: match wanted {
            Heading::Code(code) => format!("causes-{code}"),
            Heading::Management => "management".to_owned(),
            Heading::NoCode => "no-code".to_owned(),
        },
        heading: wanted,
        causes: Cause::ALL
            .iter()
            .filter(|cause| cause.is_answered() && heading(cause) == wanted)
            .map(|cause| Link::to_cause(*cause))
            .collect(),
    };
    let codes = ErrorCode::ALL.iter().copied().map(Heading::Code);
    codes
        .chain([Heading::NoCode, Heading::Management])
        .map(group)
        .filter(|group| !group.causes.is_empty())
        .collect()
}

impl Results {
    fn of(asked: &str, profile: Profile, index: &SearchIndex) -> Self {
        let (found, received) = match Input::recognize(asked) {
            Input::Name(text) => (index.search(text), trace_id(text)),
            Input::Received(received) => {
                let explanation = Explanation::of_received(&received, profile);
                let words = received
                    .error
                    .clone()
                    .or_else(|| received.error_description.clone());
                let found = match &explanation {
                    None => index.search(&words.unwrap_or_default()),
                    Some(explanation) => Found::exactly(vec![Link::to(explanation)]),
                };
                let advice = explanation.map_or(Vec::new(), |own| fixes(&own.fixes));
                (found, Some(Described::of(*received, advice)))
            }
        };
        let nearest = match found.is_partial {
            true => index.nearest(asked),
            false => Vec::new(),
        };
        // A mistyped name has words of other names as well.
        let found = match nearest.is_empty() {
            true => found,
            false => Found::default(),
        };
        Self {
            asked: shortened(asked, SHOWN).into_owned(),
            found,
            nearest,
            received,
        }
    }

    /// The heading of the results.
    fn heading(&self) -> String {
        match (self.found.links.len(), &self.received) {
            (0, None) => format!("Nothing found for “{}”", self.asked),
            (_, Some(_)) => "In the text that you entered".to_owned(),
            (1, None) => format!("1 result for “{}”", self.asked),
            (count, None) => format!("{count} results for “{}”", self.asked),
        }
    }
}

impl Described {
    fn of(received: Received, fixes: Vec<Fix>) -> Self {
        let shown = |text: Option<String>| text.map(|text| shortened(&text, SHOWN).into_owned());
        Self {
            status: received.status,
            error: shown(received.error),
            description: shown(received.error_description),
            trace_id: received.trace_id.filter(|id| is_trace_id(id)),
            fixes,
        }
    }
}

/// Recognizes a trace id.
fn trace_id(text: &str) -> Option<Described> {
    is_trace_id(text).then(|| Described {
        error: None,
        status: None,
        description: None,
        trace_id: Some(text.to_owned()),
        fixes: Vec::new(),
    })
}

/// Returns true for 32 hexadecimal digits in lower case, which is safe in a command.
fn is_trace_id(text: &str) -> bool {
    text.len() == 32
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The maximum length of a text of the caller on a page. Unit: characters.
const SHOWN: usize = 120;
