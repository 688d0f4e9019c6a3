//! The page of one code, status or cause.

use askama::Template;
use m2m_errors::{Cause, Disclosure, ErrorCode, Fault, Profile, Wire};
use m2m_explain::{Explanation, Kind};

use super::{Frame, Link};

/// The page of one code, status or cause.
#[derive(Template)]
#[template(path = "entry.html", whitespace = "minimize")]
pub(super) struct EntryPage<'p> {
    frame: Frame<'p>,
    explanation: &'p Explanation,
    link: Link,
    cause: Option<CauseFacts>,
    fixes: Vec<Fix>,
    exact_causes: Vec<Link>,
    related: Vec<Link>,
    sources: Vec<SourceLink>,
}

/// The facts about a cause beyond its explanation.
struct CauseFacts {
    /// The party that has to act.
    acts: &'static str,
    is_answered: bool,
    is_concealed: bool,
    status: &'static str,
    /// The answers of the profiles, if they differ.
    answers: Vec<ProfileAnswer>,
}

/// The answer that some profiles have in common.
struct ProfileAnswer {
    profiles: Vec<&'static str>,
    is_own: bool,
    status: u16,
    error: Option<&'static str>,
    description: &'static str,
}

/// A fix for callers.
pub(super) struct Fix {
    pub(super) text: &'static str,
    /// True if it advises to contact the operator.
    pub(super) is_contact: bool,
}

/// A source with the address where it can be read, if it is an RFC.
struct SourceLink {
    text: String,
    url: Option<String>,
}

impl<'p> EntryPage<'p> {
    pub(super) fn new(frame: Frame<'p>, profile: Profile, explanation: &'p Explanation) -> Self {
        let links = |ids: &mut dyn Iterator<Item = &'static str>| -> Vec<Link> {
            let causes = ids.filter_map(|id| id.parse().ok());
            causes.map(Link::to_cause).collect()
        };
        let operator = explanation.operator.iter();
        let mut related = operator
            .flat_map(|operator| &operator.related)
            .map(|own| own.cause);
        let mut exact_causes = explanation.exact_causes.iter().map(|exact| exact.cause);
        let cause = match explanation.kind {
            Kind::Cause => explanation.name.parse::<Cause>().ok(),
            Kind::ErrorCode | Kind::Status | Kind::Connection => None,
        };
        Self {
            frame,
            link: Link::to(explanation),
            cause: cause.map(|cause| CauseFacts::of(cause, profile)),
            fixes: fixes(&explanation.fixes),
            exact_causes: links(&mut exact_causes),
            related: links(&mut related),
            sources: explanation
                .sources
                .iter()
                .map(|own| SourceLink::to(own))
                .collect(),
            explanation,
        }
    }

    /// True if a server answers with it, and so has a diagnosis of it.
    fn is_answered(&self) -> bool {
        self.explanation.kind != Kind::Connection
            && self.cause.as_ref().is_none_or(|own| own.is_answered)
    }

    /// The heading of the page.
    fn heading(&self) -> &str {
        self.link.title.unwrap_or(&self.link.name)
    }
}

impl CauseFacts {
    fn of(cause: Cause, profile: Profile) -> Self {
        let entry = cause.entry();
        let by_resource = entry.wire.rfc_by_resource.as_ref();
        let by_resource = by_resource.map(|wire| ("rfc, by resource", false, wire));
        let all = Profile::ALL
            .iter()
            .map(|own| (own.as_str(), *own == profile, entry.wire.of(*own)))
            .chain(by_resource);
        let mut answers: Vec<ProfileAnswer> = Vec::new();
        for (name, is_own, wire) in all {
            match answers.iter_mut().find(|answer| answer.is_of(wire)) {
                Some(answer) => {
                    answer.profiles.push(name);
                    answer.is_own |= is_own;
                }
                None => answers.push(ProfileAnswer::new(name, is_own, wire)),
            }
        }
        Self {
            acts: match entry.fault {
                Fault::Client => "The caller",
                Fault::Operator => "The operator",
                Fault::Dependency => "The operator, for a system that the server depends on",
                Fault::Bug => "The developers of m2m",
                _ => entry.fault.as_str(),
            },
            is_answered: cause.is_answered(),
            is_concealed: matches!(entry.disclosure, Disclosure::Concealed),
            status: entry.wire.of(profile).status.entry().reason,
            answers,
        }
    }

