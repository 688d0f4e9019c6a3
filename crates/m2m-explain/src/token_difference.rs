//! The differences between a token that an API refuses and one that it accepts, and which of them matter.

use std::collections::BTreeSet;

use m2m_errors::Cause;
use serde_json::{Map, Value};

/// The header and the claims of a token, decoded and not verified.
#[derive(Debug, Clone, Copy)]
pub struct TokenParts<'t> {
    /// The header.
    pub header: &'t Map<String, Value>,
    /// The claims.
    pub claims: &'t Map<String, Value>,
}

/// The properties that a call needs, as far as they are known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Needs<'n> {
    /// The issuer that the API trusts.
    pub issuer: Option<&'n str>,
    /// The identifier of the API.
    pub audience: Option<&'n str>,
    /// The scopes of the route.
    pub scopes: &'n [&'n str],
    /// The organization of the route or the resource.
    pub organization: Option<&'n str>,
}

/// A difference between two tokens.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TokenDifference {
    /// The claim, or the parameter of the header.
    pub name: String,
    /// True for a parameter of the header.
    pub is_in_header: bool,
    /// The value in the token that is refused.
    pub refused: Option<Value>,
    /// The value in the token that is accepted.
    pub accepted: Option<Value>,
    /// The effect of the difference.
    pub effect: Effect,
    /// The cause of a refusal because of it.
    pub cause: Option<Cause>,
    /// The reason for the effect, as a sentence without the full stop.
    pub because: &'static str,
}

/// The effect of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// An API refuses the token because of it.
    Matters,
    /// It depends on the API.
    MayMatter,
    /// Two tokens of one application differ in it too, or the call does not need it.
    None,
}

/// Returns the differences between a token that is refused and one that is accepted, those that matter first. `now` is in seconds since
/// 1970-01-01T00:00:00Z.
///
/// ```
/// use m2m_explain::{Effect, Needs, TokenParts, token_differences};
/// use serde_json::json;
///
/// let header = json!({"typ": "at+jwt", "alg": "ES256"});
/// let refused = json!({"aud": "https://reports.example", "jti": "1"});
/// let accepted = json!({"aud": "https://orders.example/api", "jti": "2"});
/// let parts = |claims| TokenParts { header: header.as_object().unwrap(), claims };
/// let differences = token_differences(
///     parts(refused.as_object().unwrap()),
///     parts(accepted.as_object().unwrap()),
///     Needs::default(),
///     1_800_000_000,
/// );
/// let found: Vec<_> = differences.iter().map(|own| (own.name.as_str(), own.effect)).collect();
/// assert_eq!(found, [("aud", Effect::Matters), ("jti", Effect::None)]);
/// ```
#[must_use]
pub fn token_differences(
    refused: TokenParts<'_>,
    accepted: TokenParts<'_>,
    needs: Needs<'_>,
    now: u64,
) -> Vec<TokenDifference> {
    let mut differences = Vec::new();
    for (is_in_header, one, other) in [
        (true, refused.header, accepted.header),
        (false, refused.claims, accepted.claims),
    ] {
        let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
        for name in names {
            let (one, other) = (one.get(name), other.get(name));
            if one == other {
                continue;
            }
            let (effect, cause, because) = if is_in_header {
                of_parameter(name, one, other)
            } else {
                let claims = (refused.claims, accepted.claims);
                of_claim(name, claims, needs, now)
            };
            differences.push(TokenDifference {
                name: name.clone(),
                is_in_header,
                refused: one.cloned(),
                accepted: other.cloned(),
                effect,
                cause,
                because,
            });
        }
    }
    differences.sort_by_key(|own| own.effect);
    differences
}

