//! A code, a status or a cause as other pages refer to it.

use m2m_errors::{Cause, Disclosure, Profile, Status};
use m2m_explain::{Explanation, Kind};

/// A code, a status or a cause as other pages refer to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    /// The last part of the path of its page.
    pub(super) slug: String,
    /// The canonical name.
    pub(super) name: String,
    /// The heading, where it differs from the name.
    pub(super) title: Option<&'static str>,
    /// The meaning, in one sentence.
    pub(super) meaning: &'static str,
    /// True if the name is a word of the protocol.
    pub(super) is_code: bool,
    /// True for a cause that callers do not learn.
    pub(super) is_concealed: bool,
    /// The kind, in words.
    pub(super) kind: &'static str,
}

impl Link {
    pub(super) fn to(explanation: &Explanation) -> Self {
        let name = explanation.name.clone();
        let slug = match explanation.kind {
            Kind::Status => name.split(' ').next().unwrap_or_default().to_owned(),
            Kind::ErrorCode | Kind::Connection => name.clone(),
            Kind::Cause => match name.parse() {
                Ok(cause) => return Self::to_cause(cause),
                Err(_) => name.clone(),
            },
        };
        Self {
            slug,
            name,
            title: explanation.title,
            meaning: explanation.meaning,
            is_code: matches!(explanation.kind, Kind::ErrorCode),
            is_concealed: false,
            kind: explanation.kind.as_str(),
        }
    }

    pub(super) fn to_cause(cause: Cause) -> Self {
        let entry = cause.entry();
        Self {
            slug: entry.id.to_owned(),
            name: entry.id.to_owned(),
            title: Some(entry.title),
            is_code: false,
            is_concealed: matches!(entry.disclosure, Disclosure::Concealed),
            meaning: entry.operator,
            kind: Kind::Cause.as_str(),
        }
    }
}

/// Returns the explanations of all codes, statuses and causes, in this order.
pub(super) fn all(profile: Profile) -> impl Iterator<Item = Explanation> {
    let statuses = Status::ALL.iter().map(|status| status.code().to_string());
    let names = Explanation::names().map(str::to_owned).chain(statuses);
    names.filter_map(move |name| Explanation::of(&name, profile))
}
