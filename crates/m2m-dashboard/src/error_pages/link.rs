//! A code, a status or a cause as other pages refer to it.

use m2m_errors::{Cause, Profile, Status};
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
    /// The kind, in words.
    pub(super) kind: &'static str,
}

impl Link {
    pub(super) fn to(explanation: &Explanation) -> Self {
        let name = explanation.name.clone();
        Self {
            slug: match explanation.kind {
                Kind::Status => name.split(' ').next().unwrap_or_default().to_owned(),
                Kind::ErrorCode | Kind::Cause | Kind::Connection => name.clone(),
            },
            name,
            title: explanation.title,
            is_code: matches!(explanation.kind, Kind::ErrorCode),
            meaning: explanation.meaning,
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
