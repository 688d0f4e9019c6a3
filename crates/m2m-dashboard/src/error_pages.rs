//! The pages about errors.

mod entry;
mod index;
mod link;
mod refusal;
mod search;

use std::borrow::Cow;
use std::sync::OnceLock;

use m2m_errors::{Cause, ErrorCode, Profile, Status};
use m2m_explain::Explanation;
use oauth_proto::Issuer;
use serde_json::json;

use crate::assets::STYLESHEET;
use crate::{Page, Representation, SupportUrl};

pub use refusal::Refused;

use entry::EntryPage;
use index::IndexPage;
use link::Link;
use refusal::{RefusalPage, UnknownPage};
use search::SearchIndex;

/// The pages about errors of one server.
#[derive(Debug)]
pub struct ErrorPages {
    profile: Profile,
    /// The issuer without a slash at its end.
    base: Box<str>,
    /// The path of the issuer without a slash at its end, which begins every link; usually empty.
    prefix: Box<str>,
    support: Option<SupportUrl>,
    /// Created by the first search.
    search: OnceLock<SearchIndex>,
}

/// The parts that every page has.
#[derive(Debug, Clone, Copy)]
struct Frame<'p> {
    prefix: &'p str,
    stylesheet: &'static str,
    profile: &'static str,
    support: Option<&'p SupportUrl>,
    version: &'static str,
}

impl ErrorPages {
    /// Returns the pages of a server with this dialect and issuer. Pages that advise to contact the operator name `support`.
    #[must_use]
    pub fn new(profile: Profile, issuer: &Issuer, support: Option<SupportUrl>) -> Self {
        Self {
            profile,
            base: issuer.as_str().trim_end_matches('/').into(),
            prefix: prefix(issuer).into(),
            support,
            search: OnceLock::new(),
        }
    }

    /// Returns the list of all codes, statuses and causes. In HTML, the parameter `q` of the query searches it.
    #[must_use]
    pub fn index(&self, query: Option<&str>, representation: Representation) -> Page {
        match representation {
            Representation::Html => {
                let asked = query.map(asked).unwrap_or_default();
                if asked.is_empty() {
                    return Page::html(200, &IndexPage::list(self.frame(), self.profile));
                }
                let search = self.search();
                let page = IndexPage::results(self.frame(), self.profile, &asked, search);
                Page::private_html(200, &page)
            }
            Representation::Json => Page::json(self.index_json()),
        }
    }

    /// Returns the page of a code, a status or a cause, if there is one with this name.
    #[must_use]
    pub fn entry(&self, name: &str, representation: Representation) -> Option<Page> {
        let explanation = Explanation::of(name, self.profile)?;
        Some(match representation {
            Representation::Html => Page::html(
                200,
                &EntryPage::new(self.frame(), self.profile, &explanation),
            ),
            // Serializing our own plain values does not fail.
            Representation::Json => {
                Page::json(serde_json::to_string_pretty(&explanation).unwrap_or_default())
            }
        })
    }

    /// Returns the page for a name that is not that of a code, a status or a cause. It suggests similar names.
    #[must_use]
    pub fn unknown(&self, name: &str) -> Page {
        Page::html(404, &UnknownPage::new(self.frame(), name, self.search()))
    }

    /// Returns the page that a browser gets in place of a refusal in JSON.
    #[must_use]
    pub fn refusal(&self, refused: &Refused<'_>) -> Page {
        self.refusal_repeating(refused, None)
    }

    /// Returns the page of a refusal whose description repeats a value, if there is one.
    #[must_use]
    pub fn refusal_repeating(&self, refused: &Refused<'_>, value: Option<&str>) -> Page {
        let page = RefusalPage::new(self.frame(), self.profile, refused, value);
        Page::html(refused.status, &page)
    }

    fn index_json(&self) -> String {
        let index = json!({
            "errors": ErrorCode::ALL.iter().map(|code| json!({
                "error": code.as_str(), "meaning": code.entry().meaning, "uri": format!("{}/errors/{code}", self.base),
            })).collect::<Vec<_>>(),
            "statuses": Status::ALL.iter().map(|status| json!({
                "status": status.code(), "meaning": status.entry().meaning,
            })).collect::<Vec<_>>(),
            "causes": Cause::ALL.iter().map(|cause| json!({
                "cause": cause.id(), "meaning": cause.entry().operator,
            })).collect::<Vec<_>>(),
        });
        format!("{index:#}")
    }

    fn search(&self) -> &SearchIndex {
        self.search.get_or_init(|| SearchIndex::new(self.profile))
    }

    fn frame(&self) -> Frame<'_> {
        Frame {
            prefix: &self.prefix,
            stylesheet: STYLESHEET,
            profile: self.profile.as_str(),
            support: self.support.as_ref(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

/// Returns the text that the query asks for, without white space around it. A query that is not a form asks for nothing.
fn asked(query: &str) -> String {
    let Ok(form) = oauth_proto::Form::parse(query.as_bytes(), &oauth_proto::MessageLimits::DEFAULT)
    else {
        return String::new();
    };
    let text = form.pairs().find(|(name, _)| name == "q");
    text.map_or_else(String::new, |(_, text)| {
        shortened(text.trim(), MAX_QUERY).into_owned()
    })
}

/// Returns at most this many characters of a text, with an ellipsis in place of the others.
fn shortened(text: &str, max_characters: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max_characters) {
        None => text.into(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
    }
}

/// The maximum length of a search: a whole response of a token endpoint fits. Unit: characters.
const MAX_QUERY: usize = 2_000;

/// Returns the path before those of the pages. It begins with one slash: with two, a link would name another host.
fn prefix(issuer: &Issuer) -> String {
    match issuer.path().trim_matches('/') {
        "" => String::new(),
        path => format!("/{path}"),
    }
}
