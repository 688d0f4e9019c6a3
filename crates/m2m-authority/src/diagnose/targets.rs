//! The requested audiences and scopes, compared with those of the registry.

use oauth_proto::{Audience, Scope};

use super::suspect::MAX_SCOPES;
use super::{
    Difference, Evidence, MAX_LISTED, Requested, Suspect, application, assignment, authorized_for,
    find_api, nearest,
};
use crate::registry::{Api, RecordsView};

/// Returns what is wrong with each requested audience that does not exist.
pub(super) fn audiences(suspect: &Suspect, records: RecordsView<'_>) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    let unknown = suspect
        .audiences()
        .take(MAX_LISTED)
        .filter(|asked| find_api(records, asked).is_none());
    for asked in unknown {
        let requested = Requested::audience(asked, suspect, records);
        let all = || records.apis.iter().flat_map(super::audiences);
        let mut apis = records.apis.iter();
        evidence.push(
            if let Some(separator) = separator(asked, |part| find_api(records, part).is_some()) {
                Evidence::SeparatedBy {
                    parameter: "audience".into(),
                    separator,
                }
            } else if let Some((audience, difference)) = Difference::between(asked, all()) {
                Evidence::AudienceDiffers {
                    requested,
                    audience: audience.into(),
                    difference,
                }
            } else if let Some(audience) = nearest(asked, all()) {
                Evidence::SimilarAudience {
                    requested,
                    audience: audience.into(),
                }
            } else if let Some(api) = apis.find(|api| api.name.eq_ignore_ascii_case(asked)) {
                Evidence::AudienceIsName {
                    audience: api.audience.clone(),
                }
            } else if let Some(offset) = first_refused(asked) {
                Evidence::ValueMalformedAt {
                    parameter: "audience".into(),
                    offset,
                }
            } else {
                Evidence::UnknownAudience { requested }
            },
        );
    }
    evidence.extend(authorized_for(suspect, records));
    evidence
}

/// Returns the position of the first character that an audience cannot have.
fn first_refused(audience: &str) -> Option<usize> {
    match Audience::parse(audience) {
        Err(oauth_proto::InvalidAudience::CharacterRefused { offset }) => Some(offset),
        _ => None,
    }
}

/// Returns the position of the first character that a scope cannot have.
pub(super) fn malformed_scope(suspect: &Suspect) -> Option<Evidence> {
    let error = Scope::parse(suspect.scope()?).err()?;
    Some(Evidence::ValueMalformedAt {
        parameter: "scope".into(),
        offset: error.offset,
    })
}

/// Returns the problem of each requested scope, on the requested audiences, or on all authorized ones if the request names none.
pub(super) fn scopes(suspect: &Suspect, records: RecordsView<'_>) -> Vec<Evidence> {
    let Some(application) = application(suspect, records) else {
        return Vec::new();
    };
    let Some(scope) = suspect.scope().and_then(|scope| Scope::parse(scope).ok()) else {
        return Vec::new();
    };
    let asked = |api: &Api| {
        let mut named = suspect.audiences().peekable();
        match named.peek() {
            Some(_) => named.any(|audience| super::audiences(api).any(|own| own == audience)),
            None => assignment(application, api).is_some(),
        }
    };
    let (wanted, others): (Vec<&Api>, Vec<&Api>) = records.apis.iter().partition(|api| asked(api));
    let mut evidence = Vec::new();
    for token in scope.tokens().take(MAX_SCOPES).map(|token| token.as_str()) {
        let defining: Vec<&&Api> = wanted.iter().filter(|api| defines(api, token)).collect();
        if defining.is_empty() {
            evidence.push(unknown_scope(token, &wanted, &others, suspect, records));
        }
        for api in defining {
            let assigned = assignment(application, api);
            if !assigned.is_some_and(|scopes| scopes.iter().any(|scope| **scope == *token)) {
                evidence.push(Evidence::ScopeNotAssigned {
                    scope: token.into(),
                    audience: api.audience.clone(),
                });
            }
        }
        if evidence.len() >= MAX_LISTED {
            break;
        }
    }
    evidence
}