type Judgement = (Effect, Option<Cause>, &'static str);

const fn matters(cause: Cause, because: &'static str) -> Judgement {
    (Effect::Matters, Some(cause), because)
}

const fn may_matter(because: &'static str) -> Judgement {
    (Effect::MayMatter, None, because)
}

const fn ordinary(because: &'static str) -> Judgement {
    (Effect::None, None, because)
}

fn of_parameter(name: &str, refused: Option<&Value>, accepted: Option<&Value>) -> Judgement {
    let kind = |value: Option<&Value>| {
        let text = value.and_then(Value::as_str).unwrap_or_default();
        let text = text.to_ascii_lowercase();
        text.strip_prefix("application/")
            .map(str::to_owned)
            .unwrap_or(text)
    };
    match name {
        "typ" if kind(refused) == kind(accepted) => ordinary("both are spellings of one type"),
        "typ" => matters(
            Cause::TokenTypeWrong,
            "the token is of another type, such as an ID token",
        ),
        "alg" => may_matter("an API can accept only some algorithms"),
        "kid" => ordinary("the tokens are signed with different keys, which both may be valid"),
        _ => may_matter("an API can read this parameter"),
    }
}

fn of_claim(
    name: &str,
    (refused, accepted): (&Map<String, Value>, &Map<String, Value>),
    needs: Needs<'_>,
    now: u64,
) -> Judgement {
    let own = refused.get(name);
    let text = own.and_then(Value::as_str);
    match name {
        "iss" if needs.issuer.is_some() && text == needs.issuer => {
            ordinary("it is the issuer that the API trusts")
        }
        "iss" => matters(Cause::IssuerMismatch, "the token is from another issuer"),
        "aud"
            if needs
                .audience
                .is_some_and(|needed| texts(own).contains(needed)) =>
        {
            ordinary("the token is for the API")
        }
        "aud" => matters(Cause::AudienceMismatch, "the token is for another API"),
        "scope" | "scp" | "roles" => of_scopes(refused, accepted, needs),
        "org_code" => of_organization(text, accepted.get(name), needs),
        "exp" if seconds(own).is_none_or(|exp| exp <= now) => {
            matters(Cause::TokenExpired, "the token has expired")
        }
        "nbf" if seconds(own).is_some_and(|nbf| nbf > now.saturating_add(LEEWAY)) => {
            matters(Cause::TokenNotYetValid, "the token is not valid yet")
        }
        "iat" if seconds(own).is_some_and(|iat| iat > now.saturating_add(LEEWAY)) => matters(
            Cause::TokenIssuedInFuture,
            "the token was issued in the future, by the clock of this machine",
        ),
        "exp" | "nbf" | "iat" | "auth_time" => ordinary("each token has its own time"),
        "jti" | "uti" => ordinary("each token has its own id"),
        "cnf" if own.is_some() => matters(
            Cause::TokenBound,
            "the token is bound to a key or a certificate, which its sender has to prove",
        ),
        "cnf" => ordinary("the token is not bound to a key"),
        "client_id" | "azp" | "appid" | "cid" | "sub" => {
            may_matter("an API can accept only some applications")
        }
        _ => may_matter("an API can read this claim"),
    }
}

/// The time by which the clocks of an issuer and of this machine may differ. Unit: seconds.
const LEEWAY: u64 = 10;

fn of_scopes(
    refused: &Map<String, Value>,
    accepted: &Map<String, Value>,
    needs: Needs<'_>,
) -> Judgement {
    let (own, other) = (token_scopes(refused), token_scopes(accepted));
    if !needs.scopes.is_empty() {
        return if needs.scopes.iter().all(|needed| own.contains(needed)) {
            ordinary("the token has the scopes of the route")
        } else {
            matters(
                Cause::ScopeInsufficient,
                "the token lacks a scope of the route",
            )
        };
    }
    if other.iter().all(|scope| own.contains(scope)) {
        ordinary("the token has all scopes of the accepted one")
    } else {
        may_matter("the token lacks scopes of the accepted one, which the route may need")
    }
}

fn of_organization(own: Option<&str>, accepted: Option<&Value>, needs: Needs<'_>) -> Judgement {
    let needed = needs.organization.or_else(|| accepted?.as_str());
    match (own, needed) {
        (own, Some(needed)) if own == Some(needed) => {
            ordinary("the token is for the organization of the route")
        }
        (Some(_), Some(_)) => matters(
            Cause::OrganizationMismatch,
            "the token is for another organization",
        ),
        (None, Some(_)) => matters(
            Cause::OrganizationMissing,
            "the application of the token is global: it belongs to no organization",
        ),
        (_, None) => may_matter("an API can refuse the applications of an organization"),
    }
}

/// Returns the scopes of a token: those of `scope`, or else of `scp`, or else of `roles`, as Entra calls the scopes of an application. Each is a text
/// or a list.
fn token_scopes(claims: &Map<String, Value>) -> BTreeSet<&str> {
    let mut claims = ["scope", "scp", "roles"]
        .iter()
        .map(|name| claims.get(*name));
    let listed = texts(claims.find(Option::is_some).flatten());
    listed.into_iter().flat_map(str::split_whitespace).collect()
}

/// Returns the texts of a claim that is one text or a list.
fn texts(value: Option<&Value>) -> BTreeSet<&str> {
    match value {
        Some(Value::String(text)) => BTreeSet::from([text.as_str()]),
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => {
            BTreeSet::new()
        }
    }
}

/// Returns a time in whole seconds.
fn seconds(value: Option<&Value>) -> Option<u64> {
    let text = value?.as_number()?.to_string();
    let whole = text.split_once('.').map_or(&*text, |(whole, _)| whole);
    whole.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: u64 = 1_800_000_000;

    #[track_caller]
    fn judged(
        refused: Value,
        accepted: Value,
        needs: Needs<'_>,
    ) -> Vec<(String, Effect, Option<&'static str>)> {
        let header = Map::new();
        let parts = |value: &Value| value.as_object().unwrap().clone();
        let (refused, accepted) = (parts(&refused), parts(&accepted));
        let of = |claims| TokenParts {
            header: &header,
            claims,
        };
        let found = token_differences(of(&refused), of(&accepted), needs, NOW);
        let short =
            |own: TokenDifference| (own.name, own.effect, own.cause.map(|cause| cause.id()));
        found.into_iter().map(short).collect()
    }

    #[test]
    fn k30_a_difference_matters_if_an_api_refuses_the_token_because_of_it() {
        for (name, refused, accepted, expected) in [
            ("iss", json!("a"), json!("b"), Some("issuer-mismatch")),
            ("aud", json!("a"), json!(["b"]), Some("audience-mismatch")),
            ("exp", json!(NOW), json!(NOW + 1), Some("token-expired")),
            ("exp", json!("x"), json!(NOW + 1), Some("token-expired")),
            (
                "nbf",
                json!(NOW + 11),
                json!(NOW),
                Some("token-not-yet-valid"),
            ),
            (
                "iat",
                json!(NOW + 11),
                json!(NOW),
                Some("token-issued-in-future"),
            ),
            (
                "org_code",
                json!("a"),
                json!("b"),
                Some("organization-mismatch"),
            ),
            ("cnf", json!({}), Value::Null, Some("token-bound")),
        ] {
            let found = judged(
                json!({ name: refused }),
                json!({ name: accepted }),
                Needs::default(),
            );
            assert_eq!(found, [(name.to_owned(), Effect::Matters, expected)]);
        }
    }

    #[test]
    fn k30_two_tokens_of_one_application_do_not_differ_in_what_matters() {
        let token =
            |jti: &str, at: u64| json!({"jti": jti, "iat": at, "exp": at + 3600, "aud": "a"});
        let found = judged(token("1", NOW), token("2", NOW - 60), Needs::default());
        assert!(
            found.iter().all(|(_, effect, _)| *effect == Effect::None),
            "{found:?}"
        );
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn k33_a_token_without_an_organization_is_that_of_a_global_application() {
        let needs = Needs {
            organization: Some("org_acme"),
            ..Needs::default()
        };
        let missing = [(
            "org_code".to_owned(),
            Effect::Matters,
            Some("organization-missing"),
        )];
        assert_eq!(
            judged(json!({}), json!({"org_code": "org_acme"}), Needs::default()),
            missing
        );
        assert_eq!(
            judged(json!({}), json!({"org_code": "org_acme"}), needs),
            missing
        );
        // The accepted token may be for another route.
        let found = judged(
            json!({"org_code": "org_acme"}),
            json!({"org_code": "org_b"}),
            needs,
        );
        assert_eq!(found, [("org_code".to_owned(), Effect::None, None)]);
    }

    #[test]
    fn k30_a_need_of_the_call_decides_what_matters() {
        let needs = Needs {
            audience: Some("a"),
            scopes: &["read"],
            issuer: Some("i"),
            ..Needs::default()
        };
        let refused = json!({"iss": "i", "aud": ["a", "c"], "scope": "read"});
        let accepted = json!({"iss": "j", "aud": "a", "scp": ["read", "write"]});
        let found = judged(refused.clone(), accepted.clone(), needs);
        assert!(
            found.iter().all(|(_, effect, _)| *effect == Effect::None),
            "{found:?}"
        );
        let needs = Needs {
            scopes: &["write"],
            ..needs
        };
        let found = judged(refused.clone(), accepted.clone(), needs);
        let matters: Vec<_> = found
            .iter()
            .filter(|own| own.1 == Effect::Matters)
            .collect();
        assert_eq!(matters.len(), 2, "scope and scp: {found:?}");
        let found = judged(refused, accepted, Needs::default());
        assert_eq!(found.first().map(|own| own.1), Some(Effect::Matters));
    }
}
