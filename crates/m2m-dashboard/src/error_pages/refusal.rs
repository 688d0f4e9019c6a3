//! The pages that a browser gets in place of a refusal in JSON.

use std::borrow::Cow;

use askama::Template;
use m2m_errors::{Cause, Disclosure, Profile};

use super::entry::{Fix, fixes};
use super::search::SearchIndex;
use super::{Frame, Link, shortened};

/// A request that was refused.
#[derive(Debug, Clone, Copy)]
pub struct Refused<'r> {
    /// The exact cause. The page names it only if callers may know it.
    pub cause: Cause,
    /// The status of the response.
    pub status: u16,
    /// The id under which the diagnosis can be found.
    pub trace_id: &'r str,
}

/// The page of a refusal.
#[derive(Template)]
#[template(path = "refusal.html", whitespace = "minimize")]
pub(super) struct RefusalPage<'p> {
    frame: Frame<'p>,
    status: u16,
    title: &'static str,
    description: Cow<'static, str>,
    fixes: Vec<Fix>,
    /// The page with all that is known: of the cause, or of the code if the cause is concealed.
    about: String,
    trace_id: &'p str,
}

/// The page for a name that is not in the catalogue.
#[derive(Template)]
#[template(path = "unknown.html", whitespace = "minimize")]
pub(super) struct UnknownPage<'p> {
    frame: Frame<'p>,
    name: String,
    suggestions: Vec<Link>,
}

impl<'p> RefusalPage<'p> {
    /// The page, with the description that repeats `value` if there is one.
    pub(super) fn new(
        frame: Frame<'p>,
        profile: Profile,
        refused: &Refused<'p>,
        value: Option<&str>,
    ) -> Self {
        let entry = refused.cause.entry();
        let wire = entry.wire.of(profile);
        let description = match (value, wire.description.split()) {
            (Some(value), Some((before, after))) => Cow::Owned([before, value, after].concat()),
            _ => Cow::Borrowed(wire.description.plain),
        };
        let (title, about) = match entry.disclosure {
            Disclosure::Public | Disclosure::Unanswered => (entry.title, entry.id.to_owned()),
            Disclosure::Concealed => (wire.status.entry().reason, wire.status.code().to_string()),
        };
        Self {
            frame,
            status: refused.status,
            title,
            description,
            fixes: fixes(entry.for_caller.fixes),
            about,
            trace_id: refused.trace_id,
        }
    }
}

impl<'p> UnknownPage<'p> {
    pub(super) fn new(frame: Frame<'p>, name: &str, index: &SearchIndex) -> Self {
        let mut suggestions = index.nearest(name);
        if suggestions.is_empty() {
            let found = index.search(&shortened(name, SHOWN)).links;
            suggestions = found.into_iter().take(5).collect();
        }
        Self {
            frame,
            name: shortened(name, SHOWN).into_owned(),
            suggestions,
        }
    }
}

/// The maximum length of a name of the caller on a page. Unit: characters.
const SHOWN: usize = 80;