/// Returns what was probably meant by a scope that no requested API defines.
fn unknown_scope(
    token: &str,
    wanted: &[&Api],
    others: &[&Api],
    suspect: &Suspect,
    records: RecordsView<'_>,
) -> Evidence {
    let requested = Requested::scope(token, suspect, records);
    let defined = || {
        let scopes = wanted.iter().flat_map(|api| &api.scopes);
        scopes.map(|scope| &*scope.key)
    };
    if let Some(other) = others.iter().find(|api| defines(api, token)) {
        return Evidence::ScopeOnOtherApi {
            scope: token.into(),
            audience: other.audience.clone(),
        };
    }
    if let Some(separator) = separator(token, |part| defined().any(|scope| scope == part)) {
        return Evidence::SeparatedBy {
            parameter: "scope".into(),
            separator,
        };
    }
    if let Some((scope, difference)) = Difference::between(token, defined()) {
        return Evidence::ScopeDiffers {
            requested,
            scope: scope.into(),
            difference,
        };
    }
    let reordered = || defined().find(|scope| has_same_words(scope, token));
    if let Some(scope) = nearest(token, defined()).or_else(reordered) {
        return Evidence::SimilarScope {
            requested,
            scope: scope.into(),
        };
    }
    let all = records.apis.iter();
    let in_scope = all.filter_map(|api| Some((api, behind_audience(token, api)?)));
    match in_scope.max_by_key(|(api, _)| api.audience.len()) {
        Some((api, scope)) => Evidence::AudienceInScope {
            audience: api.audience.clone(),
            scope: defines(api, scope).then(|| scope.into()),
        },
        None => Evidence::UnknownScope { requested },
    }
}

fn defines(api: &Api, token: &str) -> bool {
    api.scopes.iter().any(|scope| *scope.key == *token)
}

/// Returns the text behind an audience of the API at the beginning of a scope, without the slash between them.
fn behind_audience<'t>(token: &'t str, api: &Api) -> Option<&'t str> {
    super::audiences(api).find_map(|audience| {
        let rest = token.strip_prefix(audience.trim_end_matches('/'))?;
        (rest.is_empty() || rest.starts_with('/')).then(|| rest.trim_start_matches('/'))
    })
}

/// Returns true if two scopes have the same words in another order, as `orders:read` and `read:orders`.
fn has_same_words(one: &str, other: &str) -> bool {
    let words = |scope: &str| {
        let words = scope.split(|character: char| !character.is_ascii_alphanumeric());
        let mut words: Vec<String> = words.map(str::to_ascii_lowercase).collect();
        words.sort_unstable();
        words
    };
    words(one) == words(other)
}

/// Returns the character that separates several values that exist, where it does not separate values.
fn separator(text: &str, exists: impl Fn(&str) -> bool) -> Option<char> {
    let mut separators = SEPARATORS.iter().copied();
    separators.find(|separator| {
        let parts = text.split(*separator).map(str::trim).take(MAX_PARTS);
        let mut parts = parts.filter(|part| !part.is_empty());
        // Spaces around one value separate nothing.
        let least = if *separator == ' ' { 2 } else { 1 };
        let count = parts.clone().count();
        text.contains(*separator) && count >= least && parts.all(&exists)
    })
}

/// The maximum number of values that are looked up in a text with separators.
const MAX_PARTS: usize = 16;

/// Characters that callers put between values. A single space is not one of them: it separates values, and only several spaces in a row, or one at an end,
/// are found here.
const SEPARATORS: [char; 6] = [',', ';', '+', '|', ' ', '\n'];

#[cfg(test)]
mod tests {
    use core::cell::Cell;

    use super::*;

    #[test]
    fn x8_few_parts_of_a_long_value_are_looked_up() {
        let looked_up = Cell::new(0);
        let exists = |_: &str| {
            looked_up.set(looked_up.get() + 1);
            true
        };
        assert_eq!(separator(&"a,".repeat(1000), exists), Some(','));
        assert_eq!(looked_up.get(), MAX_PARTS);
    }
}
