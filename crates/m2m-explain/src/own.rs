//! The answers of an m2m server, recognized by the texts and the codes of the catalogue.

use m2m_errors::{Cause, ErrorCode, Profile, Text};

use crate::received::Received;

/// Returns the causes that are answered with the received description, in the dialect of `profile` or else in any other.
///
/// Several causes share a text if the caller must not learn which of them it was.
pub(crate) fn by_text(received: &Received, profile: Profile) -> Vec<Cause> {
    let text = received.error_description.as_deref().unwrap_or_default();
    let own = with_text(text, received.code(), &[profile]);
    if own.is_empty() {
        return with_text(text, received.code(), &Profile::ALL);
    }
    own
}

/// Returns true if the text is the description of an answer.
pub(crate) fn is_description(text: &str) -> bool {
    !with_text(text, None, &Profile::ALL).is_empty()
}

/// Returns the cause of a management code, such as `API_NOT_FOUND`, or of one in lower case.
///
/// Two causes with the same code differ in the status.
pub(crate) fn by_code(code: &str, status: Option<u16>) -> Option<Cause> {
    if !code.contains('_') {
        return None;
    }
    let of_table = CODES
        .iter()
        .filter(|(own, _)| own.eq_ignore_ascii_case(code))
        .map(|(_, cause)| *cause);
    let same_words = code.to_ascii_lowercase().replace('_', "-").parse().ok();
    let causes: Vec<Cause> = of_table.chain(same_words).collect();
    let has_status =
        |cause: &&Cause| Some(cause.entry().wire.of(Profile::Rfc).status.code()) == status;
    let fitting = causes.iter().find(has_status);
    fitting.or_else(|| causes.first()).copied()
}

/// Returns the cause of the management code in the body, `{"errors":[{"code":…}]}`.
pub(crate) fn by_body(received: &Received) -> Option<Cause> {
    let code = received.error.as_deref()?;
    let is_own = received
        .said
        .iter()
        .any(|said| said.name == "errors[0].code" && said.value == code);
    let is_upper = !code.contains(|c: char| c.is_ascii_lowercase());
    (is_own && is_upper).then(|| by_code(code, received.status))?
}

/// Returns the causes whose text fits best.
fn with_text(text: &str, code: Option<ErrorCode>, profiles: &[Profile]) -> Vec<Cause> {
    let text = text.trim().trim_end_matches('.');
    let fit_of = |cause: Cause| {
        let wire = &cause.entry().wire;
        let wires = profiles
            .iter()
            .flat_map(|profile| [wire.of(*profile), wire.of_resource(*profile)]);
        let of_code = wires.filter(|wire| code.is_none() || wire.error == code);
        of_code
            .filter_map(|wire| fit(&wire.description, text))
            .max()
    };
    let fits: Vec<(Cause, usize)> = Cause::ALL
        .iter()
        .filter_map(|cause| Some((*cause, fit_of(*cause)?)))
        .collect();
    let best = fits.iter().map(|(_, fit)| *fit).max();
    fits.into_iter()
        .filter(|(_, fit)| Some(*fit) == best)
        .map(|(cause, _)| cause)
        .collect()
}

/// Returns the number of bytes that the texts have in common, if the text is the one of the catalogue, with a value of the caller or without.
fn fit(own: &Text, text: &str) -> Option<usize> {
    let plain = own.plain.trim_end_matches('.');
    // A single word is not a text of the catalogue alone.
    if plain == text && plain.contains(' ') {
        return Some(plain.len());
    }
    let (before, after) = own.split()?;
    let after = after.trim_end_matches('.');
    let value = text.strip_prefix(before)?.strip_suffix(after)?;
    let is_value = !value.is_empty() && !value.contains(' ');
    is_value.then_some(before.len() + after.len())
}

/// The codes of management operations that have other words than their causes, or the words of another cause.
const CODES: &[(&str, Cause)] = &[
    ("BODY_MALFORMED", Cause::ManagementBodyMalformed),
    ("WORLD_INVALID", Cause::RegistryFileInvalid),
    ("WORLD_INVALID", Cause::RegistryFileUnfit),
    ("SCOPE_NOT_ASSIGNED", Cause::AssignmentNotFound),
    ("TOKEN_TOO_LONG", Cause::ApplicationTokenTooLong),
    ("IN_USE", Cause::DependentsTooMany),
    ("PROPERTY_OF_OTHERS", Cause::PropertyNotForApplications),
    ("KEY_NOT_MADE", Cause::KeyNotGenerated),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_with_two_causes_means_the_one_with_the_status() {
        let cause = by_code("WORLD_INVALID", None);
        assert_eq!(cause, Some(Cause::RegistryFileInvalid));
        let cause = by_code("WORLD_INVALID", Some(409));
        assert_eq!(cause, Some(Cause::RegistryFileUnfit));
        assert_eq!(
            by_code("TOKEN_TOO_LONG", Some(401)),
            Some(Cause::TokenTooLong)
        );
        assert_eq!(by_code("token-too-long", None), None);
    }
}