    /// True if the answer depends on the profile.
    fn differs(&self) -> bool {
        self.answers.len() > 1
    }
}

impl ProfileAnswer {
    fn new(profile: &'static str, is_own: bool, wire: &'static Wire) -> Self {
        Self {
            profiles: vec![profile],
            is_own,
            status: wire.status.code(),
            error: wire.error.map(ErrorCode::as_str),
            description: wire.description.plain,
        }
    }

    fn is_of(&self, wire: &Wire) -> bool {
        let own = (self.status, self.error, self.description);
        own == (
            wire.status.code(),
            wire.error.map(ErrorCode::as_str),
            wire.description.plain,
        )
    }
}

/// Returns the fixes for callers, those marked that advise to contact the operator.
pub(super) fn fixes(texts: &[&'static str]) -> Vec<Fix> {
    let is_contact = |text: &str| {
        let text = text.to_lowercase();
        [
            "contact the operator",
            "send the operator",
            "ask the operator",
        ]
        .iter()
        .any(|advice| text.contains(advice))
    };
    let fix = |text: &&'static str| Fix {
        text,
        is_contact: is_contact(text),
    };
    texts.iter().map(fix).collect()
}

impl SourceLink {
    /// Returns the link to a source such as `RFC 6749, 5.2` or `RFC 6749, appendix A.1`.
    fn to(source: &str) -> Self {
        let rfc = source
            .strip_prefix("RFC ")
            .and_then(|rest| rest.split_once(", "));
        let url = rfc.map(|(number, section)| {
            let section = match section.strip_prefix("appendix ") {
                Some(appendix) => format!("appendix-{appendix}"),
                None => format!("section-{section}"),
            };
            format!("https://www.rfc-editor.org/rfc/rfc{number}#{section}")
        });
        let text = match rfc {
            Some((number, section)) if !section.starts_with("appendix ") => {
                format!("RFC {number}, section {section}")
            }
            Some(_) | None => source.to_owned(),
        };
        Self { text, url }
    }
}

/// Returns the class of a status, by which pages colour it.
pub(super) const fn tone(status: u16) -> &'static str {
    match status {
        500.. => "bad",
        _ => "warn",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_link_to_their_section() {
        for (source, text, url) in [
            (
                "RFC 6749, 5.2",
                "RFC 6749, section 5.2",
                "https://www.rfc-editor.org/rfc/rfc6749#section-5.2",
            ),
            (
                "RFC 6749, appendix A.1",
                "RFC 6749, appendix A.1",
                "https://www.rfc-editor.org/rfc/rfc6749#appendix-A.1",
            ),
        ] {
            let link = SourceLink::to(source);
            assert_eq!((link.text.as_str(), link.url.as_deref()), (text, Some(url)));
        }
        assert_eq!(SourceLink::to("OpenID Connect Core 1.0, 3").url, None);
    }

    #[test]
    fn profiles_with_one_answer_share_a_row() {
        let facts = CauseFacts::of(Cause::SecretWrong, Profile::Rfc);
        assert!(!facts.differs());
        let facts = CauseFacts::of(Cause::GrantTypeUnsupported, Profile::Kinde);
        assert!(facts.differs());
        assert!(
            facts
                .answers
                .iter()
                .any(|own| own.is_own && own.profiles.contains(&"kinde"))
        );
        let rows: usize = facts.answers.iter().map(|own| own.profiles.len()).sum();
        assert!(rows >= Profile::ALL.len());
    }
}
